//! Nothing outlives a deck, however it, its keeper or a worker ends.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use forkdeck::model::{Exit, Signal};
use forkdeck::process::Report;
use rustix::process::{Pid, Signal as Raw, kill_process};

use crate::support::{Rig, is_alive, pids_in, stubborn, until, until_gone};

/// Names the folder for [`a_deck_of_its_own`], which is a deck only when it is set.
const FOLDER: &str = "KEEPER_TEST_FOLDER";

/// What the worker of [`a_deck_of_its_own`] runs.
const SCRIPT: &str = "KEEPER_TEST_SCRIPT";

#[tokio::test]
async fn an_orderly_end_leaves_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = Rig::start();
    rig.shell(&stubborn(folder.path())).await;
    rig.spawned().await;
    let mut pids = pids_in(folder.path(), 5).await;
    pids.push(rig.keeper);

    rig.end();

    let left: Vec<&u32> = pids.iter().filter(|&&pid| is_alive(pid)).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_killed_tree_leaves_nobody_and_others_alone() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut rig = Rig::start();
    let worker = rig.shell(&stubborn(one.path())).await;
    rig.spawned().await;
    rig.shell(&stubborn(other.path())).await;
    rig.spawned().await;
    let pids = pids_in(one.path(), 5).await;
    let others = pids_in(other.path(), 5).await;

    rig.signal(&worker, Signal::KILL, true).await;

    assert!(matches!(
        rig.exited().await,
        Exit::Signal {
            signal: Signal::KILL,
            ..
        }
    ));
    until_gone(&pids).await;
    assert!(others.iter().all(|&pid| is_alive(pid)));
}

#[tokio::test]
async fn what_a_dead_worker_left_is_still_its_tree() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = Rig::start();
    let worker = rig.shell(&stubborn(folder.path())).await;
    let pid = rig.spawned().await;
    let pids = pids_in(folder.path(), 5).await;
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Raw::KILL).unwrap();
    rig.exited().await;
    assert_eq!(pids.iter().filter(|&&pid| is_alive(pid)).count(), 4);

    rig.signal(&worker, Signal::KILL, true).await;

    until_gone(&pids).await;
}

#[tokio::test]
async fn a_killed_deck_leaves_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (mut deck, keeper, _lines) = start_deck(folder.path(), &stubborn(folder.path()));
    let mut pids = pids_in(folder.path(), 5).await;
    pids.push(keeper);

    deck.end();

    until_gone(&pids).await;
}

#[tokio::test]
async fn a_killed_keeper_leaves_nobody_and_the_deck_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut deck, keeper, lines) = start_deck(folder.path(), &stubborn(folder.path()));
    let pids = pids_in(folder.path(), 5).await;

    kill_process(Pid::from_raw(keeper.cast_signed()).unwrap(), Raw::KILL).unwrap();

    let told = lines
        .map(Result::unwrap)
        .find(|line| line.contains("gone "))
        .unwrap();
    // The deck looked for itself at the moment it was told.
    assert!(told.contains("the keeper is gone"), "{told}");
    let left: Vec<&u32> = pids.iter().filter(|&&pid| is_alive(pid)).collect();
    assert!(left.is_empty(), "{left:?}");
    deck.end();
}

/// Each process forks an heir into a session of its own and ends at once; for 20 seconds at most.
const COMET: &str = "exec perl -MPOSIX -e 'my $end = time + 20; open(my $f, \">\", \"FOLDER/started\"); print $f $$; \
    close $f; while (time < $end) { my $p = fork; exit if $p; POSIX::setsid(); }'";

#[tokio::test]
async fn a_process_that_forks_away_from_every_kill_is_caught() {
    let folder = tempfile::tempdir().unwrap();
    let script = COMET.replace("FOLDER", &folder.path().display().to_string());
    let (mut deck, keeper, _lines) = start_deck(folder.path(), &script);
    pids_in(folder.path(), 1).await;

    deck.end();

    until_gone(&[keeper]).await;
    // One look can miss an heir that is just being born.
    let heirs: Vec<String> = (0..20).flat_map(|_| marked(keeper)).collect();
    assert!(heirs.is_empty(), "{heirs:?}");
}

/// Thirty lines of processes, each of which lives a millisecond and leaves one heir, half of them in sessions of their
/// own; never more than some sixty at once, and for 20 seconds at most.
const STORM: &str = "for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do \
    perl -MPOSIX -e 'my $end = time + 20; while (time < $end) { my $p = fork; exit if $p || !defined $p; \
    POSIX::setsid() if $n++ % 2; select(undef, undef, undef, 0.001); }' & done; echo $$ > FOLDER/started; exec sleep 100";

#[tokio::test]
async fn a_storm_of_forks_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let script = STORM.replace("FOLDER", &folder.path().display().to_string());
    let (mut deck, keeper, _lines) = start_deck(folder.path(), &script);
    until("the storm rages", || marked(keeper).len() >= 20).await;

    deck.end();

    until_gone(&[keeper]).await;
    let heirs: Vec<String> = (0..20).flat_map(|_| marked(keeper)).collect();
    assert!(heirs.is_empty(), "{heirs:?}");
}

#[tokio::test]
async fn a_storm_of_forks_is_one_tree() {
    let folder = tempfile::tempdir().unwrap();
    let script = STORM.replace("FOLDER", &folder.path().display().to_string());
    let mut rig = Rig::start();
    let worker = rig.shell(&script).await;
    rig.spawned().await;
    let keeper = rig.keeper;
    until("the storm rages", || marked(keeper).len() >= 20).await;

    rig.signal(&worker, Signal::KILL, true).await;

    rig.exited().await;
    // One look can miss an heir that is just being born.
    until("nobody is left", || {
        (0..20).all(|_| marked(keeper).is_empty())
    })
    .await;
}

/// Every process with that keeper's mark.
fn marked(keeper: u32) -> Vec<String> {
    let mark = format!("FORKDECK_PROCESS={keeper}.");
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let environment = std::fs::read(path.join("environ")).ok()?;
            String::from_utf8_lossy(&environment)
                .contains(&mark)
                .then(|| path.display().to_string())
        })
        .collect()
}

/// Runs [`a_deck_of_its_own`] in another process; returns it, its keeper's pid and what it prints.
fn start_deck(
    folder: &Path,
    script: &str,
) -> (
    Deck,
    u32,
    impl Iterator<Item = std::io::Result<String>> + use<>,
) {
    let mut deck = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "deaths::a_deck_of_its_own",
            "--nocapture",
            "--ignored",
        ])
        .env(FOLDER, folder)
        .env(SCRIPT, script)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(deck.stdout.take().unwrap()).lines();
    let keeper = lines
        .by_ref()
        .map(Result::unwrap)
        .find_map(|line| line.split_once("keeper ")?.1.parse().ok())
        .unwrap();
    (Deck(deck), keeper, lines)
}

/// Never survives its test.
struct Deck(Child);

impl Deck {
    fn end(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Deck {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
#[ignore = "a part of other tests, to be killed"]
#[expect(clippy::print_stdout, reason = "it talks to its parent")]
async fn a_deck_of_its_own() {
    if std::env::var_os(FOLDER).is_none() {
        return;
    }
    let mut rig = Rig::start();
    rig.shell(&std::env::var(SCRIPT).unwrap()).await;
    println!("\nkeeper {}", rig.keeper);
    rig.spawned().await;
    loop {
        if let Report::Gone { reason } = rig.wait().await {
            println!("\ngone {reason}");
            return;
        }
    }
}
