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
        Action::FoldAll,
        &[key('H')],
        Context::Workers,
        "fold all",
        "Fold every pool into one row",
    )),
    quiet(bind(
        Action::UnfoldAll,
        &[key('L')],
        Context::Workers,
        "unfold all",
        "Show the workers of every pool",
    )),
    quiet(bind(
        Action::Sort,
        &[key('o'), key('>')],
        Context::Workers,
        "sort",
        "Sort by the next column; after the last as the config has it",
    )),
    quiet(bind(
        Action::PreviousSort,
        &[key('<')],
        Context::Workers,
        "sort back",
        "Sort by the column before",
    )),
    quiet(bind(
        Action::ReverseSort,
        &[key('O')],
        Context::Workers,
        "reverse",
        "Sort in the other direction",
    )),
    quiet(bind(
        Action::SortCpu,
        &[key('c')],
        Context::Workers,
        "by cpu",
        "Sort by CPU, or back to the order of the config",
    )),
    quiet(bind(
        Action::CpuShare,
        &[key('%')],
        Context::Workers,
        "cpu share",
        "Show CPU as a share of the machine, or of one core",
    )),
];
