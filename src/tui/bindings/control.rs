//! Keys that work on workers, wherever one is looked at.

use crossterm::event::KeyCode;

use crate::tui::action::{Action, Binding, Context};
use crate::tui::bindings::table::{bind, code, key, quiet, with_control};

pub(super) const CONTROL: &[Binding] = &[
    bind(
        Action::NextPane,
        &[code(KeyCode::Tab)],
        Context::Control,
        "pane",
        "Go to the next pane",
    ),
    quiet(bind(
        Action::PreviousPane,
        &[code(KeyCode::BackTab)],
        Context::Control,
        "previous pane",
        "Go to the previous pane",
    )),
    bind(
        Action::Message,
        &[key('m')],
        Context::Control,
        "message",
        "Write to the selected worker, or to one of the selected pool",
    ),
    bind(
        Action::Broadcast,
        &[key('b')],
        Context::Control,
        "broadcast",
        "Write to every worker of the selected pool",
    ),
    quiet(bind(
        Action::BroadcastAll,
        &[key('B')],
        Context::Control,
        "to all",
        "Write to every worker of the deck",
    )),
    bind(
        Action::Restart,
        &[key('r')],
        Context::Control,
        "restart",
        "Restart the worker or pool; clears its restart budget",
    ),
    quiet(bind(
        Action::RollingRestart,
        &[key('R')],
        Context::Control,
        "rolling restart",
        "Restart the pool, one ready worker after the other",
    )),
    bind(
        Action::StopStart,
        &[key('s')],
        Context::Control,
        "stop/start",
        "Stop the worker or pool; start it when it is stopped",
    ),
    bind(
        Action::Kill,
        &[key('K')],
        Context::Control,
        "kill",
        "End the worker and its descendants at once, with SIGKILL",
    ),
    quiet(bind(
        Action::BorderUp,
        &[with_control(KeyCode::Up)],
        Context::Control,
        "table lower",
        "Move the border under the workers table up",
    )),
    quiet(bind(
        Action::BorderDown,
        &[with_control(KeyCode::Down)],
        Context::Control,
        "table higher",
        "Move the border under the workers table down",
    )),
    quiet(bind(
        Action::BorderLeft,
        &[with_control(KeyCode::Left)],
        Context::Control,
        "messages narrower",
        "Move the border between messages and logs left",
    )),
    quiet(bind(
        Action::BorderRight,
        &[with_control(KeyCode::Right)],
        Context::Control,
        "messages wider",
        "Move the border between messages and logs right",
    )),
];
