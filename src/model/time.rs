//! Time as values: a monotonic one to decide by, a wall clock one to show.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Serialize, Serializer};

/// Monotonic time since the deck started, in microseconds. Every decision takes it as an argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonoTime(u64);

impl MonoTime {
    /// The moment the deck started.
    pub const ZERO: Self = Self(0);

    /// The moment `since_start` after the deck's start.
    pub fn from_start(since_start: Duration) -> Self {
        Self(u64::try_from(since_start.as_micros()).unwrap_or(u64::MAX))
    }

    /// How long after the deck's start this is.
    pub fn since_start(self) -> Duration {
        Duration::from_micros(self.0)
    }

    /// How long this is after `earlier`; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for MonoTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)),
        )
    }
}

impl Sub for MonoTime {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

/// Wall clock time in milliseconds since 1970, for people and for files. Never decides anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(pub i64);

impl WallTime {
    /// The local time of day, as `12:04:31.107`.
    pub fn time_of_day(self) -> String {
        self.zoned().map_or_else(
            || "--:--:--.---".to_owned(),
            |at| {
                let (hour, minute, second) = (at.hour(), at.minute(), at.second());
                format!("{hour:02}:{minute:02}:{second:02}.{:03}", at.millisecond())
            },
        )
    }

    /// The local date and time of day, as `2026-01-31 12:04:31.107`.
    pub fn date_and_time(self) -> String {
        self.zoned().map_or_else(
            || "---------- --:--:--.---".to_owned(),
            |at| at.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        )
    }

    fn zoned(self) -> Option<jiff::ZonedDateTime> {
        let at = jiff::Timestamp::from_millisecond(self.0).ok()?;
        Some(at.to_zoned_datetime(jiff::tz::TimeZone::system()))
    }
}

impl fmt::Display for WallTime {
    /// RFC 3339 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => f.write_str("1970-01-01T00:00:00.000Z"),
        }
    }
}

impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Both clocks read at one moment: what every `handle` is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Decides.
    pub mono: MonoTime,
    /// Is shown.
    pub wall: WallTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_time_prints_rfc_3339_with_milliseconds() {
        assert_eq!(
            WallTime(1_769_860_800_123).to_string(),
            "2026-01-31T12:00:00.123Z"
        );
    }

    #[test]
    fn time_never_runs_below_zero() {
        let early = MonoTime::from_start(Duration::from_secs(1));
        let late = early + Duration::from_secs(1);
        assert_eq!(early - late, Duration::ZERO);
        assert_eq!(late - early, Duration::from_secs(1));
    }
}
