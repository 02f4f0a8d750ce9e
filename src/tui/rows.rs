//! Which rows the workers table has, which one is selected, and whose traffic the panes show.
//!
//! A pool of one is one row; others have a row of their own and, unfolded, one for each worker. Rows are counted, never
//! gathered: a deck of a thousand workers costs a frame no more than what it shows.

use std::collections::HashSet;

use crate::model::{Board, PoolName, PoolView, WorkerId, WorkerView};
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

/// How the table stands: which pools show only their own row, and what is sorted by what.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The pools that are folded.
    pub(crate) folded: HashSet<PoolName>,
    /// By what rows are sorted; none is the order of the config.
    pub(crate) sort: Option<Sort>,
    /// While it is sorted: the pools in their order, each with its workers' numbers in theirs.
    sorted: Vec<(PoolName, Vec<u32>)>,
}

impl Table {
    /// Sorts anew. Numbers that change in between move no row.
    pub(crate) fn arrange(&mut self, board: &Board) {
        let Some(sort) = self.sort else {
            self.sorted.clear();
            return;
        };
        let mut pools: Vec<&PoolView> = board.pools.values().collect();
        pools.sort_by(|a, b| sort.of_pool(b).total_cmp(&sort.of_pool(a)));
        let pools = pools.into_iter();
        self.sorted = pools
            .map(|pool| (pool.name.clone(), sort.workers(pool)))
            .collect();
    }

    fn pools<'a>(&'a self, board: &'a Board) -> impl Iterator<Item = &'a PoolView> {
        let is_sorted = self.sorted.len() == board.pools.len();
        let sorted = self.sorted.iter().filter(move |_| is_sorted);
        let plain = board.pools.values().filter(move |_| !is_sorted);
        sorted
            .filter_map(|(name, _)| board.pools.get(name))
            .chain(plain)
    }

    fn numbers(&self, pool: &PoolView) -> Option<&Vec<u32>> {
        let sorted = self.sorted.iter().find(|(name, _)| *name == pool.name);
        sorted
            .map(|(_, numbers)| numbers)
            .filter(|numbers| numbers.len() == pool.workers.len())
    }

    /// The worker at a place of its pool.
    fn worker<'a>(&self, pool: &'a PoolView, place: usize) -> Option<&'a WorkerView> {
        match self.numbers(pool) {
            Some(numbers) => pool.worker(*numbers.get(place)?),
            None => pool.workers.get(place),
        }
    }

    /// The place of a worker in its pool, from 1.
    fn place(&self, pool: &PoolView, number: u32) -> usize {
        self.numbers(pool)
            .and_then(|numbers| numbers.iter().position(|other| *other == number))
            .map_or(number as usize, |place| place + 1)
    }

    fn height(&self, pool: &PoolView) -> usize {
        match pool.workers.len() {
            0 | 1 => 1,
            _ if self.folded.contains(&pool.name) => 1,
            workers => 1 + workers,
        }
    }
}

/// How many rows there are.
pub(crate) fn count(board: &Board, table: &Table) -> usize {
    board.pools.values().map(|pool| table.height(pool)).sum()
}

/// The row at `index`.
pub(crate) fn at(board: &Board, table: &Table, index: usize) -> Option<Row> {
    let mut left = index;
    for pool in table.pools(board) {
        let height = table.height(pool);
        if left >= height {
            left -= height;
            continue;
        }
        return Some(match (pool.workers.as_slice(), left) {
            ([only], _) => Row::Worker(only.id.clone()),
            (_, 0) => Row::Pool(pool.name.clone()),
            (_, place) => Row::Worker(table.worker(pool, place - 1)?.id.clone()),
        });
    }
    None
}

/// Where a row is; a worker in a folded pool is at its pool's row.
pub(crate) fn position(board: &Board, table: &Table, row: &Row) -> Option<usize> {
    let mut before = 0;
    for pool in table.pools(board) {
        let height = table.height(pool);
        if pool.name != *row.pool() {
            before += height;
            continue;
        }
        let inside = match row {
            Row::Worker(id) if height > 1 => table.place(pool, id.number),
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
