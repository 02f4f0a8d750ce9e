//! One worker whole: its processes, environment, buffers and rules, as the system tells them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Proc, Rpc, Screen, until};

/// A worker that forks a shell, which forks what it waits for.
const WORKER: &str = "#!/bin/sh
sh -c 'sleep 1000; true' &
echo last words >&2
while read -r line; do echo \"$line\" >&3; done <&3
exit 7
";

fn worker(folder: &Path) {
    let path = folder.join("fork.sh");
    fs::write(&path, WORKER).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&path, mode).unwrap();
}

const CONFIG: &str = "
[pools.tree]
command = ['./fork.sh']
env = { DB_PASSWORD = 'hunter2', DB_URL = 'pg://me:hunter2@db', PLAIN = 'seen' }
restart = { when = 'never' }
";

/// The worker's object once it has so many processes, each measured twice.
fn whole(deck: &mut Rpc, processes: usize) -> Value {
    until("the whole tree is measured", || {
        let told = deck.call("worker", &json!({"worker": "tree/1"})).unwrap();
        let all = told["processes"].as_array().unwrap();
        let is_measured = |one: &Value| one["cpu_percent"].is_number();
        (all.len() == processes && all.iter().all(is_measured)).then_some(told)
    })
}

#[test]
fn a_worker_is_told_with_its_whole_process_tree_and_without_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    worker(folder.path());
    let mut deck = Rpc::up(folder.path(), CONFIG);
    deck.state("tree/1", "ready");
    let pid = deck.worker_pid("tree/1");

    let told = whole(&mut deck, 3);

    let processes = told["processes"].as_array().unwrap();
    let shape: Vec<(u64, &str)> = processes
        .iter()
        .map(|one| {
            (
                one["depth"].as_u64().unwrap(),
                one["command"].as_str().unwrap(),
            )
        })
        .collect();
    let script = format!("/bin/sh {}/./fork.sh", folder.path().display());
    assert_eq!(
        shape,
        [
            (0, script.as_str()),
            (1, "sh -c sleep 1000; true"),
            (2, "sleep 1000")
        ]
    );
    assert_eq!(processes[0]["pid"], pid);
    assert_eq!(processes[2]["parent"], processes[1]["pid"]);
    assert!(
        processes
            .iter()
            .all(|one| one["memory_bytes"].as_u64() > Some(0))
    );
    let value = |name: &str| {
        let env = told["env"].as_array().unwrap();
        let found = env.iter().find(|one| one["name"] == name);
        found.map(|one| (one["value"].clone(), one["own"].clone()))
    };
    assert_eq!(value("DB_PASSWORD"), Some((json!(null), json!(true))));
    assert_eq!(
        value("DB_URL"),
        Some((json!("pg://me:•••@db"), json!(true)))
    );
    assert_eq!(value("PLAIN"), Some((json!("seen"), json!(true))));
    assert!(!told.to_string().contains("hunter2"));
    assert!(told["buffers"]["channel_bytes"].as_u64() > Some(4096));
    assert!(told["buffers"]["stdout_bytes"].as_u64() > Some(4096));
    assert_eq!(told["restart"]["when"], "never");
}

#[test]
fn a_worker_that_is_gone_has_no_processes_and_the_next_ones_environment() {
    let folder = tempfile::tempdir().unwrap();
    worker(folder.path());
    let mut deck = Rpc::up(folder.path(), CONFIG);
    deck.state("tree/1", "ready");
    let left = Proc::descendants(deck.worker_pid("tree/1"));

    deck.call("stop", &json!({"to": "tree/1"})).unwrap();

    let told = deck.call("worker", &json!({"worker": "tree/1"})).unwrap();
    assert_eq!(told["processes"], json!([]));
    assert_eq!(told["buffers"], json!(null));
    assert!(told.to_string().contains("\"PLAIN\"") && !told.to_string().contains("hunter2"));
    let kind = |deck: &mut Rpc, worker: &str| {
        let refused = deck.call("worker", &json!({"worker": worker}));
        refused.unwrap_err()["data"]["kind"].clone()
    };
    assert_eq!(kind(&mut deck, "tree/2"), "no_such_worker");
    assert_eq!(kind(&mut deck, "nope/1"), "no_such_pool");
    let refused = deck.call("worker", &json!({"worker": "tree"}));
    assert_eq!(refused.unwrap_err()["code"], -32602);
    drop(deck);
    assert!(!left.iter().any(Proc::is_alive));
}

#[test]
fn the_sheet_shows_the_tree_and_why_a_worker_ended() {
    let folder = tempfile::tempdir().unwrap();
    worker(folder.path());
    let mut screen = Screen::start(folder.path(), &["run", "./fork.sh"], (120, 40));
    screen.shows("● ready");
    screen.keys("\r");
    screen.shows("╰ sh -c sleep 1000; true");
    screen.shows("  ╰ sleep 1000");
    screen.keys("K");
    screen.shows("Exits");
    screen.shows("asked for");
    screen.keys("\x1b");
    screen.shows("Tab pane");
    screen.keys("q");
    assert!(screen.end().success());
    screen.is_given_back();
}
