//! Rolling restarts and readiness, end to end: real workers that say when they are ready, or never do.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Rpc, skip_without_node};

/// A worker that takes its time, says it as programs for PM2 do, and fails while there is a file `broken`.
const WORKER: &str = "
if (require('fs').existsSync('broken')) process.exit(7);
setTimeout(() => process.send('ready'), 100);
process.on('message', (m) => setTimeout(() => process.send({ echo: m }), 20));
";

/// A worker that speaks only when it is spoken to.
const SHY: &str = "process.on('message', (m) => process.send({ echo: m }));";

fn deck(folder: &tempfile::TempDir, script: &str, keys: &str) -> Rpc {
    fs::write(folder.path().join("worker.js"), script).unwrap();
    let config = format!("[pools.work]\nscript = 'worker.js'\nready = 'message'\n{keys}");
    Rpc::up(folder.path(), &config)
}

fn three(folder: &tempfile::TempDir) -> Rpc {
    let mut deck = deck(folder, WORKER, "instances = 3\nretries = 0\n");
    let mut ready = [false; 3];
    deck.event("all are ready", |event| {
        if let Some((number, state)) = state_of(event) {
            ready[number - 1] = state == "ready";
        }
        ready == [true; 3]
    });
    deck
}

/// Whose state an event tells, by number.
fn state_of(event: &Value) -> Option<(usize, String)> {
    let is_state = event["event"] == "state";
    let number = event["worker"].as_str()?.strip_prefix("work/")?;
    let state = event["state"].as_str()?.to_owned();
    Some((number.parse().unwrap(), state)).filter(|_| is_state)
}

fn roll(deck: &mut Rpc) -> u64 {
    deck.ask("restart", &json!({"to": "work", "rolling": true}))
}

#[test]
fn all_but_one_are_ready_at_every_moment_of_a_rolling_restart() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = three(&folder);
    let before = ["work/1", "work/2", "work/3"].map(|worker| deck.worker_pid(worker));
    let id = roll(&mut deck);
    let jobs: Vec<u64> = (0..40)
        .map(|n| {
            deck.ask(
                "submit",
                &json!({"pool": "work", "payload": n, "wait": true}),
            )
        })
        .collect();

    let mut states: BTreeMap<usize, String> = (1..=3).map(|n| (n, "ready".to_owned())).collect();
    let mut told = Vec::new();
    deck.event("the end of the rolling restart", |event| {
        states.extend(state_of(event));
        let ready = states.values().filter(|state| *state == "ready").count();
        assert!(ready >= 2, "{states:?} at {event}");
        if event["event"] == "rolling" {
            told.push(json!([event["worker"], event["restarted"], event["of"]]));
        }
        event["event"] == "rolling" && event["restarted"] == 3
    });

    assert_eq!(
        json!(told),
        json!([
            ["work/1", 0, 3],
            ["work/2", 1, 3],
            ["work/3", 2, 3],
            [null, 3, 3]
        ])
    );
    let answer = deck.answer(id).unwrap();
    let workers = answer["workers"].as_array().unwrap();
    assert!(workers.iter().all(|worker| worker["state"] == "ready"));
    assert_eq!(
        (workers.len(), &answer["skipped"]),
        (3, &json!([])),
        "{answer}"
    );
    let after = ["work/1", "work/2", "work/3"].map(|worker| deck.worker_pid(worker));
    assert!(before.iter().all(|pid| !after.contains(pid)));
    for (n, id) in jobs.into_iter().enumerate() {
        let answer = deck.answer(id).unwrap();
        assert_eq!(answer["result"], json!({"echo": n}), "no job is lost");
    }
    assert!(deck.end().success());
}

#[test]
fn a_rolling_restart_stops_at_the_first_worker_that_fails() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = three(&folder);
    let kept = ["work/2", "work/3"].map(|worker| deck.worker_pid(worker));
    let broken = folder.path().join("broken");
    fs::write(&broken, "").unwrap();

    let id = roll(&mut deck);
    let error = deck.answer(id).unwrap_err();

    assert_eq!(error["data"]["kind"], "restart_failed", "{error}");
    let said = error["message"].as_str().unwrap();
    assert!(
        said.starts_with("the rolling restart of work stopped at work/1: exit 7 after "),
        "{said}"
    );
    assert!(said.ends_with("; 0 of 3 restarted, 3 not"), "{said}");
    let still = ["work/2", "work/3"].map(|worker| deck.worker_pid(worker));
    assert_eq!(kept, still);

    fs::remove_file(&broken).unwrap();
    deck.state("work/1", "ready");
    let id = roll(&mut deck);
    let answer = deck.answer(id).unwrap();
    assert_eq!(answer["workers"].as_array().unwrap().len(), 3);
    assert!(deck.end().success());
}

#[test]
fn a_worker_that_never_gets_ready_is_taken_down_and_tried_again() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = deck(&folder, SHY, "ready_timeout = '400ms'\n");
    deck.call("send", &json!({"to": "work", "message": 1}))
        .unwrap();

    let starting = deck.event("it waits", |event| {
        event["event"] == "state" && event["reason"] == "waits for its first message"
    });
    assert_eq!(starting["state"], "starting");
    assert!(starting["pid"].is_number());
    let exit = deck.event("it is taken down", |event| event["event"] == "exit");

    assert_eq!(exit["cause"], "not ready within 400 ms");
    assert_eq!(exit["planned"], false);
    let backoff = deck.state("work/1", "backoff");
    assert_eq!(backoff["reason"], "not ready within 400 ms");
    deck.state("work/1", "starting");
    assert_eq!(deck.ps("work/1")["sent"], 0, "the message still waits");
    assert!(deck.end().success());
}
