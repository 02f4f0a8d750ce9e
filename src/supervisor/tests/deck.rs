//! What concerns several workers: scale, down, spawn storms, addresses.

use crate::model::{
    Command, Event, Exit, Outcome, PoolName, RefusalKind, RestartWhen, Signal, State,
};
use crate::supervisor::Effect;
use crate::supervisor::tests::world::{World, a, by, ms, pool, signals};

fn scale(world: &mut World, instances: u32) -> u64 {
    world.command(Command::Scale {
        pool: PoolName::new("a").unwrap(),
        instances,
    })
}

fn sizes(effects: &[Effect]) -> Vec<u32> {
    let told = effects.iter().filter_map(|effect| match effect {
        Effect::Publish(Event::Pool(pool)) => Some(pool.instances),
        _ => None,
    });
    told.collect()
}

fn spawns(effects: &[Effect]) -> usize {
    let is_spawn = |effect: &&Effect| matches!(effect, Effect::Spawn { .. });
    effects.iter().filter(is_spawn).count()
}

#[test]
fn a_larger_pool_starts_its_new_workers() {
    let mut world = World::started(pool(1));

    let ticket = scale(&mut world, 3);
    assert_eq!(world.answers[&ticket], Ok(Outcome::Scaled { instances: 3 }));
    world.spawn_all();

    assert_eq!(sizes(&world.effects), [1, 3]);
    assert_eq!(world.state(3), State::Ready);
}

#[test]
fn a_smaller_pool_loses_its_highest_workers_once_they_are_gone() {
    let mut world = World::started(pool(3));
    let ticket = scale(&mut world, 1);
    assert!(signals(&world.effects).len() == 4);

    world.exit(2, by(Signal::TERM));
    assert_eq!(sizes(&world.effects), [3]);
    assert!(!world.answers.contains_key(&ticket));
    world.exit(3, by(Signal::TERM));

    assert_eq!(sizes(&world.effects), [3, 1]);
    assert!(world.answers[&ticket].is_ok());
    assert!(world.machine.gauges(&a(2)).is_none());
}

#[test]
fn a_worker_that_comes_back_by_scale_goes_on_counting() {
    let mut world = World::started(pool(2));
    scale(&mut world, 1);
    let first = world.incarnation(2);
    world.exit(2, by(Signal::TERM));

    scale(&mut world, 2);
    world.spawn_all();

    assert!(world.incarnation(2) > first);
}

#[test]
fn a_scale_that_is_taken_back_starts_the_leaving_workers_again() {
    let mut world = World::started(pool(2));
    let down = scale(&mut world, 1);
    let up = scale(&mut world, 2);
    assert!(world.answers[&up].is_ok() && world.answers[&down].is_ok());

    world.exit(2, by(Signal::TERM));
    world.spawn_all();

    assert_eq!(world.state(2), State::Ready);
}

#[test]
fn a_pool_has_limits() {
    let mut world = World::started(pool(1));
    let ticket = scale(&mut world, 1001);
    assert_eq!(
        world.answers[&ticket].clone().unwrap_err().kind,
        RefusalKind::Forbidden
    );

    let ticket = scale(&mut world, 0);
    world.exit(1, Exit::Code(0));
    assert_eq!(world.answers[&ticket], Ok(Outcome::Scaled { instances: 0 }));
    let ticket = world.send("a", "1");
    assert_eq!(
        world.answers[&ticket].clone().unwrap_err().kind,
        RefusalKind::NotRunning
    );
}

#[test]
fn who_is_not_there_is_named_with_those_who_are() {
    let mut world = World::started(pool(2));
    let ticket = world.send("b", "1");
    let refusal = world.answers[&ticket].clone().unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::NoSuchPool);
    assert_eq!(refusal.hint.unwrap(), "the pools are: a");

    let ticket = world.send("a/7", "1");
    let refusal = world.answers[&ticket].clone().unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::NoSuchWorker);
    assert_eq!(refusal.hint.unwrap(), "the workers are a/1 to a/2");
}

#[test]
fn a_kill_before_the_process_is_made_says_so() {
    let mut world = World::new(pool(1));
    let to = || "a/1".parse().unwrap();
    world.command(Command::Start { to: to() });
    let early = world.command(Command::Kill { to: to() });

    let refusal = world.answers[&early].clone().unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::NotRunning);
    assert_eq!(refusal.message, "a/1 is starting: it has no process yet");

    world.spawn_all();
    let kill = world.command(Command::Kill { to: to() });
    world.exit(1, by(Signal::KILL));
    assert!(world.answers[&kill].is_ok());
}

#[test]
fn no_more_than_32_processes_are_made_at_once() {
    let mut world = World::new(pool(100));
    world.command(Command::Start {
        to: "*".parse().unwrap(),
    });
    assert_eq!(spawns(&world.effects), 32);
    assert_eq!(world.state(100), State::Starting);

    world.spawn_all();

    assert_eq!(spawns(&world.effects), 100);
    assert_eq!(world.state(100), State::Ready);
    assert!(world.answers.contains_key(&1));
}

#[test]
fn who_came_to_rest_before_the_end_keeps_the_state_that_tells_how() {
    let mut spec = pool(3);
    spec.restart.when = RestartWhen::Never;
    let mut world = World::started(spec);
    world.exit(1, Exit::Code(0));
    world.exit(2, Exit::Code(1));

    world.command(Command::Down);
    world.exit(3, by(Signal::TERM));

    let states = [1, 2, 3].map(|number| world.state(number));
    assert_eq!(states, [State::Finished, State::Failed, State::Stopped]);
    assert_eq!(world.effects.last(), Some(&Effect::Halt));
}

#[test]
fn a_deck_goes_down_when_its_last_worker_is_gone() {
    let mut world = World::started(pool(2));
    let waiting = world.send_and_wait("a/1", "1", Some(60_000));
    let first = world.command(Command::Down);
    let second = world.command(Command::Down);
    let refused = world.send("a/1", "1");
    assert_eq!(
        world.answers[&refused].clone().unwrap_err().kind,
        RefusalKind::ShuttingDown
    );

    world.exit(1, by(Signal::TERM));
    assert!(world.answers.contains_key(&waiting));
    assert!(!world.answers.contains_key(&first));
    world.pass(ms(5_000));
    world.exit(2, by(Signal::KILL));

    assert_eq!(world.answers[&first], Ok(Outcome::Down));
    assert_eq!(world.answers[&second], Ok(Outcome::Down));
    assert_eq!(world.effects.last(), Some(&Effect::Halt));
}

#[test]
fn a_worker_that_holds_up_the_end_can_be_killed() {
    let mut world = World::started(pool(2));
    let down = world.command(Command::Down);
    assert_eq!(
        world
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Publish(Event::Down)))
            .count(),
        1
    );
    world.exit(1, by(Signal::TERM));

    let kill = world.command(Command::Kill {
        to: "a/2".parse().unwrap(),
    });
    world.exit(2, by(Signal::KILL));

    assert!(world.answers[&kill].is_ok(), "{:?}", world.answers[&kill]);
    assert_eq!(world.answers[&down], Ok(Outcome::Down));
}

#[test]
fn a_deck_without_processes_goes_down_at_once() {
    let mut world = World::new(pool(2));
    world.command(Command::Down);
    assert_eq!(world.effects.last(), Some(&Effect::Halt));
}
