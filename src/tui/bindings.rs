//! The one table of what keys do. The keymap, the footer, the help and the README derive from it.

use crossterm::event::{KeyCode, KeyModifiers};

use crate::tui::action::Context::{self, Everywhere, Jobs, Traffic, Workers};
use crate::tui::action::{Action, Binding, Chord};

const fn key(c: char) -> Chord {
    code(KeyCode::Char(c))
}

const fn ctrl(c: char) -> Chord {
    Chord {
        code: KeyCode::Char(c),
        modifiers: KeyModifiers::CONTROL,
    }
}

const fn code(code: KeyCode) -> Chord {
    Chord {
        code,
        modifiers: KeyModifiers::NONE,
    }
}

const fn bind(
    action: Action,
    keys: &'static [Chord],
    context: Context,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding {
        action,
        keys,
        label,
        help,
        context,
        in_footer: true,
    }
}

const fn quiet(binding: Binding) -> Binding {
    Binding {
        in_footer: false,
        ..binding
    }
}

/// Every key of the dashboard, in the order in which the footer and the help show them.
pub const ACTIONS: &[Binding] = &[
    bind(
        Action::Message,
        &[key('m')],
        Context::Deck,
        "message",
        "Write to the selected worker, or to one of the selected pool",
    ),
    bind(
        Action::NextPane,
        &[code(KeyCode::Tab)],
        Context::Deck,
        "pane",
        "Go to the next pane",
    ),
    bind(
        Action::Broadcast,
        &[key('b')],
        Context::Deck,
        "broadcast",
        "Write to every worker of the selected pool",
    ),
    bind(
        Action::Jobs,
        &[key('4')],
        Context::Deck,
        "jobs",
        "Show the jobs of the selected pool",
    ),
    quiet(bind(
        Action::BroadcastAll,
        &[key('B')],
        Context::Deck,
        "to all",
        "Write to every worker of the deck",
    )),
    bind(
        Action::Follow,
        &[key('f')],
        Traffic,
        "follow",
        "Show the newest lines and stay there",
    ),
    bind(
        Action::Restart,
        &[key('r')],
        Context::Deck,
        "restart",
        "Restart the worker or pool; clears its restart budget",
    ),
    bind(
        Action::StopStart,
        &[key('s')],
        Context::Deck,
        "stop/start",
        "Stop the worker or pool; start it when it is stopped",
    ),
    bind(
        Action::Kill,
        &[key('K')],
        Context::Deck,
        "kill",
        "End the worker and its descendants at once, with SIGKILL",
    ),
    bind(
        Action::TryAgain,
        &[key('t')],
        Jobs,
        "try again",
        "Try the dead, cancelled or scheduled job again, now",
    ),
    quiet(bind(
        Action::TryAllAgain,
        &[key('T')],
        Jobs,
        "all again",
        "Try all of the state again; of all states dead and cancelled",
    )),
    bind(
        Action::Cancel,
        &[key('c')],
        Jobs,
        "cancel",
        "Take the job back; one that runs ends with its worker",
    ),
    bind(
        Action::Drop,
        &[key('d'), code(KeyCode::Delete)],
        Jobs,
        "drop",
        "Forget the job, unless it runs",
    ),
    quiet(bind(
        Action::DropAll,
        &[key('D')],
        Jobs,
        "drop all",
        "Forget all of the state; of all states done, dead, cancelled",
    )),
    bind(
        Action::Edit,
        &[key('e')],
        Jobs,
        "edit",
        "Write a new job from the selected one",
    ),
    bind(
        Action::New,
        &[key('n')],
        Jobs,
        "new",
        "Write a new job for the pool",
    ),
    bind(
        Action::Pause,
        &[key('P')],
        Jobs,
        "pause",
        "Give the pool's workers no further jobs, or go on with it",
    ),
    bind(
        Action::NextState,
        &[code(KeyCode::Right), key('l')],
        Jobs,
        "state",
        "Show the jobs in the next state",
    ),
    quiet(bind(
        Action::PreviousState,
        &[code(KeyCode::Left), key('h')],
        Jobs,
        "previous state",
        "Show the jobs in the previous state",
    )),
    bind(
        Action::NextPool,
        &[key(']')],
        Jobs,
        "pool",
        "Show the next pool's jobs",
    ),
    quiet(bind(
        Action::PreviousPool,
        &[key('[')],
        Jobs,
        "previous pool",
        "Show the previous pool's jobs",
    )),
    bind(
        Action::Grow,
        &[key('+'), key('=')],
        Everywhere,
        "more",
        "One worker more in the selected pool",
    ),
    bind(
        Action::Shrink,
        &[key('-')],
        Everywhere,
        "less",
        "One worker less in the selected pool",
    ),
    bind(
        Action::Open,
        &[code(KeyCode::Enter)],
        Everywhere,
        "open",
        "Show the worker, message, line or job whole",
    ),
    bind(
        Action::Zoom,
        &[key('z')],
        Everywhere,
        "zoom",
        "Give the pane the whole screen, or take it back",
    ),
    bind(
        Action::Filter,
        &[key('/')],
        Everywhere,
        "filter",
        "Show only messages, lines or jobs with a text; Esc shows all",
    ),
    quiet(bind(
        Action::PreviousPane,
        &[code(KeyCode::BackTab)],
        Context::Deck,
        "previous pane",
        "Go to the previous pane",
    )),
    bind(
        Action::Whole,
        &[key('a')],
        Everywhere,
        "all",
        "Messages, logs, jobs of the whole deck, or of the selection",
    ),
    quiet(bind(
        Action::Fold,
        &[code(KeyCode::Left), key('h')],
        Workers,
        "fold",
        "Fold the pool into one row",
    )),
    quiet(bind(
        Action::Unfold,
        &[code(KeyCode::Right), key('l')],
        Workers,
        "unfold",
        "Show the pool's workers",
    )),
    quiet(bind(
        Action::Sort,
        &[key('o')],
        Workers,
        "sort",
        "Sort by the next number: cpu, memory, mailbox and so on",
    )),
    quiet(bind(
        Action::SortCpu,
        &[key('c')],
        Workers,
        "by cpu",
        "Sort by CPU, or back to the order of the config",
    )),
    quiet(bind(
        Action::Up,
        &[code(KeyCode::Up), key('k')],
        Everywhere,
        "up",
        "Go up",
    )),
    quiet(bind(
        Action::Down,
        &[code(KeyCode::Down), key('j')],
        Everywhere,
        "down",
        "Go down",
    )),
    quiet(bind(
        Action::PageUp,
        &[code(KeyCode::PageUp), ctrl('u')],
        Everywhere,
        "page up",
        "Go up a page",
    )),
    quiet(bind(
        Action::PageDown,
        &[code(KeyCode::PageDown), ctrl('d')],
        Everywhere,
        "page down",
        "Go down a page",
    )),
    quiet(bind(
        Action::Top,
        &[code(KeyCode::Home), key('g')],
        Everywhere,
        "first",
        "Go to the first",
    )),
    quiet(bind(
        Action::Bottom,
        &[code(KeyCode::End), key('G')],
        Everywhere,
        "last",
        "Go to the last",
    )),
    bind(
        Action::Deck,
        &[key('1')],
        Jobs,
        "deck",
        "Show the deck; Esc does so too",
    ),
    bind(
        Action::Help,
        &[key('?')],
        Everywhere,
        "help",
        "Show the keys",
    ),
    bind(
        Action::Quit,
        &[key('q'), ctrl('c')],
        Everywhere,
        "quit",
        "Stop every worker and quit; Ctrl-C twice ends all at once",
    ),
    quiet(bind(
        Action::Suspend,
        &[ctrl('z')],
        Everywhere,
        "suspend",
        "To the background; the workers run on, fg comes back",
    )),
    quiet(bind(
        Action::Redraw,
        &[ctrl('l')],
        Everywhere,
        "redraw",
        "Draw everything anew",
    )),
    quiet(bind(
        Action::Back,
        &[code(KeyCode::Esc)],
        Everywhere,
        "back",
        "Leave what is on top",
    )),
];

#[cfg(test)]
#[path = "bindings_tests.rs"]
mod tests;
