//! Jobs, end to end: a real deck, real workers, driven over JSON-RPC.

use std::fs;

use crate::support::{Rpc, skip_without_node, until};
use serde_json::{Value, json};

/// A worker that does as its job says.
const JOB: &str = "
const fs = require('fs');
process.on('message', (m) => {
  if (m.note) fs.appendFileSync(m.note, m.id + '\\n');
  if (m.die) process.kill(process.pid, 'SIGKILL');
  if (m.hang) return;
  if (m.burn) { const end = Date.now() + m.burn; while (Date.now() < end) { Math.sqrt(end); } }
  process.send(m.fail ? { id: m.id, error: m.fail } : { id: m.id, by: process.env.FORKDECK_WORKER });
});
";

/// A deck whose pool `work` has these further keys.
pub(crate) fn deck(folder: &tempfile::TempDir, keys: &str) -> Rpc {
    fs::write(folder.path().join("job.js"), JOB).unwrap();
    let config = format!(
        "[pools.work]\nscript = 'job.js'\nretry_backoff = '10ms..50ms'\nfailed_when = '/error'\n{keys}"
    );
    Rpc::up(folder.path(), &config)
}

pub(crate) fn submit(deck: &mut Rpc, payload: &Value) -> String {
    let params = json!({"pool": "work", "payload": payload});
    let answer = deck.call("submit", &params).unwrap();
    answer["job"].as_str().unwrap().to_owned()
}

pub(crate) fn run(deck: &mut Rpc, payload: &Value) -> Value {
    let params = json!({"pool": "work", "payload": payload, "wait": true});
    deck.call("submit", &params).unwrap()
}

pub(crate) fn state_of(deck: &mut Rpc, job: &str) -> String {
    let job = deck.call("job", &json!({"id": job})).unwrap();
    job["state"].as_str().unwrap().to_owned()
}

pub(crate) fn job_event(deck: &mut Rpc, job: &str, state: &str) -> Value {
    deck.event(&format!("{job} {state}"), |event| {
        event["event"] == "job" && event["job"] == job && event["state"] == state
    })
}

pub(crate) fn pool(deck: &mut Rpc) -> Value {
    let pools = deck.call("pools", &json!({})).unwrap();
    let found = pools.as_array().unwrap().iter();
    found
        .clone()
        .find(|one| one["pool"] == "work")
        .unwrap()
        .clone()
}

#[test]
fn a_job() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = deck(&folder, "");

    let done = run(&mut deck, &json!({"id": 1}));

    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["result"], json!({"id": 1, "by": "work/1"}));
    let id = done["job"].as_str().unwrap().to_owned();
    assert!(job_event(&mut deck, &id, "ready")["worker"].is_null());
    let running = job_event(&mut deck, &id, "running");
    assert_eq!(running["worker"], "work/1");
    assert_eq!(running["attempts"], 1);
    let over = job_event(&mut deck, &id, "done");
    assert!(over["run_ms"].as_f64().unwrap() > 0.0, "{over}");
    let whole = deck.call("job", &json!({"id": id})).unwrap();
    assert_eq!(whole["payload"], json!({"id": 1}));
    assert_eq!(whole["result"], done["result"]);
    let told = deck.call("messages", &json!({"of": "work/1"})).unwrap();
    for message in told.as_array().unwrap() {
        assert_eq!(message["job"], id.as_str(), "{message}");
    }
    until("the pool counts it", || {
        let pool = pool(&mut deck);
        (pool["done"] == 1 && !pool["latency_ms"]["p50"].is_null()).then_some(())
    });
    assert!(deck.end().success());
}

