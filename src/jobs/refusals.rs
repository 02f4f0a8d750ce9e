//! The sentences with which the jobs refuse.

use std::time::Duration;

use crate::model::{JobId, JobState, PoolName, Refusal, RefusalKind};
use crate::wire::Pointer;
use crate::wire::v8::V8Error;

/// So many pools are listed in a hint.
const LISTED: usize = 8;

impl Refusal {
    /// The deck takes no more jobs.
    pub(super) fn going_down() -> Self {
        Self::new(RefusalKind::ShuttingDown, "the deck is going down")
            .hint("submit again once it runs")
    }
}

pub(super) fn no_such_pool<'a>(
    name: &PoolName,
    pools: impl Iterator<Item = &'a PoolName>,
) -> Refusal {
    let names: Vec<&str> = pools.take(LISTED).map(PoolName::as_str).collect();
    Refusal::new(RefusalKind::NoSuchPool, format!("there is no pool {name}"))
        .at(name)
        .hint(format!("the pools are: {}", names.join(", ")))
}

pub(super) fn no_channel(pool: &PoolName) -> Refusal {
    let said = format!("{pool} takes no jobs: its workers have no channel");
    Refusal::new(RefusalKind::ChannelClosed, said)
        .at(pool)
        .hint(format!("give {pool} the channel fork or stdio"))
}

pub(super) fn priority(pool: &PoolName, priority: u8, highest: u8) -> Refusal {
    let said = format!("{pool} has no priority {priority}");
    Refusal::new(RefusalKind::BadMessage, said)
        .at(pool)
        .hint(format!("priorities of {pool} go from 0 to {highest}"))
}

pub(super) fn too_long(pool: &PoolName, bytes: usize, most: usize) -> Refusal {
    let said = format!("a job of {bytes} bytes is too long for {pool}");
    Refusal::new(RefusalKind::BadMessage, said)
        .at(pool)
        .hint(format!("max_frame of {pool} is {most} bytes"))
}

pub(super) fn unwritable(pool: &PoolName, error: &V8Error) -> Refusal {
    let said = format!("a job for {pool} cannot be written in advanced serialization");
    Refusal::new(RefusalKind::BadMessage, said)
        .at(pool)
        .hint(error.to_string())
}

pub(super) fn no_id(pool: &PoolName, pointer: &Pointer) -> Refusal {
    let said = format!("the job has nothing at {pointer}, which pairs it with its reply");
    Refusal::new(RefusalKind::BadMessage, said)
        .at(pool)
        .hint(format!(
            "put a value of its own at {pointer} of each job for {pool}"
        ))
}

/// `full` says of what, `rate` is how many jobs came to their end a second lately.
pub(super) fn queue_full(pool: &PoolName, full: &str, rate: f32) -> Refusal {
    let mut refusal = Refusal::new(
        RefusalKind::QueueFull,
        format!("the queue of {pool} is full: {full}"),
    )
    .at(pool)
    .hint(format!("try again later, or scale {pool} up"));
    refusal.retry_after = Some(retry_after(rate));
    refusal
}

/// After how long there is room for another job: 100 ms to a minute.
fn retry_after(rate: f32) -> Duration {
    let wait = if rate > 0.0 { 1.0 / rate } else { 60.0 };
    Duration::from_secs_f32(wait.clamp(0.1, 60.0))
}

pub(super) fn store_failed(reason: &str) -> Refusal {
    let said = format!("the store of jobs cannot be written: {reason}");
    Refusal::new(RefusalKind::StoreFailed, said)
        .hint("make room or mend the disk, then try again; running jobs go on")
}

pub(super) fn no_such_job(id: JobId) -> Refusal {
    Refusal::new(RefusalKind::NoSuchJob, format!("there is no job {id}"))
        .at(&id)
        .hint("finished jobs are forgotten after a while; list those that are kept")
}

/// Of a job that is known by its key only.
pub(super) fn forgotten(id: JobId) -> Refusal {
    let said = format!("job {id} is done and no longer kept");
    Refusal::new(RefusalKind::NoSuchJob, said)
        .at(&id)
        .hint("submit with another key to have it done again")
}

/// To those that wait for a job's end.
pub(super) fn dropped(id: JobId) -> Refusal {
    Refusal::new(RefusalKind::NoSuchJob, format!("job {id} was dropped")).at(&id)
}

pub(super) fn wrong_state(id: JobId, state: JobState, hint: &str) -> Refusal {
    Refusal::new(RefusalKind::WrongState, format!("job {id} is {state}"))
        .at(&id)
        .hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trying_again_is_advised_within_bounds() {
        assert_eq!(retry_after(0.0), Duration::from_mins(1));
        assert_eq!(retry_after(4.0), Duration::from_millis(250));
        assert_eq!(retry_after(5_000.0), Duration::from_secs_f32(0.1));
    }
}
