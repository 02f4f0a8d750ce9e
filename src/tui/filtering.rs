//! The line in which the focused list's filter is typed. What is typed works at once, as far as it is a filter; Escape takes
//! it back. Called by `update` and the views' `act`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::filter::Filter;
use crate::tui::screen::Screen;

/// Begins to type where the filter was left.
pub(crate) fn begin(screen: &mut Screen) {
    let is_plain = screen.jobs.is_open();
    let filter = screen.refilter();
    // Among jobs any text is one to look for; elsewhere what is no filter was never in force.
    let before = if is_plain {
        filter.clone()
    } else {
        filter.as_in_force()
    };
    screen.filter_before = before;
    screen.is_filtering = true;
}

/// Takes a key while a filter is typed: Enter keeps it, Escape brings back what was in force, Ctrl-U clears the line.
pub(crate) fn press(screen: &mut Screen, key: &KeyEvent) {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Enter | KeyCode::Tab => keep(screen),
        KeyCode::Esc => {
            screen.is_filtering = false;
            *screen.refilter() = std::mem::take(&mut screen.filter_before);
        }
        KeyCode::Backspace => screen.refilter().shorten(),
        KeyCode::Char('u') if is_control => *screen.refilter() = Filter::default(),
        KeyCode::Char(c) if !is_control => screen.refilter().add(c.encode_utf8(&mut [0; 4])),
        _ => {}
    }
}

/// Ends the typing, if one types. Of a text that is no filter nothing is in force but what was before.
pub(crate) fn keep(screen: &mut Screen) {
    if screen.is_filtering {
        screen.is_filtering = false;
        let before = std::mem::take(&mut screen.filter_before);
        screen.refilter().fall_back(&before);
    }
}

#[cfg(test)]
#[path = "filtering_tests.rs"]
mod tests;
