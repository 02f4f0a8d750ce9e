//! The jobs in hand: what was given to the deck and what came of it.
//!
//! Owns the window, the order of results, and the lines that are printed of ends. Does no I/O; called by `flow`.

use std::collections::HashMap;

use crate::cli::map::count::Gone;
use crate::cli::map::failure;
use crate::cli::map::feed::{Line, NoJob};
use crate::cli::map::guess::Guess;
use crate::cli::map::order::Order;
use crate::cli::map::plan::Window;
use crate::cli::map::tally::Tally;
use crate::jobs::IdMap;
use crate::model::{JobId, JobState, JobView, MonoTime, Outcome, Refusal, RefusalKind, WorkerId};
use crate::wire::Message;

/// So many jobs may be in hand before anything is known of the size of results.
const UNSEEN: usize = 16;

/// Everything that was read and is not yet printed.
#[derive(Debug)]
pub(super) struct Ledger {
    window: Window,
    given: IdMap<u64, Given>,
    /// What they weigh.
    bytes: usize,
    /// What lines weighed that are no longer in hand.
    freed: usize,
    /// What the result of each may weigh.
    guess: Guess,
    /// The number of the next job.
    next: u64,
    order: Option<Order>,
    /// Jobs that a worker read and never answered, and who it was: bounded by what workers have at once.
    unanswered: HashMap<JobId, WorkerId>,
    /// What came of all so far.
    pub(super) tally: Tally,
}

/// A job that the deck has.
#[derive(Debug)]
struct Given {
    line: u64,
    length: u64,
    payload: Message,
}

/// What is to be printed.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Results, for standard output.
    pub(super) results: Vec<u8>,
    /// Failures, for standard error.
    pub(super) failures: Vec<u8>,
}

impl Ledger {
    /// With nothing in hand.
    pub(super) fn new(window: Window, is_ordered: bool) -> Self {
        Self {
            window,
            given: IdMap::default(),
            bytes: 0,
            freed: 0,
            guess: Guess::new(window.bytes / UNSEEN),
            next: 0,
            order: is_ordered.then(Order::default),
            unanswered: HashMap::new(),
            tally: Tally::default(),
        }
    }

    /// Whether a quarter of the window is free; the rest keeps the workers busy until it is.
    pub(super) fn has_much_room(&self) -> bool {
        self.given.len() <= self.window.jobs - self.window.jobs / 4
    }

    /// How many jobs the deck has.
    pub(super) fn in_hand(&self) -> usize {
        self.given.len()
    }

    /// Whether another job may be given while so many bytes of results wait to be printed. Each job in hand may have a
    /// result by now that was not taken yet.
    pub(super) fn has_room(&self, printed: usize) -> bool {
        let jobs = self.given.len();
        let (ahead, early) = match &self.order {
            None => (jobs, 0),
            Some(order) => {
                let ahead = usize::try_from(self.next - order.first()).unwrap_or(usize::MAX);
                (ahead, order.bytes())
            }
        };
        let Window {
            jobs: most,
            bytes,
            at_work,
        } = self.window;
        let held = self.bytes + early + printed;
        let expected = self.guess.bytes().saturating_mul(jobs + 1);
        let has_bytes = held < bytes && (jobs < at_work || held.saturating_add(expected) <= bytes);
        ahead == 0 || ahead < most && has_bytes
    }

    /// What lines weighed that came to their end since this was asked.
    pub(super) fn freed(&mut self) -> usize {
        std::mem::take(&mut self.freed)
    }

    /// The number that the next job will have; one more with each that is given.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Takes a line: its job is to be given to the deck, or there is none and its failure is told.
    pub(super) fn give(&mut self, line: Line, lines: &mut Lines) -> Option<Message> {
        let weight = line.weight();
        match line.job {
            Ok(payload) => {
                let given = Given {
                    line: line.number,
                    length: line.length,
                    payload: payload.clone(),
                };
                self.bytes += weight;
                self.given.insert(self.next, given);
                self.next += 1;
                Some(payload)
            }
            Err(NoJob { text, error }) => {
                self.freed += weight;
                self.tally.failed += 1;
                self.tally.bytes += line.length;
                let job = failure::quoted(&text);
                failure::write(&job, line.number, &error, 0, &mut lines.failures);
                None
            }
        }
    }

