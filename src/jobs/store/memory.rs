//! A store that forgets everything when it is dropped: what the others are measured by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::jobs::store::{Store, StoreError};
use crate::jobs::{Kept, Record, StoredJob};
use crate::model::{JobId, PoolName, WallTime};

/// Keeps records in memory. Two of them that were given the same records are equal in what they hold.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    jobs: BTreeMap<u64, StoredJob>,
    places: HashMap<JobId, u64>,
    next: u64,
    keys: BTreeMap<(PoolName, Arc<str>), (JobId, WallTime)>,
    paused: BTreeSet<PoolName>,
}

impl MemoryStore {
    /// Everything that is kept.
    pub fn kept(&self) -> Kept {
        Kept {
            jobs: self.jobs.values().cloned().collect(),
            keys: self
                .keys
                .iter()
                .map(|((pool, key), (job, until))| (pool.clone(), Arc::clone(key), *job, *until))
                .collect(),
            paused: self.paused.iter().cloned().collect(),
        }
    }

    /// Keeps one record.
    pub fn apply(&mut self, record: &Record) {
        match record {
            Record::Insert(job) => self.insert(job),
            Record::Update { job, progress } => {
                if let Some(kept) = self.find(*job) {
                    kept.progress = (**progress).clone();
                }
            }
            Record::Remove(job) => {
                if let Some(place) = self.places.remove(job) {
                    self.jobs.remove(&place);
                }
            }
            Record::Key {
                pool,
                key,
                job,
                until,
            } => {
                self.keys
                    .insert((pool.clone(), Arc::clone(key)), (*job, *until));
            }
            Record::ForgetKey { pool, key } => {
                self.keys.remove(&(pool.clone(), Arc::clone(key)));
            }
            Record::Paused { pool, paused } => {
                if *paused {
                    self.paused.insert(pool.clone());
                } else {
                    self.paused.remove(pool);
                }
            }
        }
    }

    /// A job that is there already is replaced at its place, so that a batch may be given twice.
    fn insert(&mut self, job: &StoredJob) {
        if let Some(kept) = self.find(job.id) {
            *kept = job.clone();
            return;
        }
        self.places.insert(job.id, self.next);
        self.jobs.insert(self.next, job.clone());
        self.next += 1;
    }

    fn find(&mut self, job: JobId) -> Option<&mut StoredJob> {
        self.jobs.get_mut(self.places.get(&job)?)
    }
}

impl Store for MemoryStore {
    fn load(&mut self) -> Result<Kept, StoreError> {
        Ok(self.kept())
    }

    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        for record in batch {
            self.apply(record);
        }
        Ok(())
    }
}
