//! What the machine decides, under a clock that the tests move.

use std::time::Duration;

use crate::model::{
    Address, Backoff, Command, Direction, Event, Exit, Incarnation, Intensity, OnDisconnect,
    Outcome, RefusalKind, RestartWhen, Signal, State,
};
use crate::supervisor::world::{World, name, one_pool, worker};
use crate::supervisor::{Effect, Input, SignalScope, SpawnFault};
use crate::wire::{Frame, InternalKind, Message, node};

const SECOND: Duration = Duration::from_secs(1);

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn to(text: &str) -> Address {
    text.parse().unwrap()
}

fn killed(signal: Signal) -> Exit {
    Exit::Signal {
        signal,
        core: false,
    }
}

#[test]
fn each_policy_answers_each_exit() {
    use RestartWhen::{Always, Never, OnFailure};
    let exits = [Exit::Code(0), Exit::Code(1), killed(Signal::KILL)];
    let table = [
        (Always, [State::Backoff, State::Backoff, State::Backoff]),
        (OnFailure, [State::Finished, State::Backoff, State::Backoff]),
        (Never, [State::Finished, State::Failed, State::Failed]),
    ];
    for (when, states) in table {
        for (exit, state) in exits.into_iter().zip(states) {
            let mut world = one_pool(|pool| pool.restart.when = when);
            world.start_all();
            world.pass(SECOND);
            world.exit(&worker("a", 1), exit);
            assert_eq!(
                world.state(&worker("a", 1)),
                state,
                "{when:?} after {exit:?}"
            );
            assert!(!world.exits()[0].planned);
        }
    }
}

#[test]
fn backoff_doubles_and_the_sixth_exit_fails_the_worker() {
    let mut world = one_pool(|_| {});
    let id = worker("a", 1);
    world.start_all();
    for wait in [100, 200, 400, 800, 1600] {
        world.exit(&id, Exit::Code(1));
        assert_eq!(world.state(&id), State::Backoff);
        world.pass(ms(wait - 1));
        assert_eq!(world.state(&id), State::Backoff);
        world.pass(ms(1));
        assert_eq!(world.state(&id), State::Ready);
    }
    world.exit(&id, Exit::Code(1));
    assert_eq!(world.state(&id), State::Failed);
    assert!(
        world
            .reason()
            .starts_with("gave up after 5 restarts within 30 s: exit 1")
    );
}

#[test]
fn a_healthy_life_resets_the_backoff_and_slow_crashes_go_on_for_ever() {
    let mut world = one_pool(|_| {});
    let id = worker("a", 1);
    world.start_all();
    for _ in 0..20 {
        world.pass(ms(10_000));
        world.exit(&id, Exit::Code(1));
        world.pass(ms(100));
        assert_eq!(world.state(&id), State::Ready);
    }
}

#[test]
fn a_permanent_fault_fails_at_once_and_a_passing_one_is_tried_again() {
    let fault = |permanent| SpawnFault {
        permanent,
        reason: "no luck".into(),
    };
    let mut world = one_pool(|_| {});
    world.faults.push(fault(true));
    let ticket = world.start_all();
    assert_eq!(world.state(&worker("a", 1)), State::Failed);
    assert_eq!(world.reason(), "no luck");
    assert!(world.answer(ticket).is_some());

    let mut world = one_pool(|_| {});
    world.faults.push(fault(false));
    world.start_all();
    assert_eq!(world.state(&worker("a", 1)), State::Backoff);
    world.pass(ms(100));
    assert_eq!(world.state(&worker("a", 1)), State::Ready);
}

#[test]
fn a_stop_sends_the_signal_with_cont_and_is_answered_when_the_worker_is_gone() {
    let mut world = one_pool(|_| {});
    let id = worker("a", 1);
    world.start_all();
    let ticket = world.ask(Command::Stop { to: to("a/1") });

    assert_eq!(world.state(&id), State::Stopped);
    assert_eq!(
        world.answer(ticket),
        Some(&Ok(Outcome::Workers(vec![id.clone()])))
    );
    let group = SignalScope::Group;
    let signals = &world.process(&id).signals;
    assert_eq!(signals[..2], [(Signal::TERM, group), (Signal::CONT, group)]);
    assert_eq!(
        signals[2],
        (Signal::KILL, SignalScope::Tree),
        "what it left behind goes too"
    );
    let exited = world.exits()[0];
    assert!(exited.planned && !exited.escalated);
    assert_eq!(&*exited.cause, "killed by SIGTERM, as asked");
}

