//! How processes are ended.

use crate::model::{Command, Exit, OnDisconnect, RestartWhen, Signal, State};
use crate::supervisor::tests::world::{World, a, by, message, ms, pool, signals, writes};
use crate::supervisor::{Effect, Input};

fn stop(to: &str) -> Command {
    Command::Stop {
        to: to.parse().unwrap(),
    }
}

fn restart(to: &str) -> Command {
    Command::Restart {
        to: to.parse().unwrap(),
        rolling: false,
    }
}

fn kill(to: &str) -> Command {
    Command::Kill {
        to: to.parse().unwrap(),
    }
}

#[test]
fn a_stopped_worker_gets_the_signal_and_stays_down() {
    let mut world = World::started(pool(1));
    let before = world.effects.len();

    let ticket = world.command(stop("a/1"));
    assert_eq!(
        signals(&world.effects[before..]),
        ["SIGTERM group", "SIGCONT group"]
    );
    assert_eq!(world.state(1), State::Stopping);
    assert!(!world.answers.contains_key(&ticket));

    let effects = world.exit(1, by(Signal::TERM));
    assert_eq!(
        signals(&effects),
        ["SIGKILL tree"],
        "what it left behind is swept up"
    );
    assert_eq!(world.state(1), State::Stopped);
    assert!(world.answers[&ticket].is_ok());
    let exited = world.last_exit();
    assert!(exited.planned && !exited.escalated);
    assert_eq!(&*exited.cause, "killed by SIGTERM, as asked");
    assert_eq!(world.machine.next_deadline(), None);
}

#[test]
fn a_deaf_worker_is_killed_after_its_grace() {
    let mut world = World::started(pool(1));
    world.command(stop("a/1"));
    let before = world.effects.len();

    world.pass(ms(4_999));
    assert!(signals(&world.effects[before..]).is_empty());
    world.pass(ms(1));
    assert_eq!(signals(&world.effects[before..]), ["SIGKILL tree"]);

    world.exit(1, by(Signal::KILL));
    let exited = world.last_exit();
    assert!(exited.planned && exited.escalated);
    assert_eq!(
        &*exited.cause,
        "did not end within its grace of 5 s: killed by SIGKILL"
    );
}

#[test]
fn a_worker_that_survives_sigkill_is_said_to_be_unkillable() {
    let mut world = World::started(pool(1));
    world.command(stop("a/1"));
    world.pass(ms(5_000));
    assert_eq!(world.reason(1), "");
    let before = world.effects.len();

    world.pass(ms(5_000));

    assert_eq!(signals(&world.effects[before..]), ["SIGKILL tree"]);
    assert_eq!(world.reason(1), "cannot be killed");
}

