//! One worker after the other, until all are ready or one is not.

use crate::model::{
    Command, Event, Exit, Outcome, PoolName, PoolSpec, Ready, Refusal, RefusalKind, RestartWhen,
    Signal, State, WorkerId,
};
use crate::supervisor::tests::world::{World, a, by, frame, ms, pool};
use crate::supervisor::{Effect, Input};

fn spec(instances: u32) -> PoolSpec {
    let mut spec = pool(instances);
    spec.ready = Ready::Message;
    spec.ready_timeout = ms(2_000);
    spec
}

/// A pool whose workers are all ready.
fn world(instances: u32) -> World {
    let mut world = World::started(spec(instances));
    for number in 1..=instances {
        world.receive(number, vec![frame("\"ready\"")]);
    }
    world
}

fn roll(world: &mut World, to: &str) -> u64 {
    world.command(Command::Restart {
        to: to.parse().unwrap(),
        rolling: true,
    })
}

fn stop(world: &mut World, to: &str) {
    world.command(Command::Stop {
        to: to.parse().unwrap(),
    });
}

/// `a/number`, which was told to end, ends, and its next process gets ready.
fn renew(world: &mut World, number: u32) {
    assert_eq!(world.state(number), State::Stopping);
    world.exit(number, by(Signal::TERM));
    world.spawn_all();
    assert_eq!(world.state(number), State::Starting);
    world.receive(number, vec![frame("\"ready\"")]);
}

fn states(world: &World, instances: u32) -> Vec<State> {
    (1..=instances).map(|number| world.state(number)).collect()
}

fn refusal(world: &World, ticket: u64) -> Refusal {
    world.answers[&ticket].clone().unwrap_err()
}

fn rolled(world: &World, ticket: u64) -> (Vec<WorkerId>, Vec<WorkerId>) {
    match world.answers[&ticket].clone().unwrap() {
        Outcome::Rolled { restarted, skipped } => (restarted, skipped),
        other => panic!("{other:?}"),
    }
}

/// How far it was told to be: who, how many of how many, and why it ended.
fn told(world: &World) -> Vec<String> {
    let told = world.effects.iter().filter_map(|effect| match effect {
        Effect::Publish(Event::Rolling(changed)) => Some(changed),
        _ => None,
    });
    told.map(|changed| {
        let worker = changed.worker.as_ref().map(ToString::to_string);
        let (worker, error) = (worker.unwrap_or_default(), changed.error.as_deref());
        let score = format!("{} of {}", changed.restarted, changed.of);
        format!("{} {worker} {score} {}", changed.pool, error.unwrap_or(""))
    })
    .collect()
}

#[test]
fn one_after_the_other_is_restarted_and_none_before_the_one_before_is_ready() {
    use State::{Ready, Starting, Stopping};
    let mut world = world(3);

    let ticket = roll(&mut world, "a");

    for number in 1..=3 {
        let with = |state| {
            let mut all = [Ready; 3];
            all[number as usize - 1] = state;
            all
        };
        assert_eq!(states(&world, 3), with(Stopping));
        assert!(!world.answers.contains_key(&ticket));
        world.exit(number, by(Signal::TERM));
        world.spawn_all();
        world.pass(ms(1_000));
        assert_eq!(states(&world, 3), with(Starting));
        world.receive(number, vec![frame("{}")]);
    }
    assert_eq!(states(&world, 3), [Ready; 3]);
    assert_eq!(rolled(&world, ticket), (vec![a(1), a(2), a(3)], vec![]));
    let told = told(&world);
    assert_eq!(
        told,
        [
            "a a/1 0 of 3 ",
            "a a/2 1 of 3 ",
            "a a/3 2 of 3 ",
            "a  3 of 3 "
        ]
    );
}

#[test]
fn pools_are_restarted_one_after_the_other_as_well() {
    let mut b = pool(1);
    b.name = PoolName::new("b").unwrap();
    let mut world = World::of(vec![pool(1), b]);
    world.start_all();

    let ticket = roll(&mut world, "*");
    world.exit(1, by(Signal::TERM));
    world.spawn_all();
    let worker = WorkerId::new(PoolName::new("b").unwrap(), 1);
    let gauges = world.machine.gauges(&worker).unwrap();
    assert_eq!(gauges.state, State::Stopping);
    world.give(Input::Exited {
        worker: worker.clone(),
        incarnation: gauges.incarnation,
        exit: by(Signal::TERM),
        unread_bytes: 0,
    });
    world.spawn_all();

    assert_eq!(rolled(&world, ticket), (vec![a(1), worker], vec![]));
    assert_eq!(
        told(&world),
        ["a a/1 0 of 1 ", "a  1 of 1 ", "b b/1 0 of 1 ", "b  1 of 1 "]
    );
}