#[test]
fn a_deaf_worker_is_killed_after_its_grace() {
    let mut world = one_pool(|pool| pool.stop.grace = SECOND);
    world.deaf = true;
    let id = worker("a", 1);
    world.start_all();
    let ticket = world.ask(Command::Stop { to: to("a/1") });
    world.pass(ms(999));
    assert_eq!(world.state(&id), State::Stopping);
    assert!(world.answer(ticket).is_none());

    world.pass(ms(1));

    assert_eq!(world.state(&id), State::Stopped);
    let exited = world.exits()[0];
    assert!(exited.planned && exited.escalated);
    assert_eq!(
        &*exited.cause,
        "did not end within its grace of 1 s: killed by SIGKILL"
    );
}

#[test]
fn a_stop_message_has_half_of_the_grace() {
    let mut world = one_pool(|pool| {
        pool.stop.message = Some(Message::parse("\"shutdown\"").unwrap());
        pool.stop.grace = SECOND;
    });
    world.deaf = true;
    let id = worker("a", 1);
    world.start_all();
    world.ask(Command::Stop { to: to("a/1") });
    assert_eq!(world.process(&id).written, ["\"shutdown\""]);
    assert!(world.process(&id).signals.is_empty());
    world.pass(ms(500));
    assert_eq!(world.process(&id).signals[0].0, Signal::TERM);
    world.pass(ms(500));
    assert_eq!(world.state(&id), State::Stopped);
}

#[test]
fn starting_what_stops_only_changes_the_intent() {
    let mut world = one_pool(|pool| pool.stop.grace = SECOND);
    world.deaf = true;
    let id = worker("a", 1);
    world.start_all();
    world.ask(Command::Stop { to: to("a/1") });
    let ticket = world.ask(Command::Start { to: to("a/1") });
    assert_eq!(world.state(&id), State::Stopping);

    world.pass(SECOND);

    assert_eq!(world.state(&id), State::Ready);
    assert_eq!(world.newest(&id), Incarnation(2));
    assert!(world.answer(ticket).is_some());
}

#[test]
fn a_restart_is_answered_by_the_next_life() {
    let mut world = one_pool(|_| {});
    let id = worker("a", 1);
    world.start_all();
    let ticket = world.ask(Command::Restart { to: to("a") });
    assert_eq!(world.newest(&id), Incarnation(2));
    assert!(world.answer(ticket).is_some());
    assert!(world.exits()[0].planned);
}

#[test]
fn a_kill_is_planned_and_starts_again_at_once_but_under_never() {
    let mut world = one_pool(|pool| {
        pool.restart.intensity = Intensity {
            restarts: 0,
            within: SECOND,
        }
    });
    let id = worker("a", 1);
    world.start_all();
    world.ask(Command::Kill { to: to("a/1") });
    assert_eq!(world.state(&id), State::Ready);
    assert_eq!(&*world.exits()[0].cause, "killed by SIGKILL, as asked");

    let mut world = one_pool(|pool| pool.restart.when = RestartWhen::Never);
    world.start_all();
    world.ask(Command::Kill { to: to("a/1") });
    assert_eq!(world.state(&id), State::Stopped);
}

#[test]
fn reports_of_an_earlier_process_are_void() {
    let mut world = one_pool(|_| {});
    let id = worker("a", 1);
    world.start_all();
    world.ask(Command::Restart { to: to("a/1") });
    let before = world.events.len();
    let incarnation = Incarnation(1);
    let exit = Exit::Code(1);
    world.feed(Input::Exited {
        worker: id.clone(),
        incarnation,
        exit,
        unread_bytes: 0,
    });
    world.feed(Input::ChannelClosed {
        worker: id.clone(),
        incarnation,
    });
    assert_eq!(world.events.len(), before);
    assert_eq!(world.state(&id), State::Ready);
}

