//! A batch of records with what is overtaken within it left out.
//!
//! A job that is submitted, given out and answered within one batch is written once. Pure; called by the durable store
//! before it writes.

use std::collections::HashMap;
use std::sync::Arc;

use crate::jobs::{Progress, Record, StoredJob};
use crate::model::{JobId, PoolName, WallTime};

/// One thing to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change<'a> {
    /// A job with the progress that it has at the end of the batch; one that is there already is replaced at its place.
    Insert(&'a StoredJob, &'a Progress),
    /// A job's progress, if the job is there.
    Update(JobId, &'a Progress),
    /// A job is forgotten, if it is there.
    Remove(JobId),
    /// A key is taken.
    Key(&'a PoolName, &'a Arc<str>, JobId, WallTime),
    /// A key is free.
    ForgetKey(&'a PoolName, &'a Arc<str>),
    /// A pool is paused or goes on.
    Paused(&'a PoolName, bool),
}

/// The changes that a batch amounts to. Applied in order to whatever is kept, they leave what the batch would have left,
/// and each job, key and pool is touched once; only a job that is removed and inserted again is touched twice.
///
/// A job that is inserted and removed is still removed: it can be there from an earlier write of the same batch, of which
/// it was not known whether it had succeeded.
pub fn coalesce(batch: &[Record]) -> Vec<Change<'_>> {
    let mut changes = Changes {
        slots: Vec::with_capacity(batch.len()),
        ..Changes::default()
    };
    for record in batch {
        changes.take(record);
    }
    changes.slots.into_iter().flatten().collect()
}

/// The changes so far, and which of them is the last one about a job, a key or a pool.
#[derive(Default)]
struct Changes<'a> {
    slots: Vec<Option<Change<'a>>>,
    jobs: HashMap<JobId, usize>,
    keys: HashMap<(&'a PoolName, &'a str), usize>,
    pools: HashMap<&'a PoolName, usize>,
}

impl<'a> Changes<'a> {
    fn take(&mut self, record: &'a Record) {
        match record {
            Record::Insert(job) => self.insert(job),
            Record::Update { job, progress } => self.update(*job, progress),
            Record::Remove(job) => self.remove(*job),
            Record::Key {
                pool,
                key,
                job,
                until,
            } => self.key(pool, key, Change::Key(pool, key, *job, *until)),
            Record::ForgetKey { pool, key } => self.key(pool, key, Change::ForgetKey(pool, key)),
            Record::Paused { pool, paused } => {
                let at = *self.pools.entry(pool).or_insert(self.slots.len());
                self.put(at, Change::Paused(pool, *paused));
            }
        }
    }

    fn insert(&mut self, job: &'a StoredJob) {
        let change = Change::Insert(job, &job.progress);
        match self.last(job.id) {
            Some((at, Change::Insert(..))) => self.put(at, change),
            Some((at, Change::Update(..))) => {
                // A job that is not there takes its place in the order of insertion here, not at the update.
                self.clear(at);
                self.push(job.id, change);
            }
            _ => self.push(job.id, change),
        }
    }

    fn update(&mut self, job: JobId, progress: &'a Progress) {
        match self.last(job) {
            Some((at, Change::Insert(inserted, _))) => {
                self.put(at, Change::Insert(inserted, progress));
            }
            Some((at, Change::Update(..))) => self.put(at, Change::Update(job, progress)),
            // It is gone.
            Some((_, Change::Remove(_))) => {}
            _ => self.push(job, Change::Update(job, progress)),
        }
    }

    fn remove(&mut self, job: JobId) {
        match self.last(job) {
            Some((at, _)) => self.put(at, Change::Remove(job)),
            None => self.push(job, Change::Remove(job)),
        }
    }

    fn key(&mut self, pool: &'a PoolName, key: &'a Arc<str>, change: Change<'a>) {
        let at = *self.keys.entry((pool, key)).or_insert(self.slots.len());
        self.put(at, change);
    }

    /// The last change about a job, and where it is.
    fn last(&self, job: JobId) -> Option<(usize, Change<'a>)> {
        let at = *self.jobs.get(&job)?;
        Some((at, (*self.slots.get(at)?)?))
    }

    fn push(&mut self, job: JobId, change: Change<'a>) {
        self.jobs.insert(job, self.slots.len());
        self.slots.push(Some(change));
    }

    /// Replaces a change, or adds it at the end.
    fn put(&mut self, at: usize, change: Change<'a>) {
        match self.slots.get_mut(at) {
            Some(slot) => *slot = Some(change),
            None => self.slots.push(Some(change)),
        }
    }

    fn clear(&mut self, at: usize) {
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = None;
        }
    }
}

#[cfg(test)]
#[path = "coalesce_tests.rs"]
mod tests;
