//! Jobs in a worker's hands: serving and resting, giving, replies.

use crate::model::{Command, Direction, Exit, Incarnation, JobNews, PoolName, ReplyRule};
use crate::supervisor::tests::orders::{by_id, job_id, news, serving, traffic, with_rule};
use crate::supervisor::tests::world::{World, a, fault, frame, ms, pool, writes};
use crate::supervisor::{Effect, Input};
use crate::wire::FaultKind;

fn batches(effects: &[Effect]) -> usize {
    let is_write = |effect: &&Effect| matches!(effect, Effect::Write { .. });
    effects.iter().filter(is_write).count()
}

fn in_flight(world: &World) -> u64 {
    world.machine.gauges(&a(1)).unwrap().in_flight
}

#[test]
fn only_the_workers_of_an_enlisted_pool_tell_that_they_serve() {
    let mut world = World::started(pool(2));
    assert!(news(&world.effects).is_empty());

    assert_eq!(news(&world.enlist()), ["serves", "serves"]);
    assert!(world.enlist().is_empty());

    let before = world.effects.len();
    world.command(Command::Scale {
        pool: PoolName::new("a").unwrap(),
        instances: 3,
    });
    world.spawn_all();
    assert_eq!(news(&world.effects[before..]), ["serves"]);
    let told = world.effects.last().cloned();
    let serves = JobNews::Serves {
        worker: a(3),
        incarnation: Incarnation::default().next(),
    };
    assert!(
        world.effects[before..].contains(&Effect::News(serves)),
        "{told:?}"
    );
}

#[test]
fn a_worker_that_starts_later_serves_once_it_runs() {
    let mut world = World::new(pool(1));
    assert!(news(&world.enlist()).is_empty());

    world.command(Command::Start {
        to: "a".parse().unwrap(),
    });
    world.spawn_all();

    assert_eq!(news(&world.effects), ["serves"]);
}

#[test]
fn a_suspended_worker_rests_until_it_goes_on() {
    let mut world = serving(pool(1));
    let (worker, incarnation) = (a(1), world.incarnation(1));
    let suspended = world.give(Input::Suspended {
        worker: worker.clone(),
        incarnation,
    });
    assert_eq!(news(&suspended), ["rests"]);

    let continued = world.give(Input::Continued {
        worker,
        incarnation,
    });
    assert_eq!(news(&continued), ["serves"]);
}

