//! Messages that go on from one pool to another.

use serde_json::json;

use crate::model::{
    Command, Exit, Forwarded, PoolName, PoolSpec, ReplyRule, RouteForm, RouteSpec, WorkerId,
};
use crate::supervisor::tests::orders::{job, news};
use crate::supervisor::tests::world::{World, a, dropped, frame, message, ms};
use crate::supervisor::{Effect, Input};
use crate::wire::{Frame, InternalKind, Pointer};

fn pool(name: &str) -> PoolSpec {
    PoolSpec::new(PoolName::new(name).unwrap(), "worker", "/")
}

fn route(from: &str, to: &str) -> RouteSpec {
    RouteSpec {
        from: PoolName::new(from).unwrap(),
        when: Vec::new(),
        to: PoolName::new(to).unwrap(),
        form: RouteForm::Message,
        back: false,
    }
}

/// A started deck of the pools `a` and `b`.
fn world(routes: Vec<RouteSpec>) -> World {
    let mut world = World::with_routes(vec![pool("a"), pool("b")], routes);
    world.start_all();
    world
}

fn b(number: u32) -> WorkerId {
    WorkerId::new(PoolName::new("b").unwrap(), number)
}

fn counts(world: &World) -> Vec<(u64, u64)> {
    world.machine.routes().collect()
}

/// What workers were given among effects, as `b/1: {}`.
fn given(effects: &[Effect]) -> Vec<String> {
    let batches = effects.iter().filter_map(|effect| match effect {
        Effect::Write {
            worker, messages, ..
        } => Some(messages.iter().map(move |it| format!("{worker}: {it}"))),
        _ => None,
    });
    batches.flatten().collect()
}

fn forwards(effects: &[Effect]) -> Vec<(u8, bool)> {
    let forwards = effects.iter().filter_map(|effect| match effect {
        Effect::Forward(one) => Some((one.hops, one.back)),
        _ => None,
    });
    forwards.collect()
}

/// The kernel takes what `worker` was given, and it sends a message.
fn reply(world: &mut World, worker: &WorkerId, text: &str) -> Vec<Effect> {
    let incarnation = world.machine.gauges(worker).unwrap().incarnation;
    world.give(Input::Written {
        worker: worker.clone(),
        incarnation,
        count: 1,
    });
    world.give(Input::Received {
        worker: worker.clone(),
        incarnation,
        frames: vec![frame(text)],
    })
}

#[test]
fn a_message_goes_on_to_the_least_busy_worker_of_the_other_pool() {
    let mut target = pool("b");
    target.instances = 2;
    let mut world = World::with_routes(vec![pool("a"), target], vec![route("a", "b")]);
    world.start_all();

    let effects = world.receive(1, vec![frame("1"), frame("2")]);

    assert_eq!(given(&effects), ["b/1: 1", "b/2: 2"]);
    assert_eq!(counts(&world), [(2, 0)]);
    let incarnation = world.machine.gauges(&b(1)).unwrap().incarnation;
    let effects = world.give(Input::Received {
        worker: b(1),
        incarnation,
        frames: vec![frame("3")],
    });
    assert!(given(&effects).is_empty(), "no route leaves b");
}

#[test]
fn only_messages_with_all_the_values_are_passed_on() {
    let mut images = route("a", "b");
    let at = |pointer| Pointer::parse(pointer).unwrap();
    images.when = vec![
        (at("/type"), json!("image")),
        (at("/size"), json!({"w": 1, "h": [2]})),
    ];
    let mut world = world(vec![images]);

    let frames = [
        r#"{"type":"image"}"#,
        r#"{"type":"image","size":{"h":[2],"w":2}}"#,
        r#"{"size":{"h":[2.0],"w":1},"type":"im\u0061ge"}"#,
        "1",
    ];
    let effects = world.receive(1, frames.into_iter().map(frame).collect());

    assert_eq!(given(&effects), [format!("b/1: {}", frames[2])]);
    assert_eq!(counts(&world), [(1, 0)]);
}

#[test]
fn every_route_that_fits_takes_the_message_and_other_views_keep_it() {
    let mut world = world(vec![route("a", "b"), route("a", "a")]);
    let ticket = world.send_and_wait("a/1", "0", Some(1_000));
    world.written(1, 1);

    let effects = world.receive(1, vec![frame("1")]);

    assert_eq!(given(&effects), ["b/1: 1", "a/1: 1"]);
    assert!(matches!(effects[0], Effect::Traffic { .. }));
    assert!(world.answers[&ticket].is_ok());
}

