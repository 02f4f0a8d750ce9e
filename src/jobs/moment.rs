//! Time within the jobs: like `MonoTime`, but it reaches back before the deck's start, where jobs that were kept come from.

use std::ops::Add;
use std::time::Duration;

use crate::model::{MonoTime, Now, WallTime};

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
        let later = self.0.saturating_sub(Self::from(now.mono).0);
        WallTime(now.wall.0.saturating_add(later.div_euclid(1_000)))
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
}
