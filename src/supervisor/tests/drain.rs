//! Stops that wait for the jobs in flight.

use crate::model::{Command, Event, Exit, MonoTime, PoolName, PoolSpec, Signal, State};
use crate::supervisor::Effect;
use crate::supervisor::tests::orders::news;
use crate::supervisor::tests::world::{World, by, frame, ms, pool, signals, writes};

fn stop(to: &str) -> Command {
    Command::Stop {
        to: to.parse().unwrap(),
    }
}

/// A world whose first worker has been given two jobs.
fn busy(spec: PoolSpec) -> World {
    let mut world = World::started(spec);
    world.enlist();
    world.assign(1, &[(1, "1"), (2, "2")]);
    world.written(1, 2);
    world
}

fn until(world: &World) -> Option<MonoTime> {
    let mut states = world
        .effects
        .iter()
        .rev()
        .filter_map(|effect| match effect {
            Effect::Publish(Event::State(state)) => Some(state.until),
            _ => None,
        });
    states.next().unwrap()
}

#[test]
fn a_stop_waits_until_the_last_job_is_answered() {
    let mut world = busy(pool(1));
    let before = world.effects.len();
    world.pass(ms(1_000));

    let ticket = world.command(stop("a/1"));
    assert_eq!(signals(&world.effects[before..]).len(), 0);
    assert_eq!(news(&world.effects[before..]), ["rests"]);
    assert_eq!(world.state(1), State::Stopping);
    assert_eq!(world.reason(1), "finishes its jobs");
    assert_eq!(until(&world), Some(MonoTime::from_start(ms(36_000))));
    world.pass(ms(10_000));
    let first = world.receive(1, vec![frame("10")]);
    assert!(signals(&first).is_empty());
    let last = world.receive(1, vec![frame("20")]);

    assert_eq!(signals(&last), ["SIGTERM group", "SIGCONT group"]);
    assert_eq!(until(&world), Some(MonoTime::from_start(ms(16_000))));
    assert_eq!(news(&world.exit(1, by(Signal::TERM))), ["lost stopped"]);
    assert!(world.answers[&ticket].is_ok());
    assert_eq!(world.state(1), State::Stopped);
}

#[test]
fn a_drain_that_runs_out_of_time_is_followed_by_the_ladder() {
    let mut spec = pool(1);
    spec.stop.drain = ms(2_000);
    let mut world = busy(spec);
    world.receive(1, vec![frame("10")]);
    world.command(stop("a/1"));
    let before = world.effects.len();

    world.pass(ms(1_999));
    assert!(signals(&world.effects[before..]).is_empty());
    world.pass(ms(1));
    assert_eq!(signals(&world.effects[before..]).len(), 2);
    world.pass(ms(5_000));
    assert_eq!(signals(&world.effects[before..])[2..], ["SIGKILL tree"]);

    let exit = world.exit(1, by(Signal::KILL));
    assert_eq!(news(&exit), ["lost stopped 2?"]);
    assert!(world.last_exit().escalated);
}

#[test]
fn a_drain_of_zero_waits_for_nothing() {
    let mut spec = pool(1);
    spec.stop.drain = ms(0);
    let mut world = busy(spec);
    let before = world.effects.len();

    world.command(stop("a/1"));

    assert_eq!(signals(&world.effects[before..]).len(), 2);
}

#[test]
fn a_draining_worker_takes_no_job_and_gives_back_what_it_was_not_given_yet() {
    let mut world = World::started(pool(1));
    world.enlist();
    world.send("a/1", "\"mail\"");
    world.written(1, 1);
    world.assign(1, &[(1, "1")]);
    let before = world.effects.len();
    world.command(stop("a/1"));
    assert_eq!(news(&world.effects[before..]), ["lost refused 1"]);
    assert_eq!(
        signals(&world.effects[before..]).len(),
        2,
        "nothing to wait for"
    );

    let mut world = busy(pool(1));
    world.command(stop("a/1"));
    assert_eq!(news(&world.assign(1, &[(3, "3")])), ["lost refused 3"]);
}

#[test]
fn a_second_stop_cuts_the_drain_short() {
    let mut world = busy(pool(1));
    let first = world.command(stop("a/1"));
    let before = world.effects.len();

    let second = world.command(stop("a/1"));

    assert_eq!(signals(&world.effects[before..]).len(), 2);
    assert_eq!(news(&world.exit(1, Exit::Code(0))), ["lost stopped 1? 2?"]);
    assert!(world.answers[&first].is_ok() && world.answers[&second].is_ok());
}

