//! What others wrote, made harmless: the only way by which text of workers, messages and configs reaches a cell.
//!
//! Keeps SGR colours of log lines; every other escape, control and bidi character is shown as a symbol; tabs are expanded;
//! what terminals disagree about (joiners, variation selectors, skin tones) is left out, so that no column ever shifts.
//! Called by every view. Never writes to a terminal.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar;

use crate::model::{control_picture, turns_direction};
use crate::tui::sgr;

/// How many combining marks a character keeps.
const MARKS: usize = 3;

/// The distance of tab stops in cells.
const TAB: usize = 4;

/// Gathers styled text for at most `width` cells; what does not fit ends in `…`.
#[derive(Debug)]
pub(crate) struct Painter {
    spans: Vec<Span<'static>>,
    width: usize,
    used: usize,
    marks: usize,
    is_cut: bool,
}

impl Painter {
    /// An empty line of `width` cells.
    pub(crate) fn new(width: usize) -> Self {
        Self {
            spans: Vec::new(),
            width,
            used: 0,
            marks: 0,
            is_cut: false,
        }
    }

    /// Whether nothing more fits.
    pub(crate) fn is_full(&self) -> bool {
        self.is_cut
    }

    /// How many cells are taken.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// How many cells are left.
    pub(crate) fn left_over(&self) -> usize {
        self.width.saturating_sub(self.used)
    }

    /// Adds text in one style.
    pub(crate) fn text(&mut self, text: &str, style: Style) -> &mut Self {
        for c in text.chars() {
            if self.is_cut {
                break;
            }
            self.character(c, style);
        }
        self
    }

    /// Adds text at the right edge of the next `cells` cells.
    pub(crate) fn right(&mut self, text: &str, cells: usize, style: Style) -> &mut Self {
        let pad = cells.saturating_sub(width(text));
        self.pad(pad).text(text, style)
    }

    /// Adds text at the left edge of exactly `cells` cells.
    pub(crate) fn left(&mut self, text: &str, cells: usize, style: Style) -> &mut Self {
        let end = (self.used + cells).min(self.width);
        let mut part = Self::new(end.saturating_sub(self.used));
        part.text(text, style);
        self.append(part);
        self.pad(end.saturating_sub(self.used))
    }

    /// Adds blank cells.
    pub(crate) fn pad(&mut self, cells: usize) -> &mut Self {
        let cells = cells.min(self.left_over());
        if cells > 0 {
            self.spans.push(Span::raw(" ".repeat(cells)));
            self.used += cells;
        }
        self
    }

    /// Adds a line of output with its own colours; `keeps_color` is false where colours are not wanted.
    pub(crate) fn output(&mut self, bytes: &[u8], base: Style, keeps_color: bool) -> &mut Self {
        // A cell takes at most a few bytes, but escapes take none: look at enough, never at 64 KiB a frame.
        let enough = self.width.saturating_mul(64).max(1024).min(bytes.len());
        let is_longer = enough < bytes.len();
        let head = bytes.get(..enough).unwrap_or_default();
        let head = head.strip_suffix(b"\r").unwrap_or(head);
        let text = String::from_utf8_lossy(head);
        let mut style = base;
        let mut rest = text.as_ref();
        while let Some(c) = rest.chars().next() {
            if self.is_cut {
                break;
            }
            if let Some((parameters, after)) = sgr::split(rest) {
                style = sgr::apply(parameters, style, base, keeps_color);
                rest = after;
                continue;
            }
            self.character(c, style);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        self.is_cut |= is_longer;
        self
    }

    /// Adds what another painter gathered, as far as it fits.
    pub(crate) fn append(&mut self, other: Self) -> &mut Self {
        for span in other.finish().spans {
            for c in span.content.chars() {
                self.put(c, span.style);
            }
        }
        self
    }

    /// The line, with `…` in its last cell when something did not fit.
    pub(crate) fn finish(mut self) -> Line<'static> {
        if self.is_cut && self.width > 0 {
            while self.used >= self.width {
                let Some(last) = self.spans.last_mut() else {
                    break;
                };
                match last.content.to_mut().pop() {
                    Some(c) => self.used -= c.width().unwrap_or(0),
                    None => drop(self.spans.pop()),
                }
            }
            let style = self.spans.last().map(|span| span.style).unwrap_or_default();
            self.spans.push(Span::styled("…", style));
        }
        Line::from(self.spans)
    }

