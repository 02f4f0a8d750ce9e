//! One process of a worker while it lives: its channel, whether it is suspended, how long it has read nothing.
//!
//! Owns what is known of the process; what follows from it is decided in `watch`, `ladder` and `restart`.

use std::time::Duration;

use crate::model::{ChannelKind, MonoTime, PoolSpec, Ready, Signal, State};

/// How long a closed channel is kept from the visible state. At a normal end the channel closes an instant before the
/// process is reaped; without this each end would flash up as `disconnected`.
pub(super) const HOLD: Duration = Duration::from_millis(50);

/// How often a lasting stall is told.
const TELL: Duration = Duration::from_secs(1);

/// How many different signals of clients are remembered for the sentence about the end.
const SIGNALS: usize = 8;

/// A living process.
#[derive(Debug)]
pub(super) struct Life {
    /// Its pid.
    pub(super) pid: u32,
    /// Since when it lives.
    pub(super) since: MonoTime,
    /// Whether it is ready.
    pub(super) readiness: Readiness,
    /// What is known of its channel.
    pub(super) channel: Channel,
    /// Whether it was given anything to read.
    pub(super) was_given: bool,
    /// Whether a signal suspended it.
    pub(super) suspended: bool,
    /// What it has left unread.
    pub(super) stall: Stall,
    /// The signals that clients sent to it, each once, the first few kinds.
    pub(super) signals: Vec<Signal>,
}

/// Whether a living process is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// Not yet; it is taken down if it is not by then.
    Awaited {
        /// By when.
        until: MonoTime,
    },
    /// Since then.
    Since(MonoTime),
}

impl Readiness {
    fn new(now: MonoTime, policy: &PoolSpec) -> Self {
        match (policy.ready, policy.channel) {
            (Ready::Spawn, _) | (_, ChannelKind::None) => Self::Since(now),
            (Ready::Message | Ready::Listening, ChannelKind::Fork | ChannelKind::Stdio) => {
                Self::Awaited {
                    until: now + policy.ready_timeout,
                }
            }
        }
    }

    /// By when it is to be ready, unless it is.
    pub(super) fn due(self) -> Option<MonoTime> {
        match self {
            Self::Awaited { until } => Some(until),
            Self::Since(_) => None,
        }
    }

    /// Since when it is ready, if it is.
    pub(super) fn since(self) -> Option<MonoTime> {
        match self {
            Self::Awaited { .. } => None,
            Self::Since(since) => Some(since),
        }
    }
}

/// The channel of a living process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// There is none.
    Absent,
    /// Both ways are open.
    Open,
    /// The deck's half is closed because a client asked.
    Half,
    /// It reached its end; what follows is decided after a short hold.
    Ended {
        /// When.
        at: MonoTime,
        /// Whether the deck's half was closed before.
        ours: bool,
    },
    /// It reached its end, and that is told.
    Closed {
        /// Whether the deck's half was closed before.
        ours: bool,
    },
}

impl Channel {
    /// Whether it takes messages.
    pub(super) fn is_open(self) -> bool {
        self == Self::Open
    }

    /// Whether a client asked to close it.
    pub(super) fn is_closed_by_us(self) -> bool {
        match self {
            Self::Absent | Self::Open => false,
            Self::Half => true,
            Self::Ended { ours, .. } | Self::Closed { ours } => ours,
        }
    }

    /// Whether it is shown as closed.
    pub(super) fn is_shown_closed(self) -> bool {
        match self {
            Self::Absent | Self::Open => false,
            Self::Half | Self::Closed { .. } => true,
            Self::Ended { ours, .. } => ours,
        }
    }

    /// Whether anything may still come from it.
    pub(super) fn is_readable(self) -> bool {
        matches!(self, Self::Open | Self::Half)
    }

    /// When its end is to be told.
    pub(super) fn due(self) -> Option<MonoTime> {
        match self {
            Self::Ended { at, .. } => Some(at + HOLD),
            Self::Absent | Self::Open | Self::Half | Self::Closed { .. } => None,
        }
    }
}

/// What a process has left unread, and for how long.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stall {
    /// How many bytes.
    pub(super) bytes: u64,
    /// Since when it has read nothing although there was something to read.
    since: Option<MonoTime>,
    /// When the stall was told last.
    told: Option<MonoTime>,
}

impl Stall {
    /// Takes a look's result.
    pub(super) fn look(&mut self, now: MonoTime, bytes: u64, progressed: bool) {
        self.bytes = bytes;
        if bytes == 0 {
            *self = Self::default();
        } else if progressed || self.since.is_none() {
            self.since = Some(now);
            self.told = None;
        }
    }

    /// Begins anew: the process could not read until now.
    pub(super) fn excuse(&mut self, now: MonoTime) {
        self.since = self.since.map(|_| now);
        self.told = None;
    }

    /// Whether it counts as stalled.
    pub(super) fn is_told(&self) -> bool {
        self.told.is_some()
    }

    /// When it is to be told next.
    pub(super) fn due(&self, after: Duration) -> Option<MonoTime> {
        let since = self.since?;
        Some(self.told.map_or(since + after, |told| told + TELL))
    }

    /// Tells it: for how long it has lasted.
    pub(super) fn tell(&mut self, now: MonoTime) -> Duration {
        self.told = Some(now);
        self.since.map_or(Duration::ZERO, |since| now - since)
    }
}

impl Life {
    /// A process that was just made.
    pub(super) fn new(pid: u32, now: MonoTime, policy: &PoolSpec) -> Self {
        Self {
            pid,
            since: now,
            readiness: Readiness::new(now, policy),
            channel: match policy.channel {
                ChannelKind::Fork | ChannelKind::Stdio => Channel::Open,
                ChannelKind::None => Channel::Absent,
            },
            was_given: false,
            suspended: false,
            stall: Stall::default(),
            signals: Vec::new(),
        }
    }

    /// Whether it is ready: may be given mail and jobs.
    pub(super) fn is_ready(&self) -> bool {
        self.readiness.since().is_some()
    }

    /// What it shows as while it is to run.
    pub(super) fn state(&self) -> State {
        if self.suspended {
            State::Suspended
        } else if !self.is_ready() {
            State::Starting
        } else if self.channel.is_shown_closed() {
            State::Disconnected
        } else if self.stall.is_told() {
            State::Stalled
        } else {
            State::Ready
        }
    }

    /// When a stall is to be told; a suspended process, one that is not ready, and one without a channel cannot stall.
    pub(super) fn stall_due(&self, after: Duration) -> Option<MonoTime> {
        if self.suspended || !self.is_ready() || !self.channel.is_open() {
            return None;
        }
        self.stall.due(after)
    }

    /// Remembers a client's signal.
    pub(super) fn note_signal(&mut self, signal: Signal) {
        if self.signals.len() < SIGNALS && !self.signals.contains(&signal) {
            self.signals.push(signal);
        }
    }
}
