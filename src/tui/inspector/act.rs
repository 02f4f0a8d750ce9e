//! What keys and the mouse do here.

use crossterm::event::{KeyEvent, MouseEvent};

use crate::tui::action::Action;
use crate::tui::screen::Screen;
use crate::tui::update::Request;

/// Does what a key asked for; none where it is nothing of this view's own.
pub(crate) fn act(_screen: &mut Screen, _action: Action) -> Option<Vec<Request>> {
    None
}

/// Takes a key before the table does, while a text is written; none where it is for the table.
pub(crate) fn press(_screen: &mut Screen, _key: &KeyEvent) -> Option<Vec<Request>> {
    None
}

/// Takes what the mouse did.
pub(crate) fn mouse(_screen: &mut Screen, _mouse: MouseEvent) {}

/// Takes pasted text while a text is written; false where none is.
pub(crate) fn paste(_screen: &mut Screen, _text: &str) -> bool {
    false
}
