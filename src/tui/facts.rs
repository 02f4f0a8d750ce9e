//! What the dashboard's model says about the deck as a whole. Called by `update` and the views.

use crate::model::{Command, PoolName, State, WorkerId};
use crate::tui::screen::Screen;
use crate::tui::update::Request;

impl Screen {
    /// How many workers a pool has, or is to have by what was asked for last.
    pub(crate) fn size_of(&self, pool: &PoolName) -> u32 {
        let there = self.board.pools.get(pool);
        let there = there.map_or(0, |pool| pool.workers.len());
        let wanted = self.wanted.get(pool).copied();
        wanted.unwrap_or_else(|| u32::try_from(there).unwrap_or(u32::MAX))
    }

    /// Asks for a pool's size, and notes that it was asked for: the answer counts it off.
    pub(crate) fn scale_to(&mut self, pool: PoolName, instances: u32) -> Request {
        self.wanted.insert(pool.clone(), instances);
        self.scalings += 1;
        Request::Issue(Command::Scale { pool, instances })
    }

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
