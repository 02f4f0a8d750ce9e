//! Which message a worker's message answers: the oldest one that was written and not answered yet.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::MonoTime;

/// How many unanswered messages are remembered.
const REMEMBERED: usize = 4096;

/// After how long without an answer a later message stands in for an earlier one that wanted none.
const PATIENCE: Duration = Duration::from_secs(5);

/// When the messages were written that a worker has not answered.
#[derive(Debug, Default)]
pub(crate) struct Pairing {
    unanswered: VecDeque<MonoTime>,
}

impl Pairing {
    /// A message was given to the kernel.
    pub(crate) fn written(&mut self, now: MonoTime) {
        if self.unanswered.len() >= REMEMBERED {
            self.unanswered.pop_front();
        }
        self.unanswered.push_back(now);
    }

    /// A message came: how long after the one it answers. A message that wanted no answer does not shift all later
    /// pairs: it is passed over once the one after it was written much later.
    pub(crate) fn answer(&mut self, now: MonoTime) -> Option<Duration> {
        while let [Some(first), Some(second)] = [self.unanswered.front(), self.unanswered.get(1)]
            && *second - *first > PATIENCE
        {
            self.unanswered.pop_front();
        }
        self.unanswered.pop_front().map(|written| now - written)
    }

    /// How many messages are not answered.
    pub(crate) fn len(&self) -> usize {
        self.unanswered.len()
    }

    /// The process is gone.
    pub(crate) fn clear(&mut self) {
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
    fn replies_answer_in_order() {
        let mut pairing = Pairing::default();
        pairing.written(at(0));
        pairing.written(at(10));
        assert_eq!(pairing.answer(at(100)), Some(Duration::from_millis(100)));
        assert_eq!(pairing.answer(at(200)), Some(Duration::from_millis(190)));
        assert_eq!(pairing.answer(at(300)), None);
    }

    #[test]
    fn a_message_that_wanted_no_answer_does_not_shift_the_later_ones() {
        let mut pairing = Pairing::default();
        pairing.written(at(0));
        pairing.written(at(60_000));
        assert_eq!(pairing.answer(at(60_005)), Some(Duration::from_millis(5)));
    }

    #[test]
    fn a_slow_answer_is_still_one() {
        let mut pairing = Pairing::default();
        pairing.written(at(0));
        assert_eq!(pairing.answer(at(60_000)), Some(Duration::from_mins(1)));
    }
}
