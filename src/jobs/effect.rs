//! What the jobs want done.

use std::sync::Arc;

use crate::jobs::Record;
use crate::model::{
    Assignment, Incarnation, JobChanged, LeaseId, Outcome, PoolName, Refusal, Ticket, WorkerId,
};
use crate::wire::Message;

/// Something to be done, in order. What is marked as *after* waits until every record before it is kept; the rest is done
/// at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Keep this. Never given without a durable store.
    Persist(Record),
    /// *After*: give jobs to a worker's process, unless [`Jobs::is_leased`](super::Jobs::is_leased) no longer holds of one.
    Assign {
        /// To whom.
        worker: WorkerId,
        /// To which of its processes.
        incarnation: Incarnation,
        /// The jobs, in order.
        jobs: Vec<Assignment>,
    },
    /// Answer a command that changes something: *after* if it is carried out, at once if it is refused.
    Answer {
        /// Which.
        ticket: Ticket,
        /// The answer.
        result: Result<Outcome, Refusal>,
    },
    /// Answer a command that changed nothing: at once, whatever becomes of the store.
    Tell {
        /// Which.
        ticket: Ticket,
        /// The answer.
        result: Result<Outcome, Refusal>,
    },
    /// *After*: tell the clients that want it.
    Publish(JobChanged),
    /// *After*: give the answer to a job that a route had made back to the worker that it came from.
    Return {
        /// To whom.
        to: WorkerId,
        /// The answer.
        message: Message,
        /// How many routes it has come along.
        hops: u8,
    },
    /// This pool's workers are to take jobs from now on. Given once, before its first job.
    Enlist {
        /// Which pool.
        pool: PoolName,
    },
    /// The process has these jobs no longer.
    Forget {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// The jobs.
        leases: Vec<LeaseId>,
    },
    /// A job costs its worker's process its life.
    Relieve {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// Why, in a few words.
        reason: Arc<str>,
    },
    /// The job that a route had made of a message was not accepted.
    RouteRefused {
        /// Which of the deck's routes.
        route: usize,
    },
}
