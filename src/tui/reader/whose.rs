//! Going from one worker's lines to another's: the whole deck, then each pool with its workers.

use crate::model::Board;
use crate::tui::rows::{Row, Scope};
use crate::tui::screen::Screen;

/// All that can be shown, in order.
fn all(board: &Board) -> Vec<Scope> {
    let mut all = vec![Scope::Deck];
    for pool in board.pools.values() {
        // A pool of one has no row of its own.
        if pool.workers.len() != 1 {
            all.push(Scope::Pool(pool.name.clone()));
        }
        let workers = pool.workers.iter();
        all.extend(workers.map(|worker| Scope::Worker(worker.id.clone())));
    }
    all
}

/// Shows the next one, or the one before; after the last comes the first.
pub(crate) fn turn(screen: &mut Screen, is_back: bool) {
    let all = all(&screen.board);
    let here = screen.scope();
    let at = all.iter().position(|scope| *scope == here).unwrap_or(0);
    let by = if is_back { all.len() - 1 } else { 1 };
    let Some(next) = all.into_iter().cycle().nth(at + by) else {
        return;
    };
    screen.shows_all = next == Scope::Deck;
    let row = match next {
        Scope::Deck => return,
        Scope::Pool(pool) => Row::Pool(pool),
        Scope::Worker(id) => {
            screen.table.folded.remove(&id.pool);
            Row::Worker(id)
        }
    };
    screen.selected = Some(row);
}
