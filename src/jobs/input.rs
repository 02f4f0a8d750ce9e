//! What the jobs are told.

use std::sync::Arc;

use crate::model::{Forwarded, JobCommand, JobNews, PoolName, Submission, Ticket};

/// Something happened.
#[derive(Debug)]
pub enum Input {
    /// A client submits; exactly one answer with this ticket follows: the id once accepted, or a refusal.
    Submit {
        /// What the answer is tied to.
        ticket: Ticket,
        /// What the job's end is tied to: one answer [`Outcome::Job`](crate::model::Outcome::Job) once it is done, dead
        /// or cancelled, or a refusal when it is dropped or was never accepted.
        wait: Option<Ticket>,
        /// What is submitted.
        submission: Submission,
    },
    /// A client asks something else about jobs; exactly one answer with this ticket follows.
    Command {
        /// What the answer is tied to.
        ticket: Ticket,
        /// What is asked.
        command: JobCommand,
    },
    /// A route makes a job of a worker's message.
    Forward(Forwarded),
    /// Something happened to a worker.
    News(JobNews),
    /// A pool has so many workers.
    Resized {
        /// Which pool.
        pool: PoolName,
        /// How many.
        instances: u32,
    },
    /// The store has kept the first `records` of all [`Effect::Persist`](super::Effect::Persist) that were ever wanted. To
    /// be told before what waited for them is carried out.
    Committed {
        /// How many.
        records: u64,
    },
    /// The store could not write what it was given last, and will be given it again: what was submitted in it is to be
    /// refused. Until `StoreRecovered` nothing is accepted.
    StoreFailed {
        /// Why, for people.
        reason: Arc<str>,
    },
    /// The store could write again.
    StoreRecovered,
    /// The deck goes down: no job is given out any more, and none accepted.
    Down,
    /// A deadline passed.
    Tick,
}