#[test]
fn a_kill_does_not_drain_and_cuts_a_drain_short() {
    let kill = || Command::Kill {
        to: "a/1".parse().unwrap(),
    };
    let mut world = busy(pool(1));
    let before = world.effects.len();
    world.command(kill());
    assert_eq!(signals(&world.effects[before..]), ["SIGKILL tree"]);
    assert_eq!(
        news(&world.exit(1, by(Signal::KILL))),
        ["lost stopped 1? 2?"]
    );

    let mut world = busy(pool(1));
    world.command(stop("a/1"));
    let before = world.effects.len();
    world.command(kill());
    assert_eq!(signals(&world.effects[before..]), ["SIGKILL tree"]);
}

#[test]
fn a_restart_drains_and_starts_again_with_its_mail() {
    let mut world = busy(pool(1));
    let ticket = world.command(Command::Restart {
        to: "a/1".parse().unwrap(),
        rolling: false,
    });
    world.send("a/1", "\"mail\"");
    let last = world.receive(1, vec![frame("10"), frame("20")]);
    assert_eq!(news(&last), ["answered 1=10 2=20"]);
    assert_eq!(signals(&last).len(), 2);
    world.exit(1, by(Signal::TERM));
    let before = world.effects.len();
    world.spawn_all();

    assert!(world.answers[&ticket].is_ok());
    assert_eq!(writes(&world.effects[before..]), ["\"mail\""]);
}

#[test]
fn a_stop_during_the_drain_of_a_restart_changes_only_the_intent() {
    let mut world = busy(pool(1));
    world.command(Command::Restart {
        to: "a/1".parse().unwrap(),
        rolling: false,
    });
    let before = world.effects.len();

    world.command(stop("a/1"));
    assert!(signals(&world.effects[before..]).is_empty());
    world.receive(1, vec![frame("10"), frame("20")]);
    world.exit(1, by(Signal::TERM));

    assert_eq!(world.state(1), State::Stopped);
}

#[test]
fn a_pool_made_smaller_twice_still_drains() {
    let mut world = busy(pool(3));
    let scale = |instances| Command::Scale {
        pool: PoolName::new("a").unwrap(),
        instances,
    };
    world.command(scale(0));
    let before = world.effects.len();

    world.command(scale(0));

    assert!(signals(&world.effects[before..]).is_empty());
    let last = world.receive(1, vec![frame("10"), frame("20")]);
    assert_eq!(signals(&last).len(), 2);
}

#[test]
fn going_down_drains_and_a_second_down_cuts_that_short() {
    let mut world = busy(pool(1));
    world.command(stop("a/1"));
    let before = world.effects.len();
    world.command(Command::Down);
    assert!(signals(&world.effects[before..]).is_empty());

    world.command(Command::Down);
    assert_eq!(signals(&world.effects[before..]).len(), 2);
    world.exit(1, by(Signal::TERM));
    assert_eq!(world.effects.last(), Some(&Effect::Halt));
}

#[test]
fn a_drain_ends_with_the_death_the_channel_or_the_last_forgotten_job() {
    let mut world = busy(pool(1));
    world.command(stop("a/1"));
    assert_eq!(news(&world.exit(1, Exit::Code(1))), ["lost stopped 1? 2?"]);
    assert_eq!(world.state(1), State::Stopped);

    let mut world = busy(pool(1));
    world.command(stop("a/1"));
    let closed = world.close_channel(1);
    assert_eq!(news(&closed), ["lost stopped 1? 2?"]);
    assert_eq!(signals(&closed).len(), 2);

    let mut world = busy(pool(1));
    world.close_channel(1);
    let before = world.effects.len();
    world.command(stop("a/1"));
    assert_eq!(signals(&world.effects[before..]).len(), 2, "none can come");

    let mut world = busy(pool(1));
    world.command(stop("a/1"));
    assert_eq!(signals(&world.forget(1, &[1, 2])).len(), 2);
}

#[test]
fn a_job_that_costs_a_draining_process_its_life_cuts_the_drain_short() {
    let mut world = busy(pool(1));
    world.command(stop("a/1"));

    assert_eq!(signals(&world.relieve(1, "job 1 timed out")).len(), 2);
    world.exit(1, by(Signal::TERM));

    assert_eq!(world.state(1), State::Stopped);
}
