//! Keys that change how many workers a pool has.

use crate::tui::action::{Action, Binding, Context};
use crate::tui::bindings::table::{bind, key};

pub(super) const SCALING: &[Binding] = &[
    bind(
        Action::Grow,
        &[key('+'), key('=')],
        Context::Scaling,
        "more",
        "One worker more in the selected pool",
    ),
    bind(
        Action::Shrink,
        &[key('-')],
        Context::Scaling,
        "less",
        "One worker less in the selected pool",
    ),
];
