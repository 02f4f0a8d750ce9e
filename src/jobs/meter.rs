//! How long jobs took over the last minute or two, in fixed memory.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::jobs::moment::Moment;
use crate::jobs::rate::Ends;
use crate::model::Percentiles;

/// What is longer counts as a day.
const LONGEST_US: u64 = 86_400_000_000;

/// After so long the older half of what is counted goes.
const TURN: Duration = Duration::from_mins(1);

/// Durations of the last minute or two. Takes no memory before the first one.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// How many decimal digits count.
    digits: u8,
    newer: Option<Histogram<u32>>,
    older: Option<Histogram<u32>>,
    /// When `newer` was begun.
    turned: Moment,
    /// The percentiles, while nothing changed.
    known: Option<Percentiles>,
}

impl Window {
    pub(super) fn new(digits: u8) -> Self {
        Self {
            digits,
            newer: None,
            older: None,
            turned: Moment::default(),
            known: None,
        }
    }

    /// Counts a duration.
    pub(super) fn note(&mut self, took: Duration, at: Moment) {
        self.turn(at);
        let digits = self.digits;
        let newer = self.newer.get_or_insert_with(|| histogram(digits));
        let micros = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
        newer.saturating_record(micros.clamp(1, LONGEST_US));
        self.known = None;
    }

    /// The percentiles; none if nothing was counted lately.
    pub(super) fn percentiles(&mut self, at: Moment) -> Option<Percentiles> {
        self.turn(at);
        if self.known.is_none() {
            self.known = self.compute();
        }
        self.known
    }

    fn compute(&self) -> Option<Percentiles> {
        let filled = |half: &Option<Histogram<u32>>| half.clone().filter(|half| !half.is_empty());
        let all = match (filled(&self.newer), filled(&self.older)) {
            (Some(mut newer), Some(older)) => {
                // Both have the same bounds, so that nothing can be left out.
                newer.add(&older).ok()?;
                newer
            }
            (half, other) => half.or(other)?,
        };
        let at = |quantile| Duration::from_micros(all.value_at_quantile(quantile));
        Some(Percentiles {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            max: Duration::from_micros(all.max()),
        })
    }

    fn turn(&mut self, at: Moment) {
        let passed = at.since(self.turned);
        if passed < TURN {
            return;
        }
        std::mem::swap(&mut self.newer, &mut self.older);
        if let Some(newer) = &mut self.newer {
            newer.reset();
        }
        if passed >= TURN * 2
            && let Some(older) = &mut self.older
        {
            older.reset();
        }
        self.turned = at;
        self.known = None;
    }
}

fn histogram(digits: u8) -> Histogram<u32> {
    Histogram::new_with_bounds(1, LONGEST_US, digits)
        .unwrap_or_else(|_| unreachable!("the bounds are constants and the digits 1 or 2"))
}

/// How a pool's jobs went lately.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    /// From ready to given.
    pub(super) wait: Window,
    /// From given to answered.
    pub(super) run: Window,
    /// From submitted to the end.
    pub(super) total: Window,
    /// Ends.
    pub(super) ends: Ends,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            wait: Window::new(2),
            run: Window::new(2),
            total: Window::new(2),
            ends: Ends::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Moment {
        Moment::default() + Duration::from_secs(secs)
    }

    #[test]
    fn percentiles_tell_the_fastest_half_and_the_slowest() {
        let mut window = Window::new(2);
        for ms in 1..=100 {
            window.note(Duration::from_millis(ms), at(1));
        }

        let told = window.percentiles(at(1)).unwrap();

        let is_near = |told: Duration, ms: u64| {
            told.abs_diff(Duration::from_millis(ms)) <= Duration::from_millis(1)
        };
        assert!(is_near(told.p50, 50) && is_near(told.p90, 90), "{told:?}");
        assert!(is_near(told.p99, 99) && is_near(told.max, 100), "{told:?}");
    }

    #[test]
    fn what_is_older_than_two_minutes_does_not_count() {
        let mut window = Window::new(1);
        window.note(Duration::from_secs(9), at(1));
        window.note(Duration::from_millis(10), at(61));
        assert!(window.percentiles(at(61)).unwrap().max > Duration::from_secs(8));
        assert!(window.percentiles(at(121)).unwrap().max < Duration::from_secs(1));
        assert_eq!(window.percentiles(at(300)), None);
    }
}
