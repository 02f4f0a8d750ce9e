//! A job as others are shown it: clients, the store, those that listen.

use std::sync::Arc;
use std::time::Duration;

use crate::jobs::job::{Entry, Lease, Phase, Rare};
use crate::jobs::moment::Moment;
use crate::jobs::pool::Pool;
use crate::jobs::{Progress, StoredJob};
use crate::model::{JobChanged, JobState, JobView, Now, WallTime, WorkerId};

/// A job as clients see it.
pub(super) fn view((id, job): Entry<'_>, pool: &Pool, now: Now) -> JobView {
    let rare = job.rare.as_deref();
    let causes = rare.map(|rare| rare.causes.clone()).unwrap_or_default();
    let lease = job.lease();
    JobView {
        job: id,
        pool: pool.name.clone(),
        state: job.state(),
        priority: job.priority,
        key: job.key().cloned(),
        attempts: job.attempts,
        max_attempts: job.max_attempts,
        kills: u32::from(job.kills),
        worker: worker(lease, rare, pool),
        payload: job.payload.clone(),
        result: rare.and_then(|rare| rare.result.clone()),
        error: causes.last().map(|cause| cause.error.clone()),
        causes,
        created: job.created,
        due: match &job.phase {
            Phase::Scheduled(place) => Some(place.at.wall(now)),
            _ => None, // Due is only what is not ready yet.
        },
        started: started(lease, rare),
        finished: rare.and_then(|rare| rare.finished),
        wait: wait(lease, rare),
        run: run(lease, rare),
        cancelling: lease.is_some_and(|lease| lease.is_revoked),
    }
}

/// A new job as it is kept.
pub(super) fn stored((id, job): Entry<'_>, pool: &Pool, now: Now) -> StoredJob {
    StoredJob {
        id,
        pool: pool.name.clone(),
        payload: job.payload.clone(),
        key: job.key().cloned(),
        priority: job.priority,
        created: job.created,
        progress: progress((id, job), pool, now),
    }
}

/// What is kept of a job's progress.
pub(super) fn progress((_, job): Entry<'_>, pool: &Pool, now: Now) -> Progress {
    let rare = job.rare.as_deref();
    let lease = job.lease();
    Progress {
        state: job.state(),
        attempts: job.attempts,
        max_attempts: job.max_attempts,
        kills: u32::from(job.kills),
        due: match &job.phase {
            Phase::Scheduled(place) => Some(place.at.wall(now)),
            Phase::Ready(place) => since(place.at, now, job.created),
            Phase::Moving | Phase::Running(_) | Phase::Ended(..) => None,
        },
        started: started(lease, rare),
        finished: rare.and_then(|rare| rare.finished),
        worker: worker(lease, rare, pool),
        result: rare.and_then(|rare| rare.result.clone()),
        causes: rare.map(|rare| rare.causes.clone()).unwrap_or_default(),
        wait: wait(lease, rare),
        run: run(lease, rare),
    }
}

/// What became of a job, for those that listen.
pub(super) fn changed((id, job): Entry<'_>, pool: &Pool, state: JobState) -> JobChanged {
    let rare = job.rare.as_deref();
    let lease = job.lease();
    let is_failure = matches!(state, JobState::Failed | JobState::Dead);
    let last = rare.and_then(|rare| rare.causes.last());
    let error = last
        .filter(|_| is_failure)
        .map(|cause| Arc::clone(&cause.error));
    JobChanged {
        job: id,
        pool: pool.name.clone(),
        state,
        worker: worker(lease, rare, pool),
        attempts: job.attempts,
        error,
        result: rare.and_then(|rare| rare.result.clone()),
        wait: wait(lease, rare),
        run: run(lease, rare),
    }
}

/// Since when a ready job waits, if not since it was submitted.
fn since(at: Moment, now: Now, created: WallTime) -> Option<WallTime> {
    Some(at.wall(now)).filter(|at| *at != created)
}

/// Who has a job, or had it last.
pub(super) fn worker(lease: Option<&Lease>, rare: Option<&Rare>, pool: &Pool) -> Option<WorkerId> {
    let number = lease
        .map(|lease| lease.worker)
        .or(rare.and_then(|rare| rare.worker))?;
    Some(WorkerId::new(pool.name.clone(), number))
}

fn started(lease: Option<&Lease>, rare: Option<&Rare>) -> Option<WallTime> {
    let given = lease.map(|lease| lease.given.wall);
    given.or(rare.and_then(|rare| rare.started))
}

fn wait(lease: Option<&Lease>, rare: Option<&Rare>) -> Option<Duration> {
    let given = lease.map(|lease| lease.wait);
    given.or(rare.and_then(|rare| rare.wait))
}

/// None while it runs: what is known then is of an earlier attempt.
fn run(lease: Option<&Lease>, rare: Option<&Rare>) -> Option<Duration> {
    rare.filter(|_| lease.is_none()).and_then(|rare| rare.run)
}
