//! Mail by hand beside jobs.

use crate::supervisor::tests::orders::{by_id, news, serving};
use crate::supervisor::tests::world::{World, frame, ms, pool, writes};

#[test]
fn mail_waits_while_a_job_runs_and_then_comes_before_the_next_job() {
    let mut world = serving(pool(1));
    world.assign(1, &[(1, "1")]);
    world.written(1, 1);
    let before = world.effects.len();
    let ticket = world.send_and_wait("a/1", "\"mail\"", Some(60_000));
    assert!(writes(&world.effects[before..]).is_empty());
    assert_eq!(news(&world.effects[before..]), ["rests"]);

    let answered = world.receive(1, vec![frame("10")]);
    assert_eq!(news(&answered), ["answered 1=10"]);
    assert_eq!(writes(&answered), ["\"mail\""]);
    world.written(1, 1);
    let answered = world.receive(1, vec![frame("\"reply\"")]);

    assert_eq!(news(&answered), ["serves"]);
    assert!(world.answers[&ticket].is_ok());
}

#[test]
fn a_worker_that_was_asked_by_hand_rests_until_it_answers_or_5_seconds_have_passed() {
    let mut world = serving(pool(1));
    let before = world.effects.len();
    world.send("a/1", "1");
    assert_eq!(news(&world.effects[before..]), ["rests"]);
    world.pass(ms(9_000));
    world.written(1, 1);
    world.pass(ms(4_999));
    assert_eq!(news(&world.effects[before..]), ["rests"]);
    world.pass(ms(1));
    assert_eq!(news(&world.effects[before..]), ["rests", "serves"]);

    world.send("a/1", "2");
    world.send("a/1", "3");
    world.written(1, 2);
    assert!(news(&world.receive(1, vec![frame("20")])).is_empty());
    assert_eq!(news(&world.receive(1, vec![frame("30")])), ["serves"]);
    assert_eq!(world.machine.next_deadline(), None);
}

#[test]
fn a_worker_that_was_asked_before_its_pool_was_enlisted_rests_too() {
    let mut world = World::started(pool(2));
    world.send("a/1", "1");
    world.written(1, 1);
    world.pass(ms(3_000));
    assert_eq!(news(&world.enlist()), ["serves"], "the other one");

    let before = world.effects.len();
    world.pass(ms(1_999));
    assert!(news(&world.effects[before..]).is_empty());
    world.pass(ms(1));
    assert_eq!(news(&world.effects[before..]), ["serves"]);
}

#[test]
fn a_job_that_comes_while_an_answer_by_hand_is_due_is_given_after_it() {
    let mut world = serving(pool(1));
    world.send("a/1", "\"mail\"");
    world.written(1, 1);

    let assigned = world.assign(1, &[(1, "1")]);
    assert!(assigned.is_empty());
    world.send("a/1", "\"more\"");
    let answered = world.receive(1, vec![frame("\"reply\"")]);
    assert_eq!(writes(&answered), ["1"], "the job was there first");
    assert!(news(&answered).is_empty(), "more mail waits");

    assert_eq!(writes(&world.receive(1, vec![frame("10")])), ["\"more\""]);
}

#[test]
fn a_job_that_comes_while_an_answer_by_hand_is_overdue_is_given_after_5_seconds() {
    let mut world = serving(pool(1));
    world.send("a/1", "\"mail\"");
    world.written(1, 1);
    world.assign(1, &[(1, "1")]);
    let before = world.effects.len();

    world.pass(ms(5_000));

    assert_eq!(writes(&world.effects[before..]), ["1"]);
    assert_eq!(
        news(&world.receive(1, vec![frame("10")])),
        ["answered 1=10"]
    );
}

#[test]
fn with_another_rule_mail_and_jobs_do_not_wait_for_each_other() {
    let mut world = serving(by_id());
    world.assign(1, &[(1, r#"{"id":1}"#)]);
    let before = world.effects.len();

    world.send("a/1", "2");

    assert_eq!(writes(&world.effects[before..]), ["2"]);
    assert!(news(&world.effects[before..]).is_empty());
}

#[test]
fn mail_that_came_before_a_job_goes_before_it() {
    let mut world = serving(by_id());
    let text = format!("\"{}\"", "x".repeat(100_000));
    for _ in 0..3 {
        world.send("a/1", &text);
    }
    world.assign(1, &[(1, "1")]);
    world.send("a/1", "2");

    let rest = writes(&world.written(1, 2));

    assert_eq!(rest.len(), 3);
    assert_eq!(rest[0].len(), text.len());
    assert_eq!(rest[1..], ["1", "2"]);
}
