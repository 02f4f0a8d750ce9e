//! What a worker is doing, how it ended, and which of its ends are open.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// What a worker is doing, as every client shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Asked for and not running, nor to be.
    Stopped,
    /// A process is being made, or is there and not ready yet.
    Starting,
    /// Takes messages.
    Ready,
    /// Ready, but has left unread bytes for longer than `stall_after`.
    Stalled,
    /// Held by SIGSTOP.
    Suspended,
    /// Alive, but its channel is closed: takes no messages.
    Disconnected,
    /// Was told to end.
    Stopping,
    /// Waits to be started again.
    Backoff,
    /// Given up.
    Failed,
    /// Ended cleanly and is not to be started again.
    Finished,
}

impl State {
    /// Every state, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Ready,
        Self::Stalled,
        Self::Suspended,
        Self::Disconnected,
        Self::Starting,
        Self::Stopping,
        Self::Backoff,
        Self::Failed,
        Self::Finished,
        Self::Stopped,
    ];

    /// The word for it, as in JSON and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Stalled => "stalled",
            Self::Suspended => "suspended",
            Self::Disconnected => "disconnected",
            Self::Stopping => "stopping",
            Self::Backoff => "backoff",
            Self::Failed => "failed",
            Self::Finished => "finished",
        }
    }

    /// Whether a process exists for sure in this state.
    pub fn is_live(self) -> bool {
        matches!(
            self,
            Self::Ready | Self::Stalled | Self::Suspended | Self::Disconnected | Self::Stopping
        )
    }

    /// Whether nothing will happen to the worker by itself any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed | Self::Finished)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a process ended. In JSON `{"code":1}` or `{"signal":"SIGKILL"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// It returned this code.
    Code(i32),
    /// A signal ended it.
    Signal {
        /// The signal.
        signal: Signal,
        /// Whether it left a core file.
        core: bool,
    },
}

impl Exit {
    /// Whether the process ended by itself with code 0.
    pub fn is_clean(self) -> bool {
        self == Self::Code(0)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit {code}"),
            Self::Signal { signal, .. } => write!(f, "killed by {signal}"),
        }
    }
}

impl Serialize for Exit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Code(code) => map.serialize_entry("code", code)?,
            Self::Signal { signal, .. } => map.serialize_entry("signal", signal)?,
        }
        map.end()
    }
}

/// A signal by its number on this system.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signal(i32);

/// The signals that have names, POSIX's and Linux's own.
const SIGNALS: [(&str, rustix::process::Signal); 28] = {
    use rustix::process::Signal as S;
    [
        ("SIGHUP", S::HUP),
        ("SIGINT", S::INT),
        ("SIGQUIT", S::QUIT),
        ("SIGILL", S::ILL),
        ("SIGTRAP", S::TRAP),
        ("SIGABRT", S::ABORT),
        ("SIGBUS", S::BUS),
        ("SIGFPE", S::FPE),
        ("SIGKILL", S::KILL),
        ("SIGUSR1", S::USR1),
        ("SIGSEGV", S::SEGV),
        ("SIGUSR2", S::USR2),
        ("SIGPIPE", S::PIPE),
        ("SIGALRM", S::ALARM),
        ("SIGTERM", S::TERM),
        ("SIGCHLD", S::CHILD),
        ("SIGCONT", S::CONT),
        ("SIGSTOP", S::STOP),
        ("SIGTSTP", S::TSTP),
        ("SIGTTIN", S::TTIN),
        ("SIGTTOU", S::TTOU),
        ("SIGURG", S::URG),
        ("SIGXCPU", S::XCPU),
        ("SIGXFSZ", S::XFSZ),
        ("SIGVTALRM", S::VTALARM),
        ("SIGPROF", S::PROF),
        ("SIGWINCH", S::WINCH),
        ("SIGSYS", S::SYS),
    ]
};

impl Signal {
    /// Asks a process to end.
    pub const TERM: Self = Self(rustix::process::Signal::TERM.as_raw());
    /// Ends a process at once.
    pub const KILL: Self = Self(rustix::process::Signal::KILL.as_raw());
    /// Lets a suspended process go on.
    pub const CONT: Self = Self(rustix::process::Signal::CONT.as_raw());
    /// Suspends a process.
    pub const STOP: Self = Self(rustix::process::Signal::STOP.as_raw());
    /// What Ctrl-C sends.
    pub const INT: Self = Self(rustix::process::Signal::INT.as_raw());

    /// The signal with this number on this system.
    pub fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// Its number on this system.
    pub fn as_raw(self) -> i32 {
        self.0
    }

    /// Finds a signal by name, with or without `SIG`, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let upper = name.to_ascii_uppercase();
        let bare = upper.strip_prefix("SIG").unwrap_or(&upper);
        SIGNALS
            .iter()
            .find(|(known, _)| known.get(3..) == Some(bare))
            .map(|(_, signal)| Self(signal.as_raw()))
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SIGNALS.iter().find(|(_, signal)| signal.as_raw() == self.0) {
            Some((name, _)) => f.pad(name),
            None => f.pad(&format!("signal {}", self.0)),
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Signal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whether one of a worker's ends is still there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// It is there.
    Open,
    /// It is gone, or never was.
    #[default]
    Closed,
}

impl Fact {
    /// Whether it is there.
    pub fn is_open(self) -> bool {
        self == Self::Open
    }
}

/// The four facts of a worker's life, apart: a worker can be dead while a descendant holds its channel, and alive
/// with its channel closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Liveness {
    /// The process exists.
    pub process: Fact,
    /// The channel has not reached its end.
    pub channel: Fact,
    /// Standard output has not reached its end.
    pub stdout: Fact,
    /// Standard error has not reached its end.
    pub stderr: Fact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_found_by_any_spelling() {
        for name in ["SIGUSR1", "usr1", "Usr1", "sigusr1"] {
            assert_eq!(Signal::from_name(name).unwrap().to_string(), "SIGUSR1");
        }
        assert_eq!(Signal::from_name("SIGNOPE"), None);
        assert_eq!(Signal::from_name(""), None);
    }

    #[test]
    fn an_exit_is_a_code_or_a_signal_in_json() {
        let json = |exit| serde_json::to_string(&exit).unwrap();
        assert_eq!(json(Exit::Code(1)), r#"{"code":1}"#);
        assert_eq!(
            json(Exit::Signal {
                signal: Signal::KILL,
                core: false
            }),
            r#"{"signal":"SIGKILL"}"#
        );
    }
}
