//! How a pool takes jobs, and how messages are forwarded between pools.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::model::{Backoff, PoolName};
use crate::wire::Pointer;

/// How a pool takes jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct JobsSpec {
    /// How many jobs a worker has at once. Default 1.
    pub concurrency: u32,
    /// Which free worker gets the next job. Default the least busy.
    pub dispatch: Dispatch,
    /// How a reply is told. Default the next message.
    pub reply: ReplyRule,
    /// A reply with something at this place is a failure.
    pub failed_when: Option<Pointer>,
    /// How long a worker has for a job; for ever unless given.
    pub timeout: Option<Duration>,
    /// Attempts after the first. Default 3.
    pub retries: u32,
    /// How long to wait before them, about. Default 1 s doubling to 10 min.
    pub retry_backoff: Backoff,
    /// How many priorities there are, from 0. Default 10.
    pub priority_levels: u8,
    /// How fast jobs are given out at the most.
    pub rate: Option<Rate>,
    /// How many jobs wait.
    pub queue: QueueSpec,
    /// How many finished jobs are kept to be looked at.
    pub keep: KeepSpec,
}

impl JobsSpec {
    /// The priority of a job that names none.
    pub fn default_priority(&self) -> u8 {
        self.priority_levels / 2
    }
}

impl Default for JobsSpec {
    fn default() -> Self {
        Self {
            concurrency: 1,
            dispatch: Dispatch::default(),
            reply: ReplyRule::default(),
            failed_when: None,
            timeout: None,
            retries: 3,
            retry_backoff: Backoff {
                first: Duration::from_secs(1),
                most: Duration::from_mins(10),
            },
            priority_levels: 10,
            rate: None,
            queue: QueueSpec::default(),
            keep: KeepSpec::default(),
        }
    }
}

/// Which free worker gets the next job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dispatch {
    /// The one with the fewest jobs, of these the one that has been without longest.
    #[default]
    LeastBusy,
    /// One after the other by number.
    RoundRobin,
    /// Jobs with the same value at this place go to the same worker.
    Hash(Pointer),
}

/// How a worker's message is told to be the reply to a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReplyRule {
    /// The worker's next message answers the oldest job that it has.
    #[default]
    Next,
    /// It has the same value at this place as the job.
    Id(Pointer),
    /// There is none: a job is done when it is written.
    None,
}

/// So many in so long a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In how long; never zero.
    pub per: Duration,
}

/// The bounds of a pool's queue. An empty one takes any one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueSpec {
    /// How many jobs. Default 100,000.
    pub capacity: usize,
    /// How many bytes in all. Default 64 MiB.
    pub bytes: usize,
    /// What becomes of a job that does not fit.
    pub when_full: WhenFull,
}

impl Default for QueueSpec {
    fn default() -> Self {
        Self {
            capacity: 100_000,
            bytes: 64 << 20,
            when_full: WhenFull::default(),
        }
    }
}

/// What becomes of a job for which the queue has no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// It is refused, with the time after which to try again.
    #[default]
    Reject,
    /// It is accepted once there is room; until then its submitter is not read from.
    Block,
}

/// How long, how many and how much of finished jobs is kept; the oldest go first. Dead jobs are kept for ever, within
/// the same count and bytes of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepSpec {
    /// For how long. Default an hour.
    pub time: Duration,
    /// How many. Default 10,000.
    pub count: usize,
    /// How many bytes of payloads and results. Default 16 MiB.
    pub bytes: usize,
}

impl KeepSpec {
    /// Keeps nothing but what somebody still waits for.
    pub const NOTHING: Self = Self {
        time: Duration::ZERO,
        count: 0,
        bytes: 0,
    };
}

impl Default for KeepSpec {
    fn default() -> Self {
        Self {
            time: Duration::from_hours(1),
            count: 10_000,
            bytes: 16 << 20,
        }
    }
}

/// A rule that forwards messages of one pool to another. It takes nothing away from other views.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteSpec {
    /// Whose messages.
    pub from: PoolName,
    /// Only those that have these values at these places.
    pub when: Vec<(Pointer, Value)>,
    /// Who gets them.
    pub to: PoolName,
    /// How.
    pub form: RouteForm,
    /// Whether the answer goes to the worker that sent the message.
    pub back: bool,
}

/// How a route forwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RouteForm {
    /// As a message to one worker.
    #[default]
    Message,
    /// As a job.
    Job,
}

impl RouteForm {
    /// The word for it, as in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Job => "job",
        }
    }
}

/// Where jobs live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StoreSpec {
    /// In memory: they end with the deck.
    #[default]
    Memory,
    /// In this folder: they survive the deck.
    Folder(PathBuf),
}