#[test]
fn a_worker_that_dies_in_mid_job_costs_an_attempt_and_no_result() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("ran");
    let keys = "instances = 2\nrestart = { intensity = '100 in 30s', backoff = '10ms..10ms' }\n";
    let mut deck = deck(&folder, keys);
    let waits: Vec<u64> = (0..100)
        .map(|id| {
            let payload = json!({"id": id, "burn": 40, "note": note});
            let params = json!({"pool": "work", "payload": payload, "wait": true});
            deck.ask("submit", &params)
        })
        .collect();

    for _ in 0..10 {
        let running = deck.event("a job that runs", |event| {
            event["event"] == "job" && event["state"] == "running"
        });
        let worker = running["worker"].as_str().unwrap().to_owned();
        let job = deck.call("job", &json!({"id": running["job"]})).unwrap();
        let wanted = job["payload"]["id"].to_string();
        let has_begun = || {
            let ran = fs::read_to_string(&note).unwrap_or_default();
            ran.lines().any(|id| id == wanted)
        };
        until("the job has begun", || has_begun().then_some(()));
        if let Some(pid) = deck.ps(&worker)["pid"].as_u64() {
            kill(pid);
        }
        deck.state(&worker, "ready");
    }

    let mut attempts = 0;
    for (id, wait) in waits.into_iter().enumerate() {
        let done = deck.answer(wait).unwrap();
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!(done["result"]["id"], id);
        let job = deck.call("job", &json!({"id": done["job"]})).unwrap();
        attempts += job["attempts"].as_u64().unwrap();
    }
    let ran = fs::read_to_string(&note).unwrap().lines().count();
    assert!((100..=110).contains(&ran), "{ran} executions");
    assert!((101..=110).contains(&attempts), "{attempts} attempts");
    assert!(deck.end().success());
}

fn kill(pid: u64) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
    // It may have died of an earlier one meanwhile.
    let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
}

#[test]
fn a_job_that_kills_its_workers_is_dead_after_three() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let keys = "instances = 2\nretries = 20\nrestart = { intensity = '100 in 30s', backoff = '10ms..10ms' }\n";
    let mut deck = deck(&folder, keys);
    let poison = json!({"pool": "work", "payload": {"id": -1, "die": true}, "wait": true});
    let poison = deck.ask("submit", &poison);
    let waits: Vec<u64> = (0..100)
        .map(|id| {
            let params = json!({"pool": "work", "payload": {"id": id}, "wait": true});
            deck.ask("submit", &params)
        })
        .collect();

    for wait in waits {
        assert_eq!(deck.answer(wait).unwrap()["state"], "done");
    }
    let dead = deck.answer(poison).unwrap();
    assert_eq!(dead["state"], "dead", "{dead}");
    let causes = dead["causes"].as_array().unwrap();
    // On a machine that is busy a death may be seen later than the channel's end, which is no kill.
    let is_kill = |cause: &&Value| cause["error"].as_str().unwrap().contains("SIGKILL");
    assert_eq!(causes.iter().filter(is_kill).count(), 3, "{dead}");
    assert!(causes.len() <= 5, "{dead}");
    let pool = pool(&mut deck);
    assert_eq!((&pool["dead"], &pool["done"]), (&json!(1), &json!(100)));
    assert!(deck.end().success());
}

#[test]
fn a_job_that_takes_too_long_costs_its_worker_its_life() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = deck(&folder, "timeout = '300ms'\nretries = 1\n");
    deck.state("work/1", "ready");
    let first = deck.worker_pid("work/1");

    let dead = run(&mut deck, &json!({"id": 1, "hang": true}));

    assert_eq!(dead["state"], "dead", "{dead}");
    assert_eq!(dead["error"], "timed out after 300ms");
    assert_eq!(dead["causes"].as_array().unwrap().len(), 2);
    let done = run(&mut deck, &json!({"id": 2}));
    assert_eq!(done["state"], "done", "{done}");
    assert_ne!(deck.worker_pid("work/1"), first);
    assert!(deck.end().success());
}

