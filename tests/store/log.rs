//! A write-ahead log that a killed deck left behind, and what happened to it since.

use std::fs;
use std::path::PathBuf;

use forkdeck::jobs::store::Store;
use forkdeck::jobs::{Kept, Record};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::damage::{Sound, payload};
use crate::support::{Dice, copy, id, insert, load, open, try_open};

/// A folder as a killed deck leaves it: with a log that holds what the database does not.
fn unclean() -> (TempDir, Kept) {
    let sound = Sound::new();
    let mut store = open(sound.folder.path());
    store
        .commit(&[insert(500, "500"), Record::Remove(id(3))])
        .unwrap();
    let left = tempfile::tempdir().unwrap();
    copy(sound.folder.path(), left.path());
    let kept = store.load().unwrap();
    (left, kept)
}

fn file(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

#[test]
fn what_is_only_in_the_log_is_kept() {
    let (left, kept) = unclean();

    assert_eq!(load(left.path()), kept);
}

#[test]
fn a_log_that_is_gone_is_missed() {
    for is_emptied in [false, true] {
        let (left, _) = unclean();
        if is_emptied {
            fs::write(file(&left, "jobs.sqlite3-wal"), "").unwrap();
        } else {
            fs::remove_file(file(&left, "jobs.sqlite3-wal")).unwrap();
        }
        let before = fs::read(file(&left, "jobs.sqlite3")).unwrap();

        let opening = try_open(left.path()).unwrap();

        let set_aside = opening.set_aside.unwrap();
        assert!(set_aside.lost);
        assert_eq!(set_aside.salvaged, 200);
        assert!(fs::read(&set_aside.path).unwrap() == before);
        drop(opening.store);
        assert_eq!(load(left.path()).jobs.len(), 200);
    }
}

/// B5.
#[test]
fn looking_into_a_killed_decks_store_does_it_no_harm() {
    let (left, kept) = unclean();
    let database = file(&left, "jobs.sqlite3");
    fs::remove_file(file(&left, "jobs.sqlite3-shm")).unwrap();
    let person = Connection::open(&database).unwrap();
    let jobs = person.query_row("SELECT count(*) FROM readable", [], |row| row.get(0));
    assert_eq!(jobs, Ok(200));
    drop(person);
    assert!(!file(&left, "jobs.sqlite3-wal").exists());

    let mut store = open(left.path());
    assert_eq!(store.load().unwrap(), kept);
    store.commit(&[insert(600, "600")]).unwrap();

    // And what comes later is missed as ever.
    let later = tempfile::tempdir().unwrap();
    copy(left.path(), later.path());
    fs::remove_file(file(&later, "jobs.sqlite3-wal")).unwrap();
    assert!(try_open(later.path()).unwrap().set_aside.is_some());
}

#[test]
fn a_log_that_was_cut_between_two_batches_is_missed() {
    let folder = with_long_log();
    let log = file(&folder, "jobs.sqlite3-wal");
    let bytes = fs::read(&log).unwrap();
    // A header of 32 bytes, then pages, each after 24 bytes that say in the second word whether a batch ends with it.
    let frames = bytes[32..].chunks(24 + 4096).enumerate();
    let ends = frames.filter(|(_, frame)| frame[4..8] != [0; 4]);
    let ends: Vec<_> = ends.map(|(at, _)| 32 + (at + 1) * (24 + 4096)).collect();
    fs::write(&log, &bytes[..ends[ends.len() - 3]]).unwrap();

    let mut opening = try_open(folder.path()).unwrap();

    let set_aside = opening.set_aside.unwrap();
    assert!(set_aside.lost);
    assert!(set_aside.reason.contains("cut short"), "{set_aside}");
    assert_eq!(opening.store.load().unwrap().jobs.len(), 18);
}

#[test]
fn a_database_that_is_gone_leaves_its_log() {
    let (left, _) = unclean();
    let log = fs::read(file(&left, "jobs.sqlite3-wal")).unwrap();
    fs::remove_file(file(&left, "jobs.sqlite3")).unwrap();

    let opening = try_open(left.path()).unwrap();

    let set_aside = opening.set_aside.unwrap();
    assert!(set_aside.lost);
    let aside = format!("{}-wal", set_aside.path.display());
    assert!(fs::read(aside).unwrap() == log);
}

#[test]
fn a_garbage_header_costs_nothing_that_is_in_the_log() {
    let (left, kept) = unclean();
    let mut bytes = fs::read(file(&left, "jobs.sqlite3")).unwrap();
    bytes[..100].fill(0xaa);
    fs::write(file(&left, "jobs.sqlite3"), &bytes).unwrap();

    let mut opening = try_open(left.path()).unwrap();

    assert!(opening.set_aside.is_some());
    assert_eq!(opening.store.load().unwrap(), kept);
}

/// A folder as a killed deck leaves it, after many batches that are only in the log.
fn with_long_log() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    for n in 0..20 {
        store.commit(&[insert(n, &payload(n))]).unwrap();
    }
    let left = tempfile::tempdir().unwrap();
    copy(folder.path(), left.path());
    left
}

