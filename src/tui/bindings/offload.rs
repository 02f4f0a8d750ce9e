//! Keys of the off-load view.

use crossterm::event::KeyCode;

use crate::tui::action::{Action, Binding, Context};
use crate::tui::bindings::table::{bind, code, key, quiet};

pub(super) const OFF_LOAD: &[Binding] = &[
    bind(
        Action::SwitchMode,
        &[key('o')],
        Context::OffLoad,
        "switch",
        "Compute inside the parent, or off-load to the workers",
    ),
    bind(
        Action::KillBusiest,
        &[key('x')],
        Context::OffLoad,
        "kill one",
        "Kill the busiest worker with SIGKILL; nothing is lost",
    ),
    bind(
        Action::ZoomIn,
        &[key(']')],
        Context::OffLoad,
        "nearer",
        "Show half of it, twice as large; the mouse wheel does so, too",
    ),
    bind(
        Action::ZoomOut,
        &[key('[')],
        Context::OffLoad,
        "farther",
        "Show twice as much",
    ),
    quiet(bind(
        Action::PanLeft,
        &[code(KeyCode::Left), key('h')],
        Context::OffLoad,
        "left",
        "Move the picture; ↑ and ↓ do so, too",
    )),
    quiet(bind(
        Action::PanRight,
        &[code(KeyCode::Right), key('l')],
        Context::OffLoad,
        "right",
        "Move the picture; a click brings what is there to the middle",
    )),
    quiet(bind(
        Action::WholeSet,
        &[key('0')],
        Context::OffLoad,
        "whole",
        "Show the whole set",
    )),
    bind(
        Action::Tour,
        &[key(' ')],
        Context::OffLoad,
        "tour",
        "Let the picture go on by itself, or stay",
    ),
];
