use super::*;
use crate::cli::config::tests::{complaints, read, with};

#[test]
fn a_web_worker_is_loaded_after_its_preload() {
    let text = "[pools.a]\ncommand = [\"node\", \"--inspect\", \"w.js\"]\napi = \"web-worker\"";
    let pool = read(text).unwrap().pools.remove(0);

    let preload = preload::path(Serialization::Json).into_os_string();
    assert_eq!(pool.api, Api::WebWorker);
    assert_eq!(
        pool.args,
        [
            "--require".into(),
            preload,
            "--inspect".into(),
            "w.js".into()
        ]
    );
    assert_eq!(
        read(&with("api = \"process\"")).unwrap().pools[0].api,
        Api::Process
    );
}

#[test]
fn what_loads_nothing_or_has_no_fork_channel_is_no_web_worker() {
    let text = "[pools.a]\ncommand = [\"python3\", \"w.py\"]\napi = \"web-worker\"";
    let said = complaints(text);
    assert!(
        said[0]
            .starts_with("f:3:1: `api = \"web-worker\"`: python3 loads nothing before its script"),
        "{said:?}"
    );

    let text =
        "[pools.a]\ncommand = [\"node\", \"w.js\"]\nchannel = \"stdio\"\napi = \"web-worker\"";
    let said = complaints(text);
    assert_eq!(
        said[0],
        "f:4:1: `api = \"web-worker\"` needs the fork channel, not `channel = \"stdio\"`"
    );
}
