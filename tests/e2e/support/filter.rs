//! `forkdeck map` as a filter: lines go in, lines come out, and it ends by itself or by a signal.

use std::fs;
use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::wait::until;

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What a map did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// The results, sorted.
    pub(crate) fn sorted(&self) -> Vec<&str> {
        let mut lines: Vec<&str> = self.out.lines().collect();
        lines.sort_unstable();
        lines
    }

    /// The failures, in the order of their lines of the input.
    pub(crate) fn failures(&self) -> Vec<Value> {
        let objects = self.err.lines().filter(|line| line.starts_with('{'));
        let mut failures: Vec<Value> = objects
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        failures.sort_by_key(|failure| failure["line"].as_u64());
        failures
    }
}

/// Runs `forkdeck map ARG…` over an input to its end.
pub(crate) fn map(folder: &Path, args: &[&str], input: &str) -> Done {
    let mut filter = Filter::start(folder, args, Stdio::piped());
    let mut stdin = filter.input();
    let input = input.to_owned();
    // A map that ends early leaves the rest unread.
    thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let out = filter.rest();
    let code = filter.end();
    Done {
        code,
        out: out.join().unwrap(),
        err: filter.errors(),
    }
}

/// A map that runs. Dropped, it is killed, and its keeper ends its workers.
pub(crate) struct Filter {
    child: Child,
    errors: Arc<Mutex<Vec<u8>>>,
    reading: Option<thread::JoinHandle<()>>,
}

impl Filter {
    /// Starts `forkdeck map ARG…` in a folder.
    pub(crate) fn start(folder: &Path, args: &[&str], input: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_forkdeck"))
            .arg("map")
            .args(args)
            .current_dir(folder)
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let errors = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&errors);
        let reading = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut buffer) {
                kept.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self {
            child,
            errors,
            reading: Some(reading),
        }
    }

    /// A map whose input is a text again and again, as `yes` writes it, without end.
    pub(crate) fn endless(folder: &Path, args: &[&str], line: &'static str) -> Self {
        let mut filter = Self::start(folder, args, Stdio::piped());
        let mut input = filter.input();
        let block = format!("{line}\n").repeat(1000);
        thread::spawn(move || while input.write_all(block.as_bytes()).is_ok() {});
        filter
    }

    /// The end of its input to write to.
    pub(crate) fn input(&mut self) -> ChildStdin {
        self.child.stdin.take().unwrap()
    }

    /// The end of its output to read from.
    pub(crate) fn output(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.child.stdout.take().unwrap())
    }

    /// Reads its output to the end, aside.
    pub(crate) fn rest(&mut self) -> thread::JoinHandle<String> {
        let mut output = self.output();
        thread::spawn(move || {
            let mut out = String::new();
            output.read_to_string(&mut out).unwrap();
            out
        })
    }

    /// Its pid.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to standard error so far.
    pub(crate) fn errors(&self) -> String {
        String::from_utf8_lossy(&self.errors.lock().unwrap()).into_owned()
    }

    /// Waits until standard error has a line that begins like this, and returns the rest of it.
    pub(crate) fn says(&self, beginning: &str) -> String {
        until(beginning, || {
            let errors = self.errors();
            let (whole, _) = errors.rsplit_once('\n')?;
            let rest = whole.lines().find_map(|line| line.strip_prefix(beginning));
            rest.map(str::to_owned)
        })
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it ends, and all it wrote was read; its exit code.
    pub(crate) fn end(&mut self) -> Option<i32> {
        let child = &mut self.child;
        let status = until("the map ends", || child.try_wait().unwrap());
        if let Some(reading) = self.reading.take() {
            reading.join().unwrap();
        }
        status.code()
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
