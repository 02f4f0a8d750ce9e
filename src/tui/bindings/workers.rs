//! Keys of the workers table.

use crossterm::event::KeyCode;

use crate::tui::action::{Action, Binding, Context};
use crate::tui::bindings::table::{bind, code, key, quiet};

pub(super) const WORKERS: &[Binding] = &[
    quiet(bind(
        Action::Fold,
        &[code(KeyCode::Left), key('h')],
        Context::Workers,
        "fold",
        "Fold the pool into one row",
    )),
    quiet(bind(
        Action::Unfold,
        &[code(KeyCode::Right), key('l')],
        Context::Workers,
        "unfold",
        "Show the pool's workers",
    )),
    quiet(bind(
        Action::Sort,
        &[key('o')],
        Context::Workers,
        "sort",
        "Sort by the next number: cpu, memory, mailbox and so on",
    )),
    quiet(bind(
        Action::SortCpu,
        &[key('c')],
        Context::Workers,
        "by cpu",
        "Sort by CPU, or back to the order of the config",
    )),
];
