//! A worker or a pool whole: what the board does not hold, because it is read when somebody looks.

use std::time::Duration;

use crate::model::{
    Api, JobsSpec, ListenerView, MailboxSpec, OnDisconnect, PoolName, PoolSpec, Ready, RestartSpec,
    Runtime, Schedule, StopSpec, WorkerId,
};
use crate::wire::{HandleKind, Serialization};

/// What one worker is made of right now.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerDetail {
    /// Which worker.
    pub worker: WorkerId,
    /// What its pool is to be.
    pub pool: PoolDetail,
    /// Its process and all descendants, each after its parent; empty without a process.
    pub processes: Vec<ProcessView>,
    /// The buffers between it and the deck; none without a process.
    pub buffers: Option<Buffers>,
    /// Its environment by name: its process's, or the one that the next process would get.
    pub env: Vec<Variable>,
    /// Why the environment is not known.
    pub env_error: Option<String>,
    /// The handle that it was sent and has not acknowledged, and for how long: its mail waits for that.
    pub handle: Option<(HandleKind, Duration)>,
}

/// One process of a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessView {
    /// The process.
    pub pid: u32,
    /// Its parent; the worker's own process has the keeper, an orphan whoever took it.
    pub parent: u32,
    /// How many generations below the worker's own process it is.
    pub depth: usize,
    /// Its command line; its name where it has none.
    pub command: String,
    /// What the kernel says that it does: `sleeping`.
    pub state: Option<String>,
    /// How many threads it has.
    pub threads: Option<u32>,
    /// CPU of it alone, in percent of one core; none before it was measured twice.
    pub cpu_percent: Option<f32>,
    /// CPU time that it used in its life.
    pub cpu_time: Option<Duration>,
    /// Its resident memory.
    pub memory_bytes: Option<u64>,
}

/// The sizes in force, in bytes; 0 where the system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buffers {
    /// What the kernel keeps of messages in each direction.
    pub channel: usize,
    /// What it keeps of standard output.
    pub stdout: usize,
    /// What it keeps of standard error.
    pub stderr: usize,
}

/// An environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; none where the name says that it is a secret.
    pub value: Option<String>,
    /// Whether the pool or the deck sets it, and it is not merely inherited.
    pub is_own: bool,
}

/// What a pool is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolDetail {
    /// Which pool.
    pub pool: PoolName,
    /// Its command line, for people.
    pub command: String,
    /// The folder its workers start in.
    pub cwd: String,
    /// What executes them, where known.
    pub runtime: Option<Runtime>,
    /// How many workers it starts with.
    pub instances: u32,
    /// The longest message taken from a worker, in bytes.
    pub max_frame: usize,
    /// How messages are written.
    pub serialization: Serialization,
    /// Whether and how workers come back.
    pub restart: RestartSpec,
    /// How workers are ended.
    pub stop: StopSpec,
    /// When they are ready.
    pub ready: Ready,
    /// How long they have to get ready.
    pub ready_timeout: Duration,
    /// What they are written against.
    pub api: Api,
    /// Of cluster workers, who accepts connections.
    pub schedule: Schedule,
    /// What cluster workers listen on, oldest first.
    pub listeners: Vec<ListenerView>,
    /// How many messages wait for a worker.
    pub mailbox: MailboxSpec,
    /// After how long with unread bytes a worker counts as stalled.
    pub stall_after: Duration,
    /// What becomes of a worker that closes its channel and lives on.
    pub on_disconnect: OnDisconnect,
    /// How it takes jobs.
    pub jobs: JobsSpec,
    /// Where the deck listens for it, with real ports.
    pub listen: Vec<String>,
}

impl PoolDetail {
    /// What a pool is to be, with its command line.
    pub fn new(spec: &PoolSpec, command: String) -> Self {
        Self {
            pool: spec.name.clone(),
            command,
            cwd: spec.cwd.display().to_string(),
            runtime: spec.runtime,
            instances: spec.instances,
            max_frame: spec.max_frame,
            serialization: spec.serialization,
            restart: spec.restart.clone(),
            stop: spec.stop.clone(),
            ready: spec.ready,
            ready_timeout: spec.ready_timeout,
            api: spec.api,
            schedule: spec.schedule,
            listeners: Vec::new(),
            mailbox: spec.mailbox,
            stall_after: spec.stall_after,
            on_disconnect: spec.on_disconnect,
            jobs: spec.jobs.clone(),
            listen: spec.listen.iter().map(ToString::to_string).collect(),
        }
    }
}
