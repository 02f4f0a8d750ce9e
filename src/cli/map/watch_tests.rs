use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::cli::map::console::Style;
use crate::cli::map::pen::Pen;
use crate::model::{
    Direction, Envelope, Exit, Incarnation, JobId, Now, PoolChanged, PoolName, WallTime, WorkerId,
};
use crate::wire::Message;

fn worker(number: u32) -> WorkerId {
    WorkerId::new(PoolName::new("a").unwrap(), number)
}

fn exit(planned: bool) -> Event {
    Event::Exit(Exited {
        now: Now::default(),
        worker: worker(1),
        incarnation: Incarnation(1),
        pid: 7,
        exit: Exit::Code(3),
        planned,
        escalated: false,
        cause: Arc::from("exited with code 3"),
        uptime: Duration::ZERO,
    })
}

fn state(number: u32, state: State) -> Event {
    Event::State(StateChanged {
        worker: worker(number),
        state,
        pid: None,
        incarnation: Incarnation(1),
        restarts: 0,
        runtime: None,
        reason: Some("find nope in PATH: ENOENT".to_owned()),
        until: None,
        budget: (0, 0),
    })
}

fn sample(cpu_percent: Option<f32>) -> Event {
    Event::Sample(Sampled {
        worker: worker(1),
        cpu_percent,
        memory_bytes: None,
        mailbox: 0,
        unread_bytes: 0,
        in_flight: 0,
        sent: 0,
        received: 0,
        jobs: Box::default(),
    })
}

fn message(direction: Direction, is_job: bool) -> Event {
    Event::Messages(Messages {
        worker: worker(1),
        incarnation: Incarnation(1),
        envelopes: Arc::from([Envelope {
            at: WallTime(0),
            incarnation: Incarnation(1),
            order: 1,
            seq: 1,
            direction,
            message: Message::parse("1").unwrap(),
            bytes: 2,
            latency: None,
            answers: None,
            job: is_job.then(|| JobId::new(WallTime(0), [0; 10])),
            handle: None,
            internal: false,
        }]),
    })
}

/// What a watch of two workers says of the last of these events.
fn last(events: &[Event]) -> Option<Hopeless> {
    let mut console = Console::new(Pen::start("test", io::sink()).unwrap(), Style::default());
    let mut watch = Watch::new(2, ChannelKind::Fork, Pairing::Id);
    let said = events.iter().map(|event| watch.take(event, &mut console));
    said.last().flatten()
}

#[test]
fn five_exits_before_any_reply_end_a_map() {
    let mut events = vec![exit(false), exit(true), message(Direction::Out, true)];
    events.push(message(Direction::In, false));
    events.extend([exit(false), exit(false), exit(false)]);
    assert_eq!(last(&events), None);

    events.push(exit(false));

    let message = last(&events).unwrap().message;
    assert!(message.contains("5 times before any reply"), "{message}");
    assert!(message.ends_with("exited with code 3"), "{message}");
}

#[test]
fn filters_that_have_all_that_is_left_are_told_so() {
    let mut console = Console::new(Pen::start("test", io::sink()).unwrap(), Style::default());
    let mut pool = PoolChanged::sized(PoolName::new("a").unwrap(), 2);
    pool.jobs.in_flight = 2;
    let mut watch = |channel, in_hand| {
        let mut watch = Watch::new(2, channel, Pairing::Id);
        watch.take(&Event::Pool(pool.clone()), &mut console);
        let command = watch.ebb(in_hand);
        let exits = (0..EXITS).filter_map(|_| watch.take(&exit(false), &mut console));
        (command.is_some(), exits.count())
    };

    assert_eq!(watch(ChannelKind::Stdio, 3), (false, 1), "one waits");
    assert_eq!(
        watch(ChannelKind::Stdio, 2),
        (true, 0),
        "their end is no crash"
    );
    assert_eq!(watch(ChannelKind::Fork, 2), (false, 1));
}

#[test]
fn what_is_shown_of_workers_is_what_was_told_last() {
    let mut console = Console::new(Pen::start("test", io::sink()).unwrap(), Style::default());
    let mut watch = Watch::new(2, ChannelKind::Fork, Pairing::Id);
    assert_eq!((watch.in_flight(), watch.cpu()), (0, None));
    let mut pool = PoolChanged::sized(PoolName::new("a").unwrap(), 2);
    pool.jobs.in_flight = 7;

    watch.take(&Event::Pool(pool), &mut console);
    for cpu in [None, Some(50.0), Some(100.0)] {
        watch.take(&sample(cpu), &mut console);
    }
    let dropped = Dropped {
        worker: worker(1),
        what: DroppedWhat::Log,
        count: 5,
    };
    watch.take(&Event::Dropped(dropped), &mut console);

    assert_eq!((watch.in_flight(), watch.cpu()), (7, Some(75.0)));
    assert_eq!(console.pen.text(), b"a/1: (5 lines were lost)\n");
}

#[test]
fn after_a_reply_no_exit_ends_a_map() {
    let mut events = vec![message(Direction::In, true)];
    events.extend((0..20).map(|_| exit(false)));

    assert_eq!(last(&events), None);
}

#[test]
fn a_map_ends_when_no_worker_can_be_started() {
    let one = [state(1, State::Failed)];
    assert_eq!(last(&one), None);
    let back = [
        state(1, State::Failed),
        state(1, State::Starting),
        state(2, State::Failed),
    ];
    assert_eq!(last(&back), None);

    let all = [state(1, State::Failed), state(2, State::Failed)];

    let message = last(&all).unwrap().message;
    assert_eq!(
        message,
        "no worker can be started: find nope in PATH: ENOENT"
    );
}
