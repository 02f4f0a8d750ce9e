//! `forkdeck map` needs bounded memory, however large its jobs and results are and whoever is stuck.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Filter, folder, memory, until};

/// A job, or a result, of 2 MB.
fn large() -> String {
    format!("\"{}\"\n", "0123456789".repeat(200_000))
}

/// Waits until a number has not changed for a second, and returns it.
#[expect(
    clippy::disallowed_methods,
    reason = "what stands still does so in real time"
)]
fn settled(what: &str, number: impl Fn() -> usize) -> usize {
    let mut last = (number(), Instant::now());
    until(what, || {
        let now = number();
        if now != last.0 {
            last = (now, Instant::now());
        }
        (last.1.elapsed() > Duration::from_secs(1) && now > 0).then_some(now)
    })
}

#[test]
fn a_stuck_worker_stops_the_reading_of_large_jobs() {
    let worker = "read -r n <&3; echo stuck; while :; do sleep 1; done";
    let folder = folder(&[("stuck.sh", worker)]);
    let mut filter = Filter::start(folder.path(), &["-n", "1", "stuck.sh"], Stdio::piped());
    let mut input = filter.input();
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let job = large();
    thread::spawn(move || {
        while input.write_all(job.as_bytes()).is_ok() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });

    let jobs = settled("nothing more is read", || written.load(Ordering::Relaxed));

    // 64 MiB are 33 jobs; one more is being read, and one waits for room.
    assert!(jobs <= 36, "{jobs} jobs were read");
    let bytes = memory(filter.pid());
    assert!(bytes < 192 << 20, "{bytes} bytes");
}

#[test]
fn a_stuck_reader_stops_jobs_with_large_results() {
    let worker = "while read -r n <&3; do echo $n; cat large >&3; done";
    let folder = folder(&[("large.sh", worker), ("large", &large())]);
    for order in [&[][..], &["--ordered"]] {
        let args = [&["-n", "2"], order, &["large.sh"]].concat();
        let mut filter = Filter::endless(folder.path(), &args, "1");

        settled("no more jobs are done", || filter.errors().lines().count());

        let bytes = memory(filter.pid());
        assert!(bytes < 256 << 20, "{order:?}: {bytes} bytes");
        drop(filter.output());
        assert_eq!(filter.end(), Some(0), "{}", filter.errors());
    }
}

#[test]
fn a_stuck_first_job_stops_an_ordered_map_with_large_results() {
    let worker = "while read -r n <&3; do
        echo $n
        [ $n = 1 ] && until [ -e go ]; do sleep 0.05; done
        cat large >&3
    done";
    let folder = folder(&[("large.sh", worker), ("large", &large())]);
    let args = ["-n", "2", "--ordered", "large.sh"];
    let mut filter = Filter::start(folder.path(), &args, Stdio::piped());
    let jobs: Vec<String> = (1..=100).map(|job: u32| job.to_string()).collect();
    filter
        .input()
        .write_all(jobs.join("\n").as_bytes())
        .unwrap();

    settled("no more jobs are done", || filter.errors().lines().count());
    let bytes = memory(filter.pid());
    fs::write(folder.path().join("go"), "").unwrap();

    assert!(bytes < 192 << 20, "{bytes} bytes");
    let out = filter.rest().join().unwrap();
    assert_eq!(filter.end(), Some(0), "{}", filter.errors());
    assert_eq!(out.lines().count(), 100);
}