    /// Takes a job's end.
    pub(super) fn end(
        &mut self,
        now: MonoTime,
        job: u64,
        result: Result<Outcome, Refusal>,
        lines: &mut Lines,
    ) {
        let Some(given) = self.given.remove(&job) else {
            return;
        };
        self.bytes -= given.payload.len();
        self.freed += given.payload.len();
        self.tally.bytes += given.length;
        match result {
            Ok(Outcome::Job(view)) => self.ended(now, job, &given, &view, lines),
            Err(refusal) if refusal.kind != RefusalKind::ShuttingDown => {
                let said = match &refusal.hint {
                    Some(hint) if refusal.kind == RefusalKind::BadMessage => {
                        format!("{}: {hint}", refusal.message)
                    }
                    _ => refusal.message.clone(),
                };
                self.failed(&given, &said, 0, lines);
                self.print(job, b"", lines);
            }
            // The deck went down before it came to this one; nothing else answers a job.
            Ok(_) | Err(_) => self.leave(job, lines),
        }
    }

    /// Takes note of a process that is gone: what it should have answered and did not has failed, whatever else comes of it.
    pub(super) fn gone(&mut self, gone: &Gone) {
        for job in &gone.unanswered {
            self.unanswered.insert(*job, gone.worker.clone());
        }
    }

    /// The input line of a job in hand, the first of those that are the same.
    pub(super) fn line(&self, payload: &Message) -> Option<u64> {
        let same = self.given.values().filter(|one| one.payload == *payload);
        same.map(|one| one.line).min()
    }

    /// Gives up what was read and what the deck still has; results that waited for those are printed.
    pub(super) fn give_up(&mut self, unread: usize, lines: &mut Lines) {
        self.tally.left += unread as u64 + self.given.len() as u64;
        self.given.clear();
        if let Some(order) = &mut self.order {
            order.flush(&mut lines.results);
        }
    }

    fn leave(&mut self, job: u64, lines: &mut Lines) {
        self.tally.left += 1;
        self.print(job, b"", lines);
    }

    fn ended(&mut self, now: MonoTime, job: u64, given: &Given, view: &JobView, lines: &mut Lines) {
        self.tally.account(now, view, given.line);
        let result = view.result.as_ref().map_or(0, Message::len);
        let error = view.error.as_ref().map_or(0, |error| error.len());
        self.guess.see(result.max(error));
        if !self.unanswered.is_empty()
            && let Some(worker) = self.unanswered.remove(&view.job)
        {
            let error = format!("{worker} ended without an answer to it");
            self.failed(given, &error, view.attempts.max(1), lines);
            return self.print(job, b"", lines);
        }
        match view.state {
            JobState::Done => {
                self.tally.done += 1;
                let result = view.result.as_ref().map_or(&b"null"[..], Message::as_bytes);
                if self.order.is_none() {
                    lines.results.extend_from_slice(result);
                    lines.results.push(b'\n');
                } else {
                    self.print(job, &[result, b"\n"].concat(), lines);
                }
            }
            JobState::Dead => {
                let error = view.error.as_deref().unwrap_or("failed");
                self.failed(given, error, view.attempts, lines);
                self.print(job, b"", lines);
            }
            // It was taken back; the others do not come to an end.
            JobState::Cancelled
            | JobState::Scheduled
            | JobState::Ready
            | JobState::Running
            | JobState::Failed => self.leave(job, lines),
        }
    }

    fn failed(&mut self, given: &Given, error: &str, attempts: u32, lines: &mut Lines) {
        self.tally.failed += 1;
        let job = given.payload.as_str();
        failure::write(job, given.line, error, attempts, &mut lines.failures);
    }

    fn print(&mut self, job: u64, line: &[u8], lines: &mut Lines) {
        if let Some(order) = &mut self.order {
            order.put(job, line, &mut lines.results);
        }
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
pub(super) mod tests;
