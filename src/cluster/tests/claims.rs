//! Who gets the next connection.

use std::time::Duration;

use serde_json::json;

use crate::cluster::listener::QUEUE;
use crate::cluster::tests::world::{World, web};
use crate::cluster::{Effect, End};

#[test]
fn connections_go_to_the_worker_that_is_free_for_the_longest() {
    let (mut world, listener) = World::serving();

    let mut takers = Vec::new();
    for _ in 0..4 {
        world.connect(listener);
        let [(worker, connection, seq)] = world.offers()[..] else {
            panic!("one offer each");
        };
        takers.push(worker);
        world.answer(worker, seq, true);
        assert_eq!(world.ends(), [(connection, End::Taken)]);
    }

    assert_eq!(takers, [1, 2, 1, 2]);
}

#[test]
fn a_worker_gets_its_next_connection_only_after_its_answer() {
    let (mut world, listener) = World::serving();
    world.connect(listener);
    let (first, _, seq) = world.offers()[0];
    world.connect(listener);
    assert_eq!(world.offers().len(), 1);

    let third = world.connect(listener);
    assert!(world.offers().is_empty());
    // An answer to something else frees nobody.
    world.answer(first, seq + 7, true);
    assert!(world.offers().is_empty());
    world.answer(first, seq, true);

    let [(worker, connection, _)] = world.offers()[..] else {
        panic!("one offer");
    };
    assert_eq!((worker, connection), (first, third));
}

#[test]
fn a_refused_connection_goes_to_another_worker() {
    let (mut world, listener) = World::serving();
    let connection = world.connect(listener);
    let (_, _, seq) = world.offers()[0];

    world.answer(1, seq, false);

    assert_eq!(world.offers()[0].0, 2);
    assert_eq!(world.offers()[0].1, connection);
    assert!(world.ends().is_empty());
}

#[test]
fn what_all_refuse_is_offered_again_after_a_while_and_given_up_in_the_end() {
    let (mut world, listener) = World::serving();
    let connection = world.connect(listener);
    let mut rounds = 0;
    let end = loop {
        if let Some(&(worker, _, seq)) = world.offers().first() {
            rounds += 1;
            world.answer(worker, seq, false);
        } else if let Some(&end) = world.ends().first() {
            break end;
        } else {
            let due = world.cluster.next_deadline().unwrap();
            let wait = due - world.now;
            assert!(wait >= Duration::from_millis(100), "no hot loop");
            world.pass(wait);
        }
    };

    assert_eq!(end, (connection, End::Refused));
    assert!((500..700).contains(&rounds), "{rounds}");
    assert_eq!(world.cluster.next_deadline(), None);
}

#[test]
fn a_refusing_worker_holds_nothing_up() {
    let (mut world, listener) = World::serving();
    let first = world.connect(listener);
    let (_, _, seq) = world.offers()[0];
    world.connect(listener);
    let (busy, _, second_seq) = world.offers()[0];

    // The first connection has only the busy worker left.
    world.answer(1, seq, false);
    let third = world.connect(listener);

    assert_eq!(world.offers()[0].0, 1);
    assert_eq!(world.offers()[0].1, third);
    world.answer(busy, second_seq, true);
    assert_eq!(world.offers()[0].1, first);
}

#[test]
fn a_connection_in_flight_is_offered_again_when_its_worker_dies() {
    let (mut world, listener) = World::serving();
    let connection = world.connect(listener);
    assert_eq!(world.offers()[0].0, 1);

    world.die(1);

    assert_eq!(world.offers()[0].0, 2);
    assert_eq!(world.offers()[0].1, connection);
    let view = world.cluster.view(&web(1).pool);
    assert_eq!((view[0].reoffered, view[0].offered), (1, 1));
}

#[test]
fn a_hand_over_that_does_not_arrive_is_a_refusal() {
    let (mut world, listener) = World::serving();
    let connection = world.connect(listener);

    world.undelivered(1);

    assert_eq!(world.offers()[0].0, 2);
    assert_eq!(world.offers()[0].1, connection);
}

#[test]
fn no_more_are_accepted_than_there_is_room_for() {
    let (mut world, listener) = World::serving();
    for _ in 0..QUEUE {
        world.connect(listener);
        let accepts = |one: &Effect| matches!(one, Effect::Accept { .. });
        assert!(!world.effects.iter().any(accepts));
    }
    assert_eq!(world.cluster.listeners[&listener].credit, 0);
    assert_eq!(world.cluster.view(&web(1).pool)[0].waiting, QUEUE - 2);

    world.answer(1, 1, true);

    assert!(
        world
            .effects
            .contains(&Effect::Accept { listener, count: 1 })
    );
}

#[test]
fn servers_of_one_worker_take_turns() {
    let mut world = World::new(crate::model::Schedule::RoundRobin);
    world.spawn(1);
    world.listen(1, 80);
    world.listen(1, 81);
    let listeners: Vec<_> = world.cluster.listeners.keys().copied().collect();
    world.connect(listeners[0]);
    let mut offer = world.offers()[0];
    for _ in 0..2 {
        world.connect(listeners[0]);
        world.connect(listeners[1]);
    }

    let mut served = Vec::new();
    for _ in 0..4 {
        world.answer(1, offer.2, true);
        offer = world.offers()[0];
        served.push(world.cluster.connections[&offer.1].listener);
    }

    let [a, b] = listeners[..] else {
        panic!("two listeners");
    };
    assert_eq!(served, [b, a, b, a]);
}

#[test]
fn a_worker_that_is_listening_is_told_as_such() {
    let (mut world, _) = World::serving();
    world.tell(2, json!({"act": "listening", "port": 80}));

    let expected = Effect::Listening {
        worker: web(2),
        incarnation: world.incarnation(2),
    };
    assert_eq!(world.effects, [expected]);
}