#[test]
fn with_a_stop_message_the_signal_comes_at_half_of_the_grace() {
    let mut spec = pool(1);
    spec.stop.message = Some(message(r#"{"cmd":"shutdown"}"#));
    let mut world = World::started(spec);
    let before = world.effects.len();

    world.command(stop("a/1"));
    assert_eq!(writes(&world.effects[before..]), [r#"{"cmd":"shutdown"}"#]);
    world.pass(ms(2_499));
    assert!(signals(&world.effects[before..]).is_empty());
    world.pass(ms(1));
    assert_eq!(
        signals(&world.effects[before..]),
        ["SIGTERM group", "SIGCONT group"]
    );
    world.pass(ms(2_499));
    assert_eq!(signals(&world.effects[before..]).len(), 2);
    world.pass(ms(1));
    assert_eq!(signals(&world.effects[before..]).len(), 3);
}

#[test]
fn a_stop_message_needs_an_open_channel() {
    let mut spec = pool(1);
    spec.stop.message = Some(message("1"));
    let mut world = World::started(spec);
    world.close_channel(1);
    let before = world.effects.len();

    world.command(stop("a/1"));

    assert!(writes(&world.effects[before..]).is_empty());
    assert_eq!(
        signals(&world.effects[before..]),
        ["SIGTERM group", "SIGCONT group"]
    );
}

#[test]
fn a_grace_of_zero_kills_at_once() {
    let mut spec = pool(1);
    spec.stop.grace = ms(0);
    let mut world = World::started(spec);
    let before = world.effects.len();

    world.command(stop("a"));
    world.pass(ms(0));

    assert_eq!(
        signals(&world.effects[before..]),
        ["SIGTERM group", "SIGCONT group", "SIGKILL tree"]
    );
}

#[test]
fn all_workers_of_a_stop_climb_in_parallel() {
    let mut world = World::started(pool(100));
    let ticket = world.command(stop("a/*"));

    world.pass(ms(5_000));
    for number in 1..=100 {
        world.exit(number, by(Signal::KILL));
    }

    assert!(world.answers[&ticket].is_ok());
    assert_eq!(world.now.mono.since_start(), ms(5_000));
}

#[test]
fn start_during_stopping_sets_only_the_intent() {
    let mut world = World::started(pool(1));
    let stopped = world.command(stop("a/1"));
    let before = world.effects.len();
    let started = world.command(Command::Start {
        to: "a/1".parse().unwrap(),
    });
    assert!(
        !world.effects[before..]
            .iter()
            .any(|effect| matches!(effect, Effect::Spawn { .. }))
    );
    assert_eq!(world.state(1), State::Stopping);

    world.exit(1, by(Signal::TERM));
    assert_eq!(world.state(1), State::Starting);
    assert!(world.answers.contains_key(&stopped));
    assert!(!world.answers.contains_key(&started));

    world.spawn_all();
    assert_eq!(world.state(1), State::Ready);
    assert!(world.answers.contains_key(&started));
}

#[test]
fn a_stop_while_starting_takes_the_process_down_when_it_is_there() {
    let mut world = World::new(pool(1));
    world.command(Command::Start {
        to: "a".parse().unwrap(),
    });
    let ticket = world.command(stop("a"));
    assert_eq!(world.state(1), State::Starting);
    assert!(!world.answers.contains_key(&ticket));

    let before = world.effects.len();
    world.spawn_all();
    assert_eq!(
        signals(&world.effects[before..]),
        ["SIGTERM group", "SIGCONT group"]
    );
    world.exit(1, Exit::Code(0));
    assert_eq!(world.state(1), State::Stopped);
    assert_eq!(&*world.last_exit().cause, "exit 0, as asked");
    assert!(world.answers.contains_key(&ticket));
}

#[test]
fn a_stop_in_backoff_takes_effect_at_once() {
    let mut world = World::started(pool(1));
    world.exit(1, Exit::Code(1));

    let ticket = world.command(stop("a"));

    assert_eq!(world.state(1), State::Stopped);
    assert!(world.answers[&ticket].is_ok());
    assert_eq!(world.machine.next_deadline(), None);
}

#[test]
fn a_restart_clears_backoff_and_budget() {
    let mut world = World::started(pool(1));
    for _ in 0..5 {
        world.exit(1, Exit::Code(1));
        world.pass(ms(1_600));
        world.spawn_all();
    }

    let ticket = world.command(restart("a"));
    world.exit(1, by(Signal::TERM));
    world.spawn_all();
    assert!(world.answers[&ticket].is_ok());

    world.exit(1, Exit::Code(1));
    assert_eq!(world.state(1), State::Backoff);
    world.pass(ms(100));
    assert_eq!(world.state(1), State::Starting);
}

#[test]
fn a_kill_counts_as_planned_and_starts_again_without_backoff() {
    let mut world = World::started(pool(1));
    let before = world.effects.len();
    let ticket = world.command(kill("a/1"));
    assert_eq!(signals(&world.effects[before..]), ["SIGKILL tree"]);

    world.exit(1, by(Signal::KILL));

    assert_eq!(world.state(1), State::Starting);
    assert!(
        world.answers[&ticket].is_ok(),
        "it is answered before the next one is ready"
    );
    let exited = world.last_exit();
    assert!(exited.planned && !exited.escalated);
    assert_eq!(&*exited.cause, "killed by SIGKILL, as asked");
}

#[test]
fn a_kill_under_never_leaves_the_worker_stopped() {
    let mut spec = pool(1);
    spec.restart.when = RestartWhen::Never;
    let mut world = World::started(spec);

    world.command(kill("a/1"));
    world.exit(1, by(Signal::KILL));

    assert_eq!(world.state(1), State::Stopped);
}

#[test]
fn a_kill_hastens_a_stop() {
    let mut world = World::started(pool(1));
    let stopped = world.command(stop("a/1"));
    let before = world.effects.len();

    world.command(kill("a/1"));
    assert_eq!(signals(&world.effects[before..]), ["SIGKILL tree"]);
    world.exit(1, by(Signal::KILL));

    assert_eq!(world.state(1), State::Stopped);
    assert!(world.answers[&stopped].is_ok());
    assert!(!world.last_exit().escalated);
}

#[test]
fn reports_of_an_earlier_process_are_void() {
    let mut world = World::started(pool(1));
    let old = world.incarnation(1);
    world.exit(1, Exit::Code(1));
    world.pass(ms(100));
    world.spawn_all();

    let effects = world.give(Input::Exited {
        worker: a(1),
        incarnation: old,
        exit: Exit::Code(1),
        unread_bytes: 0,
    });

    assert!(effects.is_empty());
    assert_eq!(world.state(1), State::Ready);
}

#[test]
fn a_worker_that_closes_its_channel_may_be_stopped_for_it() {
    let mut spec = pool(1);
    spec.on_disconnect = OnDisconnect::Stop;
    let mut world = World::started(spec);
    world.close_channel(1);
    let before = world.effects.len();

    world.pass(ms(50));
    assert_eq!(
        signals(&world.effects[before..]),
        ["SIGTERM group", "SIGCONT group"]
    );
    world.exit(1, by(Signal::TERM));

    assert_eq!(world.state(1), State::Backoff);
    assert!(!world.last_exit().planned);
    assert_eq!(
        &*world.last_exit().cause,
        "killed by SIGTERM, after it closed its channel"
    );
}
