//! What a deck is to be: its pools, and for each how its workers are made, restarted, stopped and bounded.
//!
//! The defaults are the ones of the config file.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::model::{JobsSpec, ListenSpec, PoolName, RouteSpec, Schedule, Signal, StoreSpec};
use crate::wire::{Message, Serialization};

/// A whole deck.
#[derive(Clone, Debug)]
pub struct DeckSpec {
    /// The deck's name, shown in the header.
    pub name: String,
    /// The pools in the order in which they start; names are unique.
    pub pools: Vec<PoolSpec>,
    /// How messages are forwarded between pools.
    pub routes: Vec<RouteSpec>,
    /// Where jobs live.
    pub store: StoreSpec,
    /// Whether messages are told and kept. Without, that ends with the first answer to a job: for a deck that nobody
    /// looks into.
    pub keeps_messages: bool,
}

impl DeckSpec {
    /// A deck of these pools, without routes and with its jobs in memory.
    pub fn new(name: impl Into<String>, pools: Vec<PoolSpec>) -> Self {
        Self {
            name: name.into(),
            pools,
            routes: Vec::new(),
            store: StoreSpec::default(),
            keeps_messages: true,
        }
    }
}

/// A named set of identical workers.
#[derive(Clone, Debug)]
pub struct PoolSpec {
    /// The pool's name.
    pub name: PoolName,
    /// How many workers it starts with.
    pub instances: u32,
    /// The program: a path, or a name to be found in `PATH`.
    pub program: OsString,
    /// The program's arguments.
    pub args: Vec<OsString>,
    /// What executes the program, where that is known.
    pub runtime: Option<Runtime>,
    /// The folder the workers start in.
    pub cwd: PathBuf,
    /// Environment variables beside the inherited ones.
    pub env: Vec<(OsString, OsString)>,
    /// A file of `NAME=value` lines, read at each start; never overrides a variable that is set.
    pub env_file: Option<PathBuf>,
    /// What links its workers to the deck. Default Node's fork channel.
    pub channel: ChannelKind,
    /// How messages are written on a fork channel. Default JSON.
    pub serialization: Serialization,
    /// What its workers' script is written for. Default `process.on("message")`.
    pub api: Api,
    /// Of cluster workers, who accepts connections. Default the deck, in turn.
    pub schedule: Schedule,
    /// The longest message taken from a worker, in bytes. Default 64 MiB.
    pub max_frame: usize,
    /// Whether and how workers come back.
    pub restart: RestartSpec,
    /// How workers are ended.
    pub stop: StopSpec,
    /// When a worker is ready. Default as soon as its process is there.
    pub ready: Ready,
    /// How long a process has to get ready; one that does not is taken down, which counts as a crash. Default 30 s.
    pub ready_timeout: Duration,
    /// How many messages wait for a worker.
    pub mailbox: MailboxSpec,
    /// After how long with unread bytes a worker counts as stalled. Default 250 ms.
    pub stall_after: Duration,
    /// What becomes of a worker that closes its channel and lives on.
    pub on_disconnect: OnDisconnect,
    /// How it takes jobs.
    pub jobs: JobsSpec,
    /// Where the deck listens for it: each new process gets the servers before anything else. Only over a fork channel.
    pub listen: Vec<ListenSpec>,
}

impl PoolSpec {
    /// A pool of one worker that runs `program` in `cwd`, everything else as by default.
    pub fn new(name: PoolName, program: impl Into<OsString>, cwd: impl Into<PathBuf>) -> Self {
        Self {
            name,
            instances: 1,
            program: program.into(),
            args: Vec::new(),
            runtime: None,
            cwd: cwd.into(),
            env: Vec::new(),
            env_file: None,
            channel: ChannelKind::default(),
            serialization: Serialization::default(),
            api: Api::default(),
            schedule: Schedule::default(),
            max_frame: 64 << 20,
            restart: RestartSpec::default(),
            stop: StopSpec::default(),
            ready: Ready::default(),
            ready_timeout: Duration::from_secs(30),
            mailbox: MailboxSpec::default(),
            stall_after: Duration::from_millis(250),
            on_disconnect: OnDisconnect::default(),
            jobs: JobsSpec::default(),
            listen: Vec::new(),
        }
    }
}

/// What links a worker to the deck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChannelKind {
    /// Node's fork channel: a socket on the descriptor that `NODE_CHANNEL_FD` names.
    #[default]
    Fork,
    /// Lines of JSON on its standard input and output, as of any filter; only standard error is its log.
    Stdio,
    /// Nothing: it takes neither messages nor jobs.
    None,
}

impl ChannelKind {
    /// Its name, in the config and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Stdio => "stdio",
            Self::None => "none",
        }
    }
}

