//! Which rows the workers table has, which one is selected, and whose traffic the panes show.
//!
//! A pool of one is one row; others have a row of their own and, unfolded, one for each worker. Rows are counted, never
//! gathered: a deck of a thousand workers costs a frame no more than what it shows.

use std::collections::HashSet;

use crate::model::{Board, PoolName, PoolView, WorkerId, WorkerView};
use crate::tui::filter::Filter;
use crate::tui::sort::Sort;

/// What a row of the table is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// A pool of several workers, or of none.
    Pool(PoolName),
    /// One worker.
    Worker(WorkerId),
}

impl Row {
    /// The pool it belongs to.
    pub(crate) fn pool(&self) -> &PoolName {
        match self {
            Self::Pool(pool) => pool,
            Self::Worker(worker) => &worker.pool,
        }
    }
}

/// Whose messages and logs are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everyone's.
    Deck,
    /// A pool's.
    Pool(PoolName),
    /// One worker's.
    Worker(WorkerId),
}

impl Scope {
    /// The workers it takes in.
    pub(crate) fn workers<'a>(&self, board: &'a Board) -> Vec<&'a WorkerView> {
        match self {
            Self::Deck => board.workers().collect(),
            Self::Pool(pool) => board
                .pools
                .get(pool)
                .map(|pool| pool.workers.iter().collect())
                .unwrap_or_default(),
            Self::Worker(id) => board.worker(id).into_iter().collect(),
        }
    }

    /// Its name in a title.
    pub(crate) fn title(&self) -> String {
        match self {
            Self::Deck => "whole deck".to_owned(),
            Self::Pool(pool) => format!("{pool}/*"),
            Self::Worker(id) => id.to_string(),
        }
    }
}

/// How the table stands: which pools show only their own row, what is sorted by what, what is sought.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The pools that are folded.
    pub(crate) folded: HashSet<PoolName>,
    /// By what rows are sorted; none is the order of the config.
    pub(crate) sort: Option<Sort>,
    /// What a worker's name or state must contain.
    pub(crate) filter: Filter,
    /// Whether CPU is shown as a share of the machine, not of one core.
    pub(crate) is_share: bool,
    /// While it is sorted or filtered: the pools in their order, each with its workers' numbers in theirs.
    arranged: Option<Vec<(PoolName, Vec<u32>)>>,
}

impl Table {
    /// Sorts and filters anew. Numbers that change in between move no row.
    pub(crate) fn arrange(&mut self, board: &Board) {
        if self.sort.is_none() && self.filter.is_empty() {
            self.arranged = None;
            return;
        }
        let mut pools: Vec<&PoolView> = board.pools.values().collect();
        if let Some(sort) = self.sort {
            sort.pools(&mut pools);
        }
        let pools = pools.into_iter();
        let arranged = pools.filter_map(|pool| Some((pool.name.clone(), self.numbers(pool)?)));
        self.arranged = Some(arranged.collect());
    }

    /// The numbers of a pool's workers that are shown, in their order; none where nothing of the pool is.
    fn numbers(&self, pool: &PoolView) -> Option<Vec<u32>> {
        let mut workers: Vec<&WorkerView> = pool.workers.iter().collect();
        if !self.filter.is_empty() {
            workers.retain(|worker| {
                let text = format!("{} {}", worker.id, worker.state);
                self.filter.admits(text.as_bytes())
            });
            if workers.is_empty() && !self.filter.admits(pool.name.as_str().as_bytes()) {
                return None;
            }
        }
        if let Some(sort) = self.sort {
            sort.workers(&mut workers);
        }
        Some(workers.iter().map(|worker| worker.id.number).collect())
    }

    /// Whether a pool shows only its own row; what is sought is shown wherever it is.
    pub(crate) fn is_folded(&self, pool: &PoolName) -> bool {
        self.filter.is_empty() && self.folded.contains(pool)
    }

    /// The pools that are shown, each with the numbers of its workers where these are not all in their order.
    fn pools<'a>(
        &'a self,
        board: &'a Board,
    ) -> impl Iterator<Item = (&'a PoolView, Option<&'a [u32]>)> {
        let arranged = self.arranged.iter().flatten();
        let arranged = arranged.filter_map(|(name, numbers)| {
            let pool = board.pools.get(name)?;
            Some((pool, Some(numbers.as_slice())))
        });
        let is_plain = self.arranged.is_none();
        let plain = board.pools.values().filter(move |_| is_plain);
        arranged.chain(plain.map(|pool| (pool, None)))
    }

    /// How many workers are listed, in their own rows or in their pool's.
    pub(crate) fn listed(&self, board: &Board) -> usize {
        let pools = self.pools(board);
        pools
            .map(|(pool, numbers)| numbers.map_or(pool.workers.len(), <[u32]>::len))
            .sum()
    }

    fn height(&self, pool: &PoolView, numbers: Option<&[u32]>) -> usize {
        match pool.workers.len() {
            0 | 1 => 1,
            _ if self.is_folded(&pool.name) => 1,
            workers => 1 + numbers.map_or(workers, <[u32]>::len),
        }
    }
}

/// How many rows there are.
pub(crate) fn count(board: &Board, table: &Table) -> usize {
    let pools = table.pools(board);
    pools
        .map(|(pool, numbers)| table.height(pool, numbers))
        .sum()
}

/// The row at `index`.
pub(crate) fn at(board: &Board, table: &Table, index: usize) -> Option<Row> {
    let mut left = index;
    for (pool, numbers) in table.pools(board) {
        let height = table.height(pool, numbers);
        if left >= height {
            left -= height;
            continue;
        }
        return Some(match (pool.workers.as_slice(), left, numbers) {
            ([only], _, _) => Row::Worker(only.id.clone()),
            (_, 0, _) => Row::Pool(pool.name.clone()),
            (_, place, None) => Row::Worker(pool.workers.get(place - 1)?.id.clone()),
            (_, place, Some(numbers)) => {
                let number = *numbers.get(place - 1)?;
                Row::Worker(pool.worker(number)?.id.clone())
            }
        });
    }
    None
}

/// Where a row is; a worker in a folded pool is at its pool's row. None where it is not shown.
pub(crate) fn position(board: &Board, table: &Table, row: &Row) -> Option<usize> {
    let mut before = 0;
    for (pool, numbers) in table.pools(board) {
        let height = table.height(pool, numbers);
        if pool.name != *row.pool() {
            before += height;
            continue;
        }
        let inside = match (row, numbers) {
            (Row::Worker(id), None) if height > 1 => id.number as usize,
            (Row::Worker(id), Some(numbers)) if height > 1 => {
                numbers.iter().position(|number| *number == id.number)? + 1
            }
            _ => 0,
        };
        return Some(before + inside.min(height - 1));
    }
    None
}

/// Whether the pool of this row can be folded.
pub(crate) fn is_foldable(board: &Board, pool: &PoolName) -> bool {
    board
        .pools
        .get(pool)
        .is_some_and(|pool| pool.workers.len() > 1)
}
