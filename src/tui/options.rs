//! What the dashboard is told at its start, and what it says at its end.

use std::ffi::OsString;

use tokio_util::sync::CancellationToken;

use crate::model::Address;
use crate::tui::action::{Action, Chord};
use crate::tui::offload::Studio;
use crate::tui::place::Place;
use crate::tui::script::Script;
use crate::tui::terminal::Lease;
use crate::tui::theme::ThemeSpec;
use crate::tui::worker::Column;

/// The names of the columns of the workers table, in their order.
pub const COLUMNS: [&str; 21] = Column::NAMES;

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
    pub(crate) fn is_used(self, variable: &impl Fn(&str) -> Option<OsString>) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => variable("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

/// What a person likes; what is not said is as it comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taste {
    /// Messages that have a name.
    pub messages: Vec<Named>,
    /// The theme and its colours.
    pub theme: ThemeSpec,
    /// The keys of actions that have other ones than the table says; none unbinds an action.
    pub keys: Vec<(Action, Vec<Chord>)>,
    /// The columns of the workers table that are shown, in their order, by [`COLUMNS`].
    pub columns: Option<Vec<String>>,
    /// Whether nothing may blink, spin or glide; no unless said.
    pub reduced_motion: Option<bool>,
    /// Whether only ASCII is drawn; by the locale unless said.
    pub ascii: Option<bool>,
    /// Whether the mouse is used; yes unless said. Without, the terminal selects text by itself.
    pub mouse: Option<bool>,
    /// The view that is shown first; the deck unless said.
    pub start: Option<Place>,
}

impl Taste {
    /// What is said here, and what `below` says of the rest. A key that is bound here is taken from what `below` binds it
    /// to.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        let is_own = |action: &Action| self.keys.iter().any(|(own, _)| own == action);
        let taken: Vec<Chord> = self
            .keys
            .iter()
            .flat_map(|(_, keys)| keys)
            .copied()
            .collect();
        let mut keys = below.keys;
        keys.retain(|(action, _)| !is_own(action));
        for (_, keys) in &mut keys {
            keys.retain(|key| !taken.contains(key));
        }
        keys.extend(self.keys);
        let mut colors = below.theme.colors;
        colors.extend(self.theme.colors);
        Self {
            messages: self.messages,
            theme: ThemeSpec {
                name: self.theme.name.or(below.theme.name),
                colors,
            },
            keys,
            columns: self.columns.or(below.columns),
            reduced_motion: self.reduced_motion.or(below.reduced_motion),
            ascii: self.ascii.or(below.ascii),
            mouse: self.mouse.or(below.mouse),
            start: self.start.or(below.start),
        }
    }
}

/// A message of the config that can be sent by its name or its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// The key that sends it from the deck.
    pub key: Option<Chord>,
    /// Where it goes.
    pub to: Address,
    /// Its JSON text, with placeholders.
    pub json: String,
}

/// How the dashboard is run.
#[derive(Debug, Default)]
pub struct Options {
    /// What the person likes.
    pub taste: Taste,
    /// Whether colours are used.
    pub color: Color,
    /// Who is told when the terminal is taken and given back.
    pub lease: Option<Lease>,
    /// What stands in for a terminal and a person.
    pub script: Option<Script>,
    /// Whether jobs that wait when the deck ends are kept for its next run.
    pub keeps_jobs: bool,
    /// Where a picture is made for the off-load view, which is then shown first; without one there is no such view.
    pub studio: Option<Studio>,
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

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;
    use ratatui::style::Color as Ink;

    use super::*;
    use crate::tui::keymap::parse;
    use crate::tui::theme::{Role, ThemeName};

    #[test]
    fn the_nearer_taste_counts() {
        let chord = |text| parse(text).unwrap();
        let below = Taste {
            theme: ThemeSpec {
                name: Some(ThemeName::Light),
                colors: vec![(Role::Bad, Ink::Red)],
            },
            keys: vec![
                (Action::Kill, vec![chord("x"), chord("F9")]),
                (Action::Restart, vec![chord("F5")]),
            ],
            mouse: Some(false),
            ..Taste::default()
        };
        let own = Taste {
            theme: ThemeSpec {
                name: None,
                colors: vec![(Role::Bad, Ink::Blue)],
            },
            keys: vec![
                (Action::Restart, Vec::new()),
                (Action::Zoom, vec![chord("x")]),
            ],
            mouse: Some(true),
            ..Taste::default()
        };

        let both = own.over(below);

        assert_eq!(both.theme.name, Some(ThemeName::Light));
        assert_eq!(both.theme.colors.last(), Some(&(Role::Bad, Ink::Blue)));
        assert_eq!(both.mouse, Some(true));
        assert_eq!(
            both.keys,
            [
                (Action::Kill, vec![chord("F9")]),
                (Action::Restart, Vec::new()),
                (Action::Zoom, vec![chord("x")]),
            ]
        );
        assert_eq!(chord("F9").code, KeyCode::F(9));
    }
}
