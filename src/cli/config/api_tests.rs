use super::*;
use crate::cli::config::tests::{complaints, read, with};
use crate::model::Ready;

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

#[test]
fn a_cluster_is_of_node_or_deno_on_the_fork_channel() {
    let text = "[pools.a]\ncommand = [\"node\", \"w.js\"]\napi = \"cluster\"\n";
    let pool = read(text).unwrap().pools.remove(0);
    assert_eq!(
        (pool.api, pool.schedule),
        (Api::Cluster, Schedule::RoundRobin)
    );
    assert_eq!(
        (pool.ready, pool.args),
        (Ready::Listening, vec!["w.js".into()])
    );
    let text = format!("{text}schedule = \"shared\"\nready = \"spawn\"");
    let pool = read(&text).unwrap().pools.remove(0);
    assert_eq!(
        (pool.schedule, pool.ready),
        (Schedule::Shared, Ready::Spawn)
    );

    let said = |program: &str, rest: &str| {
        complaints(&format!(
            "[pools.a]\ncommand = [\"{program}\", \"w\"]\napi = \"cluster\"\n{rest}"
        ))
        .remove(0)
    };
    assert_eq!(
        said("python3", ""),
        "f:3:1: `api = \"cluster\"`: python3 has no cluster; only scripts of node and deno do"
    );
    let bun = said("bun", "");
    assert!(bun.contains("bind their ports by themselves"), "{bun}");
    let stdio = said("node", "channel = \"stdio\"");
    assert!(
        stdio.contains("over the fork channel, not over \"stdio\""),
        "{stdio}"
    );
}

#[test]
fn what_is_for_clusters_needs_one() {
    let said = complaints(&with("schedule = \"shared\""));
    assert!(
        said[0].contains("`schedule` is for the connections of a cluster"),
        "{said:?}"
    );
    let said = complaints(&with("ready = \"listening\""));
    assert!(said[0].contains("is for cluster workers"), "{said:?}");
}
