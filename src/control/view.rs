//! The board's workers, pools and itself as the JSON objects of `ps`, `pools` and snapshots.
//!
//! Never changes a board; called by the server within the deck's loop, so it only writes text.

use std::time::Duration;

use serde::Serialize;

use crate::control::object::json_text;
use crate::model::{
    Board, Exit, Incarnation, JobFigures, JobId, Liveness, MonoTime, Now, Percentiles, PoolName,
    PoolView, RouteView, Runtime, State, WallTime, WorkerId, WorkerJobs, WorkerView,
};

/// A worker as `ps` shows it; the members are stable.
#[derive(Serialize)]
struct WorkerObject<'a> {
    worker: &'a WorkerId,
    pool: &'a PoolName,
    state: State,
    pid: Option<u32>,
    incarnation: Incarnation,
    liveness: Liveness,
    cpu_percent: Option<f64>,
    memory_bytes: Option<u64>,
    mailbox: u64,
    unread_bytes: u64,
    stalled_ms: u64,
    in_flight: u64,
    sent: u64,
    received: u64,
    restarts: u32,
    uptime_ms: Option<u64>,
    last_exit: Option<Exit>,
    runtime: Option<Runtime>,
    job: Option<JobId>,
    jobs: WorkerJobsObject,
}

/// How a worker is doing with its jobs.
#[derive(Serialize)]
pub(super) struct WorkerJobsObject {
    done: u64,
    failed: u64,
    wait_ms: Option<PercentilesObject>,
    run_ms: Option<PercentilesObject>,
    latency_ms: Option<PercentilesObject>,
}

/// A pool as `pools` shows it; the members are stable. Without jobs their numbers are zero.
#[derive(Serialize)]
pub(super) struct PoolObject<'a> {
    pool: &'a PoolName,
    instances: u64,
    queue: u64,
    in_flight: u64,
    done: u64,
    failed: u64,
    dead: u64,
    paused: bool,
    oldest_ms: Option<u64>,
    /// From submitted to the end.
    latency_ms: Option<PercentilesObject>,
    /// From ready to given.
    wait_ms: Option<PercentilesObject>,
    /// From given to answered.
    run_ms: Option<PercentilesObject>,
    rate: f64,
    queue_bytes: u64,
    stale: u64,
    /// While there is a rolling restart; kept up by the event of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    rolling: Option<RollingObject<'a>>,
}

/// How far a pool's rolling restart is.
#[derive(Serialize)]
struct RollingObject<'a> {
    worker: Option<&'a WorkerId>,
    restarted: u32,
    of: u32,
}

/// How long things took of late.
#[derive(Serialize)]
struct PercentilesObject {
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
}

/// A route as a board shows it.
#[derive(Serialize)]
struct RouteObject<'a> {
    from: &'a PoolName,
    to: &'a PoolName,
    #[serde(rename = "as")]
    form: &'static str,
    count: u64,
    refused: u64,
    rate: Option<f64>,
}

#[derive(Serialize)]
struct DeckObject<'a> {
    name: &'a str,
    pid: u32,
    cpu_percent: Option<f64>,
    memory_bytes: u64,
    loop_p99_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_error: Option<&'a str>,
}

#[derive(Serialize)]
struct BoardObject<'a> {
    deck: DeckObject<'a>,
    pools: Vec<PoolObject<'a>>,
    workers: Vec<WorkerObject<'a>>,
    routes: Vec<RouteObject<'a>>,
    sources: [(); 0],
}

impl<'a> WorkerObject<'a> {
    fn new(worker: &'a WorkerView, now: MonoTime) -> Self {
        Self {
            worker: &worker.id,
            pool: &worker.id.pool,
            state: worker.state,
            pid: worker.pid,
            incarnation: worker.incarnation,
            liveness: worker.liveness,
            cpu_percent: worker.sampled.cpu_percent.map(tenths),
            memory_bytes: worker.sampled.memory_bytes,
            mailbox: worker.sampled.mailbox,
            unread_bytes: worker.sampled.unread_bytes,
            stalled_ms: worker.stalled.map_or(0, whole_ms),
            in_flight: worker.sampled.in_flight,
            sent: worker.sent,
            received: worker.received,
            restarts: worker.restarts,
            uptime_ms: worker.uptime(now).map(whole_ms),
            last_exit: worker.last_exit,
            runtime: worker.runtime,
            job: current_job(&worker.sampled.jobs),
            jobs: WorkerJobsObject::new(&worker.sampled.jobs),
        }
    }
}

