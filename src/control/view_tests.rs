use serde_json::{Value, json};

use super::*;
use crate::control::event::tests::{board, object, stamped, worker};
use crate::control::job_object::tests::{ID, job_id};
use crate::model::{
    DeckSampled, Event, PoolChanged, RollingChanged, RouteCounted, RouteForm, RouteSpec, Sampled,
    Stamped,
};

/// A second after the events of these tests.
const LATER: WallTime = WallTime(1_769_860_801_123);

fn ms(p50: u64) -> Percentiles {
    let ms = Duration::from_millis;
    Percentiles {
        p50: ms(p50),
        p90: ms(20),
        p99: Duration::from_micros(30_500),
        max: ms(40),
    }
}

fn pool_changed() -> Event {
    Event::Pool(PoolChanged {
        pool: PoolName::new("process").unwrap(),
        instances: 2,
        jobs: Box::new(JobFigures {
            changes: 9,
            queue: 7,
            in_flight: 2,
            done: 3,
            failed: 4,
            dead: 1,
            stale: 6,
            forgotten: 0,
            paused: true,
            bytes: 512,
            oldest: Some(WallTime(1_769_860_800_000)),
            rate: 12.34,
            wait: Some(ms(1)),
            run: Some(ms(2)),
            total: Some(ms(3)),
        }),
    })
}

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
                      stalled_ms in_flight sent received restarts uptime_ms last_exit runtime job jobs";
    assert_eq!(keys.join(" "), documented);
    assert_eq!(json[0]["worker"], "process/1");
    assert_eq!(json[0]["pid"], Value::Null);
    assert_eq!(json[0]["liveness"]["channel"], "closed");
}

#[test]
fn a_pool_without_jobs_has_every_key() {
    let json = value(&pools_json(&board(), LATER));

    assert_eq!(
        json[0],
        json!({"pool": "process", "instances": 2, "queue": 0, "in_flight": 0, "done": 0, "failed": 0, "dead": 0,
            "paused": false, "oldest_ms": null, "latency_ms": null, "wait_ms": null, "run_ms": null, "rate": 0.0,
            "queue_bytes": 0, "stale": 0})
    );
}

#[test]
fn a_pool_tells_how_its_jobs_are_doing_as_its_event_does() {
    let mut board = board();
    board.apply(&stamped(pool_changed()));
    let ms = |p50: f64| json!({"p50": p50, "p90": 20.0, "p99": 30.5, "max": 40.0});
    let mut expected = json!({"pool": "process", "instances": 2, "queue": 7, "in_flight": 2, "done": 3, "failed": 4,
        "dead": 1, "paused": true, "oldest_ms": 1123, "latency_ms": ms(3.0), "wait_ms": ms(1.0), "run_ms": ms(2.0),
        "rate": 12.3, "queue_bytes": 512, "stale": 6});

    assert_eq!(value(&pools_json(&board, LATER))[0], expected);

    // The event counts the age of the oldest from its own time.
    expected["oldest_ms"] = json!(123);
    let mut event = object(pool_changed());
    event.as_object_mut().unwrap().remove("at");
    event.as_object_mut().unwrap().remove("event");
    assert_eq!(event, expected);
}

#[test]
fn an_oldest_job_of_the_future_has_waited_for_nothing() {
    let mut board = board();
    board.apply(&stamped(pool_changed()));

    let json = value(&pools_json(&board, WallTime(0)));

    assert_eq!(json[0]["oldest_ms"], 0);
}

#[test]
fn a_worker_tells_its_job_as_its_sample_does() {
    let sampled = Sampled {
        worker: worker(),
        cpu_percent: None,
        memory_bytes: None,
        mailbox: 0,
        unread_bytes: 0,
        in_flight: 1,
        sent: 3,
        received: 2,
        jobs: Box::new(WorkerJobs {
            done: 2,
            failed: 1,
            wait: None,
            run: Some(ms(5)),
            total: None,
            current: Some((job_id(), LATER)),
        }),
    };
    let mut board = board();
    board.apply(&stamped(Event::Sample(sampled.clone())));

    let listed = &value(&workers_json(&board, MonoTime::ZERO, |_| true))[0];
    let event = object(Event::Sample(sampled));
    for json in [listed, &event] {
        assert_eq!(json["in_flight"], 1);
        assert_eq!(json["job"], ID);
        assert_eq!(
            json["jobs"],
            json!({"done": 2, "failed": 1, "wait_ms": null, "run_ms": {"p50": 5.0, "p90": 20.0, "p99": 30.5, "max": 40.0}, "latency_ms": null})
        );
    }
}

#[test]
fn a_snapshot_tells_the_routes_with_their_rates() {
    let pool = |name| PoolName::new(name).unwrap();
    let mut board = board();
    board.routes.push(RouteView::new(&RouteSpec {
        from: pool("fetch"),
        when: Vec::new(),
        to: pool("process"),
        form: RouteForm::Job,
        back: false,
    }));
    let routes = |board: &Board| value(&board_json(board, Now::default()))["routes"].take();
    assert_eq!(
        routes(&board),
        json!([{"from": "fetch", "to": "process", "as": "job", "count": 0, "refused": 0, "rate": null}])
    );

    for (second, count) in [(1, 10), (2, 35)] {
        let counted = RouteCounted {
            route: 0,
            from: pool("fetch"),
            to: pool("process"),
            count,
            refused: 2,
        };
        let now = Now {
            mono: MonoTime::from_start(Duration::from_secs(second)),
            wall: LATER,
        };
        for event in [Event::Route(counted), Event::Deck(DeckSampled::default())] {
            board.apply(&Stamped { now, event });
        }
    }

    assert_eq!(
        routes(&board),
        json!([{"from": "fetch", "to": "process", "as": "job", "count": 35, "refused": 2, "rate": 25.0}])
    );
}

#[test]
fn a_pool_tells_its_rolling_restart_while_there_is_one() {
    let mut board = board();
    let rolling = |board: &Board| value(&pools_json(board, WallTime(0)))[0]["rolling"].take();
    assert_eq!(rolling(&board), Value::Null);

    board.apply(&stamped(Event::Rolling(RollingChanged {
        pool: worker().pool,
        worker: Some(worker()),
        restarted: 0,
        of: 2,
        error: None,
    })));

    assert_eq!(
        rolling(&board),
        json!({"worker": "process/1", "restarted": 0, "of": 2})
    );
}

#[test]
fn a_snapshot_holds_the_objects_of_ps_and_pools() {
    let board = board();

    let json = value(&board_json(&board, Now::default()));
    assert_eq!(
        json["workers"],
        value(&workers_json(&board, MonoTime::ZERO, |_| true))
    );
    assert_eq!(json["pools"], value(&pools_json(&board, WallTime(0))));
    assert_eq!(json["routes"], json!([]));
    assert_eq!(json["sources"], json!([]));
    assert_eq!(json["deck"]["name"], "thumbs");
}

#[test]
fn numbers_are_short() {
    let text = |number: f64| number.to_string();
    assert_eq!(text(tenths(99.901_24)), "99.9");
    assert_eq!(text(fractional_ms(Duration::from_micros(192_300))), "192.3");
    assert_eq!(text(fractional_ms(Duration::from_nanos(41_999))), "0.042");
}
