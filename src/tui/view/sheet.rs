//! A sheet of facts: names on the left, what they are on the right. Called by the views that show one thing whole.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::tui::json;
use crate::tui::sanitize::{Painter, width};
use crate::tui::theme::Theme;
use crate::tui::view::overlay::fold;

/// The cells of a name with the gap after it.
const NAMES: usize = 10;

/// Gathers facts.
#[derive(Debug)]
pub(crate) struct Sheet {
    lines: Vec<Line<'static>>,
    wide: usize,
    theme: Theme,
}

impl Sheet {
    /// An empty sheet of `wide` cells.
    pub(crate) fn new(wide: usize, theme: Theme) -> Self {
        Self {
            lines: Vec::new(),
            wide,
            theme,
        }
    }

    /// Adds a fact on one line.
    pub(crate) fn fact(&mut self, name: &str, paint: impl FnOnce(&mut Painter, Theme)) {
        let mut painter = Painter::new(self.wide);
        painter.left(name, NAMES, self.theme.dim());
        paint(&mut painter, self.theme);
        self.lines.push(painter.finish());
    }

    /// Adds a heading over what follows, with an empty line before it; `note` stands at its right end.
    pub(crate) fn heading(&mut self, title: &str, note: &str) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let theme = self.theme;
        let mut painter = Painter::new(self.wide);
        painter.text(title, theme.strong()).pad(1);
        let note_taken = if note.is_empty() { 0 } else { width(note) + 1 };
        let rule = painter.left_over().saturating_sub(note_taken);
        painter.text(&"─".repeat(rule), theme.dim());
        if !note.is_empty() {
            painter.pad(1).text(note, theme.text());
        }
        self.lines.push(painter.finish());
    }

    /// Adds a line of the sheet's whole width.
    pub(crate) fn line(&mut self, paint: impl FnOnce(&mut Painter, Theme)) {
        let mut painter = Painter::new(self.wide);
        paint(&mut painter, self.theme);
        self.lines.push(painter.finish());
    }

    /// Adds lines that are painted already.
    pub(crate) fn lines(&mut self, lines: impl IntoIterator<Item = Line<'static>>) {
        self.lines.extend(lines);
    }

    /// How wide it is.
    pub(crate) fn wide(&self) -> usize {
        self.wide
    }

    /// Its look.
    pub(crate) fn theme(&self) -> Theme {
        self.theme
    }

    /// Adds plain text on one line.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.fact(name, |painter, theme| {
            painter.text(text, theme.text());
        });
    }

    /// Adds parts with a dot between them; one that does not fit begins the next line.
    pub(crate) fn parts(&mut self, name: &str, parts: &[(String, Style)]) {
        let mut painter = Painter::new(self.wide);
        painter.left(name, NAMES, self.theme.dim());
        for (text, style) in parts.iter().filter(|(text, _)| !text.is_empty()) {
            let is_first = painter.used() <= NAMES;
            if !is_first && painter.left_over() < width(text) + 3 {
                let full = std::mem::replace(&mut painter, Painter::new(self.wide));
                self.lines.push(full.finish());
                painter.pad(NAMES);
            } else if !is_first {
                painter.text(" · ", self.theme.dim());
            }
            painter.text(text, *style);
        }
        self.lines.push(painter.finish());
    }

    /// Adds text over as many lines as it needs.
    pub(crate) fn long(&mut self, name: &str, text: &str, style: Style) {
        let room = self.wide.saturating_sub(NAMES).max(8);
        for (place, piece) in text.lines().flat_map(|line| fold(line, room)).enumerate() {
            let name = if place == 0 { name } else { "" };
            self.fact(name, |painter, _| {
                painter.text(&piece, style);
            });
        }
    }

    /// Adds text after a mark, over as many lines as it needs.
    pub(crate) fn marked(&mut self, name: &str, mark: (&str, Style), text: &str, style: Style) {
        let room = self.wide.saturating_sub(NAMES + 2).max(8);
        for (place, piece) in text.lines().flat_map(|line| fold(line, room)).enumerate() {
            let (name, sign) = if place == 0 { (name, mark.0) } else { ("", "") };
            self.fact(name, |painter, _| {
                painter.left(sign, 2, mark.1).text(&piece, style);
            });
        }
    }

    /// Adds JSON that stands on several lines already.
    pub(crate) fn json(&mut self, name: &str, lines: &[String]) {
        let pieces = folded(name, lines, self.wide);
        for (name, piece) in pieces {
            self.fact(name, |painter, theme| json::paint(painter, &piece, theme));
        }
    }

    /// The lines.
    pub(crate) fn finish(self) -> Vec<Line<'static>> {
        self.lines
    }
}

/// Lines cut into pieces that fit on a sheet, each with its name: the first one has it, the others none.
pub(crate) fn folded<'a>(
    name: &'a str,
    lines: &[String],
    wide: usize,
) -> impl Iterator<Item = (&'a str, String)> {
    let room = wide.saturating_sub(NAMES).max(8);
    let pieces = lines.iter().flat_map(move |line| fold(line, room));
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    names.zip(pieces)
}