impl WorkerJobsObject {
    pub(super) fn new(jobs: &WorkerJobs) -> Self {
        Self {
            done: jobs.done,
            failed: jobs.failed,
            wait_ms: jobs.wait.map(PercentilesObject::new),
            run_ms: jobs.run.map(PercentilesObject::new),
            latency_ms: jobs.total.map(PercentilesObject::new),
        }
    }
}

impl<'a> PoolObject<'a> {
    /// A pool of that size whose jobs are doing so, at that time.
    pub(super) fn new(
        pool: &'a PoolName,
        instances: u64,
        jobs: &JobFigures,
        now: WallTime,
    ) -> Self {
        Self {
            pool,
            instances,
            queue: jobs.queue,
            in_flight: jobs.in_flight,
            done: jobs.done,
            failed: jobs.failed,
            dead: jobs.dead,
            paused: jobs.paused,
            oldest_ms: jobs.oldest.map(|oldest| ms_between(oldest, now)),
            latency_ms: jobs.total.map(PercentilesObject::new),
            wait_ms: jobs.wait.map(PercentilesObject::new),
            run_ms: jobs.run.map(PercentilesObject::new),
            rate: tenths(jobs.rate),
            queue_bytes: jobs.bytes,
            stale: jobs.stale,
            rolling: None,
        }
    }

    fn of(pool: &'a PoolView, now: WallTime) -> Self {
        let rolling = pool.rolling.as_ref().map(|rolling| RollingObject {
            worker: rolling.worker.as_ref(),
            restarted: rolling.restarted,
            of: rolling.of,
        });
        Self {
            rolling,
            ..Self::new(&pool.name, pool.workers.len() as u64, &pool.jobs, now)
        }
    }
}

impl PercentilesObject {
    fn new(of: Percentiles) -> Self {
        Self {
            p50: fractional_ms(of.p50),
            p90: fractional_ms(of.p90),
            p99: fractional_ms(of.p99),
            max: fractional_ms(of.max),
        }
    }
}

impl<'a> RouteObject<'a> {
    fn new(route: &'a RouteView) -> Self {
        Self {
            from: &route.from,
            to: &route.to,
            form: route.form.as_str(),
            count: route.count,
            refused: route.refused,
            rate: route.rate.last().map(tenths),
        }
    }
}

/// The oldest job that a worker has.
pub(super) fn current_job(jobs: &WorkerJobs) -> Option<JobId> {
    jobs.current.map(|(job, _)| job)
}

/// The `ps` objects of those workers that `is_meant` picks, as a JSON array, in the order of the board.
pub fn workers_json(board: &Board, now: MonoTime, is_meant: impl Fn(&WorkerId) -> bool) -> Vec<u8> {
    let workers: Vec<WorkerObject<'_>> = board
        .workers()
        .filter(|worker| is_meant(&worker.id))
        .map(|worker| WorkerObject::new(worker, now))
        .collect();
    json_text(&workers)
}

/// The objects of `pools` at that time as a JSON array, in the order of the board.
pub fn pools_json(board: &Board, now: WallTime) -> Vec<u8> {
    let pools = board.pools.values().map(|pool| PoolObject::of(pool, now));
    json_text(&pools.collect::<Vec<_>>())
}

/// The `board` of a snapshot: the objects of `pools` and `ps`, the routes, and the deck's own.
pub fn board_json(board: &Board, now: Now) -> Vec<u8> {
    let pools = board.pools.values();
    json_text(&BoardObject {
        deck: DeckObject {
            name: &board.deck.name,
            pid: board.deck.pid,
            cpu_percent: board.deck.sampled.cpu_percent.map(tenths),
            memory_bytes: board.deck.sampled.memory_bytes,
            loop_p99_us: board.deck.sampled.loop_p99_us,
            store_error: board.deck.sampled.store_error.as_deref(),
        },
        pools: pools.map(|pool| PoolObject::of(pool, now.wall)).collect(),
        workers: board
            .workers()
            .map(|worker| WorkerObject::new(worker, now.mono))
            .collect(),
        routes: board.routes.iter().map(RouteObject::new).collect(),
        sources: [],
    })
}

/// A percentage or a rate with one decimal.
pub(super) fn tenths(value: f32) -> f64 {
    (f64::from(value) * 10.0).round() / 10.0
}

/// From one time of the wall clock to a later one; 0 where it was set back meanwhile.
fn ms_between(earlier: WallTime, later: WallTime) -> u64 {
    u64::try_from(later.0.saturating_sub(earlier.0)).unwrap_or(0)
}

/// A duration in whole milliseconds.
pub(super) fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A duration in milliseconds with three decimals.
pub(super) fn fractional_ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
