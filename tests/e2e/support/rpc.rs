//! A headless deck driven over its standard input and output, as another program would.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::wait::{DEADLINE, until};

/// A deck that another program drives. Dropped, it is told to go down and waited for.
pub(crate) struct Rpc {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
    events: VecDeque<Value>,
    answers: Vec<Value>,
    last_id: u64,
}

impl Rpc {
    /// `forkdeck ARG…` with `--rpc` among them, in a folder. Subscribes to everything.
    pub(crate) fn start(folder: &Path, args: &[&str]) -> Self {
        let mut deck = Self::start_unsubscribed(folder, args);
        deck.call("subscribe", &json!({})).unwrap();
        deck
    }

    /// The same without a subscription.
    pub(crate) fn start_unsubscribed(folder: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_forkdeck"))
            .args(args)
            .current_dir(folder)
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = child.stdout.take().unwrap();
        let (told, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n') {
                let line = line.unwrap();
                let value = serde_json::from_slice(&line).unwrap_or_else(|error| {
                    json!({"not a protocol line": String::from_utf8_lossy(&line), "error": error.to_string()})
                });
                if told.send(value).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            input,
            lines,
            events: VecDeque::new(),
            answers: Vec::new(),
            last_id: 0,
        }
    }

    /// A deck from a config text.
    pub(crate) fn up(folder: &Path, config: &str) -> Self {
        std::fs::write(folder.join("forkdeck.toml"), config).unwrap();
        Self::start(folder, &["up", "--rpc"])
    }

    /// The deck's own pid.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes one line as it is.
    pub(crate) fn write(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
    }

    /// Sends a request without waiting; the id is for [`Rpc::answer`].
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.write(
            &json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string(),
        );
        id
    }

    /// Waits for the answer to a request: its result or its error.
    pub(crate) fn answer(&mut self, id: u64) -> Result<Value, Value> {
        let start = now();
        loop {
            if let Some(index) = self.answers.iter().position(|answer| answer["id"] == id) {
                let answer = self.answers.remove(index);
                return match answer.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(answer["result"].clone()),
                };
            }
            assert!(
                self.read(start),
                "no answer to request {id}; events so far: {:#?}",
                self.events
            );
        }
    }

    /// Asks and waits.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// The next event for which `wanted` holds; earlier ones are passed over.
    pub(crate) fn event(&mut self, what: &str, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        let start = now();
        let mut passed = Vec::new();
        loop {
            while let Some(event) = self.events.pop_front() {
                if wanted(&event) {
                    return event;
                }
                passed.push(event);
            }
            if !self.read(start) {
                let tail = passed.len().saturating_sub(30);
                panic!(
                    "no such event: {what}; the last ones: {:#?}",
                    &passed[tail..]
                );
            }
        }
    }

    /// The next `state` event of a worker with this state.
    pub(crate) fn state(&mut self, worker: &str, state: &str) -> Value {
        self.event(&format!("{worker} {state}"), |event| {
            event["event"] == "state" && event["worker"] == worker && event["state"] == state
        })
    }

    /// The `ps` object of a worker.
    pub(crate) fn ps(&mut self, worker: &str) -> Value {
        let all = self.call("ps", &json!({})).unwrap();
        let found = all
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["worker"] == worker);
        found
            .cloned()
            .unwrap_or_else(|| panic!("no {worker} in {all:#}"))
    }

    /// The pid of a worker that has a process.
    pub(crate) fn worker_pid(&mut self, worker: &str) -> u32 {
        let pid = self.ps(worker)["pid"].as_u64();
        u32::try_from(pid.unwrap_or_else(|| panic!("{worker} has no process"))).unwrap()
    }

    /// Sends a message to one worker and returns its reply.
    pub(crate) fn reply(&mut self, to: &str, message: &Value) -> Value {
        let params = json!({"to": to, "message": message, "wait": true, "timeout_ms": 20_000});
        let result = self.call("send", &params).unwrap();
        let replies = result["replies"].as_array().unwrap();
        assert_eq!(replies.len(), 1, "{result}");
        replies[0]["message"].clone()
    }

    /// Ends the deck's input, which means `down`, and waits for its end.
    pub(crate) fn end(mut self) -> ExitStatus {
        self.input = None;
        self.wait()
    }

    /// Waits until the deck is gone by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let child = &mut self.child;
        until("the deck ends", || child.try_wait().unwrap())
    }

    /// SIGKILL to the deck alone, reaped.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Takes one more line; answers whether there was one before the deadline.
    fn read(&mut self, start: Instant) -> bool {
        let left = DEADLINE
            .saturating_sub(start.elapsed())
            .max(Duration::from_millis(1));
        match self.lines.recv_timeout(left) {
            Ok(mut line) if line.get("method").is_some() => {
                self.events.push_back(line["params"].take());
                true
            }
            Ok(line) if line.get("id").is_some() => {
                self.answers.push(line);
                true
            }
            Ok(line) => panic!("not a protocol line: {line}"),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's deadline is real time")]
fn now() -> Instant {
    Instant::now()
}

impl Drop for Rpc {
    fn drop(&mut self) {
        self.input = None;
        let start = now();
        while self.child.try_wait().is_ok_and(|status| status.is_none()) {
            if start.elapsed() > DEADLINE {
                // Its keeper ends its workers.
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            thread::park_timeout(Duration::from_millis(5));
        }
    }
}
