//! What the dashboard is told at its start, and what it says at its end.

use tokio_util::sync::CancellationToken;

use crate::tui::script::Script;
use crate::tui::terminal::Lease;

/// Whether colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never: attributes and shapes only.
    Never,
}

impl Color {
    /// Whether colours are used, given the environment.
    pub(crate) fn is_used(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

/// How the dashboard is run.
#[derive(Debug, Default)]
pub struct Options {
    /// Whether colours are used.
    pub color: Color,
    /// Who is told when the terminal is taken and given back.
    pub lease: Option<Lease>,
    /// What stands in for a terminal and a person.
    pub script: Option<Script>,
    /// Whether jobs that wait when the deck ends are kept for its next run.
    pub keeps_jobs: bool,
    /// Ends the dashboard from outside: the terminal is given back and [`Quit::Shutdown`] returned.
    pub shutdown: CancellationToken,
}

/// Why the dashboard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quit {
    /// The deck is gone: it was stopped by `q`, by another client, or by itself.
    Ended,
    /// A second Ctrl-C: end at once, whatever still runs.
    Now,
    /// [`Options::shutdown`] was cancelled; the deck runs on.
    Shutdown,
    /// The terminal is gone; the deck runs on.
    TerminalLost,
}

/// Why there is no dashboard.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TuiError {
    /// Standard output is a pipe or a file.
    #[error("the dashboard needs a terminal on standard output")]
    NotATerminal,
    /// `TERM` says that the terminal can do nothing.
    #[error("the dashboard needs a terminal that can move its cursor, and TERM is `dumb`")]
    DumbTerminal,
    /// The terminal could not be taken.
    #[error("take the terminal")]
    Terminal(#[source] std::io::Error),
    /// The keyboard could not be opened.
    #[error("open the terminal's keyboard")]
    Keyboard(#[source] std::io::Error),
    /// The dashboard's own loop could not be made.
    #[error("start the dashboard's event loop")]
    Runtime(#[source] std::io::Error),
    /// The script did not come to its end.
    #[error("{0}")]
    Script(String),
    /// A panic gave the terminal back while the dashboard ran.
    #[error("the dashboard lost the terminal to a panic")]
    Panicked,
}
