//! §9 and `workers/`: the examples under a deck, for real.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::row::{Cell, Row};
use crate::rpc::Rpc;
use crate::wait::skip;
use crate::worker::Runtime;

#[test]
fn the_web_worker_computes_in_each_runtime() {
    for runtime in [Runtime::Node, Runtime::Bun, Runtime::Deno] {
        let Some(program) = runtime.program() else {
            skip(&format!("there is no {}", runtime.name()));
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("workers/web-worker.js");
        let command = runtime.command(&program, script.to_str().unwrap());
        let config = format!(
            "[pools.w]\ncommand = {}\napi = \"web-worker\"\n",
            json!(command)
        );
        let mut deck = Rpc::up(folder.path(), &config);

        let answer = deck.reply("w/1", &json!({"n": 100}));

        assert_eq!(answer["primes"], 25, "{}: {answer}", runtime.name());
    }
}

#[test]
fn a_python_worker_without_a_parent_says_how_to_start_it() {
    let Some(program) = Runtime::Python.program() else {
        return skip("there is no python3");
    };
    let mut command = std::process::Command::new(program);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("workers/process.py");
    command
        .args(["-B".as_ref(), script.as_os_str()])
        .env_remove("NODE_CHANNEL_FD");

    let output = command.output().unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(
        said.trim_end(),
        "process.py has no channel to a parent: start it with `forkdeck run process.py`"
    );
}

#[test]
fn the_python_module_is_as_strict_as_its_readers() {
    Row::new(
        "2.1",
        "forkdeck.py writes half of a surrogate pair as U+FFFD, and whole ones as they are",
    )
    .only(
        Runtime::Python,
        r"
import forkdeck
forkdeck.send('a\ud800b\ud83d\ude00c')
        ",
    )
    .check(|worker| {
        assert_eq!(worker.message(), "a\u{fffd}b\u{1f600}c");
        Cell::Holds
    });
}

#[test]
fn the_page_is_enough_for_c() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("workers/README.md"))
        .unwrap();
    let code = page
        .split("```c\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("worker.c");
    fs::write(&source, code.unwrap()).unwrap();
    let program = folder.path().join("worker");
    let compiler = std::process::Command::new("cc")
        .arg("-o")
        .args([&program, &source])
        .status();
    if !compiler.is_ok_and(|status| status.success()) {
        return skip("there is no cc");
    }
    let mut deck = Rpc::up(
        folder.path(),
        &format!("[pools.w]\ncommand = [{}]\n", json!(program)),
    );

    let answer = deck.reply("w/1", &json!({"hello": ["wörld"]}));

    assert_eq!(answer, json!({"got": {"hello": ["wörld"]}}));
}
