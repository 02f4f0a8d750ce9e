//! Which rows the workers table has, which one is selected, and whose traffic the panes show.
//!
//! A pool of one is one row; others have a row of their own and, unfolded, one for each worker. Rows are counted, never
//! gathered: a deck of a thousand workers costs a frame no more than what it shows.

use std::collections::HashSet;

use crate::model::{Board, PoolName, PoolView, WorkerId, WorkerView};

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

/// Which pools show only their own row.
pub(crate) type Folded = HashSet<PoolName>;

fn height(pool: &PoolView, folded: &Folded) -> usize {
    match pool.workers.len() {
        0 | 1 => 1,
        _ if folded.contains(&pool.name) => 1,
        workers => 1 + workers,
    }
}

/// How many rows there are.
pub(crate) fn count(board: &Board, folded: &Folded) -> usize {
    board.pools.values().map(|pool| height(pool, folded)).sum()
}

/// The row at `index`.
pub(crate) fn at(board: &Board, folded: &Folded, index: usize) -> Option<Row> {
    let mut left = index;
    for pool in board.pools.values() {
        let height = height(pool, folded);
        if left >= height {
            left -= height;
            continue;
        }
        return Some(match (pool.workers.as_slice(), left) {
            ([only], _) => Row::Worker(only.id.clone()),
            (_, 0) => Row::Pool(pool.name.clone()),
            (workers, place) => Row::Worker(workers.get(place - 1)?.id.clone()),
        });
    }
    None
}

/// Where a row is; a worker in a folded pool is at its pool's row.
pub(crate) fn position(board: &Board, folded: &Folded, row: &Row) -> Option<usize> {
    let mut before = 0;
    for pool in board.pools.values() {
        if pool.name != *row.pool() {
            before += height(pool, folded);
            continue;
        }
        let inside = match row {
            Row::Worker(id) if height(pool, folded) > 1 => id.number as usize,
            _ => 0,
        };
        return Some(before + inside.min(height(pool, folded) - 1));
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
