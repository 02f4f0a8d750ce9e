//! Keys of the message inspector.

use crossterm::event::KeyCode;

use crate::tui::action::{Action, Binding, Chord, Context};
use crate::tui::bindings::table::{bind, code, key, quiet};

pub(super) const INSPECTOR: &[Binding] = &[
    here(
        Action::PauseMessages,
        &[key(' ')],
        "pause",
        "Let what is shown stay while the traffic goes on, or go on",
    ),
    here(
        Action::FollowMessages,
        &[key('f')],
        "follow",
        "Show the newest message and stay there",
    ),
    here(
        Action::Slowest,
        &[key('S')],
        "slowest",
        "The slowest replies first: last minute, all kept, as they came",
    ),
    here(
        Action::Counterpart,
        &[key('p')],
        "reply",
        "Go to the message's reply, or to the request that it answers",
    ),
    here(
        Action::EditAgain,
        &[key('e')],
        "edit",
        "Write to the worker from a copy; of a reply, of its request",
    ),
    here(
        Action::SendAgain,
        &[key('.')],
        "again",
        "Send it to the worker again; of a reply, its request",
    ),
    here(
        Action::AsText,
        &[key('t')],
        "text",
        "Show the message as text, or as a tree",
    ),
    here(
        Action::AsBytes,
        &[key('x')],
        "bytes",
        "Show the message's bytes, or its tree",
    ),
    here(
        Action::CopyMessage,
        &[key('y')],
        "copy",
        "Copy the message, or what is chosen in its tree",
    ),
    here(
        Action::WriteMessages,
        &[key('w')],
        "write",
        "Write what is listed into a file of JSON lines",
    ),
    quiet(here(
        Action::NextWorker,
        &[key(']')],
        "next worker",
        "Show the next worker's or pool's messages",
    )),
    quiet(here(
        Action::PreviousWorker,
        &[key('[')],
        "previous worker",
        "Show the previous worker's or pool's messages",
    )),
    quiet(here(
        Action::UnfoldNode,
        &[code(KeyCode::Right), key('l')],
        "unfold",
        "Go into the message; unfold what is chosen in its tree",
    )),
    quiet(here(
        Action::FoldNode,
        &[code(KeyCode::Left), key('h')],
        "fold",
        "Fold what is chosen in the tree, or go to what it is in",
    )),
];

const fn here(
    action: Action,
    keys: &'static [Chord],
    label: &'static str,
    help: &'static str,
) -> Binding {
    bind(action, keys, Context::Inspector, label, help)
}
