//! The text field, and what is harmless in it. Called by `state` and `complete`.

use ratatui_textarea::{CursorMove, TextArea};

use crate::model::turns_direction;

/// A character as JSON escapes it; those that turn text around are never typed as themselves.
pub(super) fn escaped(c: char) -> String {
    format!("\\u{:04x}", u32::from(c))
}

/// A JSON text in which what a terminal would obey is escaped; beyond white space it can only be in strings.
pub(super) fn harmless(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\r' => clean.push('\n'),
            '\n' | '\t' => clean.push(c),
            c if c.is_control() || turns_direction(c) => clean.push_str(&escaped(c)),
            c => clean.push(c),
        }
    }
    clean
}

/// A text field with this text, the cursor at its end.
pub(super) fn fresh(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.lines().map(str::to_owned).collect());
    area.set_cursor_line_style(ratatui::style::Style::default());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}
