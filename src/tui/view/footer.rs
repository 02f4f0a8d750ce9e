//! The keys that work right now, out of the one table.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::action::{Action, Chord, Context};
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

/// What makes a new line in the composer.
const NEW_LINE: Chord = Chord {
    code: KeyCode::Enter,
    modifiers: KeyModifiers::ALT,
};

/// A key, or several, with what it does.
#[derive(Clone)]
struct Shown {
    /// As it is written.
    keys: String,
    /// What it does.
    label: String,
    /// What a click presses; none where several keys are meant.
    press: Option<Chord>,
}

impl Shown {
    fn of(press: Chord, label: &str) -> Self {
        Self {
            keys: press.to_string(),
            label: label.to_owned(),
            press: Some(press),
        }
    }

    /// A key with nothing held down.
    fn key(code: KeyCode, label: &str) -> Self {
        let modifiers = KeyModifiers::NONE;
        Self::of(Chord { code, modifiers }, label)
    }

    fn letter(letter: char, label: &str) -> Self {
        Self::key(KeyCode::Char(letter), label)
    }

    fn control(letter: char, label: &str) -> Self {
        let modifiers = KeyModifiers::CONTROL;
        let code = KeyCode::Char(letter);
        Self::of(Chord { code, modifiers }, label)
    }

    /// What is no single key.
    fn told(keys: &str, label: &str) -> Self {
        Self {
            keys: keys.to_owned(),
            label: label.to_owned(),
            press: None,
        }
    }

    fn bound(row: &Bound) -> Option<Self> {
        Some(Self::of(*row.keys.first()?, row.binding.label))
    }

    /// The cells it takes.
    fn wide(&self) -> usize {
        width(&self.keys) + width(&self.label) + 3
    }
}

/// Draws the footer; where which key is, to be clicked.
pub(crate) fn render(screen: &Screen, area: Rect, buffer: &mut Buffer) -> Vec<(Rect, KeyEvent)> {
    let mut pressed = Vec::new();
    let mut painter = Painter::new(usize::from(area.width));
    for shown in keys(screen, usize::from(area.width)) {
        if shown.wide() > painter.left_over() {
            break;
        }
        let from = cells(painter.used());
        let Shown { keys, label, .. } = &shown;
        painter.pad(1).text(keys, screen.theme.accent()).pad(1);
        painter.text(label, screen.theme.text()).pad(1);
        let place = Rect {
            x: area.x + from,
            width: cells(painter.used()) - from,
            ..area
        };
        let key = |chord: Chord| KeyEvent::new(chord.code, chord.modifiers);
        pressed.extend(shown.press.map(|chord| (place, key(chord))));
    }
    line(buffer, area, 0, &painter.finish());
    pressed
}

/// The keys that work now, each with its label.
fn keys(screen: &Screen, columns: usize) -> Vec<Shown> {
    let (enter, tab) = match screen.composer.target() {
        Some(Target::Job(_)) => ("submit", "pool"),
        _ => ("send", "target"),
    };
    let completes = !screen.composer.offered().is_empty();
    let tab = if completes { "complete" } else { tab };
    match screen.overlays.last() {
        Some(top) => on_top(screen, top),
        None if screen.composer.run().is_some_and(Run::is_running) => {
            vec![Shown::told("any key", "stops the load")]
        }
        None if screen.composer.is_open() && screen.composer.plan().is_some() => vec![
            Shown::key(KeyCode::Enter, "start"),
            Shown::key(KeyCode::Tab, "next"),
            Shown::letter(' ', "messages or jobs"),
            Shown::key(KeyCode::Esc, "no load"),
        ],
        None if screen.composer.is_open() => vec![
            Shown::key(KeyCode::Enter, enter),
            Shown::key(KeyCode::Esc, "close"),
            Shown::key(KeyCode::Tab, tab),
            Shown::of(NEW_LINE, "new line"),
            Shown::key(KeyCode::Up, "earlier"),
            Shown::control('r', "search history"),
            Shown::control('l', "load"),
        ],
        None if screen.is_filtering => vec![
            Shown::key(KeyCode::Enter, "keep"),
            Shown::key(KeyCode::Esc, "take back"),
            Shown::control('u', "clear"),
            Shown::told("type", "to filter"),
        ],
        None if reader::is_writing(screen) => {
            vec![
                Shown::key(KeyCode::Enter, "keep"),
                Shown::key(KeyCode::Esc, "take back"),
                Shown::control('u', "clear"),
            ]
        }
        None => in_pane(screen, columns),
    }
}

