//! Finished jobs of one pool that are kept to be looked at, oldest first.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::jobs::moment::Moment;
use crate::model::{JobId, KeepSpec};

/// Finished jobs, by their place in line.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    jobs: BTreeMap<i64, Kept>,
    bytes: usize,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    job: JobId,
    at: Moment,
    bytes: usize,
}

/// A job that is kept no longer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surplus {
    pub(super) job: JobId,
    /// Whether its time is over; otherwise it makes room for others.
    pub(super) is_old: bool,
}

impl Shelf {
    pub(super) fn count(&self) -> usize {
        self.jobs.len()
    }

    /// Puts a job that ended at `at` behind all others; `place` grows with each.
    pub(super) fn put(&mut self, place: i64, job: JobId, at: Moment, bytes: usize) {
        self.jobs.insert(place, Kept { job, at, bytes });
        self.bytes += bytes;
    }

    /// Takes a job out.
    pub(super) fn remove(&mut self, place: i64) {
        if let Some(kept) = self.jobs.remove(&place) {
            self.bytes -= kept.bytes;
        }
    }

    /// The oldest job, if it is one too many, if all together weigh too much or, with `time`, if it is too old. The
    /// newest is kept whatever it weighs: otherwise a large one would take all others with it and leave nothing.
    pub(super) fn surplus(
        &self,
        keep: KeepSpec,
        time: Option<Duration>,
        at: Moment,
    ) -> Option<Surplus> {
        let (_, oldest) = self.jobs.first_key_value()?;
        let is_old = time.is_some_and(|time| at.since(oldest.at) >= time);
        let weighs_too_much = self.bytes > keep.bytes && self.jobs.len() > 1;
        let is_surplus = is_old || self.jobs.len() > keep.count || weighs_too_much;
        is_surplus.then_some(Surplus {
            job: oldest.job,
            is_old,
        })
    }

    /// When the oldest ended.
    pub(super) fn oldest(&self) -> Option<Moment> {
        self.jobs.first_key_value().map(|(_, kept)| kept.at)
    }

    /// The jobs with their ends, newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = (Moment, JobId)> {
        self.jobs.values().rev().map(|kept| (kept.at, kept.job))
    }

    /// Every job with its place.
    pub(super) fn all(&self) -> impl Iterator<Item = (i64, JobId)> {
        self.jobs.iter().map(|(place, kept)| (*place, kept.job))
    }

    /// What the jobs weigh, as noted and as added up.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let sum = self.jobs.values().map(|kept| kept.bytes).sum();
        (self.bytes, sum)
    }
}