#[test]
fn a_closed_channel_is_a_disconnect_only_when_the_process_lives_on() {
    let mut world = one_pool(|_| {});
    let (id, incarnation) = (worker("a", 1), Incarnation(1));
    world.start_all();
    world.feed(Input::ChannelClosed {
        worker: id.clone(),
        incarnation,
    });
    assert_eq!(world.state(&id), State::Ready);
    world.pass(ms(50));
    assert_eq!(world.state(&id), State::Disconnected);
    let ticket = world.send("a/1", "1", None);
    let refusal = world.answer(ticket).unwrap().clone().unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::ChannelClosed);

    let mut world = one_pool(|pool| pool.on_disconnect = OnDisconnect::Stop);
    world.start_all();
    world.feed(Input::ChannelClosed {
        worker: id.clone(),
        incarnation,
    });
    world.pass(ms(50));
    assert_eq!(world.state(&id), State::Backoff);
}

#[test]
fn mail_survives_a_crash_and_is_dropped_by_a_stop() {
    let mut world = one_pool(|_| {});
    let id = worker("a", 1);
    world.takes_writes = false;
    world.start_all();
    world.send("a", "1", None);
    world.exit(&id, Exit::Code(1));
    world.send("a", "2", None);
    world.pass(ms(100));
    assert_eq!(world.process(&id).written, ["1", "2"]);

    world.ask(Command::Stop { to: to("a") });

    let dropped = world.events.iter().find_map(|event| match event {
        Event::Dropped(dropped) => Some(dropped.count),
        _ => None,
    });
    assert_eq!(dropped, Some(2));
    let ticket = world.send("a/1", "3", None);
    assert_eq!(
        world.answer(ticket).unwrap().clone().unwrap_err().kind,
        RefusalKind::NotRunning
    );
}

