//! Keys that mean the same everywhere.

use crossterm::event::KeyCode;

use crate::tui::action::{Action, Binding, Context};
use crate::tui::bindings::table::{bind, code, ctrl, key, quiet};

pub(super) const EVERYWHERE: &[Binding] = &[
    bind(
        Action::Open,
        &[code(KeyCode::Enter)],
        Context::Everywhere,
        "open",
        "Show the worker, message, line or job whole",
    ),
    bind(
        Action::Zoom,
        &[key('z')],
        Context::Everywhere,
        "zoom",
        "Give the pane the whole screen, or take it back",
    ),
    bind(
        Action::Filter,
        &[key('/')],
        Context::Everywhere,
        "filter",
        "Show only messages, lines or jobs with a text; Esc shows all",
    ),
    bind(
        Action::Whole,
        &[key('a')],
        Context::Everywhere,
        "all",
        "Messages, logs, jobs of the whole deck, or of the selection",
    ),
    quiet(bind(
        Action::Up,
        &[code(KeyCode::Up), key('k')],
        Context::Everywhere,
        "up",
        "Go up",
    )),
    quiet(bind(
        Action::Down,
        &[code(KeyCode::Down), key('j')],
        Context::Everywhere,
        "down",
        "Go down",
    )),
    quiet(bind(
        Action::PageUp,
        &[code(KeyCode::PageUp), ctrl('u')],
        Context::Everywhere,
        "page up",
        "Go up a page",
    )),
    quiet(bind(
        Action::PageDown,
        &[code(KeyCode::PageDown), ctrl('d')],
        Context::Everywhere,
        "page down",
        "Go down a page",
    )),
    quiet(bind(
        Action::Top,
        &[code(KeyCode::Home), key('g')],
        Context::Everywhere,
        "first",
        "Go to the first",
    )),
    quiet(bind(
        Action::Bottom,
        &[code(KeyCode::End), key('G')],
        Context::Everywhere,
        "last",
        "Go to the last",
    )),
    bind(
        Action::Deck,
        &[key('1')],
        Context::Everywhere,
        "deck",
        "Show the deck: workers, messages and logs",
    ),
    bind(
        Action::Messages,
        &[key('2')],
        Context::Everywhere,
        "messages",
        "Show the messages, the chosen one whole beside them",
    ),
    bind(
        Action::Logs,
        &[key('3')],
        Context::Everywhere,
        "logs",
        "Show the logs",
    ),
    bind(
        Action::Jobs,
        &[key('4')],
        Context::Everywhere,
        "jobs",
        "Show the jobs of the selected pool",
    ),
    bind(
        Action::OffLoad,
        &[key('5')],
        Context::Everywhere,
        "off-load",
        "Show the off-loaded picture and what it costs",
    ),
    bind(
        Action::Help,
        &[key('?')],
        Context::Everywhere,
        "help",
        "Show the keys",
    ),
    bind(
        Action::Quit,
        &[key('q'), ctrl('c')],
        Context::Everywhere,
        "quit",
        "Stop every worker and quit; Ctrl-C twice ends all at once",
    ),
    quiet(bind(
        Action::Suspend,
        &[ctrl('z')],
        Context::Everywhere,
        "suspend",
        "To the background; the workers run on, fg comes back",
    )),
    quiet(bind(
        Action::Redraw,
        &[ctrl('l')],
        Context::Everywhere,
        "redraw",
        "Draw everything anew",
    )),
    quiet(bind(
        Action::Back,
        &[code(KeyCode::Esc)],
        Context::Everywhere,
        "back",
        "Leave what is on top",
    )),
];