    fn character(&mut self, c: char, style: Style) {
        match c {
            '\t' => {
                let cells = TAB - self.used % TAB;
                for _ in 0..cells {
                    self.put(' ', style);
                }
            }
            c if is_joiner(c) => {}
            c if turns_direction(c) || is_hidden(c) => {
                self.symbol(&format!("<U+{:04X}>", u32::from(c)), style);
            }
            '\u{80}'..='\u{9f}' => self.symbol(&format!("<{:02X}>", u32::from(c)), style),
            c => self.put(control_picture(c).unwrap_or(c), style),
        }
    }

    fn symbol(&mut self, text: &str, style: Style) {
        for c in text.chars() {
            self.put(c, style);
        }
    }

    fn put(&mut self, c: char, style: Style) {
        if self.is_cut {
            return;
        }
        let cells = if matches!(c, ' '..='~') {
            1
        } else {
            c.width().unwrap_or(0)
        };
        if cells == 0 {
            self.marks += 1;
            if self.marks > MARKS || self.used == 0 {
                return;
            }
        } else {
            self.marks = 0;
        }
        if self.used + cells > self.width {
            self.is_cut = true;
            return;
        }
        self.used += cells;
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push(c),
            _ => self.spans.push(Span::styled(c.to_string(), style)),
        }
    }
}

/// How many cells a harmless text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// A text as one harmless string of at most `cells` cells.
pub(crate) fn plain(text: &str, cells: usize) -> String {
    let mut painter = Painter::new(cells);
    painter.text(text, Style::default());
    painter.finish().to_string()
}

/// Whether a character only joins or varies others: terminals disagree about how wide the whole is.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Whether a character breaks lines, or is a tag that nobody sees.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{2028}' | '\u{2029}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{e0000}'
            ..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;

    fn shown(bytes: &[u8]) -> String {
        let mut painter = Painter::new(60);
        painter.output(bytes, Style::default(), true);
        painter.finish().to_string()
    }

    #[test]
    fn every_escape_but_sgr_becomes_text() {
        assert_eq!(shown(b"\x1b]0;evil\x07x"), "␛]0;evil␇x");
        assert_eq!(shown(b"\x1b[2J\x1b[?1003h"), "␛[2J␛[?1003h");
        assert_eq!(shown(b"\x1bP$q\x1b\\"), "␛P$q␛\\");
        assert_eq!(shown("a\u{9b}2J".as_bytes()), "a<9B>2J");
        assert_eq!(shown(b"a\x9b2J"), "a\u{fffd}2J");
        assert_eq!(shown(b"50%\r60%\x08\x7f\0"), "50%␍60%␈␡␀");
        assert_eq!(shown(b"line\r"), "line");
    }

    #[test]
    fn sgr_colours_a_line_and_ends_with_it() {
        let mut painter = Painter::new(20);
        painter.output(b"a\x1b[1;31mb\x1b[0mc", Style::default(), true);
        let line = painter.finish();
        assert_eq!(line.to_string(), "abc");
        assert_eq!(line.spans[1].style.fg, Some(Color::Red));
        assert_eq!(line.spans[2].style, Style::default());
    }

    #[test]
    fn what_terminals_measure_differently_is_left_out() {
        assert_eq!(
            shown("👩\u{200d}🚀👍\u{1f3fd}1\u{fe0f}".as_bytes()),
            "👩🚀👍1"
        );
        assert_eq!(shown("a\u{202e}b".as_bytes()), "a<U+202E>b");
        let zalgo = format!("e{}", "\u{301}".repeat(1000));
        assert_eq!(shown(zalgo.as_bytes()).chars().count(), 4);
        assert_eq!(shown(b"a\tb"), "a   b");
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(plain("日本語テキスト", 6), "日本…");
        assert_eq!(plain("abcdef", 6), "abcdef");
        assert_eq!(plain("abcdefg", 6), "abcde…");
        assert_eq!(plain("abc", 0), "");
        assert_eq!(shown(&vec![b'x'; 65_536]).chars().count(), 60);
    }
}
