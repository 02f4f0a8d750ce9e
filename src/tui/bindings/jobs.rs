//! Keys of the jobs view.

use crossterm::event::KeyCode;

use crate::tui::action::{Action, Binding, Context};
use crate::tui::bindings::table::{bind, code, key, quiet};

pub(super) const JOBS: &[Binding] = &[
    bind(
        Action::TryAgain,
        &[key('t')],
        Context::Jobs,
        "try again",
        "Try the dead, cancelled or scheduled job again, now",
    ),
    quiet(bind(
        Action::TryAllAgain,
        &[key('T')],
        Context::Jobs,
        "all again",
        "Try all of the state again; of all states dead and cancelled",
    )),
    bind(
        Action::Cancel,
        &[key('c')],
        Context::Jobs,
        "cancel",
        "Take the job back; one that runs ends with its worker",
    ),
    bind(
        Action::Drop,
        &[key('d'), code(KeyCode::Delete)],
        Context::Jobs,
        "drop",
        "Forget the job, unless it runs",
    ),
    quiet(bind(
        Action::DropAll,
        &[key('D')],
        Context::Jobs,
        "drop all",
        "Forget all of the state; of all states done, dead, cancelled",
    )),
    bind(
        Action::Edit,
        &[key('e')],
        Context::Jobs,
        "edit",
        "Write a new job from the selected one",
    ),
    bind(
        Action::New,
        &[key('n')],
        Context::Jobs,
        "new",
        "Write a new job for the pool",
    ),
    bind(
        Action::CopyPayload,
        &[key('y')],
        Context::Jobs,
        "copy",
        "Copy the job's payload",
    ),
    quiet(bind(
        Action::CopyResult,
        &[key('Y')],
        Context::Jobs,
        "copy result",
        "Copy the job's result",
    )),
    bind(
        Action::SaveJobs,
        &[key('w')],
        Context::Jobs,
        "write",
        "Write the jobs that are shown into a .jsonl file",
    ),
    bind(
        Action::Pause,
        &[key('P')],
        Context::Jobs,
        "pause",
        "Give the pool's workers no further jobs, or go on with it",
    ),
    bind(
        Action::NextState,
        &[code(KeyCode::Right), key('l')],
        Context::Jobs,
        "state",
        "Show the jobs in the next state",
    ),
    quiet(bind(
        Action::PreviousState,
        &[code(KeyCode::Left), key('h')],
        Context::Jobs,
        "previous state",
        "Show the jobs in the previous state",
    )),
    bind(
        Action::NextPool,
        &[key(']')],
        Context::Jobs,
        "pool",
        "Show the next pool's jobs",
    ),
    quiet(bind(
        Action::PreviousPool,
        &[key('[')],
        Context::Jobs,
        "previous pool",
        "Show the previous pool's jobs",
    )),
];
