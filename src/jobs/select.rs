//! Which jobs a command means.

use std::cmp::Reverse;

use crate::jobs::job::{Ending, Job};
use crate::jobs::machine::Jobs;
use crate::jobs::moment::Moment;
use crate::jobs::pool::Pool;
use crate::jobs::refusals;
use crate::model::{JobFilter, JobId, JobState, PoolName, Refusal};

/// What is to be done with jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Retry,
    Drop,
    Cancel,
}

impl Verb {
    /// Whether it can be done with a job; otherwise a hint.
    fn suits(self, job: &Job, pool: &Pool) -> Result<(), &'static str> {
        match (self, job.state()) {
            (Self::Retry, _) if !pool.is_configured => Err("the config has its pool no longer"),
            (Self::Retry, JobState::Running) => Err("it is being tried; cancel it first"),
            (Self::Retry, JobState::Ready) => Err("it is tried as soon as a worker is free"),
            (Self::Retry, JobState::Done) => Err("submit it anew to have it done again"),
            (Self::Drop, JobState::Running) => Err("cancel it first"),
            (Self::Cancel, JobState::Done | JobState::Dead) => Err("drop it to forget it"),
            (
                Self::Retry,
                JobState::Scheduled | JobState::Failed | JobState::Dead | JobState::Cancelled,
            )
            | (Self::Drop | Self::Cancel, _) => Ok(()),
        }
    }
}

impl Jobs {
    /// The jobs of a filter with which this can be done. Of a job that is named it must be possible.
    pub(super) fn chosen(&self, filter: &JobFilter, verb: Verb) -> Result<Vec<JobId>, Refusal> {
        if let Some(pool) = &filter.pool {
            self.check_pool_or_stray(pool)?;
        }
        let mut chosen = Vec::new();
        for id in &filter.ids {
            let Some((job, pool)) = self.with_pool(*id) else {
                return Err(refusals::no_such_job(*id));
            };
            if !fits(filter, job, pool) || chosen.contains(id) {
                continue;
            }
            if let Err(hint) = verb.suits(job, pool) {
                return Err(refusals::wrong_state(*id, job.state(), hint));
            }
            chosen.push(*id);
        }
        if filter.ids.is_empty() {
            let suits = |id: &JobId| {
                self.with_pool(*id).is_some_and(|(job, pool)| {
                    fits(filter, job, pool)
                        && verb.suits(job, pool).is_ok()
                        && !(verb == Verb::Cancel && job.state().is_final())
                })
            };
            chosen.extend(self.book.keys().copied().filter(suits));
            chosen.sort_unstable();
        }
        Ok(chosen)
    }

    /// The first `limit` jobs of a filter, in the order in which they are shown.
    pub(super) fn list(&self, filter: &JobFilter, limit: usize) -> Result<Vec<JobId>, Refusal> {
        if let Some(pool) = &filter.pool {
            self.check_pool_or_stray(pool)?;
        }
        let mut listed = Vec::new();
        if !filter.ids.is_empty() {
            let fitting = |id: &JobId| {
                self.with_pool(*id)
                    .is_some_and(|(job, pool)| fits(filter, job, pool))
            };
            listed.extend(filter.ids.iter().copied().filter(fitting).take(limit));
            return Ok(listed);
        }
        let wants = |state| filter.state.is_none_or(|wanted| wanted == state);
        if wants(JobState::Running) {
            listed.extend(self.running(filter));
        }
        let pools = || self.pools_of(filter);
        if wants(JobState::Ready) && listed.len() < limit {
            listed.extend(pools().flat_map(|pool| pool.ready.first(limit)));
        }
        if wants(JobState::Scheduled) && listed.len() < limit {
            let jobs = pools().flat_map(|pool| pool.scheduled.iter().take(limit));
            let mut jobs: Vec<_> = jobs.map(|(due, id)| (*due, *id)).collect();
            jobs.sort_unstable();
            listed.extend(jobs.into_iter().map(|(_, id)| id));
        }
        if listed.len() < limit {
            listed.extend(self.finished(filter, limit));
        }
        listed.truncate(limit);
        Ok(listed)
    }

    /// Whether the config has a pool.
    pub(super) fn check_pool(&self, name: &PoolName) -> Result<(), Refusal> {
        let configured = || self.pools.iter().filter(|pool| pool.is_configured);
        if configured().any(|pool| pool.name == *name) {
            return Ok(());
        }
        let names = configured().map(|pool| &pool.name);
        Err(refusals::no_such_pool(name, names))
    }

    fn check_pool_or_stray(&self, name: &PoolName) -> Result<(), Refusal> {
        if self.names.contains_key(name) {
            return Ok(());
        }
        self.check_pool(name)
    }

    fn with_pool(&self, id: JobId) -> Option<(&Job, &Pool)> {
        let job = self.book.get(&id)?;
        Some((job, self.pool_of(job)?))
    }

    fn pools_of(&self, filter: &JobFilter) -> impl Iterator<Item = &Pool> {
        let wanted = filter.pool.as_ref();
        self.pools
            .iter()
            .filter(move |pool| wanted.is_none_or(|name| pool.name == *name))
    }

    /// Jobs that run, those that run longest first.
    fn running(&self, filter: &JobFilter) -> impl Iterator<Item = JobId> {
        let fits = |id: &JobId| {
            self.with_pool(*id)
                .is_some_and(|(job, pool)| fits(filter, job, pool))
        };
        let leases = self.leases.iter().filter(|(_, id)| fits(id));
        let mut leases: Vec<_> = leases.map(|(lease, id)| (*lease, *id)).collect();
        leases.sort_unstable();
        leases.into_iter().map(|(_, id)| id)
    }

    /// The first finished jobs, newest first.
    fn finished(&self, filter: &JobFilter, limit: usize) -> impl Iterator<Item = JobId> {
        let mut found: Vec<(Reverse<Moment>, JobId)> = Vec::new();
        for pool in self.pools_of(filter) {
            for shelf in [pool.shelf(Ending::Done), pool.shelf(Ending::Dead)] {
                let fitting = shelf
                    .newest()
                    .filter(|(_, id)| self.book.get(id).is_some_and(|job| fits(filter, job, pool)));
                found.extend(fitting.take(limit).map(|(at, id)| (Reverse(at), id)));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, id)| id)
    }
}

/// Whether a job has the pool and the state that a filter names.
fn fits(filter: &JobFilter, job: &Job, pool: &Pool) -> bool {
    filter.pool.as_ref().is_none_or(|name| pool.name == *name)
        && filter.state.is_none_or(|state| job.state() == state)
}
