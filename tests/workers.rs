//! Each example worker, run by what runs it for real, over a socket pair on descriptor 3.
//!
//! A runtime that is not installed skips its test, unless `FORKDECK_TESTS=all` is set. Beside `PATH`, runtimes are looked for
//! in `target/runtimes/node_modules/.bin` (`npm install --prefix target/runtimes bun deno`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a worker that cannot be run fails its test; one that is skipped says so"
)]

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// How long anything may take; a debug build on a busy machine is slow.
const DEADLINE: Duration = Duration::from_mins(1);

#[test]
fn the_founding_example_runs_unmodified_under_node() {
    run("node", &["workers/process.js"]);
}

#[test]
fn the_founding_example_runs_unmodified_under_bun() {
    run("bun", &["workers/process.js"]);
}

#[test]
fn the_founding_example_runs_unmodified_under_deno() {
    run("deno", &["run", "--allow-all", "workers/process.js"]);
}

#[test]
fn a_worker_in_python_answers() {
    run("python3", &["workers/process.py"]);
}

#[test]
fn a_worker_in_plain_sh_answers() {
    run("sh", &["workers/process.sh"]);
}

#[test]
fn a_worker_in_rust_answers() {
    // Cargo builds examples beside the tests, in a sibling of the folder that this test is in.
    let tests = env::current_exe().unwrap();
    let example = tests.parent().unwrap().join("../examples/process");
    run(example.to_str().unwrap(), &[]);
}

/// Runs a worker, asks it, and sees it end when its channel is closed.
fn run(program: &str, args: &[&str]) {
    let Some(program) = find(program) else {
        assert!(
            env::var_os("FORKDECK_TESTS").is_none_or(|tests| tests != "all"),
            "{program} is not installed, and FORKDECK_TESTS=all wants it"
        );
        eprintln!("skipped: {program} is not installed");
        return;
    };
    let (mut channel, theirs) = UnixStream::pair().unwrap();
    channel.set_read_timeout(Some(DEADLINE)).unwrap();
    let child = spawn(&program, args, theirs.into());
    let mut lines = BufReader::new(channel.try_clone().unwrap()).lines();
    let mut answer = || -> Value {
        let line = lines
            .next()
            .expect("an answer before the end of the channel");
        serde_json::from_str(&line.expect("an answer in time")).unwrap()
    };

    channel.write_all(b"{\"hello\":\"world\"}\n").unwrap();
    let hello = answer();
    assert!(hello["primes"].as_u64() > Some(400), "{hello}");

    // Two messages in one write, and one in two.
    channel
        .write_all(b"{\"n\":100}\n{\"n\":10}\n{\"n\"")
        .unwrap();
    assert_eq!(answer()["primes"], 25);
    assert_eq!(answer()["primes"], 4);
    channel.write_all(b":2}\n").unwrap();
    let last = answer();
    assert_eq!([&last["n"], &last["primes"]], [&json!(2), &json!(1)]);

    channel.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(lines.next().is_none(), "nothing follows the last answer");
    end(child);
}

/// Starts a program with the channel as descriptor 3: a shell moves it there from standard input.
fn spawn(program: &Path, args: &[&str], channel: OwnedFd) -> Child {
    Command::new("sh")
        .args(["-c", "exec \"$@\" 3<&0 0</dev/null", "sh"])
        .arg(program)
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NODE_CHANNEL_FD", "3")
        .env("NODE_CHANNEL_SERIALIZATION_MODE", "json")
        .stdin(Stdio::from(channel))
        .spawn()
        .unwrap()
}

/// Waits for a worker to end by itself, with success.
fn end(mut child: Child) {
    let (told, ended) = mpsc::channel();
    let pid = rustix::process::Pid::from_child(&child);
    thread::spawn(move || told.send(child.wait()));
    let Ok(status) = ended.recv_timeout(DEADLINE) else {
        // It was not waited for yet, so its pid is still its own.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        panic!("the worker lives on after the end of its channel");
    };
    assert!(status.unwrap().success(), "the worker failed");
}

/// Finds a program by path, in `PATH`, or among the runtimes that tests may install.
fn find(program: &str) -> Option<PathBuf> {
    let runtimes = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/runtimes/node_modules/.bin");
    let path: OsString = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain([runtimes])
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