#[test]
fn internal_messages_are_never_passed_on() {
    let mut world = world(vec![route("a", "b")]);
    let internal = Frame::Internal {
        message: message(r#"{"cmd":"NODE_X"}"#),
        bytes: 17,
        kind: InternalKind::Other,
    };

    let effects = world.receive(1, vec![internal]);

    assert!(given(&effects).is_empty());
    assert_eq!(counts(&world), [(0, 0)]);
}

#[test]
fn a_message_that_no_mailbox_takes_is_refused_and_counted() {
    let mut world = world(vec![route("a", "b"), route("a", "gone")]);
    world.command(Command::Stop {
        to: "b".parse().unwrap(),
    });

    world.receive(1, vec![frame("1"), frame("2")]);

    assert_eq!(counts(&world), [(0, 2), (0, 2)]);
}

#[test]
fn the_answer_goes_back_to_who_sent_the_message() {
    let mut there = route("a", "b");
    there.back = true;
    let mut world = world(vec![there]);
    let mail = world.send_and_wait("b/1", "\"mail\"", Some(1_000));
    world.receive(1, vec![frame("1")]);

    let first = reply(&mut world, &b(1), "10");
    assert!(given(&first).is_empty(), "it answers the mail");
    assert!(world.answers[&mail].is_ok());
    let second = reply(&mut world, &b(1), "20");

    assert_eq!(given(&second), ["a/1: 20"]);
    assert!(given(&reply(&mut world, &b(1), "30")).is_empty());
}

#[test]
fn an_answer_for_which_there_is_no_mailbox_any_more_is_lost_and_counted() {
    let mut there = route("a", "b");
    there.back = true;
    let mut world = world(vec![there]);
    world.receive(1, vec![frame("1")]);
    world.command(Command::Stop {
        to: "a".parse().unwrap(),
    });

    assert_eq!(dropped(&reply(&mut world, &b(1), "10")), 1);

    world.receive(1, vec![frame("1")]);
    world.exit(1, Exit::Code(0));
    let before = world.effects.len();
    let to = a(1);
    let (message, hops) = (message("1"), 1);
    world.give(Input::Return { to, message, hops });
    assert_eq!(dropped(&world.effects[before..]), 1);
}

#[test]
fn a_message_becomes_a_job_and_its_answer_comes_back() {
    let mut there = route("a", "b");
    there.form = RouteForm::Job;
    there.back = true;
    let mut world = world(vec![there]);

    let effects = world.receive(1, vec![frame("1")]);
    let forward = Effect::Forward(Forwarded {
        route: 0,
        pool: PoolName::new("b").unwrap(),
        message: message("1"),
        origin: a(1),
        hops: 1,
        back: true,
    });
    assert_eq!(effects[1..], [forward]);
    assert_eq!(counts(&world), [(1, 0)]);

    world.give(Input::RouteRefused { route: 0 });
    assert_eq!(counts(&world), [(0, 1)]);
    let returned = world.give(Input::Return {
        to: a(1),
        message: message("10"),
        hops: 1,
    });
    assert_eq!(given(&returned), ["a/1: 10"]);
    assert_eq!(forwards(&reply(&mut world, &a(1), "2")), [(2, true)]);
}

/// What follows when `a/1` answers a job that has come along seven routes.
fn answer_routed_job(rule: ReplyRule) -> Vec<Effect> {
    let mut there = route("a", "b");
    there.form = RouteForm::Job;
    let mut from = pool("a");
    from.jobs.reply = rule;
    let mut world = World::with_routes(vec![from, pool("b")], vec![there]);
    world.start_all();
    world.enlist();
    let mut routed = job(1, r#"{"id":1}"#);
    routed.hops = 7;
    let incarnation = world.incarnation(1);
    world.give(Input::Assign {
        worker: a(1),
        incarnation,
        jobs: vec![routed],
    });
    reply(&mut world, &a(1), r#"{"id":1,"ok":true}"#)
}

#[test]
fn replies_to_jobs_are_passed_on_with_the_hops_of_the_job() {
    let by_id = ReplyRule::Id(Pointer::parse("/id").unwrap());
    for rule in [ReplyRule::Next, by_id] {
        let effects = answer_routed_job(rule);

        assert_eq!(news(&effects), [r#"answered 1={"id":1,"ok":true}"#]);
        assert_eq!(forwards(&effects), [(8, false)]);
    }
}

#[test]
fn what_follows_a_job_without_reply_has_its_hops_too() {
    assert_eq!(forwards(&answer_routed_job(ReplyRule::None)), [(8, false)]);
}

#[test]
fn a_circle_ends_after_16_hops() {
    let mut world = world(vec![route("a", "b"), route("b", "a")]);
    world.receive(1, vec![frame("1")]);
    let mut worker = b(1);

    for _ in 1..16 {
        let effects = reply(&mut world, &worker, "1");
        worker = if worker == a(1) { b(1) } else { a(1) };
        assert_eq!(given(&effects), [format!("{worker}: 1")]);
        world.pass(ms(1));
    }
    assert_eq!(counts(&world), [(8, 0), (8, 0)]);

    let effects = reply(&mut world, &worker, "1");
    assert!(given(&effects).is_empty());
    assert_eq!(counts(&world), [(8, 1), (8, 0)]);
}
