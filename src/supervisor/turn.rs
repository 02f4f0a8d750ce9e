//! One step of the machine while it is taken: the moment, what is to be done, and what is left to look after.
//!
//! Owns nothing beyond the step; decides nothing. Made by `machine`, filled by everything below it.

use crate::model::{Event, Incarnation, JobNews, LeaseId, Loss, MonoTime, Now, WorkerId};
use crate::supervisor::Effect;
use crate::wire::Message;

/// Where a worker stands: the places of its pool and of itself in config order. Never reused within one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Slot {
    /// The pool's place in the config.
    pub(super) pool: usize,
    /// The worker's number less one.
    pub(super) worker: usize,
}

/// Names a `send` that waits for replies; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct WaitKey(pub(super) u64);

/// A message of a pool with routes.
#[derive(Debug)]
pub(super) struct Heard {
    /// The message.
    pub(super) message: Message,
    /// How many routes it has come along.
    pub(super) hops: u8,
}

/// An answer on its way to the worker whose message it answers.
#[derive(Debug)]
pub(super) struct Returned {
    /// Whose it is.
    pub(super) to: Slot,
    /// The answer.
    pub(super) message: Message,
    /// How many routes it has come along.
    pub(super) hops: u8,
}

/// One step: every decision of one `handle` goes through it.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    /// The moment of the step.
    pub(super) now: Now,
    /// What is to be done, in order.
    pub(super) effects: &'a mut Vec<Effect>,
    /// Workers whose visible state, deadline or start may have changed.
    pub(super) touched: Vec<Slot>,
    /// Waits that a worker can no longer answer.
    pub(super) forsaken: Vec<(WaitKey, Slot)>,
    /// The messages of a read, where routes leave the pool.
    pub(super) heard: Option<Vec<Heard>>,
    /// Answers that other workers get.
    pub(super) returned: Vec<Returned>,
}

impl<'a> Turn<'a> {
    /// Begins a step.
    pub(super) fn new(now: Now, effects: &'a mut Vec<Effect>) -> Self {
        Self {
            now,
            effects,
            touched: Vec::new(),
            forsaken: Vec::new(),
            heard: None,
            returned: Vec::new(),
        }
    }

    /// The moment to decide by.
    pub(super) fn mono(&self) -> MonoTime {
        self.now.mono
    }

    /// Wants something done.
    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Tells the clients.
    pub(super) fn publish(&mut self, event: Event) {
        self.effects.push(Effect::Publish(event));
    }

    /// Tells the jobs that a process did not take these.
    pub(super) fn refuse(
        &mut self,
        worker: WorkerId,
        incarnation: Incarnation,
        leases: Vec<LeaseId>,
    ) {
        if !leases.is_empty() {
            self.push(Effect::News(JobNews::Lost {
                worker,
                incarnation,
                loss: Loss::Refused,
                leases: leases.into_iter().map(|lease| (lease, false)).collect(),
            }));
        }
    }
}
