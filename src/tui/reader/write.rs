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
    let reader = &mut screen.reader;
    let narrows = field != Field::Search;
    let page = reader.hold.filter(|_| narrows);
    let page = page.map(|hold| (hold, reader.frozen.clone()));
    reader.writing = Some(Writing {
        field,
        before,
        page,
    });
}

/// Whether something is being written.
pub(crate) fn is_writing(screen: &Screen) -> bool {
    screen.reader.writing.is_some()
}

/// Takes a key before the table does, while a text is written; none where it is for the table.
pub(crate) fn press(screen: &mut Screen, key: &KeyEvent) -> Option<Vec<Request>> {
    let writing = screen.reader.writing.take()?;
    let field = writing.field;
    let text = screen.reader.text(field);
    let (was, was_empty) = (text.in_force().to_owned(), text.is_empty());
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    let text = screen.reader.text_mut(field);
    match key.code {
        KeyCode::Esc => text.clone_from(&writing.before),
        KeyCode::Enter | KeyCode::Tab => text.fall_back(&writing.before),
        KeyCode::Backspace if text.is_empty() => {}
        KeyCode::Backspace => text.shorten(),
        KeyCode::Char('u') if is_control => *text = Filter::default(),
        KeyCode::Char(c) if !is_control => text.add(c.encode_utf8(&mut [0; 4])),
        _ => {}
    }
    narrow(screen, &writing, &was);
    match key.code {
        KeyCode::Esc => {}
        KeyCode::Enter | KeyCode::Tab => keep(screen, writing),
        KeyCode::Backspace if was_empty => {}
        _ => screen.reader.writing = Some(writing),
    }
    Some(Vec::new())
}

/// Takes pasted text while a text is written; false where none is.
pub(crate) fn paste(screen: &mut Screen, pasted: &str) -> bool {
    let Some(writing) = screen.reader.writing.take() else {
        return false;
    };
    let was = screen.reader.text(writing.field).in_force().to_owned();
    screen.reader.text_mut(writing.field).add(pasted);
    narrow(screen, &writing, &was);
    screen.reader.writing = Some(writing);
    true
}

/// Ends the writing, if one writes, when the view is left. Of a text that is no filter nothing is in force but what was before.
pub(crate) fn leave(screen: &mut Screen) {
    if let Some(writing) = screen.reader.writing.take() {
        let text = screen.reader.text_mut(writing.field);
        let was = text.in_force().to_owned();
        text.fall_back(&writing.before);
        narrow(screen, &writing, &was);
    }
}

/// The page is another one where other lines are let through; where they are the same as before, it is the one of before,
/// whatever the histories have let go of meanwhile. A search changes none.
fn narrow(screen: &mut Screen, writing: &Writing, was: &str) {
    let reader = &mut screen.reader;
    let now = reader.text(writing.field).in_force();
    if writing.field == Field::Search || now == was {
        return;
    }
    match &writing.page {
        Some((hold, frozen)) if now == writing.before.in_force() => {
            reader.hold = Some(*hold);
            reader.frozen = frozen.clone();
            screen.view.reader.cursor = Some(hold.cursor);
        }
        _ => reader.frozen.clear(),
    }
}

/// A search goes to its nearest find; with nothing written the last one goes on.
fn keep(screen: &mut Screen, writing: Writing) {
    let text = screen.reader.text(writing.field);
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
