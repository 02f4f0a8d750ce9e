//! Liveness, disconnecting, suspending.

use crate::model::{Event, Exit, Liveness, State, Stream};
use crate::supervisor::tests::world::{World, a, ms, pool};
use crate::supervisor::{Effect, Input};

fn liveness(effects: &[Effect]) -> Vec<Liveness> {
    let told = effects.iter().filter_map(|effect| match effect {
        Effect::Publish(Event::Liveness(changed)) => Some(changed.liveness),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_channel_that_closes_with_its_process_is_never_shown_as_disconnected() {
    let mut world = World::started(pool(1));
    let told = liveness(&world.close_channel(1));
    assert!(told[0].process.is_open() && !told[0].channel.is_open());
    assert_eq!(world.state(1), State::Ready);
    world.pass(ms(10));

    world.exit(1, Exit::Code(0));

    let disconnected = world.effects.iter().any(|effect| {
        matches!(effect, Effect::Publish(Event::State(state)) if state.state == State::Disconnected)
    });
    assert!(!disconnected);
}

#[test]
fn a_process_that_outlives_its_channel_is_disconnected() {
    let mut world = World::started(pool(1));
    world.close_channel(1);

    world.pass(ms(50));

    assert_eq!(world.state(1), State::Disconnected);
    assert_eq!(world.machine.next_deadline(), None);
}

#[test]
fn an_output_held_by_another_is_told_after_the_exit() {
    let mut world = World::started(pool(1));
    let incarnation = world.incarnation(1);
    let told = liveness(&world.exit(1, Exit::Code(0)));
    assert!(!told[0].process.is_open() && told[0].stdout.is_open());

    let close = |world: &mut World| {
        world.give(Input::OutputClosed {
            worker: a(1),
            incarnation,
            stream: Stream::Stdout,
        })
    };
    assert!(!liveness(&close(&mut world))[0].stdout.is_open());
    world.pass(ms(100));
    world.spawn_all();
    assert!(close(&mut world).is_empty());
}

#[test]
fn a_suspended_worker_is_shown_and_cannot_stall() {
    let mut world = World::started(pool(1));
    let incarnation = world.incarnation(1);
    world.give(Input::Unread {
        worker: a(1),
        incarnation,
        bytes: 1,
        progressed: false,
    });
    world.give(Input::Suspended {
        worker: a(1),
        incarnation,
    });
    assert_eq!(world.state(1), State::Suspended);
    assert_eq!(world.machine.next_deadline(), None);

    world.give(Input::Continued {
        worker: a(1),
        incarnation,
    });
    assert_eq!(world.state(1), State::Ready);
    world.pass(ms(250));
    assert_eq!(world.state(1), State::Stalled);
}
