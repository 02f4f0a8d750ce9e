//! What can only be seen in a process that does nothing else: its descriptors and its children.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use forkdeck::Fork;

use crate::support::{exists, next, reply, shell, until, within};

/// Runs one of the ignored tests in a process of its own.
fn run_alone(name: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--test-threads=1", name])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn descriptors() -> BTreeSet<String> {
    let names = std::fs::read_dir("/proc/self/fd").unwrap();
    names
        .map(|name| name.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn forks_leave_no_descriptor_and_no_zombie() {
    run_alone("alone::two_hundred_forks");
}

#[test]
#[ignore = "runs in a process of its own"]
fn two_hundred_forks() {
    runtime().block_on(async {
        let mut others = Command::new("sh").args(["-c", "exit 9"]).spawn().unwrap();
        let mut pids = Vec::new();
        let mut before = BTreeSet::new();
        for n in 0..200 {
            let mut child = shell("read -r n <&3; echo $n >&3")
                .silent(true)
                .spawn()
                .unwrap();
            child.send(&n).await.unwrap();
            assert_eq!(reply(&mut child).await, n);
            pids.push(child.pid());
            if n % 2 == 0 {
                within(child.wait()).await.unwrap();
                assert!(next(&mut child).await.is_none());
            }
            assert!(Fork::command("no-such-program").spawn().is_err());
            drop(child);
            if n == 9 {
                until("the first ten are gone", || {
                    !pids.iter().any(|&pid| exists(pid))
                })
                .await;
                before = descriptors();
            }
        }

        until("all are reaped", || !pids.iter().any(|&pid| exists(pid))).await;
        until("no descriptor is left", || {
            descriptors().len() <= before.len()
        })
        .await;
        // Whoever is not of the library is not reaped by it.
        assert_eq!(others.wait().unwrap().code(), Some(9));
    });
}

#[test]
fn a_failed_execution_is_told_while_descriptor_3_comes_and_goes() {
    run_alone("alone::descriptor_three");
}

#[test]
#[ignore = "runs in a process of its own"]
fn descriptor_three() {
    let third = File::open("/dev/null").unwrap();
    let runtime = runtime();
    runtime.block_on(async {
        if third.as_raw_fd() == 3 {
            drop(third);
            // Free from here on: a pipe of std's would be there.
            assert!(std::fs::symlink_metadata("/proc/self/fd/3").is_err());
        }
        for _ in 0..20 {
            let error = Fork::command("no-such-program").spawn().unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
            let mut child = shell("echo 1 >&3").spawn().unwrap();
            assert_eq!(reply(&mut child).await, 1);
        }
    });
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = std::io::pipe();
                std::thread::yield_now();
            }
        });
        runtime.block_on(async {
            for _ in 0..100 {
                let error = Fork::command("no-such-program").spawn().unwrap_err();
                assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error:?}");
            }
            let mut child = shell("echo 1 >&3").spawn().unwrap();
            assert_eq!(reply(&mut child).await, 1);
        });
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_child_outlives_the_runtime_it_was_forked_on() {
    let (process, pid) = runtime().block_on(async {
        let child = Fork::command("sleep").arg("1000").spawn().unwrap();
        (child.process(), child.pid())
    });

    assert!(exists(pid));
    assert!(runtime().block_on(process.wait()).is_err());
    assert!(process.kill(forkdeck::Signal::KILL));
}
