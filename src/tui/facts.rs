//! What the dashboard's model says about the deck as a whole. Called by `update` and the views.

use crate::model::{PoolName, State, WorkerId};
use crate::tui::screen::Screen;

impl Screen {
    /// A request to scale was answered: sizes that were reached are not wanted any more.
    pub(crate) fn scaled(&mut self) {
        self.scalings = self.scalings.saturating_sub(1);
        if self.scalings == 0 {
            let pools = &self.board.pools;
            let size = |pool: &PoolName| pools.get(pool).map_or(0, |pool| pool.workers.len());
            self.wanted
                .retain(|pool, wanted| size(pool) != *wanted as usize);
        }
    }

    /// How many messages and bytes are on their way to workers.
    pub(crate) fn in_flight(&self) -> (u64, u64) {
        self.board
            .workers()
            .fold((0, 0), |(mailbox, unread), worker| {
                (
                    mailbox + worker.sampled.mailbox,
                    unread + worker.sampled.unread_bytes,
                )
            })
    }

    /// The workers that still have a process, or are about to.
    pub(crate) fn alive(&self) -> Vec<WorkerId> {
        self.board
            .workers()
            .filter(|worker| worker.state.is_live() || worker.state == State::Starting)
            .map(|worker| worker.id.clone())
            .collect()
    }
}
