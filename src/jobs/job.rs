//! One job as the machine holds it.
//!
//! A backlog of a million of them must be no burden: what only few jobs have is boxed, and what its pool knows is not
//! repeated.

use std::sync::Arc;
use std::time::Duration;

use crate::jobs::moment::Moment;
use crate::model::{
    Cause, Incarnation, JobId, JobState, LeaseId, MonoTime, Now, Ticket, WallTime, WorkerId,
};
use crate::wire::Message;

/// So many causes are kept of a job, the newest.
const CAUSES: usize = 10;

/// A job that killed so many workers is given up.
pub(super) const POISON: u8 = 3;

/// A job.
#[derive(Debug)]
pub(super) struct Job {
    /// Which of the deck's pools is to do it.
    pub(super) pool: u32,
    /// Of a pool that hands out by a value: that value's hash.
    pub(super) hash: u32,
    pub(super) payload: Message,
    pub(super) created: WallTime,
    pub(super) submitted: Moment,
    pub(super) phase: Phase,
    pub(super) attempts: u32,
    pub(super) max_attempts: u32,
    pub(super) kills: u8,
    pub(super) priority: u8,
    /// Who waits for its end; further ones are among the rare things.
    pub(super) wait: Option<Ticket>,
    pub(super) rare: Option<Box<Rare>>,
}

/// What a job is doing, and where to find it.
#[derive(Debug)]
pub(super) enum Phase {
    /// On its way from one place to another, within one step.
    Moving,
    /// Waits for its time, which is the place's.
    Scheduled(Place),
    /// Waits for a worker since the place's time.
    Ready(Place),
    /// A worker has it.
    Running(Box<Lease>),
    /// Came to an end at the place's time.
    Ended(Ending, Place),
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Done,
    Dead,
    Cancelled,
}

/// A place in line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: Moment,
    pub(super) order: i64,
}

/// A worker's hold of a job.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    pub(super) id: LeaseId,
    /// Who, in the job's pool.
    pub(super) worker: u32,
    pub(super) incarnation: Incarnation,
    /// When it was given; by the monotonic clock, when the store let it go to the worker.
    pub(super) given: Now,
    /// From ready to given.
    pub(super) wait: Duration,
    /// How many records must be kept before the worker gets the job.
    pub(super) records: u64,
    /// Somebody wants the job back: it ends with this attempt.
    pub(super) is_revoked: bool,
}

/// What few jobs have, or what only those have that came to their end.
#[derive(Clone, Debug, Default)]
pub(super) struct Rare {
    pub(super) key: Option<Arc<str>>,
    pub(super) waits: Vec<Ticket>,
    pub(super) origin: Option<Origin>,
    pub(super) causes: Vec<Cause>,
    pub(super) result: Option<Message>,
    pub(super) finished: Option<WallTime>,
    /// Of the last attempt, as the next four.
    pub(super) worker: Option<u32>,
    pub(super) started: Option<WallTime>,
    pub(super) wait: Option<Duration>,
    pub(super) run: Option<Duration>,
}

/// What a route made a job of.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// Whose message it was, if the answer goes back there.
    pub(super) worker: Option<WorkerId>,
    /// How many routes it has come along.
    pub(super) hops: u8,
}

impl Job {
    /// The word for what it is doing.
    pub(super) fn state(&self) -> JobState {
        match &self.phase {
            Phase::Moving | Phase::Ready(_) => JobState::Ready,
            Phase::Scheduled(_) => JobState::Scheduled,
            Phase::Running(_) => JobState::Running,
            Phase::Ended(ending, _) => ending.state(),
        }
    }

    /// How many routes it has come along.
    pub(super) fn hops(&self) -> u8 {
        let origin = self.rare.as_ref().and_then(|rare| rare.origin.as_ref());
        origin.map_or(0, |origin| origin.hops)
    }

    /// Who has it.
    pub(super) fn lease(&self) -> Option<&Lease> {
        match &self.phase {
            Phase::Running(lease) => Some(lease),
            _ => None, // Nobody has it.
        }
    }

    /// What few jobs have; made if it has none of it yet.
    pub(super) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Its idempotency key.
    pub(super) fn key(&self) -> Option<&Arc<str>> {
        self.rare.as_ref()?.key.as_ref()
    }

    /// One more client waits for its end.
    pub(super) fn add_wait(&mut self, ticket: Ticket) {
        if self.wait.is_none() {
            self.wait = Some(ticket);
        } else {
            self.rare().waits.push(ticket);
        }
    }

    /// Those that wait for its end; they do no longer.
    pub(super) fn take_waits(&mut self) -> impl Iterator<Item = Ticket> + use<> {
        let further = self
            .rare
            .as_mut()
            .map(|rare| std::mem::take(&mut rare.waits));
        let further = further.unwrap_or_default();
        self.wait.take().into_iter().chain(further)
    }

    /// Notes why the current attempt failed.
    pub(super) fn blame(&mut self, worker: Option<WorkerId>, at: WallTime, error: Arc<str>) {
        let attempt = self.attempts;
        let causes = &mut self.rare().causes;
        if causes.len() >= CAUSES {
            causes.remove(0);
        }
        causes.push(Cause {
            attempt,
            worker,
            at,
            error,
        });
    }

    /// Notes how an attempt went that is over: who had the job, since when, and until when if it was answered.
    pub(super) fn note_attempt(&mut self, lease: &Lease, answered: Option<MonoTime>) {
        let rare = self.rare();
        rare.worker = Some(lease.worker);
        rare.started = Some(lease.given.wall);
        rare.wait = Some(lease.wait);
        rare.run = answered.map(|at| at.since(lease.given.mono));
    }

    /// It waits for a worker again: how its last attempt went is no longer told, but for why it failed.
    pub(super) fn forget_attempt(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.worker = None;
            rare.started = None;
            rare.wait = None;
            rare.run = None;
        }
    }

    /// What it weighs once it came to its end.
    pub(super) fn bytes(&self) -> usize {
        let result = self.rare.as_ref().and_then(|rare| rare.result.as_ref());
        self.payload.len() + result.map_or(0, Message::len)
    }

    /// Whether its attempts are used up, or it killed too many.
    pub(super) fn is_spent(&self) -> bool {
        self.attempts >= self.max_attempts || self.kills >= POISON
    }
}

impl Ending {
    pub(super) fn state(self) -> JobState {
        match self {
            Self::Done => JobState::Done,
            Self::Dead => JobState::Dead,
            Self::Cancelled => JobState::Cancelled,
        }
    }
}

/// A job's id with the job: what most steps need of it.
pub(super) type Entry<'a> = (JobId, &'a Job);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_job_is_small() {
        assert!(size_of::<Job>() <= 128, "{} bytes", size_of::<Job>());
    }
}
