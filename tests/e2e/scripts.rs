//! A script drives the dashboard where there is no terminal, and makes its pictures.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support;

const WORKER: &str =
    "process.on('message', (message) => process.send({ doubled: message.n * 2 }));\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("double.js"), WORKER).unwrap();
    folder
}

fn play(folder: &Path, script: &str) -> Output {
    fs::write(folder.join("play.script"), script).unwrap();
    let mut forkdeck = Command::new(env!("CARGO_BIN_EXE_forkdeck"));
    let forkdeck = forkdeck.current_dir(folder).env("XDG_STATE_HOME", folder);
    let args = [
        "run",
        "--script",
        "play.script",
        "--frames",
        "out",
        "double.js",
    ];
    forkdeck.args(args).output().unwrap()
}

#[test]
fn a_script_sends_a_message_and_shows_the_reply() {
    if support::skip_without_node() {
        return;
    }
    let folder = folder();
    let played = play(
        folder.path(),
        "size 100x30\nwithin 20s\nuntil ready\nfilm all\nkey m\ntype {\"n\":21}\nkey Enter\nuntil answered by double/1\nuntil 1 → 1 ←\nframe reply\ncut\n",
    );
    let said = String::from_utf8_lossy(&played.stderr);
    assert_eq!(played.status.code(), Some(0), "{said}");
    let reply = fs::read_to_string(folder.path().join("out/reply.txt")).unwrap();
    assert!(
        reply.contains("\"n\":21") && reply.contains("\"doubled\":42"),
        "{reply}"
    );
    let film = fs::read_to_string(folder.path().join("out/all.svg")).unwrap();
    assert!(film.contains("@keyframes"));
}

#[test]
fn a_script_that_waits_in_vain_says_where_and_for_what() {
    if support::skip_without_node() {
        return;
    }
    let folder = folder();
    let played = play(folder.path(), "within 1s\nuntil no such thing\n");
    let said = String::from_utf8_lossy(&played.stderr);
    assert_eq!(played.status.code(), Some(1), "{said}");
    assert!(
        said.contains("line 2: `no such thing` did not come within 1s"),
        "{said}"
    );
    assert!(folder.path().join("out/failed.txt").exists());
    let played = play(folder.path(), "press x\n");
    let said = String::from_utf8_lossy(&played.stderr);
    assert_eq!(played.status.code(), Some(2), "{said}");
    assert!(
        said.contains("play.script: line 1: `press` is no step"),
        "{said}"
    );
}
