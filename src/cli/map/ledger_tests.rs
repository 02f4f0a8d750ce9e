use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::model::{JobId, PoolName, WallTime, WorkerId};

/// A done job with this result.
pub(crate) fn view(result: &str) -> JobView {
    let pool = PoolName::new("a").unwrap();
    JobView {
        job: JobId::new(WallTime(0), [0; 10]),
        worker: Some(WorkerId::new(pool.clone(), 1)),
        pool,
        state: JobState::Done,
        priority: 0,
        key: None,
        attempts: 1,
        max_attempts: 4,
        kills: 0,
        payload: Message::parse("0").unwrap(),
        result: Some(Message::parse(result).unwrap()),
        error: None,
        causes: Vec::new(),
        created: WallTime(0),
        due: None,
        started: None,
        finished: None,
        wait: None,
        run: Some(Duration::from_millis(1)),
        cancelling: false,
    }
}

fn done(result: &str) -> Outcome {
    Outcome::Job(Box::new(view(result)))
}

fn dead(error: &str) -> Outcome {
    let mut view = view("0");
    view.state = JobState::Dead;
    view.attempts = 4;
    view.error = Some(Arc::from(error));
    Outcome::Job(Box::new(view))
}

fn line(number: u64, text: &str) -> Line {
    Line {
        number,
        length: text.len() as u64 + 1,
        job: Message::parse(text).map_err(|_| NoJob {
            text: text.to_owned(),
            error: "no".to_owned(),
        }),
    }
}

fn ledger(jobs: usize, is_ordered: bool) -> Ledger {
    Ledger::new(Window { jobs, bytes: 100 }, is_ordered)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn every_job_leaves_one_line_somewhere() {
    let mut ledger = ledger(10, false);
    let mut lines = Lines::default();

    assert!(ledger.give(line(1, "1"), &mut lines).is_some());
    assert!(ledger.give(line(2, "nope"), &mut lines).is_none());
    assert!(ledger.give(line(4, "[2]"), &mut lines).is_some());
    ledger.end(MonoTime::ZERO, 1, Ok(dead("timed out")), &mut lines);
    ledger.end(MonoTime::ZERO, 0, Ok(done("{\"r\":1}")), &mut lines);
    ledger.end(MonoTime::ZERO, 0, Ok(done("9")), &mut lines);

    assert_eq!(text(&lines.results), "{\"r\":1}\n");
    assert_eq!(
        text(&lines.failures),
        "{\"job\":\"nope\",\"line\":2,\"error\":\"no\",\"attempts\":0}\n\
         {\"job\":[2],\"line\":4,\"error\":\"timed out\",\"attempts\":4}\n"
    );
    let tally = &ledger.tally;
    assert_eq!((tally.done, tally.failed, tally.left), (1, 2, 0));
    assert_eq!((tally.retries, tally.bytes), (3, 2 + 5 + 4));
    assert_eq!(ledger.in_hand(), 0);
}

#[test]
fn the_window_is_bounded_by_count_and_by_bytes() {
    let mut ledger = ledger(2, false);
    let mut lines = Lines::default();
    let long = format!("\"{}\"", "x".repeat(200));

    ledger.give(line(1, &long), &mut lines);
    assert!(!ledger.has_room(), "too many bytes");
    ledger.end(MonoTime::ZERO, 0, Ok(done("1")), &mut lines);
    assert!(ledger.has_room());
    ledger.give(line(2, "1"), &mut lines);
    assert!(ledger.has_room());
    ledger.give(line(3, "1"), &mut lines);
    assert!(!ledger.has_room(), "too many jobs");
}

#[test]
fn an_ordered_map_stops_when_it_is_too_far_ahead() {
    let mut ledger = ledger(3, true);
    let mut lines = Lines::default();
    for number in 1..=3 {
        assert!(ledger.has_room());
        ledger.give(line(number, "1"), &mut lines);
    }

    ledger.end(MonoTime::ZERO, 1, Ok(done("1")), &mut lines);
    ledger.end(MonoTime::ZERO, 2, Ok(dead("no")), &mut lines);

    assert_eq!(ledger.in_hand(), 1);
    assert!(!ledger.has_room(), "the first one is still open");
    assert!(lines.results.is_empty());
    ledger.end(MonoTime::ZERO, 0, Ok(done("0")), &mut lines);
    assert!(ledger.has_room());
    assert_eq!(text(&lines.results), "0\n1\n");
}

#[test]
fn what_an_interrupted_map_did_not_do_is_counted_and_not_told_as_failed() {
    let mut ledger = ledger(10, true);
    let mut lines = Lines::default();
    for number in 1..=4 {
        ledger.give(line(number, "1"), &mut lines);
    }
    let gone = || Err(Refusal::new(RefusalKind::ShuttingDown, "the deck is gone"));

    ledger.end(MonoTime::ZERO, 3, Ok(done("3")), &mut lines);
    ledger.end(MonoTime::ZERO, 0, gone(), &mut lines);
    let mut cancelled = view("0");
    cancelled.state = JobState::Cancelled;
    let cancelled = Ok(Outcome::Job(Box::new(cancelled)));
    ledger.end(MonoTime::ZERO, 1, cancelled, &mut lines);
    ledger.give_up(7, &mut lines);

    assert_eq!(ledger.tally.left, 1 + 1 + 1 + 7);
    assert_eq!((ledger.tally.done, ledger.tally.failed), (1, 0));
    assert_eq!(text(&lines.results), "3\n");
    assert!(lines.failures.is_empty());
}

#[test]
fn a_refused_job_has_failed_without_an_attempt() {
    let mut ledger = ledger(10, true);
    let mut lines = Lines::default();
    ledger.give(line(5, "{}"), &mut lines);
    let refusal = Refusal::new(RefusalKind::BadMessage, "the job has nothing at /id");

    ledger.end(MonoTime::ZERO, 0, Err(refusal), &mut lines);

    assert_eq!(
        text(&lines.failures),
        "{\"job\":{},\"line\":5,\"error\":\"the job has nothing at /id\",\"attempts\":0}\n"
    );
    assert_eq!(ledger.tally.failed, 1);
}

#[test]
fn what_a_line_weighs_is_freed_once_it_came_to_its_end() {
    let mut ledger = ledger(10, true);
    let mut lines = Lines::default();
    for (number, text) in [(1, "[1, 2]"), (2, "nope"), (3, "{}")] {
        ledger.give(line(number, text), &mut lines);
    }

    assert_eq!(ledger.freed(), "nope".len(), "a line that is no job");
    ledger.end(MonoTime::ZERO, 1, Ok(dead("no")), &mut lines);
    ledger.end(MonoTime::ZERO, 0, Ok(done("1")), &mut lines);
    ledger.end(MonoTime::ZERO, 0, Ok(done("1")), &mut lines);

    assert_eq!(ledger.freed(), "[1,2]".len() + "{}".len());
    assert_eq!(ledger.freed(), 0);
}
