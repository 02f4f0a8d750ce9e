//! The board's workers, pools and itself as the JSON objects of `ps`, `pools` and snapshots.
//!
//! Never changes a board; called by the server within the deck's loop, so it only writes text.

use std::time::Duration;

use serde::Serialize;

use crate::control::object::json_text;
use crate::model::{
    Board, Exit, Incarnation, Liveness, MonoTime, PoolName, PoolView, Runtime, State, WorkerId,
    WorkerView,
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
    latency_ms: Option<LatencyObject>,
}

/// Percentiles of the recent replies of a pool's workers.
#[derive(Serialize)]
struct LatencyObject {
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
}

#[derive(Serialize)]
struct DeckObject<'a> {
    name: &'a str,
    pid: u32,
    cpu_percent: Option<f64>,
    memory_bytes: u64,
    loop_p99_us: u64,
}

#[derive(Serialize)]
struct BoardObject<'a> {
    deck: DeckObject<'a>,
    pools: Vec<PoolObject<'a>>,
    workers: Vec<WorkerObject<'a>>,
    routes: [(); 0],
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
            cpu_percent: worker.sampled.cpu_percent.map(percent),
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
        }
    }
}

impl<'a> PoolObject<'a> {
    /// A pool of which only the size is known.
    pub(super) fn sized(pool: &'a PoolName, instances: u64) -> Self {
        Self {
            pool,
            instances,
            queue: 0,
            in_flight: 0,
            done: 0,
            failed: 0,
            dead: 0,
            paused: false,
            oldest_ms: None,
            latency_ms: None,
        }
    }

    fn new(pool: &'a PoolView) -> Self {
        let mut latencies: Vec<Duration> = pool
            .workers
            .iter()
            .flat_map(WorkerView::latencies)
            .collect();
        latencies.sort_unstable();
        Self {
            in_flight: pool.workers.iter().map(|w| w.sampled.in_flight).sum(),
            latency_ms: LatencyObject::new(&latencies),
            ..Self::sized(&pool.name, pool.workers.len() as u64)
        }
    }
}

impl LatencyObject {
    fn new(sorted: &[Duration]) -> Option<Self> {
        let last = sorted.len().checked_sub(1)?;
        let at = |percent: usize| {
            sorted
                .get((last * percent).div_ceil(100))
                .map_or(0.0, |latency| fractional_ms(*latency))
        };
        Some(Self {
            p50: at(50),
            p90: at(90),
            p99: at(99),
            max: at(100),
        })
    }
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

/// The objects of `pools` as a JSON array, in the order of the board.
pub fn pools_json(board: &Board) -> Vec<u8> {
    let pools: Vec<PoolObject<'_>> = board.pools.values().map(PoolObject::new).collect();
    json_text(&pools)
}

/// The `board` of a snapshot: the objects of `pools` and `ps`, and the deck's own.
pub fn board_json(board: &Board, now: MonoTime) -> Vec<u8> {
    json_text(&BoardObject {
        deck: DeckObject {
            name: &board.deck.name,
            pid: board.deck.pid,
            cpu_percent: board.deck.sampled.cpu_percent.map(percent),
            memory_bytes: board.deck.sampled.memory_bytes,
            loop_p99_us: board.deck.sampled.loop_p99_us,
        },
        pools: board.pools.values().map(PoolObject::new).collect(),
        workers: board
            .workers()
            .map(|worker| WorkerObject::new(worker, now))
            .collect(),
        routes: [],
        sources: [],
    })
}

/// A percentage with one decimal.
pub(super) fn percent(value: f32) -> f64 {
    (f64::from(value) * 10.0).round() / 10.0
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
mod tests {
    use super::*;
    use crate::control::event::tests::{board, message};
    use crate::model::{Direction, Now, Stamped};
    use serde_json::Value;

    fn value(json: &[u8]) -> Value {
        serde_json::from_slice(json).unwrap()
    }

    #[test]
    fn a_worker_has_exactly_the_keys_of_ps() {
        let json = value(&workers_json(&board(), MonoTime::ZERO, |_| true));

        let keys: Vec<&str> = json[0]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let documented = "worker pool state pid incarnation liveness cpu_percent memory_bytes mailbox unread_bytes \
                          stalled_ms in_flight sent received restarts uptime_ms last_exit runtime";
        assert_eq!(keys.join(" "), documented);
        assert_eq!(json[0]["worker"], "process/1");
        assert_eq!(json[0]["pid"], Value::Null);
        assert_eq!(json[0]["liveness"]["channel"], "closed");
    }

    #[test]
    fn a_pool_has_exactly_the_documented_keys() {
        let json = value(&pools_json(&board()));

        let keys: Vec<&str> = json[0]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let documented =
            "pool instances queue in_flight done failed dead paused oldest_ms latency_ms";
        assert_eq!(keys.join(" "), documented);
        assert_eq!(json[0]["instances"], 2);
        assert_eq!(json[0]["latency_ms"], Value::Null);
    }

    #[test]
    fn a_pools_latency_is_taken_from_all_its_workers() {
        let mut board = board();
        for ms in [10, 20, 30] {
            let event = message(Direction::In, "1", Some(Duration::from_millis(ms)), false);
            board.apply(&Stamped {
                now: Now::default(),
                event,
            });
        }

        let json = value(&pools_json(&board));
        assert_eq!(
            json[0]["latency_ms"],
            serde_json::json!({"p50": 20.0, "p90": 30.0, "p99": 30.0, "max": 30.0})
        );
    }

    #[test]
    fn a_snapshot_holds_the_objects_of_ps_and_pools() {
        let board = board();

        let json = value(&board_json(&board, MonoTime::ZERO));
        assert_eq!(
            json["workers"],
            value(&workers_json(&board, MonoTime::ZERO, |_| true))
        );
        assert_eq!(json["pools"], value(&pools_json(&board)));
        assert_eq!(json["routes"], serde_json::json!([]));
        assert_eq!(json["deck"]["name"], "thumbs");
    }

    #[test]
    fn numbers_are_short() {
        let text = |number: f64| number.to_string();
        assert_eq!(text(percent(99.901_24)), "99.9");
        assert_eq!(text(fractional_ms(Duration::from_micros(192_300))), "192.3");
        assert_eq!(text(fractional_ms(Duration::from_nanos(41_999))), "0.042");
    }
}
