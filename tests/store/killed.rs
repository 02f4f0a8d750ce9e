//! A store whose process is killed at any moment: what was acknowledged is there whole.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use forkdeck::jobs::store::{Store, StoreError};
use forkdeck::jobs::{Kept, Record};
use forkdeck::model::JobState;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::damage::Sound;
use crate::support::{Dice, done, insert, key, open, try_open};

/// Names the store's folder to a child; without it a child's part is not played.
const FOLDER: &str = "FORKDECK_TEST_STORE";

const KILLS: usize = 100;

/// Jobs in a batch.
const SIZE: u64 = 5;

/// Batch `n` brings new jobs and a key, and ends those of the batch before it.
fn batch(n: u64) -> Vec<Record> {
    let first = n * SIZE;
    let mut records = vec![key(first)];
    records.extend((first..first + SIZE).map(|n| insert(n, &format!("{{\"n\":{n}}}"))));
    if n > 0 {
        records.extend((first - SIZE..first).map(done));
    }
    records
}

/// How many batches there are, each of them whole.
fn whole_batches(kept: &Kept) -> u64 {
    let jobs = u64::try_from(kept.jobs.len()).unwrap();
    assert_eq!(jobs % SIZE, 0, "a batch was torn");
    let batches = jobs / SIZE;
    for (n, job) in (0..).zip(&kept.jobs) {
        let is_last = n / SIZE == batches - 1;
        let state = if is_last {
            JobState::Ready
        } else {
            JobState::Done
        };
        assert_eq!(job.progress.state, state, "job {n} of {jobs}");
        assert_eq!(job.payload.as_str(), format!("{{\"n\":{n}}}"));
    }
    assert_eq!(u64::try_from(kept.keys.len()).unwrap(), batches);
    batches
}

/// This binary once more, for one part only. A part starts nothing, so there are never more than two processes.
fn play(part: &str, folder: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args([
            "--exact",
            part,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Lets a moment pass that no clock knows.
fn spin(turns: usize) {
    for turn in 0..turns {
        std::hint::black_box(turn);
    }
}

fn say(line: &str) {
    let mut out = io::stdout().lock();
    writeln!(out, "\nsaid {line}").unwrap();
    out.flush().unwrap();
}

/// What a child says until it is gone.
fn said(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("said ").map(str::to_owned))
}

#[test]
#[ignore = "the part of a child"]
fn a_child_commits_until_it_is_killed() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    let mut store = open(Path::new(&folder));
    let first = whole_batches(&store.load().unwrap());
    for n in first..first + 10_000 {
        store.commit(&batch(n)).unwrap();
        say(&n.to_string());
    }
}

#[test]
fn what_was_acknowledged_outlives_kill_9_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(3);
    let mut acknowledged = 0;
    for round in 0..KILLS {
        let mut child = play("killed::a_child_commits_until_it_is_killed", folder.path())
            .spawn()
            .unwrap();
        let mut lines = said(&mut child);
        // The first line says that the store was opened, so that each round gets further.
        for _ in 0..=dice.below(20) {
            acknowledged = 1 + lines.next().unwrap().parse::<u64>().unwrap();
        }
        spin(dice.below(300_000));

        child.kill().unwrap();

        acknowledged = lines
            .last()
            .map_or(acknowledged, |line| 1 + line.parse::<u64>().unwrap());
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        let found = whole_batches(&open(folder.path()).load().unwrap());
        assert!(
            found == acknowledged || found == acknowledged + 1,
            "round {round}: {found} batches, {acknowledged} acknowledged"
        );
    }
    assert!(acknowledged > 30, "{acknowledged}");
}

#[test]
#[ignore = "the part of a child"]
fn a_child_opens_a_damaged_store() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    say("now");
    try_open(Path::new(&folder)).unwrap();
    say("opened");
}

#[test]
fn kill_9_at_any_moment_of_a_salvage_costs_no_job() {
    let sound = Sound::new();
    let mut damaged = sound.bytes.clone();
    damaged[..100].fill(0);
    let mut dice = Dice(6);
    let mut cut_short = 0;
    for round in 0..25 {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("jobs.sqlite3"), &damaged).unwrap();
        let mut child = play("killed::a_child_opens_a_damaged_store", folder.path())
            .spawn()
            .unwrap();
        let mut lines = said(&mut child);
        assert_eq!(lines.next().unwrap(), "now");
        spin(dice.below(4_000_000));

        child.kill().unwrap();
        child.wait().unwrap();
        cut_short += usize::from(lines.next().is_none());

        let kept = try_open(folder.path()).unwrap().store.load().unwrap();
        assert_eq!(kept.jobs, sound.kept.jobs, "round {round}");
        let is_kept = fs::read_dir(folder.path()).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            path.to_string_lossy().contains(".damaged-") && fs::read(path).unwrap() == damaged
        });
        assert!(is_kept, "round {round}");
    }
    assert!(cut_short > 0, "every child was through");
}

#[test]
#[ignore = "the part of a child"]
fn a_child_writes_until_its_files_may_not_grow() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    let mut store = open(Path::new(&folder));
    store.commit(&batch(0)).unwrap();
    let large: Vec<_> = (100..110)
        .map(|n| insert(n, &format!("\"{}\"", "x".repeat(100_000))))
        .collect();
    let most = getrlimit(Resource::Fsize).maximum;
    let limit = |current| {
        let limit = Rlimit {
            current,
            maximum: most,
        };
        setrlimit(Resource::Fsize, limit).unwrap();
    };

    limit(Some(300_000));
    for _ in 0..3 {
        let error = store.commit(&large).unwrap_err();
        assert!(matches!(error, StoreError::Write { .. }), "{error}");
        assert!(error.to_string().contains("jobs.sqlite3"), "{error}");
    }
    limit(most);
    store.commit(&large).unwrap();
    assert_eq!(store.load().unwrap().jobs.len(), 15);
    say("through");
}

#[test]
fn a_write_that_fails_is_taken_when_it_can_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let part = play(
        "killed::a_child_writes_until_its_files_may_not_grow",
        folder.path(),
    );
    // A shell makes the child outlive the signal that goes with the limit.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
        .arg(part.get_program())
        .args(part.get_args())
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();

    let lines: Vec<_> = said(&mut child).collect();

    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(lines, ["through"], "{stderr}");
    assert_eq!(open(folder.path()).load().unwrap().jobs.len(), 15);
}

#[test]
fn a_lock_that_was_left_behind_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = play("killed::a_child_commits_until_it_is_killed", folder.path())
        .spawn()
        .unwrap();
    let mut lines = said(&mut child);
    lines.next().unwrap();

    let taken = try_open(folder.path()).unwrap_err();
    let pid = child.id();
    child.kill().unwrap();
    child.wait().unwrap();

    assert!(
        matches!(taken, StoreError::Taken { pid: holder, .. } if holder == pid),
        "{taken}"
    );
    let lock = fs::read_to_string(folder.path().join("lock")).unwrap();
    assert!(lock.starts_with(&pid.to_string()), "{lock}");
    open(folder.path());
}
