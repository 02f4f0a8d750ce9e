//! How fast jobs are given out at the most (GCRA), and how many came to their end lately.

use std::time::Duration;

use crate::jobs::moment::Moment;
use crate::model::Rate;

/// Lets jobs through at a rate, a tenth of a second's worth at once at the most, but at least one.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    /// Between two jobs, in nanoseconds.
    interval: i128,
    /// How far ahead of its time a job may go.
    ahead: i128,
    /// When the next one would be due if all kept their distance, in nanoseconds.
    next: i128,
}

impl Gate {
    pub(super) fn new(rate: Rate) -> Self {
        let per = i128::try_from(rate.per.as_nanos())
            .unwrap_or(i128::MAX)
            .max(1);
        let count = i128::from(rate.count.max(1));
        let interval = (per / count).max(1);
        let burst = (100_000_000 / interval).max(1);
        Self {
            interval,
            ahead: interval * (burst - 1),
            next: i128::MIN,
        }
    }

    /// Whether a job may go now.
    pub(super) fn is_open(&self, at: Moment) -> bool {
        self.opens_at() <= nanos(at)
    }

    /// A job goes.
    pub(super) fn pass(&mut self, at: Moment) {
        self.next = self.next.max(nanos(at)) + self.interval;
    }

    /// When the next job may go.
    pub(super) fn opens(&self) -> Moment {
        let micros = (self.opens_at() + 999).div_euclid(1_000);
        Moment::default() + Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    fn opens_at(&self) -> i128 {
        self.next.saturating_sub(self.ahead)
    }
}

/// Jobs are never given out before the deck's start.
fn nanos(at: Moment) -> i128 {
    i128::try_from(at.since(Moment::default()).as_nanos()).unwrap_or(i128::MAX)
}

/// How many seconds count as lately.
const SECONDS: u64 = 10;

/// Ends of jobs in the last ten seconds.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    /// A count for each second.
    counts: [u32; 10],
    /// The last second that is counted.
    second: u64,
}

impl Ends {
    /// A job came to its end.
    pub(super) fn note(&mut self, at: Moment) {
        self.advance(at);
        if let Some(count) = self.counts.get_mut(slot(self.second)) {
            *count = count.saturating_add(1);
        }
    }

    /// Ends a second.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a figure for people, far below a float's whole numbers"
    )]
    pub(super) fn rate(&mut self, at: Moment) -> f32 {
        self.advance(at);
        let sum: u64 = self.counts.iter().copied().map(u64::from).sum();
        sum as f32 / SECONDS as f32
    }

    fn advance(&mut self, at: Moment) {
        let second = at.since(Moment::default()).as_secs();
        let passed = second.saturating_sub(self.second).min(SECONDS);
        for later in 1..=passed {
            let past = second - (passed - later);
            if let Some(count) = self.counts.get_mut(slot(past)) {
                *count = 0;
            }
        }
        self.second = self.second.max(second);
    }
}

fn slot(second: u64) -> usize {
    usize::try_from(second % SECONDS).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Moment {
        Moment::default() + Duration::from_millis(ms)
    }

    fn passed(gate: &mut Gate, ms: u64) -> usize {
        let mut count = 0;
        while gate.is_open(at(ms)) {
            gate.pass(at(ms));
            count += 1;
        }
        count
    }

    #[test]
    fn a_burst_is_a_tenth_of_a_seconds_worth_and_at_least_one() {
        let per = Duration::from_secs(1);
        for (count, burst) in [(1, 1), (10, 1), (15, 1), (100, 10), (1_000, 100)] {
            let mut gate = Gate::new(Rate { count, per });
            assert_eq!(passed(&mut gate, 500), burst, "{count}/s");
        }
    }

    #[test]
    fn after_the_burst_the_rate_holds() {
        let mut gate = Gate::new(Rate {
            count: 100,
            per: Duration::from_secs(1),
        });
        let total: usize = (0..=1_000).map(|ms| passed(&mut gate, ms)).sum();
        assert_eq!(total, 110);
        assert_eq!(gate.opens(), at(1_010));
    }

    #[test]
    fn ends_count_for_ten_seconds() {
        let mut ends = Ends::default();
        for _ in 0..20 {
            ends.note(at(500));
        }
        ends.note(at(5_000));
        assert!((ends.rate(at(9_999)) - 2.1).abs() < 1e-6);
        assert!((ends.rate(at(10_000)) - 0.1).abs() < 1e-6);
        assert!(ends.rate(at(60_000)).abs() < 1e-6);
    }
}
