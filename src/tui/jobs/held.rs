//! Why the ready jobs of a pool stay where they are. Called by the views that show them and by what is said of a new one.

use crate::model::{PoolName, State};
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
        // A pool of no worker has none to be started.
        let action = if view.workers.is_empty() {
            Action::Grow
        } else {
            Action::StopStart
        };
        let starts = match screen.place {
            Place::Deck => hint(screen, action, "starts one"),
            _ => then(screen, Action::Deck, action, "starts one"),
        };
        return Some(format!("no worker of {pool} runs{starts}"));
    }
    let takes_jobs = |state| matches!(state, State::Ready | State::Stalled);
    (!states.any(takes_jobs)).then(|| format!("no worker of {pool} is ready yet"))
}
