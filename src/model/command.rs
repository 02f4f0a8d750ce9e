//! What a client may ask of a deck, what it gets, and why it may be refused.

use std::time::Duration;

use serde::Serialize;

use crate::model::{
    Address, JobFilter, JobId, JobView, PoolDetail, PoolName, Signal, Submission, WorkerDetail,
    WorkerId,
};
use crate::wire::Message;

/// Names a client's command until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What a client asks. Commands of one client take effect in the order in which they were given.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Put a message into mailboxes; with `wait`, answer with the workers' replies that come within that time.
    Send {
        /// The targets.
        to: Address,
        /// What to send.
        message: Message,
        /// How long to wait for replies, or not at all.
        wait: Option<Duration>,
    },
    /// Start what is stopped, failed, finished or in backoff; done when it is ready or has ended.
    Start {
        /// The targets.
        to: Address,
    },
    /// Take the targets down by the stop ladder; done when the last one is gone.
    Stop {
        /// The targets.
        to: Address,
    },
    /// Stop, then start; clears backoff and restart budget.
    Restart {
        /// The targets.
        to: Address,
        /// Whether one worker after the other, each once the one before is ready; only those that are to run. Ends with
        /// the first that does not get ready.
        rolling: bool,
    },
    /// SIGKILL to the targets' trees at once; they are started again unless their policy is never.
    Kill {
        /// The targets.
        to: Address,
    },
    /// Close the deck's half of the channel and read the rest, as Node's `child.disconnect()`.
    Disconnect {
        /// The targets.
        to: Address,
    },
    /// Send a signal to the targets' process groups.
    Signal {
        /// The targets.
        to: Address,
        /// Which signal.
        signal: Signal,
    },
    /// Make a pool as large as this: new workers start, the highest ones stop and go.
    Scale {
        /// The pool.
        pool: PoolName,
        /// How many workers it is to have.
        instances: u32,
    },
    /// Stop every worker, all in parallel, then end the deck.
    Down,
    /// Something about jobs.
    Jobs(JobCommand),
    /// Tell of one worker what the board does not hold: its processes, environment, buffers, policies.
    Inspect(WorkerId),
    /// Tell what a pool is to be.
    InspectPool(PoolName),
}

/// What a client asks about jobs.
#[derive(Clone, Debug, PartialEq)]
pub enum JobCommand {
    /// Take a job; answered once it is accepted, in a durable store once it is on disk.
    Submit(Submission),
    /// Tell which jobs there are: running ones first, then ready ones in about the order in which they will be given,
    /// scheduled ones by their time, and finished ones from the newest.
    List {
        /// Which.
        filter: JobFilter,
        /// How many at the most.
        limit: usize,
    },
    /// Tell how many jobs there are.
    Count(JobFilter),
    /// Tell of one job.
    Look(JobId),
    /// Make dead and cancelled jobs ready again with fresh attempts, and scheduled ones at once.
    Retry(JobFilter),
    /// Forget jobs that do not run. Who waits for one is refused; no event tells of it.
    Drop(JobFilter),
    /// Take jobs back: waiting ones at once, running ones by the end of their worker. Of those it is answered before the
    /// worker is gone, and nothing is kept until then: a deck that is killed in between runs them again.
    Cancel(JobFilter),
    /// Give the pool's workers no further jobs, or go on with it.
    Pause {
        /// Which pool.
        pool: PoolName,
        /// Whether it is to be paused.
        paused: bool,
    },
}

/// What a command that was carried out answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Of `send`.
    Sent {
        /// The workers whose mailboxes took the message.
        delivered: Vec<WorkerId>,
        /// Their replies; none unless the command waited.
        replies: Vec<Reply>,
    },
    /// The workers that a lifecycle command reached.
    Workers(Vec<WorkerId>),
    /// Of a rolling restart.
    Rolled {
        /// Those that were restarted and are ready.
        restarted: Vec<WorkerId>,
        /// Those that were not to run, before or meanwhile.
        skipped: Vec<WorkerId>,
    },
    /// Of `scale`.
    Scaled {
        /// How many workers the pool is to have now.
        instances: u32,
    },
    /// Of `down`.
    Down,
    /// Of a submission that was accepted; the job may have been there already, by its key.
    Submitted(JobId),
    /// Of a job that came to its end or was asked for.
    Job(Box<JobView>),
    /// The jobs that were asked for, or that a command changed.
    Jobs(Vec<JobView>),
    /// How many jobs there are of those that were asked for.
    Counted(u64),
    /// Of a worker that was looked at.
    Worker(Box<WorkerDetail>),
    /// Of a pool that was looked at.
    Pool(Box<PoolDetail>),
    /// Of `pause` and `resume`.
    Paused {
        /// Whether the pool is paused now.
        paused: bool,
    },
}

/// A worker's answer to a message that waited for one.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Who answered.
    pub worker: WorkerId,
    /// The answer.
    pub message: Message,
    /// How long after the message was given to the kernel.
    pub latency: Duration,
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The kind, for programs.
    pub kind: RefusalKind,
    /// What happened, for people: a lower-case fragment that names the target.
    pub message: String,
    /// The address it concerns.
    pub address: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// After how long trying again may help.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal of `kind` with its sentence.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            address: None,
            hint: None,
            retry_after: None,
        }
    }

    /// Names the address it concerns.
    #[must_use]
    pub fn at(mut self, address: &impl ToString) -> Self {
        self.address = Some(address.to_string());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The kinds of refusals, as named in the control protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The deck has no pool of that name.
    NoSuchPool,
    /// The pool has no worker of that number.
    NoSuchWorker,
    /// The text is not an address.
    BadAddress,
    /// The message is not one that every worker can read, or is too long.
    BadMessage,
    /// The worker took the message and answered with what is no message.
    BadReply,
    /// The mailbox takes no more.
    MailboxFull,
    /// The worker lives, but its channel is closed.
    ChannelClosed,
    /// The worker is stopped, failed or finished.
    NotRunning,
    /// There is no such job, or it is forgotten.
    NoSuchJob,
    /// The job or the pool is in a state in which this cannot be done with it.
    WrongState,
    /// A rolling restart ended before all workers were restarted.
    RestartFailed,
    /// The pool's queue takes no more.
    QueueFull,
    /// The store of jobs cannot be written.
    StoreFailed,
    /// The time ran out.
    Timeout,
    /// The deck is going down.
    ShuttingDown,
    /// The system does not allow it.
    Forbidden,
}
