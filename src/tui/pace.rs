//! When to draw: at most 60 times a second, less when frames are slow, once a second when only clocks and samples move.

use std::time::Duration;

use crate::model::{Event, MonoTime, Stamped};

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);

/// The time between two frames when nothing but numbers changes.
const CALM: Duration = Duration::from_secs(1);

/// When the next frame is due.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    due: Option<MonoTime>,
    last: Option<(MonoTime, Duration)>,
}

impl Pace {
    /// Something changed that is to be seen soon.
    pub(crate) fn soon(&mut self, now: MonoTime) {
        let at = self
            .last
            .map_or(now, |(at, took)| (at + FRAME.max(took * 3)).max(now));
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Something changed that can wait for the next second.
    pub(crate) fn calmly(&mut self, now: MonoTime) {
        self.within(now, CALM);
    }

    /// Something changed that can wait until this long after the last frame.
    pub(crate) fn within(&mut self, now: MonoTime, pause: Duration) {
        let at = self.last.map_or(now, |(at, _)| (at + pause).max(now));
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// The moment of the next frame, if one is due.
    pub(crate) fn due(&self) -> Option<MonoTime> {
        self.due
    }

    /// A frame was drawn.
    pub(crate) fn drawn(&mut self, at: MonoTime, took: Duration) {
        self.due = None;
        self.last = Some((at, took));
    }
}

/// Whether events change nothing but numbers that are sampled.
pub(crate) fn is_calm(events: &[Stamped]) -> bool {
    events.iter().all(|stamped| {
        matches!(
            stamped.event,
            Event::Sample(_)
                | Event::Deck(_)
                | Event::Stalled(_)
                | Event::Route(_)
                | Event::Pool(_)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> MonoTime {
        MonoTime::from_start(Duration::from_millis(millis))
    }

    #[test]
    fn frames_keep_their_distance() {
        let mut pace = Pace::default();
        pace.soon(at(5));
        assert_eq!(pace.due(), Some(at(5)));
        pace.drawn(at(5), Duration::from_millis(1));
        pace.soon(at(6));
        assert_eq!(pace.due(), Some(at(21)));
        pace.drawn(at(21), Duration::from_millis(100));
        pace.soon(at(130));
        assert_eq!(pace.due(), Some(at(321)));
    }

    #[test]
    fn nothing_is_drawn_when_nothing_changed() {
        let mut pace = Pace::default();
        assert_eq!(pace.due(), None);
        pace.soon(at(5));
        pace.calmly(at(6));
        pace.drawn(at(7), Duration::from_millis(1));
        assert_eq!(pace.due(), None);
    }

    #[test]
    fn numbers_alone_wait_for_the_next_second() {
        let mut pace = Pace::default();
        pace.drawn(at(0), Duration::ZERO);
        pace.calmly(at(100));
        assert_eq!(pace.due(), Some(at(1000)));
        pace.soon(at(200));
        assert_eq!(pace.due(), Some(at(200)));
    }
}
