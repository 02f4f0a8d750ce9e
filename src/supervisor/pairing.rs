//! Which message of a worker answers which message to it, for the latency that is shown and for what routes count.
//!
//! Pairs first with first. Never waits and never decides; called by the worker it belongs to.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::MonoTime;

/// How many messages without an answer are remembered; beyond, the oldest is taken for never answered.
const MOST: usize = 4096;

/// A message that is followed by a silence longer than this was never to be answered.
const DRIFT: Duration = Duration::from_secs(5);

/// The messages without an answer, oldest first.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    unanswered: VecDeque<Asked>,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    /// When it was given to the kernel.
    at: MonoTime,
    hops: u8,
    /// Its number among the worker's messages.
    seq: u64,
}

/// What an answer has of the message that it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answered {
    /// How long after that was given to the kernel it came.
    pub(super) latency: Duration,
    /// How many routes that had come along.
    pub(super) hops: u8,
    /// Its number among the worker's messages, where known.
    pub(super) seq: Option<u64>,
}

impl Pairing {
    /// How many messages have no answer yet.
    pub(super) fn len(&self) -> usize {
        self.unanswered.len()
    }

    /// When the newest message without an answer was given to the kernel.
    pub(super) fn newest(&self) -> Option<MonoTime> {
        self.unanswered.back().map(|asked| asked.at)
    }

    /// A message with this number was given to the kernel that had come along so many routes.
    pub(super) fn ask(&mut self, now: MonoTime, hops: u8, seq: u64) {
        if self.unanswered.len() >= MOST {
            self.unanswered.pop_front();
        }
        let at = now;
        self.unanswered.push_back(Asked { at, hops, seq });
    }

    /// A message came: what it has of the one that it answers, if it answers one.
    pub(super) fn answer(&mut self, now: MonoTime) -> Option<Answered> {
        let mut asked = self.unanswered.pop_front()?;
        while let Some(&next) = self.unanswered.front()
            && next.at - asked.at > DRIFT
        {
            asked = next;
            self.unanswered.pop_front();
        }
        Some(Answered {
            latency: now - asked.at,
            hops: asked.hops,
            seq: Some(asked.seq),
        })
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

    #[expect(clippy::unnecessary_wraps, reason = "as it is compared")]
    fn answered(ms: u64, hops: u8, seq: u64) -> Option<Answered> {
        let latency = Duration::from_millis(ms);
        let seq = Some(seq);
        Some(Answered { latency, hops, seq })
    }

    #[test]
    fn the_first_answer_belongs_to_the_first_question() {
        let mut pairing = Pairing::default();
        pairing.ask(at(0), 1, 1);
        pairing.ask(at(10), 2, 2);

        assert_eq!(pairing.answer(at(15)), answered(15, 1, 1));
        assert_eq!(pairing.answer(at(15)), answered(5, 2, 2));
        assert_eq!(pairing.answer(at(16)), None);
    }

    #[test]
    fn a_message_that_was_never_answered_does_not_spoil_the_next_pair() {
        let mut pairing = Pairing::default();
        pairing.ask(at(0), 1, 1);
        pairing.ask(at(6_000), 2, 2);

        assert_eq!(pairing.answer(at(6_020)), answered(20, 2, 2));
        assert_eq!(pairing.len(), 0);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut pairing = Pairing::default();
        for ms in 0..10_000 {
            pairing.ask(at(ms), 0, ms);
        }

        assert_eq!(pairing.len(), MOST);
    }
}
