//! Why the ready jobs of a pool stay where they are. Called by the views that show them and by what is said of a new one.

use crate::model::{PoolName, Refusal, RefusalKind, State};
use crate::tui::action::Action;
use crate::tui::hint::{hint, then};
use crate::tui::place::Place;
use crate::tui::screen::Screen;

/// What keeps a pool from its ready jobs other than that its workers are busy, with the key that helps.
pub(crate) fn held_up(screen: &Screen, pool: &PoolName) -> Option<String> {
    let view = screen.board.pools.get(pool)?;
    if view.jobs.paused {
        let goes_on = hint(screen, Action::Pause, "goes on");
        return Some(format!("{pool} is paused{goes_on}"));
    }
    let mut states = view.workers.iter().map(|worker| worker.state);
    let is_gone = |state: State| state.is_over() || state == State::Stopping;
    if states.clone().all(is_gone) {
        let starts = starts(screen, view.workers.is_empty());
        return Some(format!("no worker of {pool} runs{starts}"));
    }
    let takes_jobs = |state| matches!(state, State::Ready | State::Stalled);
    (!states.any(takes_jobs)).then(|| format!("no worker of {pool} is ready yet"))
}

/// The key that starts a worker of a pool that has none at all, where that is why something was refused.
pub(crate) fn starts_first(screen: &Screen, refusal: &Refusal) -> Option<String> {
    let name = refusal.address.as_deref()?;
    let mut pools = screen.board.pools.values();
    let pool = pools.find(|pool| pool.name.as_str() == name)?;
    let is_why = refusal.kind == RefusalKind::NotRunning && pool.workers.is_empty();
    is_why.then(|| starts(screen, true))
}

/// The end of a text: which key starts a worker of a pool that has none, or none that runs.
fn starts(screen: &Screen, is_empty: bool) -> String {
    // A pool of no worker has none to be started.
    let action = if is_empty {
        Action::Grow
    } else {
        Action::StopStart
    };
    match screen.place {
        Place::Deck => hint(screen, action, "starts one"),
        _ => then(screen, Action::Deck, action, "starts one"),
    }
}
