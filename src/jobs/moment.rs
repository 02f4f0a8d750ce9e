//! Time within the jobs: like `MonoTime`, but it reaches back before the deck's start, where jobs that were kept come from.

use std::ops::Add;
use std::time::Duration;

use crate::model::{MonoTime, Now, WallTime};

/// A wall clock that is off by so much was set, and not only read late.
const STEP_MS: u64 = 100;

/// Microseconds since the deck's start; negative before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Moment(i64);

impl Moment {
    /// The moment that a wall clock shows, by what both clocks show now.
    pub(super) fn at_wall(wall: WallTime, now: Now) -> Self {
        let ago_ms = now.wall.0.saturating_sub(wall.0);
        Self(
            Self::from(now.mono)
                .0
                .saturating_sub(ago_ms.saturating_mul(1_000)),
        )
    }

    /// What a wall clock shows at this moment, by what both clocks show now.
    pub(super) fn wall(self, now: Now) -> WallTime {
        let later = millis(self).saturating_sub(millis(now.mono.into()));
        WallTime(now.wall.0.saturating_add(later))
    }

    /// How long this is after `earlier`; zero when it is not after it.
    pub(super) fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// The same for a deadline; one before the deck's start is due at its start.
    pub(super) fn mono(self) -> MonoTime {
        MonoTime::from_start(self.since(Self(0)))
    }
}

impl From<MonoTime> for Moment {
    fn from(mono: MonoTime) -> Self {
        Self(micros(mono.since_start()))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }
}

/// A wall clock that goes as the monotonic one does: the two are read one after the other and each in its own unit, so
/// that the same moment would otherwise be shown as another one a millisecond later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// What the wall clock showed at the deck's start, in milliseconds.
    start: i64,
}

impl Clock {
    pub(super) fn new(now: Now) -> Self {
        let start = now.wall.0.saturating_sub(millis(now.mono.into()));
        Self { start }
    }

    /// The time with the wall clock put right. One that was set, or went on while the machine slept, is followed.
    pub(super) fn read(&mut self, now: Now) -> Now {
        let other = Self::new(now);
        if other.start.abs_diff(self.start) >= STEP_MS {
            *self = other;
        }
        let wall = WallTime(self.start.saturating_add(millis(now.mono.into())));
        Now { wall, ..now }
    }
}

fn millis(moment: Moment) -> i64 {
    moment.0.div_euclid(1_000)
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_before_the_start_keeps_its_wall_time() {
        let now = Now {
            mono: MonoTime::from_start(Duration::from_secs(1)),
            wall: WallTime(100_000),
        };

        let moment = Moment::at_wall(WallTime(40_000), now);

        assert_eq!(moment.wall(now), WallTime(40_000));
        assert_eq!(Moment::from(now.mono).since(moment), Duration::from_mins(1));
        assert_eq!(moment.mono(), MonoTime::ZERO);
    }

    #[test]
    fn a_moment_is_shown_alike_whenever_the_clocks_are_read_until_one_is_set() {
        let now = |micros, wall| Now {
            mono: MonoTime::from_start(Duration::from_micros(micros)),
            wall: WallTime(wall),
        };
        let mut clock = Clock::new(now(1_000_900, 100_000));
        let moment = Moment::from(MonoTime::from_start(Duration::from_micros(1_500_300)));
        let mut shown = |now| moment.wall(clock.read(now));

        for (micros, wall) in [
            (2_000_000, 101_000),
            (2_000_999, 100_999),
            (2_001_000, 101_003),
        ] {
            assert_eq!(shown(now(micros, wall)), WallTime(100_500));
        }
        assert_eq!(shown(now(3_000_000, 202_000)), WallTime(200_500));
    }
}
