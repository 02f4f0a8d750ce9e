//! Which message of a worker answers which message to it, for the latency that is shown.
//!
//! Pairs first with first. Never waits and never decides; called by the worker it belongs to.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::MonoTime;

/// How many messages without an answer are remembered; beyond, the oldest is taken for never answered.
const MOST: usize = 4096;

/// A message that is followed by a silence longer than this was never to be answered.
const DRIFT: Duration = Duration::from_secs(5);

/// The times at which messages without an answer were given to the kernel, oldest first.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    unanswered: VecDeque<MonoTime>,
}

impl Pairing {
    /// How many messages have no answer yet.
    pub(super) fn len(&self) -> usize {
        self.unanswered.len()
    }

    /// When the newest message without an answer was given to the kernel.
    pub(super) fn newest(&self) -> Option<MonoTime> {
        self.unanswered.back().copied()
    }

    /// A message was given to the kernel.
    pub(super) fn ask(&mut self, now: MonoTime) {
        if self.unanswered.len() >= MOST {
            self.unanswered.pop_front();
        }
        self.unanswered.push_back(now);
    }

    /// A message came: how long after the one that it answers, if it answers one.
    pub(super) fn answer(&mut self, now: MonoTime) -> Option<Duration> {
        let mut asked = self.unanswered.pop_front()?;
        while let Some(&next) = self.unanswered.front()
            && next - asked > DRIFT
        {
            asked = next;
            self.unanswered.pop_front();
        }
        Some(now - asked)
    }

    /// The process is gone and answers nothing more.
    pub(super) fn clear(&mut self) {
        self.unanswered.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> MonoTime {
        MonoTime::from_start(Duration::from_millis(ms))
    }

    #[test]
    fn the_first_answer_belongs_to_the_first_question() {
        let mut pairing = Pairing::default();
        pairing.ask(at(0));
        pairing.ask(at(10));

        assert_eq!(pairing.answer(at(15)), Some(Duration::from_millis(15)));
        assert_eq!(pairing.answer(at(15)), Some(Duration::from_millis(5)));
        assert_eq!(pairing.answer(at(16)), None);
    }

    #[test]
    fn a_message_that_was_never_answered_does_not_spoil_the_next_pair() {
        let mut pairing = Pairing::default();
        pairing.ask(at(0));
        pairing.ask(at(6_000));

        assert_eq!(pairing.answer(at(6_020)), Some(Duration::from_millis(20)));
        assert_eq!(pairing.len(), 0);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut pairing = Pairing::default();
        for ms in 0..10_000 {
            pairing.ask(at(ms));
        }

        assert_eq!(pairing.len(), MOST);
    }
}