#[test]
fn a_wrong_byte_in_the_log_is_seen_where_it_costs_an_acknowledged_batch() {
    let folder = with_long_log();
    let log = fs::read(file(&folder, "jobs.sqlite3-wal")).unwrap();
    let mut dice = Dice(4);
    for round in 0..60 {
        let mut bytes = log.clone();
        let at = dice.below(bytes.len());
        bytes[at] ^= 1 << dice.below(8);
        let left = tempfile::tempdir().unwrap();
        copy(folder.path(), left.path());
        fs::write(file(&left, "jobs.sqlite3-wal"), &bytes).unwrap();

        let mut opening = try_open(left.path()).unwrap();

        let jobs = opening.store.load().unwrap().jobs.len();
        if let Some(set_aside) = opening.set_aside {
            let aside = format!("{}-wal", set_aside.path.display());
            let aside = fs::read(aside).unwrap();
            assert!(aside == bytes, "round {round}, byte {at}");
        } else {
            assert_eq!(jobs, 20, "round {round}, byte {at}");
        }
    }
}

#[test]
fn after_a_loss_of_power_a_wrong_byte_is_seen_unless_the_last_batch_may_be_torn() {
    let folder = with_long_log();
    // The number of batches need not be on the disk.
    fs::write(file(&folder, "lock"), "1\nlog\n3\n").unwrap();
    let log = fs::read(file(&folder, "jobs.sqlite3-wal")).unwrap();
    let mut dice = Dice(6);
    for round in 0..30 {
        let mut bytes = log.clone();
        let at = dice.below(bytes.len());
        bytes[at] ^= 1 << dice.below(8);
        let left = tempfile::tempdir().unwrap();
        copy(folder.path(), left.path());
        fs::write(file(&left, "jobs.sqlite3-wal"), &bytes).unwrap();

        let mut opening = try_open(left.path()).unwrap();

        let jobs = opening.store.load().unwrap().jobs.len();
        assert!(
            opening.set_aside.is_some() || jobs >= 19,
            "round {round}, byte {at}: {jobs}"
        );
    }
}

#[test]
fn a_log_cut_anywhere_leaves_whole_batches() {
    let folder = with_long_log();
    let log = fs::read(file(&folder, "jobs.sqlite3-wal")).unwrap();
    let mut dice = Dice(5);
    for round in 0..20 {
        let length = dice.below(log.len());
        let left = tempfile::tempdir().unwrap();
        copy(folder.path(), left.path());
        fs::write(file(&left, "jobs.sqlite3-wal"), &log[..length]).unwrap();

        let mut opening = try_open(left.path()).unwrap();

        let jobs = opening.store.load().unwrap().jobs;
        for (n, job) in (0..).zip(&jobs) {
            assert_eq!(
                job.payload.as_str(),
                payload(n),
                "round {round}, {length} bytes"
            );
        }
    }
}
