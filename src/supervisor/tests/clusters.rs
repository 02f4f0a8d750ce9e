//! How cluster workers are asked to end.

use crate::model::{Api, Command, PoolSpec, State};
use crate::supervisor::tests::world::{World, a, message, ms, pool, signals, writes};
use crate::supervisor::{Effect, Input};

fn cluster() -> PoolSpec {
    PoolSpec {
        api: Api::Cluster,
        ..pool(2)
    }
}

/// Who is told to leave, and whether another process is to follow.
fn leaves(effects: &[Effect]) -> Vec<(u32, bool)> {
    let leaves = effects.iter().filter_map(|effect| match effect {
        Effect::Leave {
            worker, returns, ..
        } => Some((worker.number, *returns)),
        _ => None,
    });
    leaves.collect()
}

#[test]
fn a_cluster_worker_is_disconnected_first_and_signalled_at_half_of_its_grace() {
    let mut world = World::started(cluster());
    let before = world.effects.len();

    world.command(Command::Stop {
        to: "a/1".parse().unwrap(),
    });

    assert_eq!(leaves(&world.effects[before..]), [(1, false)]);
    assert!(signals(&world.effects[before..]).is_empty());
    world.pass(ms(2_500));
    let told = signals(&world.effects[before..]);
    assert_eq!(told, ["SIGTERM group", "SIGCONT group"]);
    assert_eq!(world.state(1), State::Stopping);
}

#[test]
fn one_that_is_followed_by_another_is_told_as_such() {
    let mut world = World::started(cluster());
    let before = world.effects.len();

    world.command(Command::Restart {
        to: "a/1".parse().unwrap(),
        rolling: false,
    });
    world.give(Input::Relieve {
        worker: a(2),
        incarnation: world.incarnation(2),
        reason: "a job timed out".into(),
    });

    assert_eq!(leaves(&world.effects[before..]), [(1, true), (2, true)]);
}

#[test]
fn one_that_is_removed_or_killed_does_not_return() {
    let mut world = World::started(cluster());
    let before = world.effects.len();

    world.command(Command::Scale {
        pool: a(1).pool,
        instances: 1,
    });
    assert_eq!(leaves(&world.effects[before..]), [(2, false)]);
    let before = world.effects.len();
    world.command(Command::Kill {
        to: "a/1".parse().unwrap(),
    });

    assert!(leaves(&world.effects[before..]).is_empty());
    assert_eq!(signals(&world.effects[before..]), ["SIGKILL tree"]);
}

#[test]
fn a_stop_message_goes_along_with_the_disconnect() {
    let mut spec = cluster();
    spec.stop.message = Some(message("\"shutdown\""));
    let mut world = World::started(spec);
    let before = world.effects.len();

    world.command(Command::Stop {
        to: "a/1".parse().unwrap(),
    });

    assert_eq!(writes(&world.effects[before..]), ["\"shutdown\""]);
    assert_eq!(leaves(&world.effects[before..]), [(1, false)]);
}
