//! Figures of several pools as one.

use crate::model::{Board, JobFigures, PoolName, PoolView};

/// The figures of pools together. Of one alone its percentiles too: those of several do not add up.
pub(crate) fn of_pools(pools: &[&PoolView]) -> JobFigures {
    if let [only] = pools {
        return only.jobs.clone();
    }
    let mut sum = JobFigures::default();
    for jobs in pools.iter().map(|pool| &pool.jobs) {
        sum.changes += jobs.changes;
        sum.queue += jobs.queue;
        sum.in_flight += jobs.in_flight;
        sum.done += jobs.done;
        sum.failed += jobs.failed;
        sum.dead += jobs.dead;
        sum.stale += jobs.stale;
        sum.forgotten += jobs.forgotten;
        sum.bytes += jobs.bytes;
        sum.rate += jobs.rate;
        sum.paused |= jobs.paused;
        sum.oldest = match (sum.oldest, jobs.oldest) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    sum
}

/// The figures of the whole deck.
pub(crate) fn of_deck(board: &Board) -> JobFigures {
    of_pools(&board.pools.values().collect::<Vec<_>>())
}

/// The pools that are meant: one, or all.
pub(crate) fn pools<'a>(board: &'a Board, scope: Option<&PoolName>) -> Vec<&'a PoolView> {
    match scope {
        Some(pool) => board.pools.get(pool).into_iter().collect(),
        None => board.pools.values().collect(),
    }
}

/// Whether a pool has to do with jobs at all; of others nothing is shown.
pub(crate) fn had_jobs(jobs: &JobFigures) -> bool {
    jobs.paused || jobs.queue + jobs.in_flight + jobs.done + jobs.failed + jobs.dead > 0
}
