//! What keys do while a worker or a pool is shown whole: what they do in the table, and going to the next one.

use crossterm::event::{KeyCode, KeyEvent};

use crate::model::{PoolName, WorkerId};
use crate::tui::act;
use crate::tui::action::{Action, Context};
use crate::tui::keymap::Bound;
use crate::tui::rows::Row;
use crate::tui::screen::{Overlay, Screen};
use crate::tui::update::Request;
use crate::tui::worker::Whole;

/// Shows the selected worker or pool whole.
pub(crate) fn open(screen: &mut Screen) {
    let opened = screen.selected.clone().map(|row| match row {
        Row::Worker(id) => Overlay::Worker { id, top: 0 },
        Row::Pool(name) => Overlay::Pool { name, top: 0 },
    });
    screen.overlays.extend(opened);
}

/// What a key does with the worker or the pool on top, if it is one that works on it.
pub(crate) fn press(screen: &mut Screen, key: &KeyEvent) -> Option<Vec<Request>> {
    let is_on_top = matches!(
        screen.overlays.last(),
        Some(Overlay::Worker { .. } | Overlay::Pool { .. })
    );
    let whole = Whole::of(screen).filter(|_| is_on_top)?;
    // A key that the person chose comes before those that are fixed here.
    let action = screen.keymap.find(key, Context::Workers);
    if let Some(action) = action.filter(|action| works(*action)) {
        return Some(drive(screen, whole, action));
    }
    match key.code {
        KeyCode::Char('[') => turn(screen, &whole, true),
        KeyCode::Char(']') => turn(screen, &whole, false),
        _ => return None,
    }
    Some(Vec::new())
}

/// The rows of the table that work on what is shown whole.
pub(crate) fn keys(screen: &Screen) -> impl Iterator<Item = &Bound> {
    let rows = screen.keymap.of(Context::Workers);
    rows.filter(|row| works(row.binding.action))
}

fn works(action: Action) -> bool {
    matches!(
        action,
        Action::Message | Action::Restart | Action::StopStart | Action::Kill
    )
}

fn drive(screen: &mut Screen, whole: Whole, action: Action) -> Vec<Request> {
    screen.selected = Some(match whole {
        Whole::Worker(id) => Row::Worker(id),
        Whole::Pool(name) => Row::Pool(name),
    });
    if action == Action::Message {
        // What is typed goes into the composer.
        screen.overlays.pop();
    }
    act::act(screen, action)
}

/// Shows the next worker or pool, or the one before; after the last comes the first.
fn turn(screen: &mut Screen, whole: &Whole, is_back: bool) {
    let row = match whole {
        Whole::Worker(id) => {
            let all = screen.board.workers().map(|worker| worker.id.clone());
            let all: Vec<WorkerId> = all.collect();
            next(&all, id, is_back).map(Row::Worker)
        }
        Whole::Pool(name) => {
            let all: Vec<PoolName> = screen.board.pools.keys().cloned().collect();
            next(&all, name, is_back).map(Row::Pool)
        }
    };
    if row.is_some() {
        screen.overlays.pop();
        screen.selected = row;
        open(screen);
    }
}

fn next<T: Clone + PartialEq>(all: &[T], one: &T, is_back: bool) -> Option<T> {
    let at = all.iter().position(|other| other == one);
    let by = if is_back {
        all.len().checked_sub(1)?
    } else {
        1
    };
    all.get((at.unwrap_or(0) + by) % all.len().max(1)).cloned()
}