#[test]
fn a_worker_that_ends_before_it_is_ready_ends_it() {
    let mut world = world(4);
    let ticket = roll(&mut world, "a");
    renew(&mut world, 1);
    world.exit(2, by(Signal::TERM));
    world.spawn_all();
    world.pass(ms(40));

    world.exit(2, Exit::Code(1));

    let refusal = refusal(&world, ticket);
    assert_eq!(refusal.kind, RefusalKind::RestartFailed);
    assert_eq!(
        refusal.message,
        "the rolling restart of a stopped at a/2: exit 1 after 40 ms; 1 of 4 restarted, 3 not"
    );
    assert_eq!(
        told(&world).last().unwrap(),
        "a  1 of 4 a/2: exit 1 after 40 ms"
    );
    assert_eq!(world.state(2), State::Backoff, "its policy goes on with it");
    assert_eq!(
        (world.state(3), world.state(4)),
        (State::Ready, State::Ready)
    );
    world.pass(ms(100));
    world.spawn_all();
    world.receive(2, vec![frame("{}")]);
    assert_eq!(world.state(3), State::Ready, "nothing goes on by itself");
}

#[test]
fn a_worker_that_is_not_ready_in_time_ends_it() {
    let mut world = world(2);
    let ticket = roll(&mut world, "a");
    world.exit(1, by(Signal::TERM));
    world.spawn_all();

    world.pass(ms(2_000));

    assert_eq!(
        refusal(&world, ticket).message,
        "the rolling restart of a stopped at a/1: not ready within 2 s; 0 of 2 restarted, 2 not"
    );
    assert_eq!(states(&world, 2), [State::Stopping, State::Ready]);
}

#[test]
fn a_process_that_cannot_be_made_ends_it() {
    for permanent in [false, true] {
        let mut world = world(2);
        let ticket = roll(&mut world, "a");
        world.spawn_all();
        world.exit(1, by(Signal::TERM));
        world.refuse_spawns(permanent);

        let said = refusal(&world, ticket).message;
        assert!(
            said.contains("a/1: spawn of worker: EAGAIN; 0 of 2"),
            "{said}"
        );
        assert_eq!(world.state(2), State::Ready);
    }
}

#[test]
fn a_restarted_worker_that_crashes_meanwhile_ends_it() {
    for when in [RestartWhen::Always, RestartWhen::OnFailure] {
        let mut pool = pool(3);
        pool.restart.when = when;
        let mut world = World::started(pool);
        let ticket = roll(&mut world, "a");
        world.exit(1, by(Signal::TERM));
        world.spawn_all();
        assert_eq!(world.state(2), State::Stopping, "ready at once");
        world.pass(ms(30));

        world.exit(1, Exit::Code(3));

        assert_eq!(
            refusal(&world, ticket).message,
            "the rolling restart of a stopped at a/1: exit 3 after 30 ms; 0 of 3 restarted, 3 not"
        );
        world.exit(2, by(Signal::TERM));
        world.spawn_all();
        assert_eq!(world.state(2), State::Ready, "it comes back");
        assert_eq!(world.state(3), State::Ready);
    }
}

#[test]
fn who_does_not_run_is_left_out_and_told() {
    let mut world = world(4);
    stop(&mut world, "a/2");
    world.exit(2, Exit::Code(0));

    let ticket = roll(&mut world, "a");
    assert_eq!(told(&world), ["a a/1 0 of 3 "]);
    stop(&mut world, "a/3");
    world.exit(3, Exit::Code(0));
    renew(&mut world, 1);
    renew(&mut world, 4);

    assert_eq!(rolled(&world, ticket), (vec![a(1), a(4)], vec![a(2), a(3)]));
    assert_eq!(world.state(2), State::Stopped);
    assert_eq!(world.state(3), State::Stopped);
}