#[test]
fn a_job_is_given_written_and_answered() {
    let mut world = serving(pool(1));

    let given = world.assign(1, &[(1, r#"{"n":1}"#)]);
    assert_eq!(writes(&given), [r#"{"n":1}"#]);
    assert_eq!(in_flight(&world), 1);
    world.pass(ms(5));
    let written = world.written(1, 1);
    assert_eq!(news(&written), ["written 1"]);
    world.pass(ms(40));
    let answered = world.receive(1, vec![frame(r#"{"ok":true}"#)]);

    assert_eq!(news(&answered), [r#"answered 1={"ok":true}"#]);
    assert!(
        matches!(answered[..], [Effect::Traffic { .. }, Effect::News(_)]),
        "the traffic is told first"
    );
    let (out, back) = (&traffic(&written)[0], &traffic(&answered)[0]);
    assert_eq!((out.direction, out.job), (Direction::Out, Some(job_id(1))));
    assert_eq!((back.job, back.latency), (Some(job_id(1)), Some(ms(40))));
    assert_eq!(back.answers, Some(1));
    let gauges = world.machine.gauges(&a(1)).unwrap();
    assert_eq!((gauges.in_flight, gauges.mailbox), (0, 0));
    assert_eq!((gauges.sent, gauges.received), (1, 1));
}

#[test]
fn a_batch_of_jobs_is_one_write_and_its_answers_are_one_piece_of_news() {
    let mut world = serving(pool(1));

    let given = world.assign(1, &[(1, "1"), (2, "2"), (3, "3")]);
    assert_eq!(batches(&given), 1);
    assert_eq!(news(&world.written(1, 3)), ["written 1 2 3"]);
    let answered = world.receive(1, vec![frame("10"), frame("20"), frame("30"), frame("40")]);

    assert_eq!(news(&answered), ["answered 1=10 2=20 3=30", "stale 1"]);
    let jobs: Vec<_> = traffic(&answered).iter().map(|it| it.job).collect();
    assert_eq!(jobs[2..], [Some(job_id(3)), None]);
}

#[test]
fn jobs_are_given_out_within_the_window_and_take_no_room_of_the_mailbox() {
    let mut spec = by_id();
    spec.mailbox.capacity = 1;
    let mut world = serving(spec);
    let text = format!("\"{}\"", "x".repeat(100_000 - 3));
    let given = world.assign(1, &[(1, &text), (2, &text), (3, &text), (4, &text)]);

    assert_eq!(writes(&given).len(), 2);
    assert_eq!(world.machine.gauges(&a(1)).unwrap().mailbox, 0);
    let ticket = world.send("a/1", "1");
    assert!(world.answers[&ticket].is_ok());
    let rest = writes(&world.written(1, 2));
    let lengths: Vec<_> = rest.iter().map(String::len).collect();
    assert_eq!(
        lengths,
        [text.len(), text.len(), 1],
        "what came later goes later"
    );
}

#[test]
fn a_reply_that_overtakes_the_news_of_its_writing_counts() {
    let mut world = serving(pool(1));
    world.assign(1, &[(1, "1"), (2, "2")]);

    assert_eq!(
        news(&world.receive(1, vec![frame("10")])),
        ["answered 1=10"]
    );
    let written = world.written(1, 2);

    assert_eq!(news(&written), ["written 2"]);
    assert_eq!(traffic(&written)[0].job, Some(job_id(1)));
}

#[test]
fn a_reply_with_an_id_answers_the_oldest_job_with_an_equal_one() {
    let mut world = serving(by_id());
    let jobs = [
        (1, r#"{"id":"a"}"#),
        (2, r#"{"id":1}"#),
        (3, r#"{"id":1.0}"#),
    ];
    world.assign(1, &jobs);
    world.written(1, 3);

    let frames = [
        r#"{"id":1e0,"x":1}"#,
        r#"{"no":1}"#,
        r#"{"id":"\u0061"}"#,
        r#"{"id":1}"#,
    ];
    let answered = world.receive(1, frames.into_iter().map(frame).collect());

    let said = r#"answered 2={"id":1e0,"x":1} 1={"id":"\u0061"} 3={"id":1}"#;
    assert_eq!(news(&answered), [said]);
    let jobs: Vec<_> = traffic(&answered).iter().map(|it| it.job).collect();
    assert_eq!(jobs[..2], [Some(job_id(2)), None]);
}

#[test]
fn an_id_that_fits_nothing_in_flight_is_stale() {
    let mut world = serving(by_id());
    world.assign(1, &[(1, r#"{"id":1}"#), (2, r#"{"id":2}"#)]);
    world.written(1, 2);
    world.receive(1, vec![frame(r#"{"id":1}"#)]);
    world.forget(1, &[2]);
    assert_eq!(in_flight(&world), 0);

    let frames = [r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#, "4"];
    let late = world.receive(1, frames.into_iter().map(frame).collect());

    assert_eq!(news(&late), ["stale 3"]);
}

#[test]
fn a_message_that_can_answer_nothing_is_stale() {
    let mut world = serving(pool(1));
    assert_eq!(news(&world.receive(1, vec![frame("0")])), ["stale 1"]);

    world.send("a/1", "\"mail\"");
    world.written(1, 1);
    let by_hand = world.receive(1, vec![frame("1")]);
    assert_eq!(news(&by_hand), ["serves"]);
    world.send("a/1", "\"mail\"");
    world.written(1, 1);
    let before = world.effects.len();
    world.pass(ms(5_001));
    assert_eq!(news(&world.effects[before..]), ["serves"]);
    let late = world.receive(1, vec![frame("2"), frame("3")]);
    assert_eq!(news(&late), ["stale 1"], "the first may be the late answer");

    world.assign(1, &[(1, "1")]);
    let twice = world.receive(1, vec![frame("10"), frame("10")]);
    assert_eq!(news(&twice), ["answered 1=10", "stale 1"]);
}

#[test]
fn where_the_next_message_answers_a_forgotten_job_keeps_its_place() {
    let mut world = serving(pool(1));
    world.assign(1, &[(1, "1"), (2, "2")]);
    world.written(1, 2);
    world.forget(1, &[1]);
    assert_eq!(in_flight(&world), 1);

    let answered = world.receive(1, vec![frame("10"), frame("20")]);

    assert_eq!(news(&answered), ["answered 2=20", "stale 1"]);
}

#[test]
fn what_cannot_be_read_is_taken_for_the_oldest_jobs_answer_in_order() {
    let mut world = serving(pool(1));
    world.assign(1, &[(1, "1"), (2, "2"), (3, "3"), (4, "4")]);
    world.written(1, 4);
    world.forget(1, &[3]);

    let invalid = || fault(FaultKind::Invalid);
    let frames = vec![frame("10"), fault(FaultKind::TooLong), invalid(), invalid()];
    let answered = world.receive(1, frames);

    assert_eq!(
        news(&answered),
        [
            "answered 1=10",
            "unreadable 2: its reply is longer than max_frame",
            "stale 1",
            "unreadable 4: its reply is not valid JSON",
        ]
    );
    assert_eq!(in_flight(&world), 0);
    assert!(news(&world.receive(1, vec![invalid()])).is_empty());
    let given = world.assign(1, &[(5, "5")]);
    assert_eq!(writes(&given), ["5"], "the process lives on");
}

#[test]
fn with_ids_what_cannot_be_read_answers_the_only_job_and_none_of_several() {
    let mut world = serving(by_id());
    let jobs = [(1, r#"{"id":1}"#), (2, r#"{"id":2}"#)];
    world.assign(1, &jobs);
    world.written(1, 2);
    let invalid = || fault(FaultKind::Invalid);

    assert!(news(&world.receive(1, vec![invalid()])).is_empty());
    world.receive(1, vec![frame(r#"{"id":1}"#)]);
    let answered = world.receive(1, vec![invalid()]);

    assert_eq!(
        news(&answered),
        ["unreadable 2: its reply is not valid JSON"]
    );
}

#[test]
fn a_frame_that_the_channel_cuts_off_answers_nothing() {
    let mut world = serving(pool(1));
    world.assign(1, &[(1, "1")]);
    world.written(1, 1);

    let cut = world.receive(1, vec![fault(FaultKind::Truncated)]);

    assert!(news(&cut).is_empty());
    assert_eq!(in_flight(&world), 1);
}

#[test]
fn a_job_that_is_forgotten_before_it_was_given_out_is_never_written() {
    let mut world = serving(pool(1));
    world.send("a/1", "\"mail\"");
    world.written(1, 1);
    world.assign(1, &[(1, "1"), (2, "2")]);

    world.forget(1, &[1]);

    assert_eq!(writes(&world.receive(1, vec![frame("0")])), ["2"]);
}

#[test]
fn without_replies_a_job_is_over_when_it_is_written() {
    let mut world = serving(with_rule(1, ReplyRule::None));
    world.assign(1, &[(1, "1"), (2, "2")]);
    assert_eq!(in_flight(&world), 2);

    assert_eq!(news(&world.written(1, 1)), ["written 1"]);
    assert_eq!(in_flight(&world), 1);
    assert!(news(&world.receive(1, vec![frame("10")])).is_empty());

    assert_eq!(
        news(&world.exit(1, Exit::Code(0))),
        ["lost died of exit 0 2?"]
    );
}
