//! What the signals that came so far ask of a map: to finish what runs, to do so soon, or to end at once.
//!
//! Ctrl-C is a person's, who sees what goes on and presses it again. SIGTERM and SIGHUP may come from nobody who waits:
//! after them, jobs that run have a bounded time. Called by `flow`.

use std::time::Duration;

use crate::model::MonoTime;

/// The signals so far.
#[derive(Debug)]
pub(super) struct Urge {
    drain: Duration,
    is_interrupted: bool,
    due: Option<MonoTime>,
}

/// Which signal came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM or SIGHUP.
    Terminate,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// What runs is to be finished.
    Finish,
    /// Every worker is to be killed.
    Kill,
}

impl Urge {
    /// Before any signal. After SIGTERM and SIGHUP jobs that run may take so long.
    pub(super) fn new(drain: Duration) -> Self {
        Self {
            drain,
            is_interrupted: false,
            due: None,
        }
    }

    /// Ctrl-C: the second one kills, and so does the first one where the map ends early already.
    pub(super) fn interrupt(&mut self, is_ending_early: bool) -> Wish {
        if self.is_interrupted || is_ending_early {
            return Wish::Kill;
        }
        self.is_interrupted = true;
        Wish::Finish
    }

    /// SIGTERM or SIGHUP; further ones change nothing.
    pub(super) fn terminate(&mut self, now: MonoTime) -> Wish {
        self.due.get_or_insert(now + self.drain);
        Wish::Finish
    }

    /// What is said when a signal made a map that is in the middle of its work, or that has done all, finish.
    pub(super) fn words(&self, sign: Sign, is_all_done: bool) -> String {
        match (sign, is_all_done) {
            (Sign::Interrupt, false) => {
                "finishing what runs; a second Ctrl-C ends it at once".to_owned()
            }
            (Sign::Interrupt, true) => {
                "all is done and the workers end; a second Ctrl-C kills them".to_owned()
            }
            (Sign::Terminate, false) => {
                let seconds = self.drain.as_secs();
                format!("finishing what runs, for at most {seconds} s; SIGINT ends it at once")
            }
            (Sign::Terminate, true) => "all is done and the workers end".to_owned(),
        }
    }

    /// How long jobs that run may still take; none for as long as they want.
    pub(super) fn left(&self, now: MonoTime) -> Option<Duration> {
        self.due.map(|due| due - now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> MonoTime {
        MonoTime::from_start(Duration::from_secs(seconds))
    }

    #[test]
    fn what_is_said_fits_the_signal() {
        let urge = Urge::new(Duration::from_secs(30));

        assert!(
            urge.words(Sign::Interrupt, false)
                .contains("a second Ctrl-C")
        );
        assert_eq!(
            urge.words(Sign::Terminate, false),
            "finishing what runs, for at most 30 s; SIGINT ends it at once"
        );
        assert!(!urge.words(Sign::Terminate, true).contains("Ctrl-C"));
    }

    #[test]
    fn the_second_interrupt_kills_and_no_time_does() {
        let mut urge = Urge::new(Duration::from_secs(30));

        assert_eq!(urge.interrupt(false), Wish::Finish);
        assert_eq!(urge.left(at(100)), None);
        assert_eq!(urge.interrupt(false), Wish::Kill);
    }

    #[test]
    fn the_first_interrupt_of_a_map_that_ends_early_kills() {
        let mut urge = Urge::new(Duration::from_secs(30));

        assert_eq!(urge.terminate(at(1)), Wish::Finish);
        assert_eq!(urge.interrupt(true), Wish::Kill);
    }

    #[test]
    fn the_first_sigterm_or_sighup_bounds_the_time_of_what_runs() {
        let mut urge = Urge::new(Duration::from_secs(30));
        assert_eq!(urge.interrupt(false), Wish::Finish);

        assert_eq!(urge.terminate(at(10)), Wish::Finish);
        assert_eq!(urge.terminate(at(20)), Wish::Finish);

        assert_eq!(urge.left(at(25)), Some(Duration::from_secs(15)));
        assert_eq!(urge.left(at(50)), Some(Duration::ZERO));
    }
}