#[test]
fn a_failed_job_is_tried_again_and_can_be_revived() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = deck(&folder, "retries = 2\n");

    let dead = run(&mut deck, &json!({"id": 1, "fail": "no luck"}));

    assert_eq!(dead["state"], "dead");
    assert_eq!(dead["error"], "no luck");
    let id = dead["job"].as_str().unwrap().to_owned();
    job_event(&mut deck, &id, "failed");
    job_event(&mut deck, &id, "scheduled");
    job_event(&mut deck, &id, "dead");
    let listed = deck
        .call("jobs", &json!({"pool": "work", "state": "dead"}))
        .unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    let revived = deck.call("retry", &json!({"id": id})).unwrap();
    assert_eq!(revived[0]["attempts"], 0, "{revived}");
    job_event(&mut deck, &id, "dead");
    deck.call("drop", &json!({"id": id})).unwrap();
    let gone = deck.call("job", &json!({"id": id})).unwrap_err();
    assert_eq!(gone["data"]["kind"], "no_such_job", "{gone}");
    assert!(deck.end().success());
}

#[test]
fn a_route_makes_jobs_of_messages_and_brings_the_answers_back() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("job.js"), JOB).unwrap();
    let fetch = "
    process.on('message', (m) => {
      if (m.by) console.log('back: ' + m.id + ' by ' + m.by);
      else process.send({ type: m.type, id: m.id });
    });
    ";
    fs::write(folder.path().join("fetch.js"), fetch).unwrap();
    let config = "
[pools.fetch]
script = 'fetch.js'
[pools.work]
script = 'job.js'
[[routes]]
from = 'fetch'
when = { '/type' = 'image' }
to = 'work'
as = 'job'
back = true
";
    let mut deck = Rpc::up(folder.path(), config);

    for (id, kind) in [(1, "text"), (2, "image")] {
        let message = json!({"type": kind, "id": id});
        deck.call("send", &json!({"to": "fetch", "message": message}))
            .unwrap();
    }

    // They are told in either order.
    let (mut back, mut counted) = (Value::Null, Value::Null);
    deck.event("the answer, printed, and the route's count", |event| {
        match event["event"].as_str() {
            Some("log") => back = event.clone(),
            Some("route") => counted = event.clone(),
            _ => {}
        }
        !back.is_null() && !counted.is_null()
    });
    assert_eq!(back["line"], "back: 2 by work/1", "{back}");
    assert_eq!(
        (&counted["from"], &counted["count"]),
        (&json!("fetch"), &json!(1)),
        "{counted}"
    );
    assert!(deck.end().success());
}

#[test]
fn a_deck_that_ends_in_order_keeps_its_jobs_for_the_next_one() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("job.js"), JOB).unwrap();
    let config = "
[deck]
store = 'store'
[pools.work]
script = 'job.js'
stop = { drain = '100ms', grace = '200ms' }
";
    let mut deck = Rpc::up(folder.path(), config);
    let running = submit(&mut deck, &json!({"id": 1, "burn": 60_000}));
    let waiting = submit(&mut deck, &json!({"id": 2}));
    job_event(&mut deck, &running, "running");
    assert!(deck.end().success());

    let mut next = Rpc::up(
        folder.path(),
        &config.replace(
            "[pools.work]",
            "[pools.work]\ntimeout = '200ms'\nretries = 0",
        ),
    );

    let again = job_event(&mut next, &running, "running");
    assert_eq!(again["attempts"], 1, "it was given back uncounted: {again}");
    assert_eq!(job_event(&mut next, &waiting, "done")["result"]["id"], 2);
    assert!(next.end().success());
}

#[test]
fn a_worker_finishes_its_job_before_it_is_stopped() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut deck = deck(&folder, "");
    let job = submit(&mut deck, &json!({"id": 1, "burn": 300}));
    job_event(&mut deck, &job, "running");

    deck.call("stop", &json!({"to": "work/1"})).unwrap();

    let over = job_event(&mut deck, &job, "done");
    assert_eq!(over["attempts"], 1, "{over}");
    let exit = deck.event("its exit", |event| event["event"] == "exit");
    assert!(exit["uptime_ms"].as_f64().unwrap() >= 300.0, "{exit}");
    assert!(deck.end().success());
}
