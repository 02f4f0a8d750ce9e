//! What a deck tells its clients. Traffic and logs come in batches; `control` writes them one a line.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::model::{
    Envelope, Exit, Incarnation, JobFigures, JobId, JobState, Liveness, LogLine, MonoTime, Now,
    PoolName, Runtime, State, WallTime, WorkerId, WorkerJobs,
};
use crate::wire::{FaultKind, Message};

/// An event with the moment it was told.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped {
    /// When.
    pub now: Now,
    /// What.
    pub event: Event,
}

/// What happened. Clients fold events into a [`Board`](crate::model::Board).
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A worker's state; authoritative for every state.
    State(StateChanged),
    /// A pool's size and its jobs' figures.
    Pool(PoolChanged),
    /// A rolling restart of a pool went on to the next worker, or came to its end.
    Rolling(RollingChanged),
    /// A worker's process ended.
    Exit(Exited),
    /// Messages of one worker in the order in which they passed.
    Messages(Messages),
    /// A worker wrote something to its channel that is no message.
    FrameError(FrameFault),
    /// Lines of one worker's output in the order in which they were read.
    Logs(Logs),
    /// A bounded buffer had to let something go.
    Dropped(Dropped),
    /// One of a worker's ends opened or closed.
    Liveness(LivenessChanged),
    /// A stall lasts; at most once a second.
    Stalled(StalledFor),
    /// A worker's numbers, told when one of them changed.
    Sample(Sampled),
    /// What became of jobs, in order. The board does not fold these; they are told only while a client wants them.
    Jobs(Arc<[JobChanged]>),
    /// How much a route has forwarded.
    Route(RouteCounted),
    /// The deck's own numbers, once a second: the beat at which histories grow.
    Deck(DeckSampled),
    /// Somebody asked for `down`: every worker is being stopped, and the deck ends with the last one.
    Down,
}

/// Of [`Event::State`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChanged {
    /// Whose.
    pub worker: WorkerId,
    /// The state from now on.
    pub state: State,
    /// The process, where one lives.
    pub pid: Option<u32>,
    /// Which of the worker's processes.
    pub incarnation: Incarnation,
    /// How often the worker was started again.
    pub restarts: u32,
    /// What executes it, where known.
    pub runtime: Option<Runtime>,
    /// Why, in a few words.
    pub reason: Option<String>,
    /// When the state ends by itself: the restart after `backoff`, the kill after `stopping`.
    pub until: Option<MonoTime>,
    /// Restarts that count against the intensity now, of how many.
    pub budget: (u32, u32),
}

/// Of [`Event::Pool`]. Fewer instances than before remove the highest workers.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolChanged {
    /// Which pool.
    pub pool: PoolName,
    /// How many workers it has.
    pub instances: u32,
    /// How its jobs are doing; filled in by the driver.
    pub jobs: Box<JobFigures>,
}

impl PoolChanged {
    /// A pool of that size, its jobs' figures not filled in.
    pub fn sized(pool: PoolName, instances: u32) -> Self {
        Self {
            pool,
            instances,
            jobs: Box::default(),
        }
    }
}

/// Of [`Event::Rolling`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollingChanged {
    /// Which pool.
    pub pool: PoolName,
    /// Who is being restarted; none once it is over.
    pub worker: Option<WorkerId>,
    /// How many of the pool's workers were restarted.
    pub restarted: u32,
    /// How many of them are to be.
    pub of: u32,
    /// Why it ended before all of them were.
    pub error: Option<Arc<str>>,
}

/// One of [`Event::Jobs`].
#[derive(Clone, Debug, PartialEq)]
pub struct JobChanged {
    /// Which job.
    pub job: JobId,
    /// Its pool.
    pub pool: PoolName,
    /// What it is doing from now on, or `failed` for an attempt that is followed by another one.
    pub state: JobState,
    /// Who has it, or had it.
    pub worker: Option<WorkerId>,
    /// Attempts so far.
    pub attempts: u32,
    /// Why the attempt failed, or the job.
    pub error: Option<Arc<str>>,
    /// The answer.
    pub result: Option<Message>,
    /// From ready to given.
    pub wait: Option<Duration>,
    /// From given to answered.
    pub run: Option<Duration>,
}

/// Of [`Event::Route`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteCounted {
    /// Which of the deck's routes, from 0.
    pub route: usize,
    /// Whose messages it forwards.
    pub from: PoolName,
    /// Who gets them.
    pub to: PoolName,
    /// Messages it has forwarded.
    pub count: u64,
    /// Messages that it could not forward: the target took no more, or the way was too long.
    pub refused: u64,
}

/// Of [`Event::Exit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exited {
    /// When, on the deck's clock.
    pub now: Now,
    /// Whose process.
    pub worker: WorkerId,
    /// Which of the worker's processes.
    pub incarnation: Incarnation,
    /// Its pid; it may be another's by now.
    pub pid: u32,
    /// How it ended.
    pub exit: Exit,
    /// Whether it was asked for.
    pub planned: bool,
    /// Whether the grace ran out and SIGKILL was needed.
    pub escalated: bool,
    /// The cause in a sentence fragment: `killed by SIGKILL, not by us`.
    pub cause: Arc<str>,
    /// How long it lived.
    pub uptime: Duration,
}

