//! Which jobs a command means.

use std::cmp::Reverse;

use crate::jobs::job::{Ending, Entry, Job};
use crate::jobs::machine::Jobs;
use crate::jobs::moment::Moment;
use crate::jobs::pool::Pool;
use crate::jobs::refusals;
use crate::jobs::view::worker;
use crate::model::{JobFilter, JobId, JobState, Needle, PoolName, Refusal};

/// How much of a payload is searched, in bytes: a look at all jobs is to take a bounded time.
const SEARCHED: usize = 64 << 10;

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

/// What a filter asks of a job, made ready to be asked of many.
struct Sieve<'a> {
    filter: &'a JobFilter,
    text: Option<Needle>,
    /// Whether the text may be part of an id.
    may_be_id: bool,
}

impl<'a> Sieve<'a> {
    fn new(filter: &'a JobFilter) -> Self {
        let text = filter.text.as_deref().map(Needle::new);
        let is_of_ids = |byte: u8| byte == b'-' || byte.is_ascii_hexdigit();
        Self {
            filter,
            may_be_id: text.as_ref().is_some_and(|text| text.is_of(is_of_ids)),
            text,
        }
    }

    fn wants(&self, state: JobState) -> bool {
        self.filter.states.is_empty() || self.filter.states.contains(&state)
    }

    /// Whether a job has the pool, a state and the text that the filter names.
    fn admits(&self, (id, job): Entry<'_>, pool: &Pool) -> bool {
        let wanted = self.filter.pool.as_ref();
        wanted.is_none_or(|name| pool.name == *name)
            && self.wants(job.state())
            && self
                .text
                .as_ref()
                .is_none_or(|text| self.is_in(text, (id, job), pool))
    }

    fn is_in(&self, text: &Needle, (id, job): Entry<'_>, pool: &Pool) -> bool {
        let payload = job.payload.as_bytes();
        let is_in = |part: &str| text.is_in(part.as_bytes());
        let rare = job.rare.as_deref();
        let last = rare.and_then(|rare| rare.causes.last());
        text.is_in(payload.get(..SEARCHED).unwrap_or(payload))
            || self.may_be_id && is_in(&id.to_string())
            || job.key().is_some_and(|key| is_in(key))
            || last.is_some_and(|cause| is_in(&cause.error))
            || worker(job.lease(), rare, pool).is_some_and(|id| is_in(&id.to_string()))
    }
}

impl Jobs {
    /// The jobs of a filter with which this can be done. Of a job that is named it must be possible.
    pub(super) fn chosen(&self, filter: &JobFilter, verb: Verb) -> Result<Vec<JobId>, Refusal> {
        self.check_filter(filter)?;
        let sieve = Sieve::new(filter);
        let mut chosen = Vec::new();
        for id in &filter.ids {
            let Some((job, pool)) = self.with_pool(*id) else {
                return Err(refusals::no_such_job(*id));
            };
            if !sieve.admits((*id, job), pool) || chosen.contains(id) {
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
                    verb.suits(job, pool).is_ok()
                        && !(verb == Verb::Cancel && job.state().is_final())
                        && sieve.admits((*id, job), pool)
                })
            };
            chosen.extend(self.book.keys().copied().filter(suits));
            chosen.sort_unstable();
        }
        Ok(chosen)
    }

    /// How many jobs a filter names.
    pub(super) fn count(&self, filter: &JobFilter) -> Result<u64, Refusal> {
        self.check_filter(filter)?;
        let sieve = Sieve::new(filter);
        let named = |id: &&JobId| self.is_admitted(&sieve, **id);
        let count = if filter.ids.is_empty() {
            self.book.keys().filter(named).count()
        } else {
            filter.ids.iter().filter(named).count()
        };
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// The first `limit` jobs of a filter, in the order in which they are shown.
    pub(super) fn list(&self, filter: &JobFilter, limit: usize) -> Result<Vec<JobId>, Refusal> {
        self.check_filter(filter)?;
        let sieve = Sieve::new(filter);
        let is_wanted = |id: JobId| self.is_admitted(&sieve, id);
        let mut listed = Vec::new();
        if !filter.ids.is_empty() {
            let fitting = filter.ids.iter().copied().filter(|id| is_wanted(*id));
            listed.extend(fitting.take(limit));
            return Ok(listed);
        }
        if sieve.wants(JobState::Running) {
            listed.extend(self.running(is_wanted));
        }
        let pools = || self.pools_of(filter);
        if sieve.wants(JobState::Ready) && listed.len() < limit {
            listed.extend(pools().flat_map(|pool| pool.ready.first(limit, is_wanted)));
        }
        if sieve.wants(JobState::Scheduled) && listed.len() < limit {
            let wanted = |pool: &'_ Pool| {
                let jobs = pool.scheduled.iter().filter(|(_, id)| is_wanted(**id));
                let first = jobs.take(limit).map(|(due, id)| (*due, *id));
                first.collect::<Vec<_>>()
            };
            let mut jobs: Vec<_> = pools().flat_map(wanted).collect();
            jobs.sort_unstable();
            listed.extend(jobs.into_iter().map(|(_, id)| id));
        }
        if listed.len() < limit {
            listed.extend(self.finished(&sieve, limit));
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

    fn check_filter(&self, filter: &JobFilter) -> Result<(), Refusal> {
        match &filter.pool {
            Some(pool) => self.check_pool_or_stray(pool),
            None => Ok(()),
        }
    }

    fn is_admitted(&self, sieve: &Sieve<'_>, id: JobId) -> bool {
        self.with_pool(id)
            .is_some_and(|(job, pool)| sieve.admits((id, job), pool))
    }

    fn pools_of(&self, filter: &JobFilter) -> impl Iterator<Item = &Pool> {
        let wanted = filter.pool.as_ref();
        self.pools
            .iter()
            .filter(move |pool| wanted.is_none_or(|name| pool.name == *name))
    }

    /// Jobs that run, those that run longest first.
    fn running(&self, is_wanted: impl Fn(JobId) -> bool) -> impl Iterator<Item = JobId> {
        let leases = self.leases.iter().filter(|(_, id)| is_wanted(**id));
        let mut leases: Vec<_> = leases.map(|(lease, id)| (*lease, *id)).collect();
        leases.sort_unstable();
        leases.into_iter().map(|(_, id)| id)
    }

    /// The first finished jobs, newest first.
    fn finished(&self, sieve: &Sieve<'_>, limit: usize) -> impl Iterator<Item = JobId> {
        let mut found: Vec<(Reverse<Moment>, JobId)> = Vec::new();
        for pool in self.pools_of(sieve.filter) {
            for ending in [Ending::Done, Ending::Dead] {
                let jobs = pool.shelf(ending).newest();
                let fitting = jobs.filter(|(_, id)| self.is_admitted(sieve, *id));
                found.extend(fitting.take(limit).map(|(at, id)| (Reverse(at), id)));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, id)| id)
    }
}
