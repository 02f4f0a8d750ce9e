//! What is kept of jobs, as a log of changes.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{Cause, JobId, JobState, PoolName, WallTime, WorkerId};
use crate::wire::Message;

/// One change to what is kept. A batch of them is kept whole or not at all.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A new job.
    Insert(Box<StoredJob>),
    /// A job's progress; replaces all of it.
    Update {
        /// Which job; it was inserted before.
        job: JobId,
        /// What became of it.
        progress: Box<Progress>,
    },
    /// A job is forgotten.
    Remove(JobId),
    /// An idempotency key is taken by a job.
    Key {
        /// In which pool.
        pool: PoolName,
        /// The key.
        key: Arc<str>,
        /// By which job.
        job: JobId,
        /// Until when.
        until: WallTime,
    },
    /// An idempotency key is free again.
    ForgetKey {
        /// In which pool.
        pool: PoolName,
        /// The key.
        key: Arc<str>,
    },
    /// A pool is paused or goes on.
    Paused {
        /// Which pool.
        pool: PoolName,
        /// Whether it is paused.
        paused: bool,
    },
}

/// A job as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredJob {
    /// Its id.
    pub id: JobId,
    /// The pool that is to do it.
    pub pool: PoolName,
    /// The message that a worker gets.
    pub payload: Message,
    /// Its idempotency key.
    pub key: Option<Arc<str>>,
    /// Its priority.
    pub priority: u8,
    /// When it was submitted.
    pub created: WallTime,
    /// What became of it.
    pub progress: Progress,
}

/// What became of a job so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What it is doing; never `failed`.
    pub state: JobState,
    /// Attempts so far, the running one included.
    pub attempts: u32,
    /// How many attempts it has at the most.
    pub max_attempts: u32,
    /// Workers that died under it.
    pub kills: u32,
    /// Of a scheduled one: when it becomes ready. Of a ready one: since when it is, if not since it was submitted.
    pub due: Option<WallTime>,
    /// When it was last given to a worker.
    pub started: Option<WallTime>,
    /// When it came to its end.
    pub finished: Option<WallTime>,
    /// Who has it, or had it last.
    pub worker: Option<WorkerId>,
    /// A done one's answer.
    pub result: Option<Message>,
    /// Why attempts failed, oldest first.
    pub causes: Vec<Cause>,
    /// From ready to given, in its last attempt.
    pub wait: Option<Duration>,
    /// From given to answered, in its last attempt.
    pub run: Option<Duration>,
}

impl Progress {
    /// A job that was just submitted and is in this state.
    pub fn new(state: JobState, max_attempts: u32, due: Option<WallTime>) -> Self {
        Self {
            state,
            attempts: 0,
            max_attempts,
            kills: 0,
            due,
            started: None,
            finished: None,
            worker: None,
            result: None,
            causes: Vec::new(),
            wait: None,
            run: None,
        }
    }
}

/// Everything that a store holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The jobs, in the order in which they were inserted.
    pub jobs: Vec<StoredJob>,
    /// The idempotency keys: of which pool, taken by which job, until when.
    pub keys: Vec<(PoolName, Arc<str>, JobId, WallTime)>,
    /// The pools that are paused.
    pub paused: Vec<PoolName>,
}
