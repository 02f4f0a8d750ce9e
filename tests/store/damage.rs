//! A damaged database is set aside as it was found, and what can be read of it is not lost.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use forkdeck::jobs::Kept;
use forkdeck::jobs::store::{SetAside, Store, StoreError};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::{Dice, copy, done, id, insert, key, load, open, try_open};

const JOBS: u64 = 200;
const PAGE: usize = 4096;

/// A sound store with many jobs, and what is in it.
pub struct Sound {
    pub folder: TempDir,
    pub bytes: Vec<u8>,
    pub kept: Kept,
}

impl Sound {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(folder.path());
        let batch: Vec<_> = (0..JOBS)
            .flat_map(|n| [insert(n, &payload(n)), key(n)])
            .chain((0..JOBS / 2).map(done))
            .collect();
        store.commit(&batch).unwrap();
        drop(store);
        let kept = load(folder.path());
        let bytes = fs::read(folder.path().join("jobs.sqlite3")).unwrap();
        Self {
            folder,
            bytes,
            kept,
        }
    }

    /// Puts these bytes in the place of the database, opens it, and checks what always holds.
    fn open_as(&self, bytes: &[u8], what: &str) -> (Kept, Option<SetAside>) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("jobs.sqlite3"), bytes).unwrap();
        let plain = self.read_plainly(folder.path());

        let mut opening = match try_open(folder.path()) {
            Ok(opening) => opening,
            Err(error) => {
                // The version is all that can make it somebody else's.
                assert!(matches!(error, StoreError::Newer { .. }), "{what}: {error}");
                let left = fs::read(folder.path().join("jobs.sqlite3")).unwrap();
                assert!(left == bytes, "{what}");
                return (self.kept.clone(), None);
            }
        };

        let kept = opening.store.load().unwrap();
        let ours: HashMap<_, _> = kept.jobs.iter().map(|job| (job.id, job)).collect();
        for n in plain {
            assert!(ours.contains_key(&id(n)), "{what}: {n} could be read");
        }
        match &opening.set_aside {
            Some(set_aside) => {
                assert!(fs::read(&set_aside.path).unwrap() == bytes, "{what}");
                assert_eq!(set_aside.salvaged, kept.jobs.len(), "{what}");
                assert!(
                    set_aside.lost || kept.jobs.len() == self.kept.jobs.len(),
                    "{what}: {} jobs and no word",
                    kept.jobs.len()
                );
            }
            None => assert_eq!(kept.jobs.len(), self.kept.jobs.len(), "{what}"),
        }
        let set_aside = opening.set_aside.take();
        // What was salvaged is sound, and can be written.
        opening.store.commit(&[insert(9999, "1")]).unwrap();
        drop(opening);
        assert_eq!(load(folder.path()).jobs.len(), kept.jobs.len() + 1);
        (kept, set_aside)
    }

    /// The jobs that any reader gets from the file, up to the first error.
    fn read_plainly(&self, folder: &Path) -> Vec<u64> {
        let copied = tempfile::tempdir().unwrap();
        copy(folder, copied.path());
        let mut found = Vec::new();
        let connection = Connection::open(copied.path().join("jobs.sqlite3")).unwrap();
        let query = "SELECT id, payload, state, pool FROM jobs";
        let Ok(mut statement) = connection.prepare(query) else {
            return found;
        };
        let mut rows = statement.query([]).unwrap();
        while let Ok(Some(row)) = rows.next() {
            let Ok(bytes) = row.get::<_, [u8; 16]>(0) else {
                continue;
            };
            let jobs = &self.kept.jobs;
            let place = jobs.iter().position(|job| job.id.bytes() == bytes);
            let is_whole = place.is_some_and(|place| {
                let job = &jobs[place];
                let whole = [
                    job.payload.as_str(),
                    job.progress.state.as_str(),
                    job.pool.as_str(),
                ];
                (1..)
                    .zip(whole)
                    .all(|(at, text)| row.get_ref(at).is_ok_and(|v| v.as_str() == Ok(text)))
            });
            if is_whole {
                found.push(u64::try_from(place.unwrap()).unwrap());
            }
        }
        found
    }
}

pub fn payload(n: u64) -> String {
    format!("{{\"n\":{n},\"pad\":\"{}\"}}", "x".repeat(150))
}

