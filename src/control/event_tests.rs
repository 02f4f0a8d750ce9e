use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::control::job_object::tests::{ID, changed, job_id};
use crate::model::{
    Board, Direction, Incarnation, JobState, Liveness, MonoTime, Now, PoolChanged, PoolName,
    Signal, State, Stream,
};
use crate::wire::{FaultKind, Message};

const AT: WallTime = WallTime(1_769_860_800_123);

pub(in crate::control) fn worker() -> WorkerId {
    WorkerId::new(PoolName::new("process").unwrap(), 1)
}

/// A board of a deck `thumbs` with two workers that never ran.
pub(in crate::control) fn board() -> Board {
    let mut board = Board::new("thumbs", 7);
    let pool = PoolName::new("process").unwrap();
    board.add_pool(pool.clone(), None, "node process.js".into());
    board.apply(&stamped(Event::Pool(PoolChanged::sized(pool, 2))));
    board
}

/// A batch of one message as a worker may have written it.
pub(in crate::control) fn message(
    direction: Direction,
    text: &str,
    latency: Option<Duration>,
    internal: bool,
) -> Event {
    let envelope = Envelope {
        at: AT,
        incarnation: Incarnation(1),
        order: 1,
        seq: 1,
        direction,
        message: Message::from_frame(Bytes::copy_from_slice(text.as_bytes())).unwrap(),
        bytes: text.len() + 1,
        latency,
        answers: None,
        job: None,
        handle: None,
        internal,
    };
    Event::Messages(Messages {
        worker: worker(),
        incarnation: Incarnation(1),
        envelopes: Arc::from([envelope]),
    })
}

pub(in crate::control) fn stamped(event: Event) -> Stamped {
    let now = Now {
        mono: MonoTime::ZERO,
        wall: AT,
    };
    Stamped { now, event }
}

fn lines_of(event: Event, wanted: &Wanted, max_body: usize) -> Vec<String> {
    let mut lines = Vec::new();
    project(&stamped(event), wanted, max_body, &mut |line: &[u8]| {
        lines.push(String::from_utf8(line.to_vec()).unwrap());
    });
    lines
}

fn only(event: Event) -> String {
    let lines = lines_of(event, &Wanted::all(), MAX_BODY);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.into_iter().next().unwrap()
}

pub(in crate::control) fn object(event: Event) -> Value {
    serde_json::from_str(&only(event)).unwrap()
}

