//! One line of text under the typist's fingers. Called by the palette and the help.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::turns_direction;
use crate::tui::sanitize::{Painter, width};
use crate::tui::theme::Theme;

/// The longest text, in bytes; what is beyond is left out.
const LONGEST: usize = 64 << 10;

/// A text and where its cursor is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Field {
    text: String,
    /// In bytes, always between two characters.
    at: usize,
}

impl Field {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The text up to the cursor.
    pub(crate) fn before(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    fn after(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Puts another text in, the cursor at its end.
    pub(crate) fn replace(&mut self, text: impl Into<String>) {
        self.text = text.into();
        self.at = self.text.len();
    }

    /// Takes typed or pasted text; controls, and what turns text around, are left out.
    pub(crate) fn put(&mut self, text: &str) {
        for c in text.chars() {
            let c = if c == '\n' { ' ' } else { c };
            if c.is_control() || turns_direction(c) || self.text.len() + c.len_utf8() > LONGEST {
                continue;
            }
            self.text.insert(self.at, c);
            self.at += c.len_utf8();
        }
    }

    /// Takes a key; false where it is none of a text field.
    pub(crate) fn key(&mut self, key: &KeyEvent) -> bool {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return self.control(key.code);
        }
        if key.modifiers.contains(KeyModifiers::ALT) {
            return false;
        }
        match key.code {
            KeyCode::Char(c) => self.put(c.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace => self.cut(self.at - last(self.before())),
            KeyCode::Delete => {
                let next = self.after().chars().next().map_or(0, char::len_utf8);
                self.text.replace_range(self.at..self.at + next, "");
            }
            KeyCode::Left => self.at -= last(self.before()),
            KeyCode::Right => self.at += self.after().chars().next().map_or(0, char::len_utf8),
            KeyCode::Home => self.at = 0,
            KeyCode::End => self.at = self.text.len(),
            _ => return false,
        }
        true
    }

    /// What a shell's line does with Control.
    fn control(&mut self, code: KeyCode) -> bool {
        match code {
            KeyCode::Char('a') => self.at = 0,
            KeyCode::Char('e') => self.at = self.text.len(),
            KeyCode::Char('u') => self.cut(0),
            KeyCode::Char('k') => self.text.truncate(self.at),
            KeyCode::Char('w') => {
                let kept = self.before().trim_end();
                let kept = kept.trim_end_matches(|c: char| !c.is_whitespace());
                self.cut(kept.len());
            }
            _ => return false,
        }
        true
    }

    /// Takes away what is between a place and the cursor.
    fn cut(&mut self, from: usize) {
        self.text.replace_range(from..self.at, "");
        self.at = from;
    }

    /// Paints it into what is left of a line; of a text that is too long the part around the cursor.
    pub(crate) fn paint(&self, painter: &mut Painter, theme: Theme) {
        let room = painter.left_over().saturating_sub(1);
        let mut before = self.before();
        while width(before) > room {
            before = before
                .char_indices()
                .nth(1)
                .map_or("", |(next, _)| before.get(next..).unwrap_or_default());
        }
        let mut after = self.after().chars();
        let under = after.next().map_or_else(|| " ".to_owned(), String::from);
        painter.text(before, theme.text());
        painter.text(&under, theme.cursor());
        let mut rest = after.as_str();
        while width(rest) > painter.left_over() {
            let end = rest.len() - last(rest);
            rest = rest.get(..end).unwrap_or_default();
        }
        painter.text(rest, theme.text());
    }
}

/// The bytes of a text's last character.
fn last(text: &str) -> usize {
    text.chars().next_back().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(field: &mut Field, code: KeyCode, modifiers: KeyModifiers) -> bool {
        field.key(&KeyEvent::new(code, modifiers))
    }

    #[test]
    fn a_line_is_edited_as_in_a_shell() {
        let plain = KeyModifiers::NONE;
        let mut field = Field::default();
        field.put("scale résize 8");

        pressed(&mut field, KeyCode::Char('w'), KeyModifiers::CONTROL);
        assert_eq!(field.text(), "scale résize ");
        for _ in 0..5 {
            pressed(&mut field, KeyCode::Left, plain);
        }
        pressed(&mut field, KeyCode::Backspace, plain);
        assert_eq!(field.text(), "scale rsize ");
        pressed(&mut field, KeyCode::Char('k'), KeyModifiers::CONTROL);
        pressed(&mut field, KeyCode::Char('日'), plain);
        assert_eq!((field.text(), field.before()), ("scale r日", "scale r日"));
        pressed(&mut field, KeyCode::Home, plain);
        pressed(&mut field, KeyCode::Delete, plain);
        assert_eq!(field.text(), "cale r日");
        assert!(!pressed(&mut field, KeyCode::Up, plain));
    }

    #[test]
    fn what_is_pasted_is_one_harmless_line() {
        let mut field = Field::default();
        field.put("a\nb\x1b[2J\u{202e}c");
        assert_eq!(field.text(), "a b[2Jc");
    }

    #[test]
    fn a_long_line_shows_its_cursor() {
        let mut field = Field::default();
        field.put(&"0123456789日".repeat(20));
        let mut painter = Painter::new(10);
        field.paint(&mut painter, Theme::new(false));
        let line = painter.finish();
        assert!(
            line.width() <= 10 && line.to_string().ends_with("日 "),
            "{line}"
        );
    }
}