#[test]
fn a_deck_in_which_nothing_runs_refuses() {
    let mut world = World::new(spec(2));
    let ticket = roll(&mut world, "a");
    let refusal = refusal(&world, ticket);
    assert_eq!(refusal.kind, RefusalKind::NotRunning);
    assert_eq!(refusal.message, "no worker of a runs");
}

#[test]
fn the_worker_under_way_may_be_stopped_killed_restarted_or_removed() {
    // Stopped while it goes down, and while it is to get ready.
    let mut world = world(3);
    let ticket = roll(&mut world, "a");
    stop(&mut world, "a/1");
    assert_eq!(states(&world, 2), [State::Stopping, State::Stopping]);
    world.exit(1, by(Signal::TERM));
    world.exit(2, by(Signal::TERM));
    world.spawn_all();
    stop(&mut world, "a/2");
    world.exit(2, by(Signal::TERM));

    // Restarted and killed by hand: it is waited for.
    world.exit(3, by(Signal::TERM));
    world.spawn_all();
    world.command(Command::Restart {
        to: "a/3".parse().unwrap(),
        rolling: false,
    });
    world.exit(3, by(Signal::TERM));
    world.spawn_all();
    world.command(Command::Kill {
        to: "a/3".parse().unwrap(),
    });
    world.exit(3, by(Signal::KILL));
    world.spawn_all();
    assert!(!world.answers.contains_key(&ticket));
    world.receive(3, vec![frame("{}")]);

    assert_eq!(rolled(&world, ticket), (vec![a(3)], vec![a(1), a(2)]));
}

#[test]
fn removed_workers_are_left_out() {
    let mut world = world(3);
    let ticket = roll(&mut world, "a");
    renew(&mut world, 1);
    world.command(Command::Scale {
        pool: a(1).pool,
        instances: 1,
    });
    world.exit(2, by(Signal::TERM));
    world.exit(3, by(Signal::TERM));

    assert_eq!(rolled(&world, ticket), (vec![a(1)], vec![a(2), a(3)]));
}

#[test]
fn a_worker_in_backoff_is_restarted_at_once_at_its_turn() {
    let mut world = world(2);
    world.exit(2, Exit::Code(1));
    let ticket = roll(&mut world, "a");
    renew(&mut world, 1);

    assert_eq!(world.state(2), State::Starting);
    world.spawn_all();
    world.receive(2, vec![frame("{}")]);

    assert_eq!(rolled(&world, ticket), (vec![a(1), a(2)], vec![]));
}

#[test]
fn a_pool_has_one_rolling_restart_at_a_time() {
    let mut world = world(2);
    let first = roll(&mut world, "a/2");

    let second = roll(&mut world, "*");

    let refused = refusal(&world, second);
    assert_eq!(refused.kind, RefusalKind::WrongState);
    assert_eq!(
        refused.message,
        "a is being restarted already, one worker after the other: 0 of 1 restarted, 1 not"
    );
    assert_eq!(states(&world, 2), [State::Ready, State::Stopping]);
    renew(&mut world, 2);
    assert_eq!(rolled(&world, first), (vec![a(2)], vec![]));
    roll(&mut world, "a");
    assert_eq!(world.state(1), State::Stopping);
}

#[test]
fn a_deck_that_goes_down_ends_it() {
    let mut world = world(3);
    let ticket = roll(&mut world, "a");
    renew(&mut world, 1);

    let down = world.command(Command::Down);

    let refused = refusal(&world, ticket);
    assert_eq!(refused.kind, RefusalKind::ShuttingDown);
    assert_eq!(
        refused.message,
        "the deck is going down: 1 of 3 restarted, 2 not"
    );
    for number in 1..=3 {
        world.exit(number, by(Signal::TERM));
    }
    assert_eq!(world.answers[&down], Ok(Outcome::Down));
}

#[test]
fn only_the_worker_at_its_turn_takes_no_jobs() {
    let mut world = world(2);
    world.give(Input::Enlist { pool: a(1).pool });
    let before = world.effects.len();

    roll(&mut world, "a");

    let rests = world.effects[before..]
        .iter()
        .filter_map(|effect| match effect {
            Effect::News(crate::model::JobNews::Rests { worker, .. }) => Some(worker.clone()),
            _ => None,
        });
    assert_eq!(rests.collect::<Vec<_>>(), [a(1)]);
}
