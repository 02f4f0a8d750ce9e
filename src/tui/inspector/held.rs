//! The messages as they were when the view was paused: the traffic goes on and what is looked at stays.

use crate::model::{Board, WorkerView};
use crate::tui::rows::Scope;

/// The messages of the whole deck at some moment. Copies places and sizes; the texts are shared.
#[derive(Debug)]
pub(super) struct Held {
    /// A board with nothing but them.
    pub(super) board: Board,
}

impl Held {
    /// All that is kept now.
    pub(super) fn new(live: &Board) -> Self {
        let mut board = Board::new(live.deck.name.clone(), live.deck.pid);
        for pool in live.pools.values() {
            board.add_pool(pool.name.clone(), pool.runtime, pool.command.clone());
            if let Some(held) = board.pools.get_mut(&pool.name) {
                held.serialization = pool.serialization;
                held.workers = pool.workers.iter().map(with_traffic).collect();
            }
        }
        Self { board }
    }

    /// How many came since.
    pub(super) fn new_ones(&self, live: &Board, scope: &Scope) -> u64 {
        passed(live, scope).saturating_sub(passed(&self.board, scope))
    }
}

fn with_traffic(worker: &WorkerView) -> WorkerView {
    let mut held = WorkerView::new(worker.id.clone(), worker.runtime);
    held.incarnation = worker.incarnation;
    held.traffic = worker.traffic.clone();
    held
}

/// How many passed in all.
fn passed(board: &Board, scope: &Scope) -> u64 {
    let workers = scope.workers(board).into_iter();
    let passed = workers.map(|worker| worker.traffic.gone() + worker.traffic.len() as u64);
    passed.sum()
}
