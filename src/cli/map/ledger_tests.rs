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
    let window = Window {
        jobs,
        bytes: 100,
        at_work: jobs,
    };
    Ledger::new(window, is_ordered)
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
    assert!(!ledger.has_room(0), "too many bytes");
    ledger.end(MonoTime::ZERO, 0, Ok(done("1")), &mut lines);
    assert!(ledger.has_room(0));
    ledger.give(line(2, "1"), &mut lines);
    assert!(ledger.has_room(0));
    ledger.give(line(3, "1"), &mut lines);
    assert!(!ledger.has_room(0), "too many jobs");
}

#[test]
fn an_ordered_map_stops_when_it_is_too_far_ahead() {
    let mut ledger = ledger(3, true);
    let mut lines = Lines::default();
    for number in 1..=3 {
        assert!(ledger.has_room(0));
        ledger.give(line(number, "1"), &mut lines);
    }

    ledger.end(MonoTime::ZERO, 1, Ok(done("1")), &mut lines);
    ledger.end(MonoTime::ZERO, 2, Ok(dead("no")), &mut lines);

    assert_eq!(ledger.in_hand(), 1);
    assert!(!ledger.has_room(0), "the first one is still open");
    assert!(lines.results.is_empty());
    ledger.end(MonoTime::ZERO, 0, Ok(done("0")), &mut lines);
    assert!(ledger.has_room(0));
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

/// Gives jobs until there is no more room, and returns how many are in hand then.
fn fill(ledger: &mut Ledger, printed: usize) -> usize {
    while ledger.has_room(printed) {
        ledger.give(line(1, "1"), &mut Lines::default());
    }
    ledger.in_hand()
}

/// Ends all jobs in hand with this result.
fn end_all(ledger: &mut Ledger, result: &str) {
    let mut lines = Lines::default();
    for job in ledger.next() - ledger.in_hand() as u64..ledger.next() {
        ledger.end(MonoTime::ZERO, job, Ok(done(result)), &mut lines);
    }
}

#[test]
fn no_more_jobs_are_in_hand_than_results_have_room() {
    for is_ordered in [false, true] {
        let window = Window {
            jobs: 1000,
            bytes: 10_000,
            at_work: 2,
        };
        let mut ledger = Ledger::new(window, is_ordered);
        let large = format!("\"{}\"", "x".repeat(4000));

        let in_hand = fill(&mut ledger, 0);
        assert!(
            (3..=UNSEEN).contains(&in_hand),
            "{in_hand} before any result"
        );
        end_all(&mut ledger, &large);
        assert_eq!(fill(&mut ledger, 0), 2);
        end_all(&mut ledger, "1");
        assert_eq!(fill(&mut ledger, 10_000), 1, "what is not printed counts");
        end_all(&mut ledger, "1");
        for _ in 0..500 {
            fill(&mut ledger, 0);
            end_all(&mut ledger, "1");
        }
        assert_eq!(fill(&mut ledger, 0), 1000, "small results need no room");
    }
}

#[test]
fn results_that_wait_for_their_turn_leave_less_room() {
    let window = Window {
        jobs: 1000,
        bytes: 10_000,
        at_work: 2,
    };
    let mut ledger = Ledger::new(window, true);
    let mut lines = Lines::default();
    let large = format!("\"{}\"", "x".repeat(4000));
    fill(&mut ledger, 0);
    let given = ledger.next();

    for job in 1..given {
        ledger.end(MonoTime::ZERO, job, Ok(done(&large)), &mut lines);
    }

    assert_eq!(ledger.in_hand(), 1);
    assert!(!ledger.has_room(0), "the first one is still open");
    ledger.end(MonoTime::ZERO, 0, Ok(done("1")), &mut lines);
    assert!(ledger.has_room(0));
}
