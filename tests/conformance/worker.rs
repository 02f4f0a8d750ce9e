//! One worker of one runtime under a deck of its own.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::row::Row;
use crate::rpc::Rpc;
use crate::wait::runtime;

/// What runs a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Runtime {
    Node,
    Bun,
    Deno,
    Python,
    Sh,
}

impl Runtime {
    /// All, in the order of the table's columns.
    pub(crate) const ALL: [Self; 5] = [Self::Node, Self::Bun, Self::Deno, Self::Python, Self::Sh];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Bun => "bun",
            Self::Deno => "deno",
            Self::Python => "python3",
            Self::Sh => "sh",
        }
    }

    /// Where it is, if it is installed.
    pub(crate) fn program(self) -> Option<PathBuf> {
        runtime(self.name())
    }

    /// Its command line for a script.
    pub(crate) fn command(self, program: &Path, script: &str) -> Vec<String> {
        let mut command = vec![program.to_str().unwrap().to_owned()];
        if self == Self::Deno {
            command.extend(["run".to_owned(), "-A".to_owned()]);
        }
        command.push(script.to_owned());
        command
    }
}

/// A worker `w/1` that is not started again, and its deck.
pub(crate) struct Worker {
    pub(crate) runtime: Runtime,
    pub(crate) deck: Rpc,
    _folder: TempDir,
}

/// What was told of a worker until its end.
#[derive(Debug, Default)]
pub(crate) struct Life {
    pub(crate) messages: Vec<Value>,
    pub(crate) faults: Vec<Value>,
    pub(crate) logs: Vec<String>,
    /// `{"code":0}` or `{"signal":"SIGKILL"}`.
    pub(crate) exit: Value,
}

impl Worker {
    /// Starts a script as its row wants it.
    pub(crate) fn start(runtime: Runtime, program: &Path, script: &str, row: &Row) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = match runtime {
            Runtime::Node | Runtime::Bun | Runtime::Deno => "w.cjs",
            Runtime::Python => "w.py",
            Runtime::Sh => "w.sh",
        };
        fs::write(folder.path().join(name), script).unwrap();
        let config = format!(
            "[pools.w]\ncommand = {}\nrestart = {{ when = \"never\" }}\nmailbox = {{ capacity = 50_000, bytes = \"64MiB\" }}\n\
             env = {}\n{}",
            json!(runtime.command(program, name)),
            python_env(),
            row.config
        );
        fs::write(folder.path().join("forkdeck.toml"), config).unwrap();
        let mut deck = Rpc::start_unsubscribed(folder.path(), &["up", "--rpc"]);
        let mut events = vec!["state", "exit", "frame_error", "log", "liveness", "stalled"];
        if !row.is_quiet {
            events.push("message");
        }
        deck.call("subscribe", &json!({"events": events, "internal": true}))
            .unwrap();
        Self {
            runtime,
            deck,
            _folder: folder,
        }
    }

    /// Sends a message and waits for its reply.
    pub(crate) fn ask(&mut self, message: &Value) -> Value {
        self.deck.reply("w/1", message)
    }

    /// Sends a message.
    pub(crate) fn tell(&mut self, message: &Value) {
        let params = json!({"to": "w/1", "message": message});
        self.deck.call("send", &params).unwrap();
    }

    /// How many messages came from it.
    pub(crate) fn received(&mut self) -> u64 {
        self.deck.ps("w/1")["received"].as_u64().unwrap()
    }

    /// The next message that comes from it.
    pub(crate) fn message(&mut self) -> Value {
        let mut event = self.deck.event("a message from the worker", is_from_worker);
        event["message"].take()
    }

    /// The next line of its channel that was no message.
    pub(crate) fn fault(&mut self) -> Value {
        self.deck
            .event("a frame error", |event| is_of(event, "frame_error"))
    }

    /// Closes its channel, as `child.disconnect()` does.
    pub(crate) fn disconnect(&mut self) {
        self.deck.call("disconnect", &json!({"to": "w/1"})).unwrap();
    }

    /// All that is told of it until its end.
    pub(crate) fn life(&mut self) -> Life {
        let mut life = Life::default();
        let exit = self.deck.event("the worker's end", |event| {
            if is_from_worker(event) {
                life.messages.push(event["message"].clone());
            } else if is_of(event, "frame_error") {
                life.faults.push(event.clone());
            } else if is_of(event, "log") {
                life.logs.push(event["line"].as_str().unwrap().to_owned());
            }
            is_of(event, "exit")
        });
        life.exit = match exit.get("code") {
            Some(code) => json!({"code": code}),
            None => json!({"signal": exit["signal"]}),
        };
        life
    }

    /// Waits for its end and answers how it was.
    pub(crate) fn exit(&mut self) -> Value {
        self.life().exit
    }
}

/// The environment in which python finds `forkdeck.py`, for a config.
pub(crate) fn python_env() -> String {
    let workers = Path::new(env!("CARGO_MANIFEST_DIR")).join("workers");
    format!(
        "{{ PYTHONPATH = {}, PYTHONDONTWRITEBYTECODE = \"1\" }}",
        json!(workers)
    )
}

fn is_of(event: &Value, name: &str) -> bool {
    event["event"] == name && event["worker"] == "w/1"
}

fn is_from_worker(event: &Value) -> bool {
    is_of(event, "message") && event["direction"] == "in" && event["internal"] != true
}
