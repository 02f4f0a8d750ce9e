use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::cli::map::loss;
use crate::model::{Now, PoolName};

const AHEAD: Pairing = Pairing::Order { ahead: 8 };

fn pool() -> PoolName {
    PoolName::new("jq").unwrap()
}

fn worker() -> WorkerId {
    WorkerId::new(pool(), 1)
}

fn id(job: u8) -> JobId {
    JobId::new(WallTime(0), [job; 10])
}

/// Messages of the worker's first process: to it and from it, each of a job or of none.
fn messages(passed: &[(Direction, Option<u8>)]) -> Messages {
    let envelope = |&(direction, job): &(Direction, Option<u8>)| Envelope {
        at: WallTime(0),
        incarnation: Incarnation(1),
        order: 1,
        seq: 1,
        direction,
        message: Message::parse(&job.unwrap_or(0).to_string()).unwrap(),
        bytes: 2,
        latency: None,
        answers: None,
        job: job.map(id),
        internal: false,
        handle: None,
    };
    Messages {
        worker: worker(),
        incarnation: Incarnation(1),
        envelopes: passed.iter().map(envelope).collect(),
    }
}

fn given(jobs: std::ops::RangeInclusive<u8>) -> Messages {
    let jobs: Vec<_> = jobs.map(|job| (Direction::Out, Some(job))).collect();
    messages(&jobs)
}

fn answered(jobs: std::ops::RangeInclusive<u8>) -> Messages {
    let jobs: Vec<_> = jobs.map(|job| (Direction::In, Some(job))).collect();
    messages(&jobs)
}

fn exit(exit: Exit) -> Exited {
    Exited {
        now: Now::default(),
        worker: worker(),
        incarnation: Incarnation(1),
        pid: 7,
        exit,
        planned: false,
        escalated: false,
        cause: Arc::from("exit"),
        uptime: Duration::ZERO,
    }
}

fn killed() -> Exit {
    Exit::Signal {
        signal: crate::model::Signal::KILL,
        core: false,
    }
}

fn said(count: &Count) -> Option<String> {
    loss::sentence(count, &pool(), 1, Some(7))
}

#[test]
fn a_filter_that_ends_in_order_with_jobs_unanswered_has_lost_count() {
    let mut count = Count::new(AHEAD);
    count.passed(&given(1..=5));
    count.passed(&answered(1..=3));

    let gone = count.exited(&exit(Exit::Code(5)), true);

    assert_eq!(gone.unanswered, [id(4), id(5)]);
    assert_eq!(
        said(&count).unwrap(),
        "jq/1 ended with 2 jobs unanswered: results from input line 7 on may belong to other jobs"
    );
}

#[test]
fn jobs_that_died_with_their_process_are_no_miscount() {
    let planned = Exited {
        planned: true,
        ..exit(Exit::Code(0))
    };
    for (pairing, exited, was_closed) in [
        (AHEAD, exit(killed()), true),
        (AHEAD, exit(Exit::Code(137)), true),
        (AHEAD, exit(Exit::Code(0)), false),
        (AHEAD, planned, true),
        (Pairing::Id, exit(Exit::Code(0)), true),
        (Pairing::Order { ahead: 1 }, exit(Exit::Code(0)), true),
    ] {
        let mut count = Count::new(pairing);
        count.passed(&given(1..=5));
        count.passed(&answered(1..=3));

        let gone = count.exited(&exited, was_closed);

        assert_eq!((gone.unanswered.len(), said(&count)), (0, None));
    }
}

#[test]
fn answers_may_come_before_it_is_told_that_their_jobs_were_given() {
    let mut count = Count::new(AHEAD);
    count.passed(&answered(1..=2));
    count.passed(&given(1..=3));
    assert_eq!(count.oldest().unwrap().1.as_str(), "3");
    count.passed(&answered(3..=3));

    assert_eq!(count.exited(&exit(Exit::Code(0)), true).unanswered, []);
}

#[test]
fn a_line_that_is_no_message_was_taken_for_an_answer() {
    let mut count = Count::new(AHEAD);
    count.passed(&given(1..=3));
    count.fault(&worker());
    count.passed(&answered(2..=2));

    assert_eq!(count.exited(&exit(Exit::Code(0)), true).unanswered, [id(3)]);
}

#[test]
fn messages_that_were_not_told_are_not_missed() {
    let mut count = Count::new(AHEAD);
    count.passed(&given(1..=3));
    count.lagged();

    assert_eq!(count.exited(&exit(Exit::Code(0)), true).unanswered, []);
    assert_eq!(said(&count), None);
}

#[test]
fn answers_that_nobody_asked_for_are_said_once_and_counted() {
    let extra = messages(&[(Direction::In, None); 2]);
    let mut count = Count::new(AHEAD);
    count.passed(&given(1..=1));
    assert_eq!(count.passed(&answered(1..=1)), None);

    assert_eq!(count.passed(&extra), Some(worker()));
    assert_eq!(count.passed(&extra), None);
    count.exited(&exit(killed()), true);
    // A descendant of it writes on.
    count.passed(&extra);

    assert_eq!(
        said(&count).unwrap(),
        "jq/1 answered 4 times more than it was asked: results from input line 7 on may belong to other jobs"
    );
    let mut by_id = Count::new(Pairing::Id);
    assert_eq!(by_id.passed(&extra), None);
    assert_eq!(said(&by_id), None);
}

#[test]
fn replies_of_fork_workers_that_were_ended_may_come_late() {
    let mut count = Count::new(AHEAD);
    count.exited(&exit(killed()), false);
    assert!(!count.stale(8));
    assert_eq!(said(&count), None);

    assert!(count.stale(9) && !count.stale(10));
    count.close();
    count.exited(&exit(killed()), false);

    let sentence = said(&count).unwrap();
    assert!(
        sentence.starts_with("jq/1 answered at least 2 times more than it was asked: "),
        "{sentence}"
    );
}
