use std::sync::Arc;

use bytes::Bytes;
use tokio::io::AsyncBufReadExt;

use super::*;
use crate::control::event::tests::{board, stamped, worker};
use crate::control::job_object::tests::{ID, changed};
use crate::deck::Subscriber;
use crate::model::{Exit, Exited, Incarnation, Signal};

fn line(stream: Stream, bytes: &'static [u8]) -> Event {
    let line = LogLine {
        at: WallTime(1_769_860_800_123),
        incarnation: Incarnation(1),
        order: 1,
        stream,
        bytes: Bytes::from_static(bytes),
        cut: 0,
    };
    Event::Logs(Logs {
        worker: worker(),
        incarnation: Incarnation(1),
        lines: Arc::from([line]),
    })
}

fn killed() -> Event {
    let stamped = stamped(line(Stream::Stdout, b""));
    Event::Exit(Exited {
        now: stamped.now,
        worker: worker(),
        incarnation: Incarnation(1),
        pid: 9,
        exit: Exit::Signal {
            signal: Signal::KILL,
            core: false,
        },
        planned: false,
        escalated: false,
        cause: "killed by SIGKILL, not by us".into(),
        uptime: Duration::ZERO,
    })
}

fn state(state: State) -> Event {
    Event::State(StateChanged {
        worker: worker(),
        state,
        pid: Some(7),
        incarnation: Incarnation(1),
        restarts: 0,
        runtime: None,
        reason: None,
        until: Some(MonoTime::from_start(Duration::from_millis(100))),
        budget: (0, 5),
    })
}

/// What is printed of one batch of events, without the time of day, which depends on where one is.
fn printed(events: impl IntoIterator<Item = Event>, style: LogStyle) -> Vec<String> {
    let mut printer = Printer::new(style);
    let events: Vec<Stamped> = events.into_iter().map(stamped).collect();
    printer.take(&events);
    printer.tell_ends();
    let text = String::from_utf8_lossy(&printer.out).into_owned();
    let after_time = |line: &str| line.split_once(' ').unwrap().1.to_owned();
    text.lines().map(after_time).collect()
}

#[test]
fn an_end_and_what_follows_are_one_line() {
    let events = [
        state(State::Starting),
        state(State::Ready),
        line(Stream::Stdout, b"hello"),
        killed(),
        state(State::Backoff),
        killed(),
    ];
    assert_eq!(
        printed(events, LogStyle::default()),
        [
            "process/1 * ready, pid 7",
            "process/1 | hello",
            "process/1 * killed by SIGKILL, not by us; starts again in 100 ms",
            "process/1 * killed by SIGKILL, not by us",
        ]
    );
}

#[test]
fn a_worker_that_is_waited_for_is_told_with_what_it_waits_for() {
    let Event::State(mut waits) = state(State::Starting) else {
        unreachable!("it is one");
    };
    waits.pid = Some(7);
    waits.reason = Some("waits for its first message".into());
    assert_eq!(
        printed([Event::State(waits)], LogStyle::default()),
        ["process/1 * starting, pid 7: waits for its first message"]
    );
}

#[test]
fn a_rolling_restart_is_told_step_by_step() {
    let rolling = |next: Option<WorkerId>, restarted, error: Option<&str>| {
        Event::Rolling(RollingChanged {
            pool: worker().pool,
            worker: next,
            restarted,
            of: 4,
            error: error.map(Into::into),
        })
    };
    let events = [
        rolling(Some(worker()), 0, None),
        rolling(None, 4, None),
        rolling(None, 1, Some("process/2: exit 1 after 40 ms")),
    ];
    assert_eq!(
        printed(events, LogStyle::default()),
        [
            "process * restarts 1 of 4: process/1",
            "process * 4 of 4 restarted, one after the other",
            "process * the rolling restart stopped after 1 of 4: process/2: exit 1 after 40 ms",
        ]
    );
}

