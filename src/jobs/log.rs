//! What is told of jobs: to the store, and to those that listen.
//!
//! Owns the knowledge of what the store has not confirmed yet. Makes no record without a durable store and no event while
//! nobody listens.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::jobs::job::{Entry, Job, Phase};
use crate::jobs::moment::Moment;
use crate::jobs::pool::Pool;
use crate::jobs::turn::Turn;
use crate::jobs::view::{changed, progress, stored};
use crate::jobs::{Effect, Record};
use crate::model::{JobId, JobState, LeaseId, Ticket};

/// A submission that the store has not confirmed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unkept {
    /// Which record must be kept for it, from 1.
    record: u64,
    pub(super) job: JobId,
    pub(super) submitter: Submitter,
    /// Whether the job is its own, and not one that was known by its key.
    pub(super) is_new: bool,
}

/// Who is told that a submission was refused.
#[derive(Clone, Copy, Debug)]
pub(super) enum Submitter {
    Client(Ticket),
    Route(usize),
}

/// What is told, and to whom.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) is_durable: bool,
    pub(super) is_told: bool,
    /// Records that were made so far.
    records: u64,
    /// Records that are known to be kept.
    confirmed: u64,
    /// Oldest first. As many as were submitted since the store confirmed last, which the driver bounds.
    unkept: VecDeque<Unkept>,
    /// Leases on their way to a worker, with the record that must be kept for each. Oldest first; as many as were given
    /// since the store confirmed last.
    on_their_way: VecDeque<(u64, LeaseId)>,
}

impl Log {
    /// Has something kept.
    pub(super) fn keep(&mut self, turn: &mut Turn<'_>, record: impl FnOnce() -> Record) {
        if self.is_durable {
            self.records += 1;
            turn.want(Effect::Persist(record()));
        }
    }

    /// Has a new job kept.
    pub(super) fn insert(&mut self, turn: &mut Turn<'_>, entry: Entry<'_>, pool: &Pool) {
        let now = turn.now;
        self.keep(turn, || Record::Insert(Box::new(stored(entry, pool, now))));
    }

    /// Has a job's progress kept.
    pub(super) fn update(&mut self, turn: &mut Turn<'_>, entry: Entry<'_>, pool: &Pool) {
        let now = turn.now;
        self.keep(turn, || Record::Update {
            job: entry.0,
            progress: Box::new(progress(entry, pool, now)),
        });
    }

    /// Has a job's key kept, and before that freed if it was another one's.
    pub(super) fn take_key(
        &mut self,
        turn: &mut Turn<'_>,
        pool: &Pool,
        (key, job, until): (Arc<str>, JobId, Moment),
        is_retaken: bool,
    ) {
        let (pool, until) = (&pool.name, until.wall(turn.now));
        if is_retaken {
            self.keep(turn, || Record::ForgetKey {
                pool: pool.clone(),
                key: key.clone(),
            });
        }
        self.keep(turn, || Record::Key {
            pool: pool.clone(),
            key: key.clone(),
            job,
            until,
        });
    }

    /// Tells those that listen.
    pub(super) fn publish(
        &self,
        turn: &mut Turn<'_>,
        entry: Entry<'_>,
        pool: &Pool,
        state: JobState,
    ) {
        if self.is_told {
            turn.want(Effect::Publish(changed(entry, pool, state)));
        }
    }

    /// Notes that a submission counts on everything that was recorded so far. If all of that is kept already, no
    /// further word would come of it.
    pub(super) fn await_store(&mut self, job: JobId, submitter: Submitter, is_new: bool) {
        if !self.is_settled() {
            self.unkept.push_back(Unkept {
                record: self.records,
                job,
                submitter,
                is_new,
            });
        }
    }

    /// The next lease that the store lets go to its worker now.
    pub(super) fn next_on_its_way(&mut self) -> Option<LeaseId> {
        let (record, _) = self.on_their_way.front()?;
        if *record > self.confirmed {
            return None;
        }
        self.on_their_way.pop_front().map(|(_, lease)| lease)
    }

    /// The first so many records are kept.
    pub(super) fn confirm(&mut self, records: u64) {
        self.confirmed = records;
        while self
            .unkept
            .front()
            .is_some_and(|first| first.record <= records)
        {
            self.unkept.pop_front();
        }
    }

    /// Whether everything recorded so far is kept.
    pub(super) fn is_settled(&self) -> bool {
        self.records <= self.confirmed
    }

    /// How many submissions wait for the store. For the oracle.
    pub(super) fn awaited(&self) -> usize {
        self.unkept.len()
    }

    /// The submissions that are not kept; they are waited for no longer.
    pub(super) fn take_unkept(&mut self) -> VecDeque<Unkept> {
        std::mem::take(&mut self.unkept)
    }
}

/// A job with all that a step needs to change it.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) id: JobId,
    pub(super) pool: &'a mut Pool,
    pub(super) job: &'a mut Job,
    pub(super) log: &'a mut Log,
}

impl Found<'_> {
    /// Notes in a running job's lease that everything recorded so far comes before the worker gets it.
    pub(super) fn note_records(&mut self) {
        if let Phase::Running(lease) = &mut self.job.phase {
            lease.records = self.log.records;
            if !self.log.is_settled() {
                self.log
                    .on_their_way
                    .push_back((self.log.records, lease.id));
            }
        }
    }

    /// Whether a running job was not even sent to its worker: the store has not confirmed that it may be.
    pub(super) fn is_on_its_way(&self) -> bool {
        self.job
            .lease()
            .is_some_and(|lease| lease.records > self.log.confirmed)
    }

    /// Has its progress kept.
    pub(super) fn update(&mut self, turn: &mut Turn<'_>) {
        self.log.update(turn, (self.id, self.job), self.pool);
    }

    /// Tells those that listen.
    pub(super) fn publish(&self, turn: &mut Turn<'_>, state: JobState) {
        self.log
            .publish(turn, (self.id, self.job), self.pool, state);
    }
}
