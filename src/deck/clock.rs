//! The one reader of clocks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::model::{MonoTime, Now, WallTime};

/// Reads both clocks, monotonic time counted from the deck's start. Copies share the start. Monotonic time is tokio's, so
/// that a paused runtime moves it in tests.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// Starts a deck's time.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one reader of clocks"
    )]
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// Both clocks at this moment.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one reader of clocks"
    )]
    pub fn now(&self) -> Now {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Now {
            mono: MonoTime::from_start(self.start.elapsed()),
            wall: WallTime(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)),
        }
    }

    /// The tokio instant of a deadline.
    pub(crate) fn instant(&self, at: MonoTime) -> Instant {
        self.start + at.since_start()
    }
}
