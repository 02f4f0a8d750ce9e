//! What follows an exit that nobody asked for.

use crate::model::{Backoff, Command, Exit, Intensity, RestartWhen, Signal, State};
use crate::supervisor::tests::world::{World, by, ms, pool};

fn world(when: RestartWhen) -> World {
    let mut spec = pool(1);
    spec.restart.when = when;
    World::started(spec)
}

#[test]
fn the_policy_and_the_kind_of_exit_decide_what_follows() {
    use RestartWhen::{Always, Never, OnFailure};
    let table = [
        (Always, Exit::Code(0), State::Backoff),
        (Always, Exit::Code(1), State::Backoff),
        (Always, by(Signal::KILL), State::Backoff),
        (OnFailure, Exit::Code(0), State::Finished),
        (OnFailure, Exit::Code(1), State::Backoff),
        (OnFailure, by(Signal::KILL), State::Backoff),
        (Never, Exit::Code(0), State::Finished),
        (Never, Exit::Code(1), State::Failed),
        (Never, by(Signal::KILL), State::Failed),
    ];
    for (when, exit, state) in table {
        let mut world = world(when);
        world.pass(ms(3_200));

        world.exit(1, exit);

        assert_eq!(world.state(1), state, "{when:?} {exit}");
        assert!(!world.last_exit().planned);
        let killed = exit == by(Signal::KILL);
        let cause = world.last_exit().cause;
        if killed {
            assert_eq!(&*cause, "killed by SIGKILL, not by us");
        } else {
            assert_eq!(cause.to_string(), format!("{exit} after 3.2 s"));
        }
        assert_eq!(world.reason(1), cause.to_string());
    }
}

#[test]
fn backoff_doubles_and_the_sixth_exit_fails_the_worker() {
    let mut world = world(RestartWhen::Always);
    for wait in [100, 200, 400, 800, 1600] {
        world.exit(1, Exit::Code(1));
        assert_eq!(world.state(1), State::Backoff);
        world.pass(ms(wait - 1));
        assert_eq!(world.state(1), State::Backoff);
        world.pass(ms(1));
        assert_eq!(world.state(1), State::Starting);
        world.spawn_all();
        assert_eq!(world.state(1), State::Ready);
    }

    world.exit(1, Exit::Code(1));

    assert_eq!(world.state(1), State::Failed);
    assert_eq!(
        world.reason(1),
        "5 restarts within 30 s, then exit 1 after 0 ms"
    );
    assert_eq!(world.machine.next_deadline(), None);
}

#[test]
fn a_healthy_life_lets_the_backoff_start_anew() {
    let mut world = world(RestartWhen::Always);
    for _ in 0..3 {
        world.exit(1, Exit::Code(1));
        world.pass(ms(1_000));
        world.spawn_all();
    }
    world.pass(ms(10_000));

    world.exit(1, Exit::Code(1));
    world.pass(ms(100));

    assert_eq!(world.state(1), State::Starting);
}

#[test]
fn a_slow_crasher_is_restarted_for_ever() {
    let mut world = world(RestartWhen::Always);
    for _ in 0..50 {
        world.pass(ms(6_000));
        world.exit(1, Exit::Code(1));
        assert_eq!(world.state(1), State::Backoff);
        world.pass(ms(30_000));
        world.spawn_all();
    }
}

#[test]
fn the_budget_is_told_as_restarts_count_and_stop_counting() {
    let mut world = world(RestartWhen::Always);
    let budget = |world: &World| {
        let view = world.machine.roster.workers().next().unwrap().view();
        view.budget
    };
    assert_eq!(budget(&world), (0, 5));

    world.exit(1, Exit::Code(1));
    world.pass(ms(100));
    world.spawn_all();
    assert_eq!(budget(&world), (1, 5));

    world.pass(ms(29_900));
    assert_eq!(budget(&world), (0, 5));
}

#[test]
fn an_intensity_of_zero_allows_no_restart() {
    let mut spec = pool(1);
    spec.restart.intensity = Intensity {
        restarts: 0,
        within: ms(1000),
    };
    let mut world = World::started(spec);

    world.exit(1, Exit::Code(0));

    assert_eq!(world.state(1), State::Failed);
}

#[test]
fn a_backoff_of_zero_still_ends() {
    let mut spec = pool(1);
    spec.restart.backoff = Backoff {
        first: ms(0),
        most: ms(0),
    };
    let mut world = World::started(spec);

    world.exit(1, Exit::Code(0));
    world.pass(ms(0));

    assert_eq!(world.state(1), State::Starting);
}

#[test]
fn a_program_that_is_not_there_fails_the_worker_at_once() {
    let mut world = World::new(pool(1));
    world.command(Command::Start {
        to: "a".parse().unwrap(),
    });

    world.refuse_spawns(true);

    assert_eq!(world.state(1), State::Failed);
    assert_eq!(world.reason(1), "spawn of worker: EAGAIN");
    assert!(world.answers[&1].is_ok());
}

#[test]
fn a_spawn_that_fails_for_now_is_tried_again_within_the_intensity() {
    let mut spec = pool(1);
    spec.restart.when = RestartWhen::Never;
    let mut world = World::new(spec);
    world.command(Command::Start {
        to: "a".parse().unwrap(),
    });
    for _ in 0..5 {
        world.refuse_spawns(false);
        assert_eq!(world.state(1), State::Backoff);
        world.pass(ms(2_000));
    }

    world.refuse_spawns(false);

    assert_eq!(world.state(1), State::Failed);
}

#[test]
fn the_cause_says_who_sent_the_signal() {
    let mut world = world(RestartWhen::Always);
    let usr1 = Signal::from_name("USR1").unwrap();
    world.command(Command::Signal {
        to: "a/1".parse().unwrap(),
        signal: usr1,
    });
    world.exit(1, by(usr1));
    assert_eq!(&*world.last_exit().cause, "killed by SIGUSR1, sent by us");
    assert!(!world.last_exit().planned);

    world.pass(ms(100));
    world.spawn_all();
    let signal = Signal::from_name("SEGV").unwrap();
    world.exit(1, Exit::Signal { signal, core: true });
    assert_eq!(&*world.last_exit().cause, "crashed: SIGSEGV (core dumped)");
}
