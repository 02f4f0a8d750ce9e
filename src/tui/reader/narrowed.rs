//! What narrows the lines: a text that they contain, one that they do not, how serious they are.

use crate::model::{LogLine, Noted, Ring};
use crate::tui::filter::Filter;
use crate::tui::reader::level::Level;
use crate::tui::reader::text::visible;

/// What lines must have and must not have; nothing lets all of them through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Narrowed {
    /// What they contain.
    pub(crate) with: Filter,
    /// What they do not contain.
    pub(crate) without: Filter,
    /// How serious they are at the least.
    pub(crate) least: Option<Level>,
}

impl Narrowed {
    /// Whether all lines are let through.
    pub(crate) fn is_open(&self) -> bool {
        self.with.is_empty() && self.without.is_empty() && self.least.is_none()
    }

    /// Whether a text is let through.
    fn admits_text(&self, text: &[u8]) -> bool {
        (self.with.is_empty() || self.with.admits(text))
            && (self.without.is_empty() || !self.without.admits(text))
    }

    /// Whether a line at a place of its worker's history is let through.
    pub(crate) fn admits(&self, lines: &Ring<LogLine>, index: usize, line: &LogLine) -> bool {
        let is_serious = |least| Level::within(lines, index).is_some_and(|level| level >= least);
        self.admits_text(&visible(&line.bytes)) && self.least.is_none_or(is_serious)
    }

    /// Whether a note is shown: what was dropped always is.
    pub(crate) fn admits_note(&self, noted: &Noted, text: &str) -> bool {
        let level = match noted {
            Noted::Dropped(_) => return true,
            Noted::Started { .. } | Noted::Ended { planned: true, .. } => Level::Info,
            Noted::Ended { .. } => Level::Error,
        };
        self.admits_text(text.as_bytes()) && self.least.is_none_or(|least| level >= least)
    }
}
