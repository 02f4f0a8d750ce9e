//! Writing what is searched for and what narrows the list. It works while it is written; Escape takes it back.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::filter::Filter;
use crate::tui::reader::find::{self, Jump};
use crate::tui::reader::state::{Field, Writing};
use crate::tui::screen::Screen;
use crate::tui::update::Request;

/// Begins to write: a search anew, a filter where it was left.
pub(crate) fn begin(screen: &mut Screen, field: Field) {
    let text = screen.reader.text_mut(field);
    // What is no filter was never in force.
    let before = text.as_in_force();
    if field == Field::Search {
        *text = Filter::default();
    }
    screen.reader.writing = Some(Writing { field, before });
}

/// Whether something is being written.
pub(crate) fn is_writing(screen: &Screen) -> bool {
    screen.reader.writing.is_some()
}

/// Takes a key before the table does, while a text is written; none where it is for the table.
pub(crate) fn press(screen: &mut Screen, key: &KeyEvent) -> Option<Vec<Request>> {
    let writing = screen.reader.writing.clone()?;
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    let text = screen.reader.text_mut(writing.field);
    match key.code {
        KeyCode::Esc => {
            *text = writing.before;
            screen.reader.writing = None;
        }
        KeyCode::Enter | KeyCode::Tab => keep(screen, writing),
        KeyCode::Backspace if text.is_empty() => screen.reader.writing = None,
        KeyCode::Backspace => text.shorten(),
        KeyCode::Char('u') if is_control => *text = Filter::default(),
        KeyCode::Char(c) if !is_control => text.add(c.encode_utf8(&mut [0; 4])),
        _ => {}
    }
    screen.reader.frozen.clear();
    Some(Vec::new())
}

/// Takes pasted text while a text is written; false where none is.
pub(crate) fn paste(screen: &mut Screen, pasted: &str) -> bool {
    let Some(writing) = &screen.reader.writing else {
        return false;
    };
    let field = writing.field;
    screen.reader.text_mut(field).add(pasted);
    screen.reader.frozen.clear();
    true
}

/// A search goes to its nearest find; with nothing written the last one goes on.
fn keep(screen: &mut Screen, writing: Writing) {
    screen.reader.writing = None;
    let text = screen.reader.text_mut(writing.field);
    text.fall_back(&writing.before);
    if writing.field != Field::Search || text.trouble().is_some() {
        return;
    }
    if screen.reader.search.is_empty() {
        screen.reader.search = writing.before;
        if !screen.reader.search.is_empty() {
            find::jump(screen, Jump::Previous);
        }
    } else {
        find::jump(screen, Jump::Nearest);
    }
}