#[test]
fn a_terminal_gets_colours_only_and_a_pipe_gets_every_byte() {
    let printed = |colour, terminal| {
        let events = [line(Stream::Stdout, b"\x1b[2J\x1b[31mx")];
        let mut lines = printed(events, LogStyle { colour, terminal });
        lines.remove(0)
    };
    assert_eq!(printed(false, true), "process/1 | x");
    assert_eq!(
        printed(true, true),
        "\x1b[36mprocess/1\x1b[0m | \x1b[31mx\x1b[0m"
    );
    assert_eq!(printed(false, false), "process/1 | \x1b[2J\x1b[31mx");
}

#[test]
fn of_jobs_only_dead_ones_are_a_line() {
    let dead = |attempts| JobChanged {
        attempts,
        error: Some("exit 1\u{1b}[2J".into()),
        ..changed(JobState::Dead, None)
    };
    let nobodys = JobChanged {
        worker: None,
        error: None,
        ..changed(JobState::Dead, None)
    };
    let jobs = [
        changed(JobState::Ready, None),
        changed(JobState::Done, Some("1")),
        dead(4),
        changed(JobState::Failed, None),
        dead(1),
        nobodys,
    ];

    let lines = printed([Event::Jobs(jobs.into())], LogStyle::default());

    assert_eq!(
        lines,
        [
            format!("process * job {ID} is dead after 4 attempts: exit 1"),
            format!("process * job {ID} is dead after 1 attempt: exit 1"),
            format!("process * job {ID} is dead after 1 attempt"),
        ]
    );
}

#[test]
fn waits_are_short() {
    let short = |ms| short(Duration::from_millis(ms));
    assert_eq!(short(100), "100 ms");
    assert_eq!(short(1600), "1.6 s");
    assert_eq!(short(30_000), "30 s");
}

#[tokio::test]
async fn events_are_printed_one_a_line_until_the_deck_is_gone() {
    let (deck, ..) = Deck::new();
    let (subscriber, subscription) = Subscriber::new(&board(), true);
    let jobs = Event::Jobs([changed(JobState::Ready, None)].into());
    let events = [
        killed(),
        state(State::Backoff),
        line(Stream::Stdout, b"x"),
        jobs,
    ];
    subscriber.push(&events.map(stamped).into_iter().collect(), 100);
    drop(subscriber);

    let mut out = Vec::new();
    print_events(deck, subscription, &mut out).await.unwrap();

    let names: Vec<serde_json::Value> = String::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].take())
        .collect();
    assert_eq!(names, ["exit", "state", "log", "job"]);
}

#[tokio::test(start_paused = true)]
async fn an_end_waits_for_its_state_but_not_for_long() {
    let (subscriber, subscription) = Subscriber::new(&board(), true);
    let (near, far) = tokio::io::duplex(1 << 16);
    let mut lines = tokio::io::BufReader::new(far).lines();
    let closing = async {
        let push = |event| subscriber.push(&Arc::from([stamped(event)]), 100);
        push(killed());
        tokio::task::yield_now().await;
        push(state(State::Backoff));
        let whole = lines.next_line().await.unwrap().unwrap();
        assert!(
            whole.ends_with("not by us; starts again in 100 ms"),
            "{whole}"
        );
        push(killed());
        let alone = lines.next_line().await.unwrap().unwrap();
        assert!(alone.ends_with("not by us"), "{alone}");
        drop(subscriber);
    };

    let (printed, ()) = tokio::join!(print_logs(subscription, near, LogStyle::default()), closing);
    assert!(printed.is_ok());
}

#[tokio::test]
async fn a_closed_output_ends_it_quietly() {
    let (subscriber, subscription) = Subscriber::new(&board(), true);
    subscriber.push(&Arc::from([stamped(killed())]), 100);
    let (near, far) = tokio::io::duplex(1);
    drop(far);

    let printed = print_logs(subscription, near, LogStyle::default()).await;
    assert!(printed.is_ok());
}
