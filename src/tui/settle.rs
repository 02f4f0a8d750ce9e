//! What has been looked at, and where the selection is after the board changed.

use crate::model::WorkerId;
use crate::tui::rows::{self, Row};
use crate::tui::screen::Screen;
use crate::tui::{inspector, reader};

/// What had been seen of a worker when it was last looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    received: u64,
    lines: u64,
    errors: u64,
}

impl Screen {
    /// Notes that what is in scope has been looked at, and keeps the selection on a row that exists.
    pub(crate) fn settle(&mut self) {
        self.table.arrange(&self.board);
        self.jobs.arrange(&self.board);
        let exists = |row: &Row| match row {
            Row::Worker(id) => self.board.worker(id).is_some(),
            Row::Pool(pool) => self.board.pools.contains_key(pool),
        };
        if !self.selected.as_ref().is_some_and(exists) {
            let pool = self
                .selected
                .as_ref()
                .map(|row| Row::Pool(row.pool().clone()));
            let index = pool
                .and_then(|row| rows::position(&self.board, &self.table, &row))
                .unwrap_or(0);
            self.selected = rows::at(&self.board, &self.table, index);
        } else if self.selected.is_some() {
            // A pool that grew from one, or shrank to one, has another kind of row at the same place.
            self.selected = rows::at(&self.board, &self.table, self.selected_index());
        }
        for worker in self.scope().workers(&self.board) {
            let now = Seen {
                received: worker.received,
                lines: worker.log_lines,
                errors: worker.stderr_lines,
            };
            self.seen.insert(worker.id.clone(), now);
        }
        if self.seen.len() > self.board.workers().count() {
            self.seen.retain(|id, _| self.board.worker(id).is_some());
        }
        reader::settle(self);
        inspector::settle(self);
    }

    /// Whether a worker said something, and whether on standard error, since it was last looked at.
    pub(crate) fn news(&self, id: &WorkerId) -> (bool, bool) {
        let Some(worker) = self.board.worker(id) else {
            return (false, false);
        };
        let seen = self.seen.get(id).copied().unwrap_or_default();
        (
            worker.received > seen.received || worker.log_lines > seen.lines,
            worker.stderr_lines > seen.errors,
        )
    }
}
