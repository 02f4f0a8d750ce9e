//! The composer: a JSON text under the typist's fingers, its target, its validity, and what was sent before.
//!
//! Decides what a text would send; never sends. Called by `update`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};

use crate::model::{Address, turns_direction};
use crate::tui::recall::MOST;
use crate::wire::{Message, MessageError};

/// The longest text the composer takes, in bytes.
const LONGEST: usize = 1 << 20;

/// What the text would be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing is written.
    Empty,
    /// A message.
    Valid(Message),
    /// A word that is no JSON, and the string it could be sent as.
    Word(Message),
    /// No JSON: line and column from 1, and what is wrong.
    Invalid(usize, usize, String),
}

/// The composer's state; it outlives closing, so a draft is never lost.
#[derive(Debug)]
pub(crate) struct Composer {
    area: TextArea<'static>,
    target: Option<Address>,
    is_open: bool,
    verdict: Verdict,
    is_armed: bool,
    history: Vec<String>,
    place: Option<usize>,
    draft: String,
}

impl Composer {
    /// A closed composer that remembers these texts, oldest first.
    pub(crate) fn new(history: Vec<String>) -> Self {
        Self {
            area: fresh(""),
            target: None,
            is_open: false,
            verdict: Verdict::Empty,
            is_armed: false,
            history,
            place: None,
            draft: String::new(),
        }
    }

    /// Takes over what was sent in earlier runs, oldest first.
    pub(crate) fn remember(&mut self, earlier: Vec<String>) {
        self.history.splice(..0, earlier);
    }

    /// Opens for a target, with the draft that is there.
    pub(crate) fn open(&mut self, target: Address) {
        self.target = Some(target);
        self.is_open = true;
        self.is_armed = false;
    }

    /// Goes to the next target of these, or to the one before.
    pub(crate) fn turn(&mut self, targets: &[Address], is_back: bool) {
        let here = targets
            .iter()
            .position(|target| Some(target) == self.target.as_ref());
        let by = if is_back {
            targets.len().saturating_sub(1)
        } else {
            1
        };
        let next = here.map_or(0, |here| (here + by) % targets.len().max(1));
        self.target = targets.get(next).cloned().or(self.target.take());
        self.is_armed = false;
    }

    /// Closes; the draft stays.
    pub(crate) fn close(&mut self) {
        self.is_open = false;
        self.is_armed = false;
    }

    /// Whether it takes the keys.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Where the message would go.
    pub(crate) fn target(&self) -> Option<&Address> {
        self.target.as_ref()
    }

    /// What the text would be.
    pub(crate) fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Whether the next Enter sends a word as a string.
    pub(crate) fn is_armed(&self) -> bool {
        self.is_armed
    }

    /// The text field, to be drawn.
    pub(crate) fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// What was sent before, oldest first.
    pub(crate) fn history(&self) -> &[String] {
        &self.history
    }

    /// Puts another text in.
    pub(crate) fn replace(&mut self, text: &str) {
        self.area = fresh(text);
        self.judge();
    }

    /// Takes pasted text, made harmless.
    pub(crate) fn paste(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.area.lines().iter().map(String::len).sum());
        let mut clean = String::new();
        for c in text.replace("\r\n", "\n").chars() {
            if clean.len() >= room {
                break;
            }
            match c {
                '\r' => clean.push('\n'),
                '\n' | '\t' => clean.push(c),
                c if c.is_control() => {}
                c if turns_direction(c) => clean.push_str(&escaped(c)),
                c => clean.push(c),
            }
        }
        self.area.insert_str(clean);
        self.place = None;
        self.judge();
    }

    /// Takes a key of the text field.
    pub(crate) fn key(&mut self, key: KeyEvent) {
        let row = self.area.cursor().0;
        let is_plain = key.modifiers.is_empty();
        match key.code {
            KeyCode::Enter => self.area.insert_newline(),
            KeyCode::Up if is_plain && row == 0 => return self.older(),
            KeyCode::Down if is_plain && row + 1 >= self.area.lines().len() => return self.newer(),
            // As in a shell, where the field by itself would undo.
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => {
                self.area.delete_line_by_head();
            }
            KeyCode::Char(c) if turns_direction(c) => return self.paste(&c.to_string()),
            _ => {
                if !self.area.input(key) {
                    return;
                }
            }
        }
        self.place = None;
        self.judge();
    }

    /// What Enter sends now, if anything; a word wants a second Enter.
    pub(crate) fn submit(&mut self) -> Option<Message> {
        match &self.verdict {
            Verdict::Valid(message) => Some(message.clone()),
            Verdict::Word(message) if self.is_armed => Some(message.clone()),
            Verdict::Word(_) => {
                self.is_armed = true;
                None
            }
            Verdict::Empty => None,
            Verdict::Invalid(line, column, _) => {
                let (row, column) = (line.saturating_sub(1), column.saturating_sub(1));
                let jump = |number| u16::try_from(number).unwrap_or(u16::MAX);
                self.area
                    .move_cursor(CursorMove::Jump(jump(row), jump(column)));
                None
            }
        }
    }

    /// Remembers what was sent and empties the field.
    pub(crate) fn sent(&mut self) -> String {
        let text = self.text();
        self.history.retain(|old| *old != text);
        self.history.push(text.clone());
        let surplus = self.history.len().saturating_sub(MOST);
        self.history.drain(..surplus);
        self.place = None;
        self.replace("");
        text
    }

    /// The newest remembered texts that contain `query`, newest first, at most `most`.
    pub(crate) fn search(&self, query: &str, most: usize) -> Vec<&str> {
        self.history
            .iter()
            .rev()
            .map(String::as_str)
            .filter(|text| text.contains(query))
            .take(most)
            .collect()
    }

    fn older(&mut self) {
        let place = match self.place {
            None => {
                self.draft = self.text();
                self.history.len().checked_sub(1)
            }
            Some(place) => place.checked_sub(1),
        };
        if let Some(text) = place.and_then(|place| self.history.get(place)).cloned() {
            self.replace(&text);
            self.place = place;
        }
    }

    fn newer(&mut self) {
        let Some(place) = self.place else {
            return;
        };
        let next = self.history.get(place + 1).cloned();
        self.place = next.is_some().then_some(place + 1);
        let text = next.unwrap_or_else(|| std::mem::take(&mut self.draft));
        self.replace(&text);
    }

    fn judge(&mut self) {
        self.is_armed = false;
        self.verdict = judge(&self.text());
    }
}

