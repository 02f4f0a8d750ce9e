//! Keys of the two panes under the workers table.

use crate::tui::action::{Action, Binding, Context};
use crate::tui::bindings::table::{bind, key};

pub(super) const TRAFFIC: &[Binding] = &[bind(
    Action::Follow,
    &[key('f')],
    Context::Traffic,
    "follow",
    "Show the newest lines and stay there",
)];
