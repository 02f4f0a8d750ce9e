//! A store as simple as can be: what the records amount to.

use indexmap::IndexMap;

use crate::jobs::{Kept, Record, StoredJob};
use crate::model::JobId;

/// What is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Replay {
    jobs: IndexMap<JobId, StoredJob>,
    rest: Kept,
}

impl Replay {
    pub(super) fn of(kept: &Kept) -> Self {
        Self {
            jobs: kept.jobs.iter().map(|job| (job.id, job.clone())).collect(),
            rest: Kept {
                jobs: Vec::new(),
                ..kept.clone()
            },
        }
    }

    pub(super) fn apply(&mut self, record: Record) {
        match record {
            Record::Insert(job) => {
                assert!(self.jobs.insert(job.id, *job).is_none(), "inserted twice");
            }
            Record::Update { job, progress } => {
                let stored = self.jobs.get_mut(&job);
                stored.expect("an update of what is not there").progress = *progress;
            }
            Record::Remove(job) => {
                let removed = self.jobs.shift_remove(&job);
                removed.expect("a removal of what is not there");
            }
            Record::Key {
                pool,
                key,
                job,
                until,
            } => {
                let taken = self.rest.keys.iter();
                let is_free = !taken.clone().any(|(p, k, ..)| *p == pool && *k == key);
                assert!(is_free, "the key {key} is taken twice");
                self.rest.keys.push((pool, key, job, until));
            }
            Record::ForgetKey { pool, key } => {
                let before = self.rest.keys.len();
                self.rest.keys.retain(|(p, k, ..)| *p != pool || *k != key);
                assert_eq!(self.rest.keys.len() + 1, before, "{key} was not taken");
            }
            Record::Paused { pool, paused } => {
                self.rest.paused.retain(|name| *name != pool);
                if paused {
                    self.rest.paused.push(pool);
                }
            }
        }
    }

    pub(super) fn kept(&self) -> Kept {
        Kept {
            jobs: self.jobs.values().cloned().collect(),
            ..self.rest.clone()
        }
    }

    pub(super) fn count(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn job(&self, id: JobId) -> Option<&StoredJob> {
        self.jobs.get(&id)
    }
}
