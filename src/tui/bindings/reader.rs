//! Keys of the logs view.

use crossterm::event::KeyCode;

use crate::tui::action::{Action, Binding, Context};
use crate::tui::bindings::table::{bind, code, key, quiet};

pub(super) const READER: &[Binding] = &[
    bind(
        Action::FollowLines,
        &[key('f')],
        Context::Reader,
        "follow",
        "Show the newest lines and stay there",
    ),
    bind(
        Action::NextFind,
        &[key('n')],
        Context::Reader,
        "next",
        "Go to the next newer line that / found; the oldest comes last",
    ),
    quiet(bind(
        Action::PreviousFind,
        &[key('N')],
        Context::Reader,
        "previous",
        "Go to the next older line that / found",
    )),
    quiet(bind(
        Action::NextError,
        &[key('e')],
        Context::Reader,
        "next error",
        "Go to the next newer line that says error or worse",
    )),
    quiet(bind(
        Action::PreviousError,
        &[key('E')],
        Context::Reader,
        "previous error",
        "Go to the next older line that says error or worse",
    )),
    bind(
        Action::LinesWith,
        &[key('&')],
        Context::Reader,
        "only",
        "Show only lines with a text",
    ),
    bind(
        Action::LinesWithout,
        &[key('!')],
        Context::Reader,
        "without",
        "Hide lines with a text",
    ),
    bind(
        Action::LeastLevel,
        &[key('v')],
        Context::Reader,
        "level",
        "Show only errors, warnings and worse, and so on to all",
    ),
    bind(
        Action::WrapLines,
        &[key('W')],
        Context::Reader,
        "wrap",
        "Let long lines go on in the next row, or cut them off",
    ),
    bind(
        Action::JsonLines,
        &[key('J')],
        Context::Reader,
        "json",
        "Show JSON lines by their message, or as they were written",
    ),
    bind(
        Action::Timestamps,
        &[key('T')],
        Context::Reader,
        "times",
        "Show times of day, with dates, since the start, or none",
    ),
    bind(
        Action::MarkLine,
        &[key('-')],
        Context::Reader,
        "mark",
        "Draw a line behind the newest line",
    ),
    bind(
        Action::NextWhose,
        &[key(']')],
        Context::Reader,
        "whose",
        "Show the lines of the next pool or worker",
    ),
    quiet(bind(
        Action::PreviousWhose,
        &[key('[')],
        Context::Reader,
        "whose before",
        "Show the lines of the pool or worker before",
    )),
    bind(
        Action::CopyLine,
        &[key('y')],
        Context::Reader,
        "copy",
        "Copy the chosen line, without its colours",
    ),
    bind(
        Action::SaveLines,
        &[key('w')],
        Context::Reader,
        "write",
        "Write the lines that are let through to a file",
    ),
    quiet(bind(
        Action::LinesRight,
        &[code(KeyCode::Right), key('l')],
        Context::Reader,
        "right",
        "Show what is right of the screen",
    )),
    quiet(bind(
        Action::LinesLeft,
        &[code(KeyCode::Left), key('h')],
        Context::Reader,
        "left",
        "Show what is left of the screen",
    )),
];