/// Of [`Event::Messages`].
#[derive(Clone, Debug, PartialEq)]
pub struct Messages {
    /// Whose.
    pub worker: WorkerId,
    /// Which of its processes.
    pub incarnation: Incarnation,
    /// The messages, oldest first.
    pub envelopes: Arc<[Envelope]>,
}

/// Of [`Event::FrameError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameFault {
    /// Whose.
    pub worker: WorkerId,
    /// Which of its processes.
    pub incarnation: Incarnation,
    /// When it was found.
    pub at: WallTime,
    /// Its place among everything the deck saw.
    pub order: u64,
    /// What was wrong.
    pub kind: FaultKind,
    /// How many bytes it had: what was left of a truncated one, an invalid one with its newline, what was skipped of
    /// one that was too long.
    pub bytes: u64,
    /// Its first bytes, at most 32.
    pub head: Vec<u8>,
    /// What may be the matter.
    pub hint: Option<Cow<'static, str>>,
}

/// Of [`Event::Logs`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logs {
    /// Whose.
    pub worker: WorkerId,
    /// Which of its processes.
    pub incarnation: Incarnation,
    /// The lines, oldest first.
    pub lines: Arc<[LogLine]>,
}

/// Of [`Event::Dropped`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Whose.
    pub worker: WorkerId,
    /// What was let go.
    pub what: DroppedWhat,
    /// How many.
    pub count: u64,
}

/// What a bounded buffer let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DroppedWhat {
    /// Log lines.
    Log,
    /// Messages: refused ones are not meant, lost ones are.
    Message,
    /// Bodies of messages that were told without them.
    Body,
}

/// Of [`Event::Liveness`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivenessChanged {
    /// Whose.
    pub worker: WorkerId,
    /// Which of its processes.
    pub incarnation: Incarnation,
    /// The four facts from now on.
    pub liveness: Liveness,
    /// A descendant that holds an end open after the worker's exit, where known.
    pub held_by: Option<u32>,
}

/// Of [`Event::Stalled`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StalledFor {
    /// Whose.
    pub worker: WorkerId,
    /// For how long by now.
    pub stalled: Duration,
    /// How many bytes it has left unread.
    pub unread_bytes: u64,
}

/// Of [`Event::Sample`].
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// Whose.
    pub worker: WorkerId,
    /// CPU of the worker and its descendants in percent of one core; none before the second sample of a process.
    pub cpu_percent: Option<f32>,
    /// Resident memory of the worker and its descendants; none without a process.
    pub memory_bytes: Option<u64>,
    /// Messages in the mailbox.
    pub mailbox: u64,
    /// Bytes that the worker has not read.
    pub unread_bytes: u64,
    /// Jobs given to the worker and not yet answered.
    pub in_flight: u64,
    /// Messages given to the worker so far.
    pub sent: u64,
    /// Messages from the worker so far.
    pub received: u64,
    /// How it is doing with its jobs.
    pub jobs: Box<WorkerJobs>,
}

/// Of [`Event::Deck`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeckSampled {
    /// CPU of deck and keeper in percent of one core.
    pub cpu_percent: Option<f32>,
    /// Resident memory of deck and keeper.
    pub memory_bytes: u64,
    /// How late the deck's own timer ran, 99th percentile of the last minute, in microseconds.
    pub loop_p99_us: u64,
    /// Why the store of jobs cannot be written, while it cannot: nothing is accepted then.
    pub store_error: Option<Arc<str>>,
}

impl Event {
    /// The event's name in the control protocol.
    pub fn name(&self) -> &'static str {
        match self {
            Self::State(_) => "state",
            Self::Pool(_) => "pool",
            Self::Rolling(_) => "rolling",
            Self::Exit(_) => "exit",
            Self::Messages(_) => "message",
            Self::FrameError(_) => "frame_error",
            Self::Logs(_) => "log",
            Self::Dropped(_) => "dropped",
            Self::Liveness(_) => "liveness",
            Self::Stalled(_) => "stalled",
            Self::Sample(_) => "sample",
            Self::Jobs(_) => "job",
            Self::Route(_) => "route",
            Self::Deck(_) => "deck",
            Self::Down => "down",
        }
    }

    /// The worker it concerns, if it concerns one.
    pub fn worker(&self) -> Option<&WorkerId> {
        match self {
            Self::State(StateChanged { worker, .. })
            | Self::Exit(Exited { worker, .. })
            | Self::Messages(Messages { worker, .. })
            | Self::FrameError(FrameFault { worker, .. })
            | Self::Logs(Logs { worker, .. })
            | Self::Dropped(Dropped { worker, .. })
            | Self::Liveness(LivenessChanged { worker, .. })
            | Self::Stalled(StalledFor { worker, .. })
            | Self::Sample(Sampled { worker, .. }) => Some(worker),
            Self::Pool(_)
            | Self::Rolling(_)
            | Self::Jobs(_)
            | Self::Route(_)
            | Self::Deck(_)
            | Self::Down => None,
        }
    }
}
