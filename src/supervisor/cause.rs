//! Sentences that say how a process ended, apart by who did it.
//!
//! Owns wording only; called when a process is gone.

use std::time::Duration;

use crate::model::{Exit, Signal};
use crate::supervisor::ladder::{Aim, KilledBy, Ladder};
use crate::supervisor::life::Life;

/// Signals that tell of an error within the program.
const CRASHES: [&str; 8] = [
    "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS", "SIGQUIT",
];

/// What ended a process that nobody asked to end.
pub(super) fn unasked(exit: Exit, life: &Life, uptime: Duration) -> String {
    match exit {
        Exit::Code(code) if life.channel.is_closed_by_us() => {
            format!("exit {code} after {}, disconnected by us", span(uptime))
        }
        Exit::Code(code) => format!("exit {code} after {}", span(uptime)),
        Exit::Signal { signal, .. } if life.signals.contains(&signal) => {
            format!("killed by {signal}, sent by us")
        }
        Exit::Signal { signal, core } => by_signal(signal, core),
    }
}

/// What ended a process that did not get ready.
pub(super) fn unready(timeout: Duration) -> String {
    format!("not ready within {}", span(timeout))
}

/// What ended a process that was told to end.
pub(super) fn asked(
    exit: Exit,
    aim: &Aim,
    ladder: &Ladder,
    stop: Signal,
    grace: Duration,
) -> String {
    let why = match aim {
        Aim::Stop | Aim::Kill => "as asked",
        Aim::Disconnected => "after it closed its channel",
        Aim::Unready => "because it did not get ready",
        Aim::Relieve(reason) => &format!("because {reason}"),
    };
    let end = match exit {
        Exit::Code(code) => format!("exit {code}, {why}"),
        Exit::Signal { signal, core } => match ladder.killed_by() {
            Some(KilledBy::Grace) if signal == Signal::KILL => {
                format!(
                    "did not end within its grace of {}: killed by SIGKILL",
                    span(grace)
                )
            }
            Some(KilledBy::Command) if signal == Signal::KILL => {
                "killed by SIGKILL, as asked".into()
            }
            _ if signal == stop && ladder.has_signalled() => format!("killed by {signal}, {why}"),
            _ => format!("{} while stopping", by_signal(signal, core)),
        },
    };
    match aim {
        Aim::Relieve(_) if !end.ends_with(why) => format!("{end}, {why}"),
        Aim::Relieve(_) | Aim::Stop | Aim::Kill | Aim::Disconnected | Aim::Unready => end,
    }
}

fn by_signal(signal: Signal, core: bool) -> String {
    let name = signal.to_string();
    let dumped = if core { " (core dumped)" } else { "" };
    if CRASHES.contains(&name.as_str()) {
        format!("crashed: {name}{dumped}")
    } else {
        format!("killed by {name}, not by us{dumped}")
    }
}

/// A length of time for people: `250 ms`, `3.2 s`, `5 s`, `2 min 5 s`, `3 h 4 min`.
pub(super) fn span(time: Duration) -> String {
    let ms = time.as_millis();
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{ms} ms"),
        1..60 => match (ms / 100) % 10 {
            0 => format!("{seconds} s"),
            tenths => format!("{seconds}.{tenths} s"),
        },
        60..3600 => match seconds % 60 {
            0 => format!("{} min", seconds / 60),
            rest => format!("{} min {rest} s", seconds / 60),
        },
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_short() {
        let spans = [0, 250, 3_200, 5_000, 125_000, 3_600_000 * 3 + 240_000];
        let said = spans.map(|ms| span(Duration::from_millis(ms)));
        assert_eq!(
            said,
            ["0 ms", "250 ms", "3.2 s", "5 s", "2 min 5 s", "3 h 4 min"]
        );
    }
}