#[test]
fn each_reply_answers_the_oldest_wait() {
    let mut world = one_pool(|_| {});
    let id = worker("a", 1);
    world.start_all();
    let first = world.send("a", "1", Some(SECOND));
    world.pass(ms(10));
    let second = world.send("a", "2", Some(SECOND));
    world.pass(ms(10));
    world.say(&id, &["\"one\"", "\"two\"", "\"more\""]);

    for (ticket, text, latency) in [(first, "\"one\"", 20), (second, "\"two\"", 10)] {
        let Some(Ok(Outcome::Sent { replies, .. })) = world.answer(ticket) else {
            panic!("no answer")
        };
        assert_eq!(
            (replies[0].message.as_str(), replies[0].latency),
            (text, ms(latency))
        );
    }
    let latencies: Vec<_> = world
        .envelopes
        .iter()
        .filter(|envelope| envelope.direction == Direction::In)
        .map(|envelope| envelope.latency)
        .collect();
    assert_eq!(latencies, [Some(ms(20)), Some(ms(10)), None]);
    assert_eq!(
        world
            .envelopes
            .iter()
            .map(|one| one.seq)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
}

#[test]
fn a_wait_ends_at_its_time_or_with_the_worker() {
    let mut world = one_pool(|_| {});
    world.start_all();
    let late = world.send("a", "1", Some(SECOND));
    world.pass(SECOND);
    let Some(Ok(Outcome::Sent { delivered, replies })) = world.answer(late) else {
        panic!("no answer")
    };
    assert_eq!((delivered.len(), replies.len()), (1, 0));

    let ticket = world.send("a", "1", Some(SECOND * 60));
    world.exit(&worker("a", 1), Exit::Code(1));
    assert!(
        matches!(world.answer(ticket), Some(Ok(Outcome::Sent { replies, .. })) if replies.is_empty())
    );
}

#[test]
fn every_handle_is_refused_at_once() {
    let mut world = one_pool(|_| {});
    let id = worker("a", 1);
    world.start_all();
    let message = Message::parse(r#"{"cmd":"NODE_HANDLE","type":"net.Socket"}"#).unwrap();
    let frames = vec![Frame::Internal {
        message,
        bytes: 42,
        kind: InternalKind::Handle,
    }];
    world.feed(Input::Received {
        worker: id.clone(),
        incarnation: Incarnation(1),
        frames,
    });
    assert_eq!(world.process(&id).written, [node::nack().to_string()]);
    assert!(
        world
            .envelopes
            .iter()
            .all(|one| one.internal && one.seq == 0)
    );
}

#[test]
fn a_worker_that_reads_nothing_is_stalled_and_told_once_a_second() {
    let mut world = one_pool(|_| {});
    let (id, incarnation) = (worker("a", 1), Incarnation(1));
    world.start_all();
    let unread = |bytes, progressed| Input::Unread {
        worker: id.clone(),
        incarnation,
        bytes,
        progressed,
    };
    world.feed(unread(10, false));
    world.pass(ms(249));
    assert_eq!(world.state(&id), State::Ready);
    world.pass(ms(2001));
    assert_eq!(world.state(&id), State::Stalled);
    let told = |world: &World| {
        world
            .events
            .iter()
            .filter(|e| matches!(e, Event::Stalled(_)))
            .count()
    };
    assert_eq!(told(&world), 3);

    world.feed(unread(5, true));
    assert_eq!(world.state(&id), State::Ready);
    world.pass(ms(250));
    assert_eq!(world.state(&id), State::Stalled);
    world.feed(unread(0, true));
    assert_eq!(world.state(&id), State::Ready);
}

#[test]
fn a_pool_grows_and_loses_its_highest_workers() {
    let mut world = one_pool(|pool| pool.stop.grace = SECOND);
    world.start_all();
    world.ask(Command::Scale {
        pool: name("a"),
        instances: 3,
    });
    assert_eq!(world.state(&worker("a", 3)), State::Ready);
    world.deaf = true;
    let ticket = world.ask(Command::Scale {
        pool: name("a"),
        instances: 1,
    });
    assert!(world.answer(ticket).is_none());
    world.pass(SECOND);
    assert_eq!(
        world.answer(ticket),
        Some(&Ok(Outcome::Scaled { instances: 1 }))
    );
    let sizes = world.events.iter().filter_map(|event| match event {
        Event::Pool(changed) => Some(changed.instances),
        _ => None,
    });
    assert_eq!(sizes.collect::<Vec<_>>(), [1, 3, 1]);
}

#[test]
fn a_deck_goes_down_in_one_grace_and_refuses_everything_else() {
    let mut world = one_pool(|pool| {
        pool.instances = 50;
        pool.stop.grace = SECOND;
    });
    world.deaf = true;
    world.start_all();
    world.pass(SECOND);
    let ticket = world.ask(Command::Down);
    let late = world.start_all();
    assert_eq!(
        world.answer(late).unwrap().clone().unwrap_err().kind,
        RefusalKind::ShuttingDown
    );
    assert!(!world.is_halted);

    world.pass(SECOND);

    assert!(world.is_halted);
    assert_eq!(world.answer(ticket), Some(&Ok(Outcome::Down)));
    assert!(matches!(world.effects.last(), Some(Effect::Halt)));
}

#[test]
fn spawns_take_turns() {
    let mut world = one_pool(|pool| pool.instances = 100);
    world.spawns = false;
    world.start_all();
    let ordered = world
        .effects
        .iter()
        .filter(|one| matches!(one, Effect::Spawn { .. }))
        .count();
    assert_eq!(ordered, 32);
}

#[test]
fn an_address_that_means_nobody_is_refused_with_a_hint() {
    let mut world = one_pool(|_| {});
    for (address, kind) in [
        ("b", RefusalKind::NoSuchPool),
        ("a/2", RefusalKind::NoSuchWorker),
    ] {
        let ticket = world.ask(Command::Stop { to: to(address) });
        let refusal = world.answer(ticket).unwrap().clone().unwrap_err();
        assert_eq!(refusal.kind, kind);
        assert!(refusal.hint.is_some() && refusal.address.is_some());
    }
}

#[test]
fn a_message_to_a_pool_goes_to_its_least_busy_worker() {
    let mut world = one_pool(|pool| pool.instances = 3);
    world.start_all();
    for _ in 0..6 {
        world.send("a", "1", None);
    }
    for number in 1..=3 {
        assert_eq!(world.process(&worker("a", number)).written.len(), 2);
    }
}

#[test]
fn backoff_is_cleared_by_a_start() {
    let slow = Backoff {
        first: SECOND * 60,
        most: SECOND * 60,
    };
    let mut world = one_pool(|pool| pool.restart.backoff = slow);
    let id = worker("a", 1);
    world.start_all();
    world.exit(&id, Exit::Code(1));
    assert_eq!(world.state(&id), State::Backoff);
    world.start_all();
    assert_eq!(world.state(&id), State::Ready);
}
