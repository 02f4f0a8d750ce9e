//! Several workers' histories as one, by their place among everything the deck saw.
//!
//! Looks only at what is asked for: finds the place in each history by bisection and merges from there. Called by `update`
//! to move, and by the panes to draw.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::model::{Board, LogLine, Ring, Traffic, Weigh, WorkerView};
use crate::tui::filter::{Filter, Subject};
use crate::tui::rows::Scope;

/// What has a place among everything the deck saw.
pub(crate) trait Ordered: Weigh {
    /// The place.
    fn order(&self) -> u64;
    /// What a filter looks at.
    fn subject<'a>(&'a self, worker: &'a WorkerView) -> Subject<'a>;
    /// A worker's history of it.
    fn ring(worker: &WorkerView) -> &Ring<Self>
    where
        Self: Sized;
}

impl Ordered for Traffic {
    fn order(&self) -> u64 {
        Self::order(self)
    }

    fn subject<'a>(&'a self, worker: &'a WorkerView) -> Subject<'a> {
        match self {
            Self::Message(envelope) => Subject::message(&worker.id, envelope),
            Self::Fault(fault) => Subject::fault(&worker.id, fault),
        }
    }

    fn ring(worker: &WorkerView) -> &Ring<Self> {
        &worker.traffic
    }
}

impl Ordered for LogLine {
    fn order(&self) -> u64 {
        self.order
    }

    fn subject<'a>(&'a self, worker: &'a WorkerView) -> Subject<'a> {
        Subject {
            worker: Some(&worker.id),
            ..Subject::text(&self.bytes)
        }
    }

    fn ring(worker: &WorkerView) -> &Ring<Self> {
        &worker.logs
    }
}

/// How many items are looked at for those that a filter lets through: a frame must not wait for more.
pub(crate) const MOST: usize = 100_000;

/// What a pane shows: whose, and what of it.
#[derive(Clone, Debug)]
pub(crate) struct Sought {
    /// Whose.
    pub(crate) scope: Scope,
    /// What it must contain.
    pub(crate) filter: Filter,
}

impl Sought {
    /// Whether an item of a worker is let through.
    fn admits<T: Ordered>(&self, worker: &WorkerView, item: &T) -> bool {
        self.filter.admits_subject(&item.subject(worker))
    }
}

/// An item with the worker it belongs to.
pub(crate) type Found<'a, T> = (&'a WorkerView, &'a T);

/// The newest `count` items up to and with place `upto`, oldest first.
pub(crate) fn until<'a, T: Ordered>(
    board: &'a Board,
    sought: &Sought,
    upto: Option<u64>,
    count: usize,
) -> Vec<Found<'a, T>> {
    let mut heads = BinaryHeap::new();
    let workers = sought.scope.workers(board);
    for (place, worker) in workers.iter().enumerate() {
        let ring = T::ring(worker);
        let end = upto.map_or(ring.len(), |upto| place_after(ring, upto));
        if let Some(item) = end.checked_sub(1).and_then(|last| ring.get(last)) {
            heads.push((item.order(), place, end - 1));
        }
    }
    let mut found = Vec::with_capacity(count.min(1024));
    let mut looked = 0;
    while found.len() < count
        && looked < MOST
        && let Some((_, place, index)) = heads.pop()
    {
        let Some(worker) = workers.get(place) else {
            continue;
        };
        looked += 1;
        let ring = T::ring(worker);
        let item = ring.get(index);
        let item = item.filter(|item| sought.admits(worker, *item));
        found.extend(item.map(|item| (*worker, item)));
        if let Some(item) = index.checked_sub(1).and_then(|before| ring.get(before)) {
            heads.push((item.order(), place, index - 1));
        }
    }
    found.reverse();
    found
}

/// The oldest `count` items after place `after`, oldest first.
pub(crate) fn since<'a, T: Ordered>(
    board: &'a Board,
    sought: &Sought,
    after: u64,
    count: usize,
) -> Vec<Found<'a, T>> {
    let mut heads = BinaryHeap::new();
    let workers = sought.scope.workers(board);
    for (place, worker) in workers.iter().enumerate() {
        let index = place_after(T::ring(worker), after);
        if let Some(item) = T::ring(worker).get(index) {
            heads.push(Reverse((item.order(), place, index)));
        }
    }
    let mut found = Vec::with_capacity(count.min(1024));
    let mut looked = 0;
    while found.len() < count
        && looked < MOST
        && let Some(Reverse((_, place, index))) = heads.pop()
    {
        let Some(worker) = workers.get(place) else {
            continue;
        };
        looked += 1;
        let ring = T::ring(worker);
        let item = ring.get(index);
        let item = item.filter(|item| sought.admits(worker, *item));
        found.extend(item.map(|item| (*worker, item)));
        if let Some(item) = ring.get(index + 1) {
            heads.push(Reverse((item.order(), place, index + 1)));
        }
    }
    found
}

/// The `height` items that a pane shows whose last one is at `bottom`, or the newest ones.
pub(crate) fn window<'a, T: Ordered>(
    board: &'a Board,
    sought: &Sought,
    bottom: Option<u64>,
    height: usize,
) -> Vec<Found<'a, T>> {
    let mut found = until(board, sought, bottom, height);
    if let Some(bottom) = bottom
        && found.len() < height
    {
        found.extend(since(board, sought, bottom, height - found.len()));
    }
    found
}

/// The index of the first item after place `order`.
pub(crate) fn place_after<T: Ordered>(ring: &Ring<T>, order: u64) -> usize {
    let (mut low, mut high) = (0, ring.len());
    while low < high {
        let middle = low.midpoint(high);
        match ring.get(middle) {
            Some(item) if item.order() <= order => low = middle + 1,
            _ => high = middle,
        }
    }
    low
}
