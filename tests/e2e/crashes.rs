//! A durable deck killed at any moment: what it accepted is done, and told once.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use crate::support::{Proc, Rpc, until};
use serde_json::{Value, json};

/// How often the deck is killed.
const KILLS: u64 = 100;

/// How many jobs are under way at a time.
const WINDOW: usize = 16;

/// A worker that starts in a millisecond: it notes each job that it does, and answers with its number.
const WORKER: &str = r#"#!/bin/sh
exec <&3
while read -r job; do
  echo "$job" >> ran
  echo "{\"did\":$job}" >&3
done
"#;

const CONFIG: &str = "
[deck]
store = 'store'
[pools.work]
command = ['./work.sh']
instances = 3
retries = 1000
";

/// What the submitter knows.
#[derive(Default)]
struct Submitter {
    next: u64,
    /// The number of each job that was accepted.
    accepted: HashMap<String, u64>,
    /// Which jobs were answered, and in which life of the deck.
    answered: HashMap<String, u64>,
}

impl Submitter {
    /// Keeps jobs under way until so many events were told, then kills the deck.
    fn live(&mut self, folder: &Path, life: u64, events: u64) {
        let mut deck = Rpc::start(folder, &["up", "--rpc"]);
        let deck_process = Proc::find(deck.pid()).unwrap();
        let family = |pid| Proc::descendants(pid);
        let mut open: HashSet<String> = HashSet::new();
        for _ in 0..events {
            while open.len() < WINDOW {
                self.next += 1;
                let params = json!({"pool": "work", "payload": self.next});
                let job = deck.call("submit", &params).unwrap()["job"].clone();
                let job = job.as_str().unwrap().to_owned();
                assert!(self.accepted.insert(job.clone(), self.next).is_none());
                open.insert(job);
            }
            let done = deck.event("a job that is done", |event| {
                event["event"] == "job" && event["state"] == "done"
            });
            self.note(&done, life);
            open.remove(done["job"].as_str().unwrap());
        }
        let left = family(deck_process.pid);
        deck.kill();
        until("nothing of the deck is left", || {
            (!left.iter().any(Proc::is_alive)).then_some(())
        });
    }

    /// A job was told to be done: it was accepted, does what it should, and is told for the first time.
    fn note(&mut self, done: &Value, life: u64) {
        let job = done["job"].as_str().unwrap().to_owned();
        // The deck may have died between keeping a job and saying so.
        let Some(number) = self.accepted.get(&job) else {
            return;
        };
        assert_eq!(done["result"], json!({ "did": number }), "{done}");
        let before = self.answered.insert(job.clone(), life);
        assert_eq!(before, None, "{job} was answered twice");
    }
}

#[test]
fn a_deck_that_is_killed_loses_no_job_and_answers_none_twice() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("work.sh");
    fs::write(&script, WORKER).unwrap();
    make_executable(&script);
    fs::write(folder.path().join("forkdeck.toml"), CONFIG).unwrap();
    let mut submitter = Submitter::default();
    let mut ran = Vec::new();

    for life in 0..KILLS {
        // As good as random, and the same each time.
        let events = (life * 7919) % 23;
        submitter.live(folder.path(), life, events);
        ran.push(take_notes(folder.path()));
    }

    let mut deck = Rpc::start(folder.path(), &["up", "--rpc"]);
    until("every job is done", || {
        let pools = deck.call("pools", &json!({})).unwrap();
        let pool = &pools[0];
        assert_eq!(pool["dead"], 0, "{pool}");
        (pool["queue"] == 0 && pool["in_flight"] == 0).then_some(())
    });
    for (job, number) in &submitter.accepted {
        let kept = deck.call("job", &json!({"id": job})).unwrap();
        assert_eq!(kept["state"], "done", "{kept}");
        assert_eq!(kept["result"], json!({ "did": number }), "{kept}");
    }
    assert!(deck.end().success());
    ran.push(take_notes(folder.path()));
    assert!(
        submitter.accepted.len() > 1000,
        "{}",
        submitter.accepted.len()
    );
    check_executions(&submitter, &ran);
}

/// Each job ran; one whose end was told ran in no later life, and none ran twice in one.
fn check_executions(submitter: &Submitter, ran: &[Vec<u64>]) {
    for (job, number) in &submitter.accepted {
        let lives: Vec<usize> = (0..ran.len())
            .filter(|life| ran[*life].contains(number))
            .collect();
        assert!(!lives.is_empty(), "{job} never ran");
        if let Some(told) = submitter.answered.get(job) {
            let last = *lives.last().unwrap() as u64;
            assert!(
                last <= *told,
                "{job} ran in life {last}, after it was answered in {told}"
            );
        }
    }
    for (life, ran) in ran.iter().enumerate() {
        let distinct: HashSet<&u64> = ran.iter().collect();
        assert_eq!(distinct.len(), ran.len(), "life {life} ran a job twice");
    }
}

/// The numbers of the jobs that ran since the last call.
fn take_notes(folder: &Path) -> Vec<u64> {
    let ran = folder.join("ran");
    let text = fs::read_to_string(&ran).unwrap_or_default();
    let _ = fs::remove_file(&ran);
    text.lines().map(|line| line.parse().unwrap()).collect()
}

fn make_executable(script: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
}