#[test]
fn messages_read_as_in_the_documented_example() {
    let out = message(Direction::Out, r#"{"hello":"world"}"#, None, false);
    assert_eq!(
        only(out),
        r#"{"at":"2026-01-31T12:00:00.123Z","event":"message","worker":"process/1","incarnation":1,"direction":"out","message":{"hello":"world"},"bytes":18,"seq":1}"#
    );

    let reply = message(
        Direction::In,
        r#"{"ok":true}"#,
        Some(Duration::from_micros(192_300)),
        false,
    );
    assert_eq!(
        only(reply),
        r#"{"at":"2026-01-31T12:00:00.123Z","event":"message","worker":"process/1","incarnation":1,"direction":"in","message":{"ok":true},"bytes":12,"seq":1,"latency_ms":192.3}"#
    );
}

#[test]
fn a_message_that_a_strict_reader_refuses_is_embedded_as_it_was() {
    for text in [
        r#"{"a":"\ud800"}"#,
        "1e400",
        r#"{"b": 1.50, "b":2}"#,
        &("[".repeat(500) + &"]".repeat(500)),
    ] {
        let line = only(message(Direction::In, text, None, false));
        assert!(
            line.contains(&format!(r#""message":{text},"bytes""#)),
            "{line}"
        );
    }
}

#[test]
fn an_internal_message_is_only_for_those_who_ask_and_has_no_number() {
    let internal = || message(Direction::In, r#"{"cmd":"NODE_X"}"#, None, true);
    assert!(lines_of(internal(), &Wanted::all(), MAX_BODY).is_empty());

    let lines = lines_of(internal(), &Wanted::all().with_internal(true), MAX_BODY);
    let object: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(object["internal"], true);
    assert_eq!(object.get("seq"), None);
}

#[test]
fn a_body_that_is_too_long_is_left_out_and_counted() {
    let long = message(Direction::In, r#""0123456789""#, None, false);
    let wanted = Wanted::only(&["message".to_owned()]).unwrap();
    let lines = lines_of(long, &wanted, 10);

    let objects: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects[0].get("message"), None);
    assert_eq!(objects[0]["bytes"], 13);
    assert_eq!(
        objects[1],
        json!({"at": "2026-01-31T12:00:00.123Z", "event": "dropped", "worker": "process/1", "what": "body", "count": 1})
    );
}

#[test]
fn each_line_of_output_is_one_object() {
    let line = |stream, bytes: &'static [u8], cut| LogLine {
        at: AT,
        incarnation: Incarnation(2),
        order: 0,
        stream,
        bytes: Bytes::from_static(bytes),
        cut,
    };
    let logs = Event::Logs(Logs {
        worker: worker(),
        incarnation: Incarnation(2),
        lines: Arc::from([
            line(Stream::Stdout, b"\x1b[31mred\xff", 0),
            line(Stream::Stderr, b"x", 9),
        ]),
    });

    assert_eq!(
        lines_of(logs, &Wanted::all(), MAX_BODY),
        [
            "{\"at\":\"2026-01-31T12:00:00.123Z\",\"event\":\"log\",\"worker\":\"process/1\",\"stream\":\"stdout\",\"line\":\"\\u001b[31mred\u{fffd}\",\"incarnation\":2}",
            r#"{"at":"2026-01-31T12:00:00.123Z","event":"log","worker":"process/1","stream":"stderr","line":"x","cut":9,"incarnation":2}"#,
        ]
    );
}

#[test]
fn a_state_names_only_what_is_known() {
    let state = |pid, reason: Option<&str>| {
        Event::State(StateChanged {
            worker: worker(),
            state: State::Backoff,
            pid,
            incarnation: Incarnation(1),
            restarts: 3,
            runtime: None,
            reason: reason.map(str::to_owned),
            until: None,
            budget: (3, 5),
        })
    };
    assert_eq!(
        object(state(None, Some("exit 1"))),
        json!({"at": "2026-01-31T12:00:00.123Z", "event": "state", "worker": "process/1", "state": "backoff",
            "incarnation": 1, "restarts": 3, "reason": "exit 1"})
    );
    assert_eq!(object(state(Some(9), None))["pid"], 9);
}

#[test]
fn an_exit_is_a_code_or_a_signal() {
    let exited = |exit| {
        Event::Exit(Exited {
            now: stamped(Event::Deck(DeckSampled::default())).now,
            worker: worker(),
            incarnation: Incarnation(1),
            pid: 42,
            exit,
            planned: false,
            escalated: false,
            cause: "killed by SIGKILL, not by us".into(),
            uptime: Duration::from_millis(1500),
        })
    };
    let killed = Exit::Signal {
        signal: Signal::KILL,
        core: false,
    };
    assert_eq!(
        object(exited(killed)),
        json!({"at": "2026-01-31T12:00:00.123Z", "event": "exit", "worker": "process/1", "incarnation": 1, "pid": 42,
            "signal": "SIGKILL", "core": false, "planned": false, "escalated": false,
            "cause": "killed by SIGKILL, not by us", "uptime_ms": 1500})
    );
    let code = object(exited(Exit::Code(3)));
    assert_eq!(code["code"], 3);
    assert_eq!(code.get("signal"), None);
}

#[test]
fn every_other_event_has_its_documented_members() {
    let fault = FrameFault {
        worker: worker(),
        incarnation: Incarnation(1),
        at: AT,
        order: 1,
        kind: FaultKind::TooLong,
        bytes: 70,
        head: vec![0x00, 0xff, b'a'],
        hint: Some("raise max_frame".into()),
    };
    let liveness = LivenessChanged {
        worker: worker(),
        incarnation: Incarnation(1),
        liveness: Liveness::default(),
        held_by: Some(5),
    };
    let sample = Sampled {
        worker: worker(),
        cpu_percent: Some(99.901),
        memory_bytes: None,
        mailbox: 1,
        unread_bytes: 2,
        in_flight: 0,
        sent: 3,
        received: 4,
        jobs: Box::default(),
    };
    let pool = PoolChanged::sized(PoolName::new("process").unwrap(), 3);
    let cases = [
        (
            Event::FrameError(fault),
            json!({"event": "frame_error", "worker": "process/1", "kind": "too_long", "bytes": 70, "head": "00ff61", "hint": "raise max_frame"}),
        ),
        (
            Event::Liveness(liveness),
            json!({"event": "liveness", "worker": "process/1", "process": "closed", "channel": "closed", "stdout": "closed", "stderr": "closed", "held_by": 5}),
        ),
        (
            Event::Sample(sample),
            json!({"event": "sample", "worker": "process/1", "cpu_percent": 99.9, "memory_bytes": null, "mailbox": 1, "unread_bytes": 2, "in_flight": 0, "sent": 3, "received": 4,
                "job": null, "jobs": {"done": 0, "failed": 0, "wait_ms": null, "run_ms": null, "latency_ms": null}}),
        ),
        (
            Event::Stalled(StalledFor {
                worker: worker(),
                stalled: Duration::from_millis(300),
                unread_bytes: 8,
            }),
            json!({"event": "stalled", "worker": "process/1", "stalled_ms": 300, "unread_bytes": 8}),
        ),
        (
            Event::Deck(DeckSampled::default()),
            json!({"event": "deck", "cpu_percent": null, "memory_bytes": 0, "loop_p99_us": 0}),
        ),
        (
            Event::Pool(pool),
            json!({"event": "pool", "pool": "process", "instances": 3, "queue": 0, "in_flight": 0, "done": 0, "failed": 0, "dead": 0, "paused": false, "oldest_ms": null, "latency_ms": null,
                "wait_ms": null, "run_ms": null, "rate": 0.0, "queue_bytes": 0, "stale": 0}),
        ),
    ];
    for (event, mut expected) in cases {
        expected["at"] = json!("2026-01-31T12:00:00.123Z");
        assert_eq!(object(event), expected);
    }
}

#[test]
fn a_message_of_a_job_names_it_and_a_reply_what_it_answers() {
    let Event::Messages(mut messages) = message(Direction::In, "1", Some(Duration::ZERO), false)
    else {
        unreachable!("it is a batch of messages");
    };
    let mut envelope = messages.envelopes[0].clone();
    envelope.job = Some(job_id());
    envelope.answers = Some(7);
    messages.envelopes = Arc::from([envelope]);

    assert_eq!(
        only(Event::Messages(messages)),
        format!(
            r#"{{"at":"2026-01-31T12:00:00.123Z","event":"message","worker":"process/1","incarnation":1,"direction":"in","message":1,"bytes":2,"seq":1,"job":"{ID}","latency_ms":0.0,"answers":7}}"#
        )
    );
}

#[test]
fn a_result_that_is_too_long_is_left_out_and_counted_by_its_worker() {
    let mut nobodys = changed(JobState::Done, Some(r#""0123456789""#));
    nobodys.worker = None;
    let long = changed(JobState::Done, Some(r#""0123456789""#));
    let short = changed(JobState::Done, Some("1.50"));
    let wanted = Wanted::only(&["job".to_owned()]).unwrap();

    let event = Event::Jobs([nobodys, long.clone(), short, long].into());
    let lines = lines_of(event.clone(), &wanted, 10);

    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[0].contains(r#""attempts":1,"result_bytes":12}"#));
    assert!(lines[1].contains(r#""attempts":1,"result_bytes":12}"#));
    assert!(lines[2].contains(r#""result":1.50"#));
    let dropped: Value = serde_json::from_str(&lines[4]).unwrap();
    assert_eq!(
        dropped,
        json!({"at": "2026-01-31T12:00:00.123Z", "event": "dropped", "worker": "process/1", "what": "body", "count": 2})
    );
    assert_eq!(count(&event, &wanted), 4);
    assert_eq!(count(&event, &Wanted::only(&[]).unwrap()), 0);
}

#[test]
fn a_rolling_restart_is_told_with_who_is_next_or_why_it_ended() {
    let mut changed = RollingChanged {
        pool: PoolName::new("process").unwrap(),
        worker: Some(worker()),
        restarted: 1,
        of: 4,
        error: None,
    };
    assert_eq!(
        only(Event::Rolling(changed.clone())),
        r#"{"at":"2026-01-31T12:00:00.123Z","event":"rolling","pool":"process","worker":"process/1","restarted":1,"of":4}"#
    );

    changed.worker = None;
    changed.error = Some("process/1: exit 1 after 40 ms".into());
    assert_eq!(
        only(Event::Rolling(changed)),
        r#"{"at":"2026-01-31T12:00:00.123Z","event":"rolling","pool":"process","restarted":1,"of":4,"error":"process/1: exit 1 after 40 ms"}"#
    );
}

#[test]
fn a_route_is_told_by_its_ends_and_its_place() {
    let counted = RouteCounted {
        route: 2,
        from: PoolName::new("fetch").unwrap(),
        to: PoolName::new("resize").unwrap(),
        count: 10,
        refused: 1,
    };

    assert_eq!(
        only(Event::Route(counted)),
        r#"{"at":"2026-01-31T12:00:00.123Z","event":"route","from":"fetch","to":"resize","count":10,"refused":1,"route":2}"#
    );
}
