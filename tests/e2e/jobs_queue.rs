//! A pool's queue of jobs: who comes when, who is taken back, and who is let in.

use std::fs;

use serde_json::json;

use crate::jobs::{deck, job_event, pool, run, state_of, submit};
use crate::support::{Rpc, skip_without_node};

#[test]
fn a_paused_pool_gives_nothing_out_and_then_the_highest_priority_first() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = deck(&folder, "");
    let paused = deck.call("pause", &json!({"pool": "work"})).unwrap();
    assert_eq!(paused, json!({"paused": true}));
    let mut ids = Vec::new();
    for priority in [1, 9, 5] {
        let params = json!({"pool": "work", "payload": {"id": priority}, "priority": priority});
        let job = deck.call("submit", &params).unwrap()["job"].clone();
        ids.push((priority, job));
    }
    assert_eq!(pool(&mut deck)["queue"], 3);

    deck.call("resume", &json!({"pool": "work"})).unwrap();

    for priority in [9, 5, 1] {
        let done = deck.event("a job that is done", |event| {
            event["event"] == "job" && event["state"] == "done"
        });
        assert!(ids.contains(&(priority, done["job"].clone())), "{done}");
    }
    assert!(deck.end().success());
}

#[test]
fn a_job_can_be_taken_back_before_and_while_it_runs() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = deck(&folder, "");
    let running = submit(&mut deck, &json!({"id": 1, "hang": true}));
    let waiting = submit(&mut deck, &json!({"id": 2}));
    job_event(&mut deck, &running, "running");

    deck.call("cancel", &json!({"id": waiting})).unwrap();
    assert_eq!(state_of(&mut deck, &waiting), "cancelled");
    deck.call("cancel", &json!({"id": running})).unwrap();

    job_event(&mut deck, &running, "cancelled");
    assert_eq!(deck.state("work/1", "ready")["incarnation"], 2);
    let worker = deck.ps("work/1");
    assert_eq!(
        worker["last_exit"],
        json!({"signal": "SIGTERM"}),
        "{worker}"
    );
    assert_eq!(run(&mut deck, &json!({"id": 3}))["state"], "done");
    assert!(deck.end().success());
}

#[test]
fn a_full_queue_refuses_and_says_when_to_try_again() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = deck(&folder, "queue = { capacity = 3 }\n");
    deck.call("pause", &json!({"pool": "work"})).unwrap();
    for id in 0..3 {
        submit(&mut deck, &json!({ "id": id }));
    }

    let params = json!({"pool": "work", "payload": {"id": 4}});
    let refused = deck.call("submit", &params).unwrap_err();

    assert_eq!(refused["data"]["kind"], "queue_full", "{refused}");
    assert!(
        refused["data"]["retry_after_ms"].as_u64().unwrap() > 0,
        "{refused}"
    );
    assert!(deck.end().success());
}

#[test]
fn a_queue_that_blocks_accepts_once_there_is_room() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = deck(&folder, "queue = { capacity = 2, when_full = 'block' }\n");

    let asked: Vec<u64> = (0..200)
        .map(|id| {
            let params = json!({"pool": "work", "payload": {"id": id}, "wait": true});
            deck.ask("submit", &params)
        })
        .collect();

    for (id, asked) in asked.into_iter().enumerate() {
        let done = deck.answer(asked).unwrap();
        assert_eq!(done["result"]["id"], id, "{done}");
    }
    assert!(deck.end().success());
}

#[test]
fn the_same_key_is_the_same_job() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("ran");
    let mut deck = deck(&folder, "");
    let params =
        json!({"pool": "work", "payload": {"id": 1, "note": note}, "key": "once", "wait": true});

    let first = deck.call("submit", &params).unwrap();
    let second = deck.call("submit", &params).unwrap();

    assert_eq!(first["job"], second["job"]);
    assert_eq!(second["result"]["id"], 1, "{second}");
    assert_eq!(fs::read_to_string(&note).unwrap().lines().count(), 1);
    assert!(deck.end().success());
}

#[test]
fn replies_by_id_may_come_in_any_order() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let worker = "
    process.on('message', (m) => setTimeout(() => process.send({ of: { id: m.id }, id: m.id }), m.wait));
    ";
    fs::write(folder.path().join("late.js"), worker).unwrap();
    let config = "[pools.work]\nscript = 'late.js'\nconcurrency = 8\nreply = 'id:/id'\n";
    let mut deck = Rpc::up(folder.path(), config);

    let asked: Vec<u64> = (0..8)
        .map(|id| {
            let payload = json!({"id": id, "wait": (8 - id) * 20});
            deck.ask(
                "submit",
                &json!({"pool": "work", "payload": payload, "wait": true}),
            )
        })
        .collect();

    for (id, asked) in asked.into_iter().enumerate() {
        assert_eq!(deck.answer(asked).unwrap()["result"]["id"], id);
    }
    assert!(deck.end().success());
}
