//! When results may wait a moment, so that many are taken and written at once.
//!
//! Each taking and each writing wakes somebody, which costs more than a small result does. So while the deck has far more
//! jobs than its workers, what ends meanwhile waits for the next beat. Where jobs are few nothing waits: a client that
//! gives its next job only for a result is not to be held up. Called by `flow`.

use std::time::Duration;

use crate::model::MonoTime;

/// How long results wait at the most.
const BEAT: Duration = Duration::from_millis(2);

/// So many ends in one turn are worth it.
const MANY: usize = 16;

/// By which share of it the largest harvest is forgotten with each turn.
const FADE: usize = 1024;

/// So many bytes of text are worth a write.
const MUCH: usize = 32 << 10;

/// With fewer jobs than this nothing waits.
const PLENTY: usize = 256;

/// The beat of a map.
#[derive(Debug)]
pub(super) struct Pace {
    /// How many jobs workers can have at once.
    at_work: usize,
    /// The most ends that a turn took of late: about what comes in a beat.
    harvest: usize,
    /// The end of this beat.
    until: MonoTime,
    /// Whether the last turn took so many ends that the next ones are not to wait: a beat would bring more than the deck
    /// has.
    is_swift: bool,
}

/// What may go on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// Whether ends are taken.
    pub(super) ends: bool,
    /// Whether text is handed on.
    pub(super) text: bool,
    /// How long what may not waits.
    pub(super) wait: Option<Duration>,
}

impl Pace {
    /// For workers that can have so many jobs at once.
    pub(super) fn new(at_work: usize) -> Self {
        Self {
            at_work,
            harvest: 0,
            until: MonoTime::ZERO,
            is_swift: false,
        }
    }

    /// So many ends were taken in one turn.
    pub(super) fn took(&mut self, ends: usize) {
        self.is_swift = ends >= MANY;
        self.harvest = (self.harvest - self.harvest.div_ceil(FADE)).max(ends);
    }

    /// Text was handed on.
    pub(super) fn handed_on(&mut self, now: MonoTime) {
        self.until = now + BEAT;
    }

    /// What may go on while the deck has so many jobs and so much text waits.
    pub(super) fn pass(&self, now: MonoTime, jobs: usize, text: usize) -> Pass {
        let plenty = self.at_work.saturating_mul(2).max(PLENTY);
        let wait = Some(self.until - now).filter(|wait| !wait.is_zero() && jobs >= plenty);
        // Workers are not to run out of jobs, even if this beat brings half as much again.
        let has_enough = jobs >= self.at_work + self.harvest + self.harvest / 2;
        Pass {
            ends: wait.is_none() || self.is_swift || !has_enough,
            text: wait.is_none() || text >= MUCH,
            wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Pass = Pass {
        ends: true,
        text: true,
        wait: None,
    };

    fn at(micros: u64) -> MonoTime {
        MonoTime::from_start(Duration::from_micros(micros))
    }

    #[test]
    fn few_slow_results_wait_for_the_beat() {
        let mut pace = Pace::new(2);
        assert_eq!(pace.pass(at(10_000), 1000, 1), OPEN);
        pace.took(1);
        pace.handed_on(at(10_000));

        let pass = pace.pass(at(10_500), 1000, 1);
        assert!(!pass.ends && !pass.text);
        assert_eq!(pass.wait, Some(Duration::from_micros(1_500)));
        assert_eq!(pace.pass(at(12_000), 1000, 1), OPEN);
    }

    #[test]
    fn nothing_waits_where_jobs_are_few() {
        let mut pace = Pace::new(200);
        pace.handed_on(at(0));

        assert!(!pace.pass(at(1), 400, 1).ends);
        assert_eq!(pace.pass(at(1), 399, 1), OPEN);
    }

    #[test]
    fn many_results_are_taken_at_once_and_written_when_they_are_much() {
        let mut pace = Pace::new(2);
        pace.took(MANY);
        pace.handed_on(at(0));

        let pass = pace.pass(at(1), 1000, MUCH - 1);
        assert!(pass.ends && !pass.text);
        assert!(pace.pass(at(1), 1000, MUCH).text);
        pace.took(MANY - 1);
        assert!(!pace.pass(at(1), 1000, MUCH).ends);
    }
    #[test]
    fn ends_do_not_wait_where_a_beat_brings_more_than_the_workers_can_spare() {
        let mut pace = Pace::new(64);
        pace.took(400);
        pace.took(1);
        pace.handed_on(at(0));

        assert!(!pace.pass(at(1), 700, 1).ends);
        let pass = pace.pass(at(1), 600, 1);
        assert!(pass.ends && !pass.text, "text costs no worker its jobs");
    }
}
