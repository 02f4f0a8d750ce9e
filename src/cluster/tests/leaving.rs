//! Who leaves, and what a listener outlives.

use std::time::Duration;

use serde_json::json;

use crate::cluster::tests::world::{World, web};
use crate::cluster::{Effect, End, Input};

#[test]
fn a_worker_told_to_leave_gets_nothing_more_and_asks_in_vain() {
    let (mut world, listener) = World::serving();

    world.disconnect(1, true);

    assert_eq!(world.said(1)[0]["act"], "disconnect");
    for _ in 0..3 {
        world.connect(listener);
        assert!(world.offers().iter().all(|(worker, ..)| *worker == 2));
    }
    assert!(world.tell(1, World::query(81)).is_empty());
    // It closes its servers one by one; nothing follows from that.
    let key = "null:80:4:undefined:0";
    assert!(
        world
            .tell(1, json!({"act": "close", "key": key}))
            .is_empty()
    );
    assert!(world.disconnect(1, true).is_empty(), "told once");
}

#[test]
fn a_listener_stays_open_while_a_worker_is_to_come_back() {
    let (mut world, listener) = World::serving();
    world.disconnect(1, true);
    world.die(1);
    world.die(2);
    assert_eq!(world.closed(), 0);
    let waiting = world.connect(listener);
    assert!(world.offers().is_empty());

    world.spawn(1);
    world.listen(1, 80);

    assert_eq!(world.offers()[0].0, 1);
    assert_eq!(world.offers()[0].1, waiting);
}

#[test]
fn a_listener_is_closed_with_its_last_worker() {
    let (mut world, listener) = World::serving();
    world.disconnect(1, false);
    world.die(1);
    world.give(Input::Over { worker: web(1) });
    assert_eq!(world.closed(), 0);
    world.die(2);
    let waiting = world.connect(listener);

    world.give(Input::Over { worker: web(2) });

    assert_eq!(world.closed(), 1);
    assert_eq!(world.ends(), [(waiting, End::Closed)]);
    // Those that were accepted meanwhile are closed too.
    let late = world.connect(listener);
    assert_eq!(world.ends(), [(late, End::Closed)]);
}

#[test]
fn a_connection_that_a_worker_has_in_hand_outlives_the_listener() {
    let (mut world, listener) = World::serving();
    let connection = world.connect(listener);
    let (worker, _, seq) = world.offers()[0];

    world.disconnect(1, false);
    world.disconnect(2, false);
    assert_eq!((world.closed(), world.ends().len()), (1, 0));
    world.answer(worker, seq, true);

    assert_eq!(world.ends(), [(connection, End::Taken)]);
}

#[test]
fn the_last_living_worker_that_closes_its_server_closes_the_listener() {
    let (mut world, _) = World::serving();
    let close = json!({"act": "close", "key": "null:80:4:undefined:0"});
    world.tell(1, close.clone());
    assert_eq!(world.closed(), 0);
    world.tell(2, close);
    assert_eq!(world.closed(), 1);
    world.listen(2, 80);
    assert_eq!(world.said(2).len(), 1);
}

#[test]
fn a_worker_that_leaves_on_purpose_is_answered() {
    let (mut world, listener) = World::serving();

    world.tell(1, json!({"act": "exitedAfterDisconnect", "seq": 9}));

    assert_eq!(world.said(1)[0]["ack"], 9);
    let is_said = |one: &Effect| matches!(one, Effect::Say { .. });
    assert!(world.effects.iter().any(is_said));
    world.connect(listener);
    assert_eq!(world.offers()[0].0, 2);
}

#[test]
fn a_worker_that_comes_back_without_its_server_is_awaited_for_a_while() {
    let (mut world, listener) = World::serving();
    world.die(2);
    world.give(Input::Over { worker: web(2) });
    world.die(1);
    world.pass(Duration::from_hours(1));
    assert_eq!(world.closed(), 0, "it may be in its backoff");

    world.spawn(1);
    let waiting = world.connect(listener);
    world.pass(Duration::from_secs(29));
    assert_eq!(world.closed(), 0);
    world.pass(Duration::from_secs(1));

    assert_eq!(world.closed(), 1);
    assert_eq!(world.ends(), [(waiting, End::Closed)]);
    assert_eq!(world.cluster.next_deadline(), None);
}

#[test]
fn what_an_earlier_process_refused_is_offered_to_the_next_one() {
    let (mut world, listener) = World::serving();
    let first = world.connect(listener);
    let (_, _, seq) = world.offers()[0];
    world.connect(listener);
    world.answer(1, seq, false);
    world.die(1);

    world.spawn(1);
    world.listen(1, 80);

    assert_eq!(world.offers()[0].0, 1);
    assert_eq!(world.offers()[0].1, first);
}

#[test]
fn reports_of_an_earlier_process_are_void() {
    let (mut world, listener) = World::serving();
    let old = world.incarnation(1);
    world.die(1);
    world.spawn(1);
    world.listen(1, 80);

    world.give(Input::Gone {
        worker: web(1),
        incarnation: old,
    });

    world.connect(listener);
    world.connect(listener);
    assert_eq!(world.cluster.view(&web(1).pool)[0].offered, 2);
}
