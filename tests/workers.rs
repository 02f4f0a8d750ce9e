//! Each example worker, run by what runs it for real, over a socket pair on descriptor 3.
//!
//! What is not installed skips its test, unless `FORKDECK_TESTS=all` is set. Beside `PATH`, runtimes and packages are looked
//! for in `target/runtimes/node_modules` (`npm install --prefix target/runtimes bun deno sharp`).

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
use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::net::Shutdown;
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
fn a_worker_in_perl_answers() {
    run("perl", &["workers/process.pl"]);
}

#[test]
fn a_worker_in_rust_answers() {
    run(example("process").to_str().unwrap(), &[]);
}

#[test]
fn thumbnails_are_made_in_rust() {
    make_thumbnails(example("thumbnail").to_str().unwrap(), &[]);
}

#[test]
fn thumbnails_are_made_in_node() {
    let places = [
        "target/runtimes/node_modules/sharp",
        "workers/node_modules/sharp",
    ];
    if places.iter().any(|place| root().join(place).is_dir()) {
        make_thumbnails("node", &["workers/thumbnail.js"]);
    } else {
        skip("sharp");
    }
}

/// Runs a worker, asks it, and sees it end when its channel is closed.
fn run(program: &str, args: &[&str]) {
    let Some(mut worker) = Worker::start(program, args) else {
        return;
    };

    worker.write("{\"hello\":\"world\"}\n");
    let hello = worker.answer();
    assert!(hello["primes"].as_u64() > Some(400), "{hello}");

    // Two messages in one write, and one in two.
    worker.write("{\"n\":100}\n{\"n\":10}\n{\"n\"");
    assert_eq!(worker.answer()["primes"], 25);
    assert_eq!(worker.answer()["primes"], 4);
    worker.write(":2}\n");
    let last = worker.answer();
    assert_eq!([&last["n"], &last["primes"]], [&json!(2), &json!(1)]);

    worker.end();
}

/// Runs a worker that makes thumbnails, and has it make one of a picture and none of a text.
fn make_thumbnails(program: &str, args: &[&str]) {
    let Some(mut worker) = Worker::start(program, args) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let images = Command::new(example("images"))
        .arg(folder.path())
        .arg("1")
        .output()
        .unwrap();
    assert!(images.status.success(), "{images:?}");
    let job: Value = serde_json::from_slice(&images.stdout).unwrap();

    worker.write(&format!("{job}\n"));
    let made = worker.answer();
    assert_eq!(
        [&made["id"], &made["ok"]],
        [&json!(1), &json!(true)],
        "{made}"
    );
    let jpeg = fs::read(folder.path().join("thumbs/01.jpg")).unwrap();
    assert_eq!(made["bytes"], jpeg.len());
    let thumbnail = image::load_from_memory(&jpeg).unwrap();
    assert_eq!((thumbnail.width(), thumbnail.height()), (320, 240));
    assert_eq!(
        [&made["width"], &made["height"]],
        [&json!(320), &json!(240)]
    );

    let mut refused = job.clone();
    refused["source"] = json!("Cargo.toml");
    worker.write(&format!("{refused}\n"));
    let error = worker.answer();
    assert!(error["error"].is_string(), "{error}");
    assert_eq!(
        [&error["id"], &error["retryable"]],
        [&json!(1), &json!(false)]
    );

    let mut absent = job;
    absent["source"] = json!(folder.path().join("02.jpg"));
    worker.write(&format!("{absent}\n"));
    let error = worker.answer();
    assert!(error["error"].is_string(), "{error}");
    assert_eq!(error["retryable"], true, "the file may come");

    worker.end();
}

/// A worker that runs, and the parent's end of its channel.
struct Worker {
    child: Child,
    channel: UnixStream,
    lines: Lines<BufReader<UnixStream>>,
}

impl Worker {
    /// Starts a worker, or says that it cannot be had.
    fn start(program: &str, args: &[&str]) -> Option<Self> {
        let Some(program) = find(program) else {
            skip(program);
            return None;
        };
        let (channel, theirs) = UnixStream::pair().unwrap();
        channel.set_read_timeout(Some(DEADLINE)).unwrap();
        let child = spawn(&program, args, theirs.into());
        let lines = BufReader::new(channel.try_clone().unwrap()).lines();
        Some(Self {
            child,
            channel,
            lines,
        })
    }

    fn write(&mut self, text: &str) {
        self.channel.write_all(text.as_bytes()).unwrap();
    }

    fn answer(&mut self) -> Value {
        let line = self.lines.next();
        let line = line.expect("an answer before the end of the channel");
        serde_json::from_str(&line.expect("an answer in time")).unwrap()
    }

    /// Closes the channel and waits for the worker to end by itself, with success.
    fn end(mut self) {
        self.channel.shutdown(Shutdown::Write).unwrap();
        let more = self.lines.next();
        assert!(more.is_none(), "nothing follows the last answer");
        end(self.child);
    }
}

/// Leaves a test out for want of something, unless everything is wanted.
fn skip(wanted: &str) {
    assert!(
        env::var_os("FORKDECK_TESTS").is_none_or(|tests| tests != "all"),
        "{wanted} is not installed, and FORKDECK_TESTS=all wants it"
    );
    eprintln!("skipped: {wanted} is not installed");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An example's path: cargo builds examples beside the tests, in a sibling of the folder that this test is in.
fn example(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().unwrap().join("../examples").join(name)
}

/// Starts a program with the channel as descriptor 3: a shell moves it there from standard input.
fn spawn(program: &Path, args: &[&str], channel: OwnedFd) -> Child {
    Command::new("sh")
        .args(["-c", "exec \"$@\" 3<&0 0</dev/null", "sh"])
        .arg(program)
        .args(args)
        .current_dir(root())
        .env("NODE_PATH", root().join("target/runtimes/node_modules"))
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
    let runtimes = root().join("target/runtimes/node_modules/.bin");
    let path: OsString = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain([runtimes])
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
