//! When a load sends, how many, and what it counts.

use super::*;
use crate::model::{Address, PoolName};

fn at(millis: u64) -> MonoTime {
    MonoTime::from_start(Duration::from_millis(millis))
}

fn run(times: u64, rate: u64) -> Run {
    let plan = Plan {
        times,
        rate,
        ..Plan::default()
    };
    Run::new(
        1,
        Target::Message(Address::All),
        "1".to_owned(),
        plan,
        at(0),
    )
}

fn answer(run: &mut Run, count: u64, millis: u64, now: MonoTime) {
    for _ in 0..count {
        run.end(Ended::Answered(Duration::from_millis(millis)), now);
    }
}

#[test]
fn a_rate_is_kept_without_drift() {
    let mut run = run(1000, 100);
    let mut sent = Vec::new();
    for millis in (0..=100).step_by(5) {
        let count = run.take(at(millis));
        answer(&mut run, count, 1, at(millis));
        sent.push(run.sent);
    }
    // Every tenth millisecond one, the first at once.
    assert_eq!(sent.last(), Some(&11));
    assert_eq!(run.due_at(), Some(at(110)));
}

#[test]
fn what_is_late_is_made_up_for_in_bounded_bursts() {
    let mut run = run(100_000, 1000);
    assert_eq!(run.take(at(5000)), BURST);
    assert_eq!(run.take(at(5000)), 0);
    assert_eq!(run.take(at(5001)), BURST);
}

#[test]
fn no_more_than_a_bounded_number_is_under_way() {
    let mut run = run(1_000_000, 0);
    let mut now = 0;
    while run.under_way < UNDER_WAY {
        now += 1;
        run.take(at(now));
    }
    assert_eq!(run.under_way, UNDER_WAY);
    answer(&mut run, 10, 5, at(now));
    assert_eq!(run.take(at(now + 1)), 10);
}

#[test]
fn a_million_are_sent_and_counted() {
    let mut run = run(1_000_000, 0);
    let mut now = 0;
    while run.is_running() {
        now += 1;
        let count = run.take(at(now));
        for place in 0..count {
            let ended = match place {
                0 => Ended::Refused("full".to_owned()),
                1 => Ended::Silent,
                _ => Ended::Answered(Duration::from_millis(place)),
            };
            run.end(ended, at(now));
        }
    }
    assert_eq!(run.sent, 1_000_000);
    assert!(!run.is_stopped() && run.refusal.as_deref() == Some("full"));
    assert_eq!(run.answered + 2 * run.refused, 1_000_000);
    assert!(run.latency(50.0) < run.latency(99.0));
}

#[test]
fn a_stopped_load_sends_no_more_and_still_counts() {
    let mut run = run(1000, 0);
    run.take(at(1));
    run.stop(at(2));
    assert_eq!((run.due_at(), run.take(at(3))), (None, 0));
    answer(&mut run, BURST, 1, at(4));
    assert_eq!(run.answered, BURST);
    assert!(run.is_stopped() && !run.is_running());
}

#[test]
fn workers_that_never_answer_are_not_waited_for() {
    let mut run = run(3000, 0);
    for millis in 1..10 {
        run.take(at(millis));
    }
    assert_eq!((run.under_way, run.due_at()), (UNDER_WAY, Some(at(5000))));
    assert!(run.expects_answers());
    assert_eq!(run.take(at(5000)), BURST);
    assert!(!run.expects_answers());
}

#[test]
fn a_load_of_jobs_that_nobody_answers_is_not_due() {
    let mut run = run(1_000_000, 0);
    run.target = Target::Job(PoolName::new("a").unwrap());
    for millis in 1..10 {
        run.take(at(millis));
    }
    assert_eq!((run.under_way, run.due_at()), (UNDER_WAY, None));
    run.end(Ended::Answered(Duration::ZERO), at(9000));
    assert!(run.due_at().is_some());
}

#[test]
fn a_load_without_answers_comes_to_its_end() {
    let mut run = run(3, 0);
    run.take(at(1));
    run.take(at(4999));
    assert!(run.is_running());
    run.take(at(5001));
    assert!(!run.is_running() && run.answered == 0);
}

#[test]
fn the_plan_is_written_in_digits() {
    let mut plan = Plan::default();
    for _ in 0..4 {
        plan.shorten();
    }
    for digit in [2, 5] {
        plan.digit(digit);
    }
    assert_eq!(plan.times, 25);
    let mut parts = Vec::new();
    for _ in 0..4 {
        plan.turn(false);
        parts.push(plan.part);
    }
    assert_eq!(parts, [Part::Rate, Part::Form, Part::Text, Part::Times]);
    for _ in 0..40 {
        plan.digit(9);
    }
    assert_eq!(plan.times, MOST);
}
