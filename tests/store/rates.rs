//! How fast a store is, to be read by people: `cargo test --release --test store rates -- --ignored --nocapture`.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use forkdeck::jobs::Record;
use forkdeck::jobs::store::Store;

use crate::support::{insert, load, open};

fn print(line: impl Display) {
    writeln!(io::stdout().lock(), "{line}").unwrap();
}

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn now() -> Instant {
    Instant::now()
}

/// How often something was done in about half a second, a second.
fn rate(mut act: impl FnMut(u64)) -> f64 {
    let started = now();
    let mut count = 0_u32;
    while started.elapsed() < Duration::from_millis(500) {
        act(u64::from(count));
        count += 1;
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}

fn payload(n: u64) -> String {
    format!("{{\"n\":{n},\"pad\":\"{}\"}}", "x".repeat(240))
}

fn jobs(first: u64, count: u64) -> Vec<Record> {
    (first..first + count)
        .map(|n| insert(n, &payload(n)))
        .collect()
}

#[test]
#[ignore = "prints rates"]
fn commits_by_batch_next_to_a_raw_log() {
    print("batch | jobs/s raw fdatasync | jobs/s stored | commits/s stored");
    for size in [1_u64, 10, 100, 1000] {
        let folder = tempfile::tempdir().unwrap();
        let mut log = File::create(folder.path().join("raw")).unwrap();
        let bytes = payload(0).repeat(usize::try_from(size).unwrap());
        let raw = rate(|_| {
            log.write_all(bytes.as_bytes()).unwrap();
            log.sync_data().unwrap();
        });
        let mut store = open(folder.path());
        let stored = rate(|n| store.commit(&jobs(n * size, size)).unwrap());
        let each = f64::from(u32::try_from(size).unwrap());
        print(format_args!(
            "{size} | {:.0} | {:.0} | {stored:.0}",
            raw * each,
            stored * each
        ));
    }
}

#[test]
#[ignore = "takes long, prints times"]
fn a_start_with_many_jobs() {
    let count = std::env::var("FORKDECK_TEST_JOBS").map_or(1_000_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let started = now();
    for first in (0..count).step_by(1000) {
        store.commit(&jobs(first, 1000)).unwrap();
    }
    print(format_args!(
        "{count} jobs written in {:?}",
        started.elapsed()
    ));
    drop(store);

    let started = now();
    let kept = load(folder.path());
    print(format_args!("opened and loaded in {:?}", started.elapsed()));

    assert_eq!(u64::try_from(kept.jobs.len()).unwrap(), count);
    let size = folder.path().join("jobs.sqlite3").metadata().unwrap().len();
    print(format_args!("{} MiB on disk", size >> 20));
}
