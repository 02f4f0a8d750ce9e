//! The composer: a JSON text under the typist's fingers, its target, its validity, and what was sent before.
//!
//! Decides what a text would send; never sends. Called by `update`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};

use crate::model::turns_direction;
use crate::tui::recall::MOST;
use crate::tui::target::Target;
use crate::wire::{Message, MessageError};

/// The longest text the composer takes, in bytes.
pub(crate) const LONGEST: usize = 1 << 20;

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
    target: Option<Target>,
    is_open: bool,
    verdict: Verdict,
    is_armed: bool,
    history: Vec<String>,
    place: Option<usize>,
    draft: String,
    aside: Option<String>,
    /// Whether the draft is a job's.
    is_job: bool,
    /// The draft of the other kind.
    other: String,
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
            aside: None,
            is_job: false,
            other: String::new(),
        }
    }

    /// Takes over what was sent in earlier runs, oldest first.
    pub(crate) fn remember(&mut self, earlier: Vec<String>) {
        self.history.splice(..0, earlier);
    }

    /// Opens for a target, with the draft that is there: messages have one, and jobs have theirs.
    pub(crate) fn open(&mut self, target: Target) {
        let is_job = matches!(target, Target::Job(_));
        if self.is_job != is_job {
            self.is_job = is_job;
            let draft = self.text();
            let draft = std::mem::replace(&mut self.other, draft);
            self.place = None;
            self.replace(&draft);
        }
        self.target = Some(target);
        self.is_open = true;
        self.is_armed = false;
    }

    /// Opens with a text of its own for one sending; the draft that is there comes back after it.
    pub(crate) fn edit(&mut self, target: Target, text: &str) {
        self.open(target);
        let draft = self.aside.take().unwrap_or_else(|| self.text());
        self.aside = Some(draft);
        self.place = None;
        self.replace(&harmless(text));
    }

    /// Goes to the next target of these, or to the one before.
    pub(crate) fn turn(&mut self, targets: &[Target], is_back: bool) {
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
        if let Some(draft) = self.aside.take() {
            self.replace(&draft);
        }
        self.is_open = false;
        self.is_armed = false;
    }

    /// Whether it takes the keys.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Where the message would go.
    pub(crate) fn target(&self) -> Option<&Target> {
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
        if self.aside.is_some() {
            self.close();
        }
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

/// A JSON text in which what a terminal would obey is escaped; beyond white space it can only be in strings.
fn harmless(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if (c.is_control() && c != '\n') || turns_direction(c) {
            clean.push_str(&escaped(c));
        } else {
            clean.push(c);
        }
    }
    clean
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
#[path = "composer_tests.rs"]
mod tests;
