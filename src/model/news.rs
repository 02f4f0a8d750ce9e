//! What the supervisor tells of workers that take jobs.

use std::sync::Arc;

use crate::model::{Exit, Incarnation, LeaseId, Now, PoolName, WorkerId};
use crate::wire::Message;

/// What happened to a worker that concerns jobs. Everything of one worker is told in order.
#[derive(Clone, Debug, PartialEq)]
pub enum JobNews {
    /// The process takes jobs from now on.
    Serves {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// The process takes no further jobs for now: it is being stopped, suspended, or owes somebody an answer. What it
    /// has it may still answer.
    Rests {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// The kernel took the messages of these jobs whole; oldest first. A job whose answer overtakes this is left out.
    Written {
        /// To whom.
        worker: WorkerId,
        /// When.
        now: Now,
        /// Which.
        leases: Vec<LeaseId>,
    },
    /// The worker answered; in order.
    Answered {
        /// Who.
        worker: WorkerId,
        /// When.
        now: Now,
        /// Which, and what: messages that share no memory with the buffer they were read from, and can be kept as they are.
        answers: Vec<(LeaseId, Message)>,
    },
    /// The worker answered with something that is no message; told in order with `Answered`.
    Unreadable {
        /// Who.
        worker: WorkerId,
        /// When.
        now: Now,
        /// Which.
        lease: LeaseId,
        /// What is wrong with it, in a sentence fragment.
        reason: Arc<str>,
    },
    /// The worker sent so many messages that answered nothing: with an id that fitted no job in flight, or, where the
    /// next message answers the oldest job, while it had none and owed nobody an answer.
    Stale {
        /// Who.
        worker: WorkerId,
        /// How many.
        count: u64,
    },
    /// The process is gone, or closed its channel, with these jobs unanswered; oldest first. Told even when there are
    /// none, after `Serves` and before the next one.
    Lost {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// How.
        loss: Loss,
        /// Which jobs, and whether the worker may have begun with it: the kernel took at least a part of its message.
        leases: Vec<(LeaseId, bool)>,
    },
}

/// How a worker lost its jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Its process ended by itself.
    Died {
        /// How.
        exit: Exit,
        /// In a sentence fragment.
        cause: Arc<str>,
    },
    /// Its process was asked to end: its jobs are to be given back uncounted.
    Stopped,
    /// It closed its channel and lives on: told 50 ms later, since a death closes the channel an instant before.
    Disconnected,
    /// It did not take the jobs: it no longer served when they came, or ceased to before they were given out. Says
    /// nothing of the other jobs it has.
    Refused,
}

/// A message that a route makes a job of.
#[derive(Clone, Debug, PartialEq)]
pub struct Forwarded {
    /// Which of the deck's routes.
    pub route: usize,
    /// Whose job it becomes.
    pub pool: PoolName,
    /// The message.
    pub message: Message,
    /// Who sent it.
    pub origin: WorkerId,
    /// How many routes it has come along, this one included.
    pub hops: u8,
    /// Whether the answer goes back to who sent it: the result, or, when the job ends dead, the reply that its last attempt
    /// failed with. Nothing goes back when that attempt had no reply that can be read, or when the job is cancelled.
    pub back: bool,
}
