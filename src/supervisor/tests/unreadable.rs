//! Replies to mail that cannot be read.

use crate::model::{Envelope, Outcome, Refusal, RefusalKind, ReplyRule, WorkerId};
use crate::supervisor::Effect;
use crate::supervisor::tests::orders::{by_id, news, serving};
use crate::supervisor::tests::world::{World, a, fault, frame, ms, pool, writes};
use crate::wire::{Fault, FaultKind, Frame};

fn invalid() -> Frame {
    fault(FaultKind::Invalid)
}

/// What Bun writes for a message that is a function.
fn empty() -> Frame {
    Frame::Fault(Fault {
        kind: FaultKind::Invalid,
        bytes: 1,
        head: Vec::new(),
        hint: None,
    })
}

fn incoming(effects: &[Effect]) -> Vec<Envelope> {
    let batches = effects.iter().filter_map(|effect| match effect {
        Effect::Traffic { envelopes, .. } => Some(envelopes.clone()),
        _ => None,
    });
    batches.flatten().collect()
}

fn refusal(world: &World, ticket: u64) -> Refusal {
    world.answers[&ticket].clone().unwrap_err()
}

fn repliers(world: &World, ticket: u64) -> Vec<WorkerId> {
    match world.answers[&ticket].clone().unwrap() {
        Outcome::Sent { replies, .. } => replies.into_iter().map(|reply| reply.worker).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bad_frame_is_the_answer_to_the_oldest_message() {
    for kind in [FaultKind::Invalid, FaultKind::TooLong] {
        let mut world = World::started(pool(1));
        world.send("a/1", "1");
        world.written(1, 1);
        world.pass(ms(300));
        world.send("a/1", "2");
        world.written(1, 1);
        world.pass(ms(20));

        let came = incoming(&world.receive(1, vec![fault(kind), frame("20")]));

        assert_eq!((came[0].latency, came[0].answers), (Some(ms(20)), Some(2)));
    }
}

#[test]
fn whoever_waits_for_a_reply_that_cannot_be_read_is_told() {
    let mut world = World::started(pool(1));
    let first = world.send_and_wait("a/1", "1", Some(1_000));
    let second = world.send_and_wait("a/1", "2", Some(1_000));
    world.written(1, 2);

    world.receive(1, vec![invalid(), frame("20")]);

    let refusal = refusal(&world, first);
    assert_eq!(refusal.kind, RefusalKind::BadReply);
    assert_eq!(
        refusal.message,
        "a/1 answered with a bad frame, which is not valid JSON: {oops…"
    );
    assert_eq!(repliers(&world, second), [a(1)]);
}

#[test]
fn of_several_workers_those_that_can_be_read_have_answered() {
    let mut world = World::started(pool(2));
    let ticket = world.send_and_wait("a/*", "1", Some(1_000));
    world.written(1, 1);
    world.written(2, 1);

    world.receive(1, vec![invalid()]);
    world.receive(2, vec![frame("2")]);

    assert_eq!(repliers(&world, ticket), [a(2)]);
}

#[test]
fn what_is_cut_off_and_an_empty_line_answer_nothing() {
    for noise in [
        empty(),
        fault(FaultKind::Truncated),
        fault(FaultKind::Mismatch),
    ] {
        let mut world = World::started(pool(1));
        let ticket = world.send_and_wait("a/1", "1", Some(1_000));
        world.written(1, 1);
        world.pass(ms(20));

        let came = incoming(&world.receive(1, vec![noise, frame("10")]));

        assert_eq!(came[0].latency, Some(ms(20)));
        assert_eq!(repliers(&world, ticket), [a(1)]);
    }
}

#[test]
fn a_bad_frame_that_answers_mail_lets_the_next_job_go() {
    let mut world = serving(pool(1));
    world.send("a/1", "\"mail\"");
    world.written(1, 1);
    assert!(writes(&world.assign(1, &[(1, "1")])).is_empty());

    let effects = world.receive(1, vec![invalid()]);

    assert_eq!(writes(&effects), ["1"]);
    world.written(1, 1);
    let came = world.receive(1, vec![frame("10")]);
    assert_eq!(news(&came), ["answered 1=10"]);
}

#[test]
fn with_ids_a_bad_frame_answers_who_alone_asked() {
    let mut world = World::started(by_id());
    let ask = |world: &mut World, text| world.send_and_wait("a/1", text, Some(1_000));
    let first = ask(&mut world, r#"{"id":1}"#);
    let second = ask(&mut world, r#"{"id":2}"#);
    world.written(1, 2);

    world.receive(1, vec![invalid()]);
    assert!(!world.answers.contains_key(&first) && !world.answers.contains_key(&second));
    world.receive(1, vec![frame(r#"{"id":2}"#)]);
    world.receive(1, vec![invalid()]);

    assert_eq!(refusal(&world, first).kind, RefusalKind::BadReply);
    assert_eq!(repliers(&world, second), [a(1)]);
}

#[test]
fn without_replies_a_bad_frame_answers_mail_all_the_same() {
    let mut spec = pool(1);
    spec.jobs.reply = ReplyRule::None;
    let mut world = World::started(spec);
    let ticket = world.send_and_wait("a/1", "1", Some(1_000));
    world.written(1, 1);

    world.receive(1, vec![invalid()]);

    assert_eq!(refusal(&world, ticket).kind, RefusalKind::BadReply);
}
