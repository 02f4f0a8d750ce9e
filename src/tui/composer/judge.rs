//! What a text would be, while it is typed.

use crate::tui::composer::template::{Mistake, mistake, stand_in};
use crate::tui::composer::words::words;
use crate::wire::{Message, MessageError};

/// What the text would be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing is written.
    Empty,
    /// A message.
    Valid(Message),
    /// A word that is no JSON, and the string it could be sent as, its placeholders not filled in.
    Word(Message),
    /// No JSON: line and column from 1, and what is wrong.
    Invalid(usize, usize, String),
}

impl Verdict {
    /// The place of a mistake, in words: the line is named where there are several.
    pub(crate) fn place(text: &str, line: usize, column: usize) -> String {
        if text.contains('\n') {
            format!("line {line}, column {column}")
        } else {
            format!("column {column}")
        }
    }
}

/// What a text would be; with placeholders it is judged by what stands in for them.
pub(crate) fn judge(text: &str) -> Verdict {
    let shape = &*stand_in(text);
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Verdict::Empty;
    }
    if let Some(Mistake { at, what }) = mistake(text) {
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let last = before.rsplit('\n').next().unwrap_or_default();
        return Verdict::Invalid(line, last.chars().count() + 1, what);
    }
    match Message::parse(shape) {
        Ok(message) => Verdict::Valid(message),
        Err(error) => {
            let is_word = !trimmed.starts_with(['{', '[', '"']) && !trimmed.contains('\n');
            let string = serde_json::Value::from(trimmed);
            match Message::from_value(&string) {
                Ok(message) if is_word => Verdict::Word(message),
                _ => explain(error, shape),
            }
        }
    }
}

/// Judges a message with placeholders before it is ever sent.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_message(text: &str) -> Result<(), String> {
    match judge(text) {
        Verdict::Valid(_) => Ok(()),
        Verdict::Empty => Err("nothing is written".to_owned()),
        Verdict::Word(_) => Err("it is a word without quotes".to_owned()),
        Verdict::Invalid(line, column, reason) => {
            Err(format!("{}: {reason}", Verdict::place(text, line, column)))
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
            let at = typed.floor_char_boundary(bytes.min(typed.len()));
            let reason = source.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            let (at, reason) = words(reason, typed, at);
            let column = typed.get(..at).unwrap_or_default().chars().count() + 1;
            Verdict::Invalid(line, column, reason)
        }
        other => Verdict::Invalid(1, 1, other.to_string()),
    }
}