/// What a worker's script is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Api {
    /// Node's `process.on("message")` and `process.send()`, or whatever else uses the channel by itself.
    #[default]
    Process,
    /// The Web Worker API: `onmessage` and `postMessage()`, supplied by a file that its runtime loads first.
    WebWorker,
    /// Node's `cluster`: the deck is the primary.
    Cluster,
}

impl Api {
    /// Its name, in the config and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::WebWorker => "web-worker",
            Self::Cluster => "cluster",
        }
    }
}

/// When a worker is ready.
///
/// Until then it is `starting`: its mail waits in the mailbox and it is given no job. What is not a client's does not
/// wait: the stop message, answers to handles, a cluster's own messages. So a worker that speaks only when it is spoken
/// to never gets ready by its first message; its time runs out, and that is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ready {
    /// As soon as its process is there.
    #[default]
    Spawn,
    /// With its first message, whatever it says; that message is told and routed as any other, but answers nothing.
    /// Without a channel as soon as its process is there.
    Message,
    /// Once it listens: of cluster workers.
    Listening,
}

impl Ready {
    /// Its name, in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spawn => "spawn",
            Self::Message => "message",
            Self::Listening => "listening",
        }
    }
}

/// What executes a worker's program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Runtime {
    /// Node.js.
    Node,
    /// Bun.
    Bun,
    /// Deno.
    Deno,
    /// Python 3.
    Python,
    /// A shell.
    Shell,
    /// forkdeck's own worker.
    Forkdeck,
}

impl Runtime {
    /// Its name, in JSON and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Bun => "bun",
            Self::Deno => "deno",
            Self::Python => "python",
            Self::Shell => "shell",
            Self::Forkdeck => "forkdeck",
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Runtime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Whether a worker that ended by itself is started again, and how soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestartSpec {
    /// After which exits. Default always.
    pub when: RestartWhen,
    /// How long to wait before each start. Default 100 ms doubling to 30 s.
    pub backoff: Backoff,
    /// How many restarts are too many. Default 5 in 30 s.
    pub intensity: Intensity,
    /// After how long a life the backoff starts anew. Default 10 s.
    pub healthy: Duration,
}

impl Default for RestartSpec {
    fn default() -> Self {
        Self {
            when: RestartWhen::Always,
            backoff: Backoff {
                first: Duration::from_millis(100),
                most: Duration::from_secs(30),
            },
            intensity: Intensity {
                restarts: 5,
                within: Duration::from_secs(30),
            },
            healthy: Duration::from_secs(10),
        }
    }
}

/// After which exits a worker is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RestartWhen {
    /// After every exit that was not asked for.
    #[default]
    Always,
    /// After every exit but a clean one.
    OnFailure,
    /// Never.
    Never,
}

/// The wait before a restart: `first`, doubled with each further one, `most` at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
}

impl Backoff {
    /// The wait before the restart that follows `earlier` restarts without a healthy life between.
    pub fn delay(self, earlier: u32) -> Duration {
        let factor = 1_u32.checked_shl(earlier.min(31)).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.most)
    }
}

/// Restart intensity, OTP's term: `restarts` within `within` are allowed, the next exit fails the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intensity {
    /// How many restarts are allowed.
    pub restarts: u32,
    /// Within how long.
    pub within: Duration,
}

/// How a worker is ended: the message where there is one, else the signal; with a message, the signal at half of the
/// grace; SIGKILL to the whole tree at its end. SIGCONT goes with each signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopSpec {
    /// The signal, sent to the worker's process group. Default SIGTERM.
    pub signal: Signal,
    /// How long the worker has from the first step. Default 5 s.
    pub grace: Duration,
    /// A message that tells the worker to end.
    pub message: Option<Message>,
    /// How long the jobs that it has may take before the first step. Default 30 s.
    pub drain: Duration,
}

impl Default for StopSpec {
    fn default() -> Self {
        Self {
            signal: Signal::TERM,
            grace: Duration::from_secs(5),
            message: None,
            drain: Duration::from_secs(30),
        }
    }
}

/// The bounds of a worker's mailbox; a full one refuses. An empty one takes any one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailboxSpec {
    /// How many messages. Default 10,000.
    pub capacity: usize,
    /// How many bytes in all. Default 16 MiB.
    pub bytes: usize,
}

impl Default for MailboxSpec {
    fn default() -> Self {
        Self {
            capacity: 10_000,
            bytes: 16 << 20,
        }
    }
}

/// What becomes of a worker that closes its channel and lives on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDisconnect {
    /// It is left alone, as Node's parent does.
    #[default]
    Keep,
    /// It is stopped, and the restart policy decides what follows.
    Stop,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_to_its_limit() {
        let backoff = RestartSpec::default().backoff;
        let delays: Vec<u128> = (0..10).map(|n| backoff.delay(n).as_millis()).collect();
        assert_eq!(
            delays,
            [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000]
        );
        assert_eq!(backoff.delay(u32::MAX), backoff.most);
    }
}
