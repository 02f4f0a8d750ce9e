//! What a worker is doing, with the data that only exists while it does it.

use std::time::Duration;

use crate::model::MonoTime;

/// A worker's phase. Its intent, `wanted`, is apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Asked for, or never started.
    Stopped,
    /// A process is to be made; ordered from the spawner, or waiting for its turn.
    Starting { is_ordered: bool },
    /// A process takes messages.
    Running(Running),
    /// A process was told to end.
    Stopping(Stopping),
    /// Waits to be started again.
    Backoff { until: MonoTime },
    /// Given up.
    Failed,
    /// Ended cleanly and is not to be started again.
    Finished,
}

/// A process that takes messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    pub(crate) life: Life,
    /// When its channel was seen to be closed. It counts as disconnected a moment later: at an exit the channel closes
    /// just before.
    pub(crate) closed_at: Option<MonoTime>,
    /// Since when it has read nothing of what is there for it.
    pub(crate) quiet_since: Option<MonoTime>,
    /// When a stall was told last.
    pub(crate) stall_told: Option<MonoTime>,
}

/// A process that was told to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stopping {
    pub(crate) life: Life,
    pub(crate) why: Why,
    /// When the ladder began.
    pub(crate) since: MonoTime,
    /// What comes next, and when.
    pub(crate) step: Step,
    pub(crate) step_at: MonoTime,
    /// How often SIGKILL was sent.
    pub(crate) kills: u32,
}

/// A process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) pid: u32,
    pub(crate) started: MonoTime,
    pub(crate) is_suspended: bool,
}

/// Why a process was told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Stop, restart, scale or down.
    Asked,
    /// Kill.
    Killed,
    /// It closed its channel, and its pool wants it ended then.
    Disconnected,
}

/// The next rung of the stop ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The stop signal, after the stop message had half of the grace.
    Signal,
    /// SIGKILL to the whole tree.
    Kill,
}

/// How long a closed channel waits for its process's exit before the worker counts as disconnected.
pub(crate) const DISCONNECT_AFTER: Duration = Duration::from_millis(50);

/// How often a stall that lasts is told.
pub(crate) const STALL_TOLD_EVERY: Duration = Duration::from_secs(1);

impl Phase {
    /// The process, where one lives.
    pub(crate) fn life(&self) -> Option<&Life> {
        match self {
            Self::Running(running) => Some(&running.life),
            Self::Stopping(stopping) => Some(&stopping.life),
            Self::Stopped
            | Self::Starting { .. }
            | Self::Backoff { .. }
            | Self::Failed
            | Self::Finished => None,
        }
    }

    /// The process, to be changed.
    pub(crate) fn life_mut(&mut self) -> Option<&mut Life> {
        match self {
            Self::Running(running) => Some(&mut running.life),
            Self::Stopping(stopping) => Some(&mut stopping.life),
            Self::Stopped
            | Self::Starting { .. }
            | Self::Backoff { .. }
            | Self::Failed
            | Self::Finished => None,
        }
    }

    /// Whether nothing happens to the worker by itself any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Stopped | Self::Failed | Self::Finished)
    }
}

impl Running {
    pub(crate) fn new(life: Life) -> Self {
        Self {
            life,
            closed_at: None,
            quiet_since: None,
            stall_told: None,
        }
    }

    /// When it counts as stalled, if it goes on reading nothing.
    pub(crate) fn stalls_at(&self, after: Duration) -> Option<MonoTime> {
        self.quiet_since.map(|since| since + after)
    }
}
