//! How rows of the table are written, and the table itself.

use crossterm::event::{KeyCode, KeyModifiers};

use crate::tui::action::{Action, Binding, Chord, Context};
use crate::tui::bindings::{
    control, everywhere, inspector, jobs, offload, reader, scaling, traffic, workers,
};

/// Every key of the dashboard, in the order in which the footer and the help show them: what is special to a place comes
/// first.
pub const ACTIONS: &[&[Binding]] = &[
    workers::WORKERS,
    traffic::TRAFFIC,
    inspector::INSPECTOR,
    reader::READER,
    jobs::JOBS,
    offload::OFF_LOAD,
    control::CONTROL,
    scaling::SCALING,
    everywhere::EVERYWHERE,
];

/// Every row of the table.
pub fn actions() -> impl Iterator<Item = &'static Binding> {
    ACTIONS.iter().copied().flatten()
}

pub(super) const fn key(c: char) -> Chord {
    code(KeyCode::Char(c))
}

pub(super) const fn ctrl(c: char) -> Chord {
    with_control(KeyCode::Char(c))
}

pub(super) const fn with_control(code: KeyCode) -> Chord {
    Chord {
        code,
        modifiers: KeyModifiers::CONTROL,
    }
}

pub(super) const fn code(code: KeyCode) -> Chord {
    Chord {
        code,
        modifiers: KeyModifiers::NONE,
    }
}

pub(super) const fn bind(
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

pub(super) const fn quiet(binding: Binding) -> Binding {
    Binding {
        in_footer: false,
        ..binding
    }
}