/// The keys of the focused pane; help and quit always have their place.
fn in_pane(screen: &Screen, columns: usize) -> Vec<Shown> {
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
    let all: Vec<_> = bindings.into_iter().filter_map(Shown::bound).collect();
    let (first, last) = all.split_at(all.len().saturating_sub(2));
    let mut room = columns.saturating_sub(last.iter().map(Shown::wide).sum());
    let mut shown = Vec::new();
    for one in first {
        let Some(left) = room.checked_sub(one.wide()) else {
            break;
        };
        room = left;
        shown.push(one.clone());
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

fn on_top(screen: &Screen, top: &Overlay) -> Vec<Shown> {
    match top {
        Overlay::Help { .. } => vec![
            Shown::key(KeyCode::Esc, "close"),
            Shown::told("↑↓", "scroll"),
            Shown::told("type", "to search"),
        ],
        Overlay::Worker { .. } | Overlay::Pool { .. } => {
            let mut keys = vec![
                Shown::told("↑↓", "scroll"),
                Shown::key(KeyCode::Esc, "close"),
                Shown::told("[ ]", "others"),
            ];
            keys.extend(worker::keys(screen).filter_map(Shown::bound));
            keys
        }
        Overlay::Text { .. } => vec![
            Shown::told("↑↓", "scroll"),
            Shown::key(KeyCode::Esc, "close"),
            Shown::letter('y', "copy"),
            Shown::letter('w', "save"),
        ],
        Overlay::Job { opened, .. } => {
            let works = |row: &&Bound| {
                let action = row.binding.action;
                let is_left = opened.gone.is_none() || jobs::works_when_gone(action);
                let is_meant = jobs::works_on_one(action);
                is_left && is_meant && jobs::works_now(action, Some(&opened.job))
            };
            let mut keys = vec![
                Shown::told("↑↓", "scroll"),
                Shown::key(KeyCode::Esc, "close"),
            ];
            let bound = screen.keymap.of(Context::Jobs).filter(works);
            keys.extend(bound.filter_map(Shown::bound));
            keys
        }
        Overlay::Sure(question) => {
            vec![
                Shown::key(KeyCode::Enter, question.agree),
                Shown::key(KeyCode::Esc, "leave it"),
            ]
        }
        Overlay::History { .. } => vec![
            Shown::key(KeyCode::Enter, "take"),
            Shown::told("↑↓", "choose"),
            Shown::told("type", "to search"),
            Shown::key(KeyCode::Esc, "close"),
        ],
        Overlay::Palette(_) => vec![
            Shown::key(KeyCode::Enter, "do it"),
            Shown::key(KeyCode::Tab, "complete"),
            Shown::told("↑↓", "choose, earlier"),
            Shown::key(KeyCode::Esc, "close"),
        ],
        Overlay::Quit => vec![
            Shown::key(KeyCode::Enter, "stop all and quit"),
            Shown::key(KeyCode::Esc, "stay"),
        ],
        Overlay::KillPool(_) => vec![
            Shown::key(KeyCode::Enter, "kill all"),
            Shown::key(KeyCode::Esc, "leave them"),
        ],
        Overlay::Stopping { .. } => {
            let kill = screen.keymap.key_of(Action::Kill);
            let mut keys: Vec<Shown> = kill
                .map(|kill| Shown::of(kill, "end the chosen one now"))
                .into_iter()
                .collect();
            keys.push(Shown::told("↑↓", "choose"));
            keys.push(Shown::control('c', "end everything now"));
            keys
        }
    }
}
