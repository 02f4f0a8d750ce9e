//! The keys that work right now, out of the one table.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::action::{Action, Context};
use crate::tui::composer::Run;
use crate::tui::figures::cells;
use crate::tui::jobs;
use crate::tui::keymap::Bound;
use crate::tui::place::{self, Place};
use crate::tui::reader;
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::{Overlay, Screen};
use crate::tui::target::Target;
use crate::tui::view::frame::line;
use crate::tui::worker;

/// Draws the footer; where which key is, to be clicked.
pub(crate) fn render(screen: &Screen, area: Rect, buffer: &mut Buffer) -> Vec<(Rect, KeyEvent)> {
    let mut pressed = Vec::new();
    let mut painter = Painter::new(usize::from(area.width));
    for (key, label) in keys(screen, usize::from(area.width)) {
        let taken = width(&key) + width(&label) + 3;
        if taken > painter.left_over() {
            break;
        }
        let from = cells(painter.used());
        painter.pad(1).text(&key, screen.theme.accent()).pad(1);
        painter.text(&label, screen.theme.text()).pad(1);
        let place = Rect {
            x: area.x + from,
            width: cells(painter.used()) - from,
            ..area
        };
        pressed.extend(meant(&key).map(|key| (place, key)));
    }
    line(buffer, area, 0, &painter.finish());
    pressed
}

/// The keys that work now, each with its label.
fn keys(screen: &Screen, columns: usize) -> Vec<(String, String)> {
    let (enter, tab) = match screen.composer.target() {
        Some(Target::Job(_)) => ("submit", "pool"),
        _ => ("send", "target"),
    };
    let completes = !screen.composer.offered().is_empty();
    let tab = if completes { "complete" } else { tab };
    match screen.overlays.last() {
        Some(top) => on_top(screen, top),
        None if screen.composer.run().is_some_and(Run::is_running) => {
            pairs(&[("any key", "stops the load")])
        }
        None if screen.composer.is_open() && screen.composer.plan().is_some() => pairs(&[
            ("Enter", "start"),
            ("Tab", "next"),
            ("Space", "messages or jobs"),
            ("Esc", "no load"),
        ]),
        None if screen.composer.is_open() => pairs(&[
            ("Enter", enter),
            ("Esc", "close"),
            ("Tab", tab),
            ("Alt-Enter", "new line"),
            ("↑", "earlier"),
            ("Ctrl-R", "search history"),
            ("Ctrl-L", "load"),
        ]),
        None if screen.is_filtering => pairs(&[
            ("Enter", "keep"),
            ("Esc", "take back"),
            ("Ctrl-U", "clear"),
            ("type", "to filter"),
        ]),
        None if reader::is_writing(screen) => {
            pairs(&[("Enter", "keep"), ("Esc", "take back"), ("Ctrl-U", "clear")])
        }
        None => in_pane(screen, columns),
    }
}

/// The key that is written like this; none where several are meant.
fn meant(written: &str) -> Option<KeyEvent> {
    let (modifiers, name) = match written.split_once('-') {
        Some(("Ctrl", name)) => (KeyModifiers::CONTROL, name),
        Some(("Alt", name)) => (KeyModifiers::ALT, name),
        _ => (KeyModifiers::NONE, written),
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "Shift-Tab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        "Del" => KeyCode::Delete,
        "↑" => KeyCode::Up,
        "↓" => KeyCode::Down,
        "←" => KeyCode::Left,
        "→" => KeyCode::Right,
        name => {
            let mut chars = name.chars();
            let first = chars.next().filter(|_| chars.next().is_none())?;
            let is_plain = modifiers.is_empty();
            KeyCode::Char(if is_plain {
                first
            } else {
                first.to_ascii_lowercase()
            })
        }
    };
    Some(KeyEvent::new(code, modifiers))
}

/// The keys of the focused pane; help and quit always have their place.
fn in_pane(screen: &Screen, columns: usize) -> Vec<(String, String)> {
    let job = screen.jobs.selected();
    let is_shown = |row: &&Bound| {
        let action = row.binding.action;
        row.binding.in_footer
            && Place::of(action) != Some(screen.place)
            && place::is_offered(screen, action)
            && jobs::works_now(action, job)
    };
    let mut bindings: Vec<&Bound> = screen
        .keymap
        .of(screen.context())
        .filter(is_shown)
        .collect();
    if screen.jobs.is_open() {
        let end = bindings.len().saturating_sub(2);
        if let Some(first) = bindings.get_mut(..end) {
            first.sort_by_key(|row| rank(row.binding.action));
        }
    }
    let all: Vec<_> = bindings.into_iter().filter_map(pair).collect();
    let size = |pair: &(String, String)| width(&pair.0) + width(&pair.1) + 3;
    let (first, last) = all.split_at(all.len().saturating_sub(2));
    let mut room = columns.saturating_sub(last.iter().map(size).sum());
    let mut shown = Vec::new();
    for pair in first {
        let Some(left) = room.checked_sub(size(pair)) else {
            break;
        };
        room = left;
        shown.push(pair.clone());
    }
    shown.extend_from_slice(last);
    shown
}

/// In the jobs view come first the keys for the selected job, then those that choose what is shown.
fn rank(action: Action) -> u8 {
    match action {
        action if jobs::works_on_one(action) => 0,
        Action::Filter | Action::Whole => 1,
        _ => 2,
    }
}

fn pair(row: &Bound) -> Option<(String, String)> {
    Some((row.keys.first()?.to_string(), row.binding.label.to_owned()))
}

fn on_top(screen: &Screen, top: &Overlay) -> Vec<(String, String)> {
    pairs(match top {
        Overlay::Help { .. } => &[("Esc", "close"), ("↑↓", "scroll"), ("type", "to search")],
        Overlay::Worker { .. } | Overlay::Pool { .. } => return worker::keys(screen),
        Overlay::Text { .. } => &[
            ("↑↓", "scroll"),
            ("Esc", "close"),
            ("y", "copy"),
            ("w", "save"),
        ],
        Overlay::Job { opened, .. } => {
            let works = |row: &&Bound| {
                let action = row.binding.action;
                let is_left = opened.gone.is_none() || jobs::works_when_gone(action);
                let is_meant = jobs::works_on_one(action);
                is_left && is_meant && jobs::works_now(action, Some(&opened.job))
            };
            let mut keys = pairs(&[("↑↓", "scroll"), ("Esc", "close")]);
            keys.extend(
                screen
                    .keymap
                    .of(Context::Jobs)
                    .filter(works)
                    .filter_map(pair),
            );
            return keys;
        }
        Overlay::Sure(question) => {
            return pairs(&[("Enter", question.agree), ("Esc", "leave it")]);
        }
        Overlay::History { .. } => &[
            ("Enter", "take"),
            ("↑↓", "choose"),
            ("type", "to search"),
            ("Esc", "close"),
        ],
        Overlay::Palette(_) => &[
            ("Enter", "do it"),
            ("Tab", "complete"),
            ("↑↓", "choose, earlier"),
            ("Esc", "close"),
        ],
        Overlay::Quit => &[("Enter", "stop all and quit"), ("Esc", "stay")],
        Overlay::KillPool(_) => &[("Enter", "kill all"), ("Esc", "leave them")],
        Overlay::Stopping { .. } => &[
            ("K", "end the chosen one now"),
            ("↑↓", "choose"),
            ("Ctrl-C", "end everything now"),
        ],
    })
}

fn pairs(keys: &[(&str, &str)]) -> Vec<(String, String)> {
    let keys = keys.iter();
    keys.map(|(key, label)| ((*key).to_owned(), (*label).to_owned()))
        .collect()
}