/// A character as JSON escapes it; those that turn text around are never typed as themselves.
fn escaped(c: char) -> String {
    format!("\\u{:04x}", u32::from(c))
}

fn fresh(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.lines().map(str::to_owned).collect());
    area.set_cursor_line_style(ratatui::style::Style::default());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

fn judge(text: &str) -> Verdict {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Verdict::Empty;
    }
    match Message::parse(text) {
        Ok(message) => Verdict::Valid(message),
        Err(error) => {
            let is_word = !trimmed.starts_with(['{', '[', '"']) && !trimmed.contains('\n');
            let string = serde_json::Value::from(trimmed);
            match Message::from_value(&string) {
                Ok(message) if is_word => Verdict::Word(message),
                _ => explain(error, text),
            }
        }
    }
}

fn explain(error: MessageError, text: &str) -> Verdict {
    match error {
        MessageError::Syntax {
            line,
            column,
            source,
        } => {
            // The parser counts bytes, and what is missing is missing after the last one that it saw.
            let bytes = column.saturating_sub(1) + usize::from(source.is_eof());
            let typed = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
            let before = typed.get(..typed.floor_char_boundary(bytes.min(typed.len())));
            let column = before.unwrap_or_default().chars().count() + 1;
            let reason = source.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            Verdict::Invalid(line, column, reason.to_owned())
        }
        other => Verdict::Invalid(1, 1, other.to_string()),
    }
}

/// Whether a key makes a new line instead of sending.
pub(crate) fn is_newline(key: &KeyEvent) -> bool {
    let with = KeyModifiers::ALT | KeyModifiers::SHIFT;
    key.code == KeyCode::Enter && key.modifiers.intersects(with)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Composer {
        let mut composer = Composer::new(vec!["1".into(), "2".into()]);
        for c in text.chars() {
            composer.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
        composer
    }

    #[test]
    fn an_error_is_placed_while_typing() {
        assert!(matches!(typed("{\"a\":1}").verdict(), Verdict::Valid(_)));
        assert!(matches!(typed("{a").verdict(), Verdict::Invalid(1, 2, _)));
        assert_eq!(*typed("  ").verdict(), Verdict::Empty);
    }

    #[test]
    fn what_is_missing_is_typed_on_after_an_early_enter() {
        let mut composer = typed("{\"ä\":");
        assert!(matches!(composer.verdict(), Verdict::Invalid(1, 6, _)));
        assert_eq!(composer.submit(), None);
        for c in "1}".chars() {
            composer.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
        assert_eq!(composer.submit().unwrap().as_str(), "{\"ä\":1}");
    }

    #[test]
    fn a_word_is_sent_as_a_string_by_a_second_enter() {
        let mut composer = typed("hello");
        assert_eq!(composer.submit(), None);
        assert!(composer.is_armed());
        assert_eq!(composer.submit().unwrap().as_str(), "\"hello\"");
    }

    #[test]
    fn typing_after_the_first_enter_disarms() {
        let mut composer = typed("hello");
        composer.submit();
        composer.key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE));
        assert_eq!(composer.submit(), None);
    }

    #[test]
    fn ctrl_u_empties_the_line() {
        let mut composer = typed("hello");
        composer.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(*composer.verdict(), Verdict::Empty);
    }

    #[test]
    fn history_is_walked_and_the_draft_comes_back() {
        let up = KeyEvent::new(KeyCode::Up, KeyModifiers::NONE);
        let down = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
        let mut composer = typed("3");
        let mut seen = Vec::new();
        for key in [up, up, up, down, down] {
            composer.key(key);
            seen.push(composer.text());
        }
        assert_eq!(seen, ["2", "1", "1", "2", "3"]);
    }

    #[test]
    fn pasted_controls_do_not_reach_the_field() {
        let mut composer = typed("");
        composer.paste("\"a\x1b[2J\u{202e}\"\r\n");
        assert_eq!(composer.text(), "\"a[2J\\u202e\"\n");
    }
}