/// Changes rows behind the store's back.
fn execute(folder: &Path, sql: &str) {
    let connection = Connection::open(folder.join("jobs.sqlite3")).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn any_wrong_byte_of_the_header_costs_no_job() {
    let sound = Sound::new();
    for at in 0..100 {
        let mut bytes = sound.bytes.clone();
        bytes[at] ^= 1 << (at % 8);

        let (kept, _) = sound.open_as(&bytes, &format!("byte {at}"));

        assert_eq!(kept.jobs, sound.kept.jobs, "byte {at}");
    }
}

#[test]
fn wrong_bytes_anywhere_are_survived() {
    let sound = Sound::new();
    let mut dice = Dice(1);
    for round in 0..100 {
        let mut bytes = sound.bytes.clone();
        let mut places = Vec::new();
        for _ in 0..=dice.below(4) {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
            places.push(at);
        }

        sound.open_as(&bytes, &format!("round {round}, bytes {places:?}"));
    }
}

#[test]
fn a_file_of_any_length_is_survived() {
    let sound = Sound::new();
    let mut dice = Dice(2);
    let mut lengths: Vec<_> = (0..40).map(|_| dice.below(sound.bytes.len())).collect();
    lengths.extend([0, 1, 99, 100, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE]);
    for length in lengths {
        let (_, set_aside) = sound.open_as(&sound.bytes[..length], &format!("{length} bytes"));

        assert!(set_aside.is_some(), "{length} bytes");
    }
}

#[test]
fn most_jobs_outlive_a_file_cut_in_half() {
    let sound = Sound::new();

    let (kept, set_aside) = sound.open_as(&sound.bytes[..sound.bytes.len() / 2], "half");

    assert!(set_aside.unwrap().lost);
    assert!(kept.jobs.len() > 50, "{}", kept.jobs.len());
}

#[test]
fn a_zeroed_page_costs_its_own_jobs_at_the_most() {
    let sound = Sound::new();
    let pages = sound.bytes.len() / PAGE;
    let mut empty = 0;
    for page in 0..pages {
        let mut bytes = sound.bytes.clone();
        bytes[page * PAGE..][..PAGE].fill(0);

        let (kept, _) = sound.open_as(&bytes, &format!("page {page}"));

        let lost = sound.kept.jobs.len() - kept.jobs.len();
        if kept.jobs.is_empty() {
            empty += 1;
        } else {
            assert!(lost < 30, "page {page}: {lost}");
        }
    }
    // Only the page from which all others are found.
    assert!(empty <= 1, "{empty}");
}

#[test]
fn what_is_no_database_is_kept() {
    let sound = Sound::new();
    let mut text = b"these are my notes\n".repeat(1000);
    let (kept, set_aside) = sound.open_as(&text, "notes");
    assert_eq!(kept, Kept::default());
    assert!(set_aside.unwrap().lost);

    text.truncate(20);
    assert!(sound.open_as(&text, "a short note").1.is_some());
}

#[test]
fn a_database_of_another_program_is_kept() {
    let sound = Sound::new();
    let other = tempfile::tempdir().unwrap();
    execute(
        other.path(),
        "CREATE TABLE notes (a); INSERT INTO notes VALUES (1);",
    );
    let bytes = fs::read(other.path().join("jobs.sqlite3")).unwrap();

    let (kept, set_aside) = sound.open_as(&bytes, "another program's");

    assert_eq!(kept, Kept::default());
    assert!(set_aside.unwrap().lost);
}

#[test]
fn unreadable_rows_cost_no_other() {
    // What a job cannot do without, and what it can.
    let columns = [
        ("payload = '{'", false),
        ("payload = ''", false),
        ("id = zeroblob(seq % 7)", false),
        ("state = 'lost'", false),
        ("pool = '/'", false),
        ("causes = '{}'", true),
        ("worker = 'resize'", true),
        ("attempts = -1", true),
        ("priority = 256", true),
        ("wait_us = -1", true),
        ("result = cast(x'ff' AS TEXT)", true),
        ("key = cast(x'ff' AS TEXT)", true),
    ];
    for (column, is_spared) in columns {
        let sound = Sound::new();
        execute(
            sound.folder.path(),
            &format!("UPDATE jobs SET {column} WHERE seq IN (1, 100)"),
        );

        let mut opening = try_open(sound.folder.path()).unwrap();

        let set_aside = opening.set_aside.unwrap();
        assert!(set_aside.lost, "{column}");
        let mut kept = opening.store.load().unwrap();
        assert_eq!(set_aside.salvaged, kept.jobs.len(), "{column}");
        if is_spared {
            assert_eq!(kept.jobs[99].payload, sound.kept.jobs[99].payload);
            kept.jobs.remove(99);
            kept.jobs.remove(0);
        }
        assert_eq!(kept.jobs[..98], sound.kept.jobs[1..99], "{column}");
        assert_eq!(kept.jobs[98..], sound.kept.jobs[100..], "{column}");
        assert_eq!(kept.keys, sound.kept.keys, "{column}");
    }
}

#[test]
fn two_damaged_files_do_not_take_each_others_name() {
    let sound = Sound::new();
    let database = sound.folder.path().join("jobs.sqlite3");
    let aside = |bytes: &str| {
        fs::write(&database, bytes).unwrap();
        let opening = try_open(sound.folder.path()).unwrap();
        opening.set_aside.unwrap().path
    };

    let first = aside("first");
    let second = aside("second");

    assert_eq!(
        first.file_name().unwrap(),
        "jobs.sqlite3.damaged-20260131T120000Z"
    );
    assert_eq!(fs::read_to_string(first).unwrap(), "first");
    assert_eq!(fs::read_to_string(second).unwrap(), "second");
}

#[test]
fn a_salvage_that_was_cut_short_is_finished() {
    let sound = Sound::new();
    let path = |name: &str| sound.folder.path().join(name);
    fs::copy(path("jobs.sqlite3"), path("jobs.sqlite3.salvaged")).unwrap();
    fs::write(path("jobs.sqlite3"), "damaged").unwrap();
    fs::write(path("jobs.sqlite3.new"), "half").unwrap();

    let mut opening = try_open(sound.folder.path()).unwrap();

    assert_eq!(opening.store.load().unwrap(), sound.kept);
    let set_aside = opening.set_aside.unwrap();
    assert_eq!(set_aside.salvaged, 200);
    assert_eq!(fs::read_to_string(set_aside.path).unwrap(), "damaged");
}
