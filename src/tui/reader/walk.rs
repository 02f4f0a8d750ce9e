//! Through the lines of several workers in the order in which the deck saw them, down to the oldest or up to the newest.
//!
//! Looks only at what is asked for: the place in each history is found by bisection.

use std::collections::BinaryHeap;

use std::cmp::Reverse;

use crate::model::{LogLine, Ring, Weigh, WorkerView};

/// A line on the way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step<'a> {
    /// The place of its worker among those that are gone through.
    pub(crate) slot: usize,
    /// Its place in the worker's history.
    pub(crate) index: usize,
    /// The line.
    pub(crate) line: &'a LogLine,
}

/// From newer to older lines.
#[derive(Debug)]
pub(crate) struct Down<'a> {
    rings: Vec<&'a Ring<LogLine>>,
    heads: BinaryHeap<(u64, usize, usize)>,
}

impl<'a> Down<'a> {
    /// Begins with the newest line up to and with place `upto`.
    pub(crate) fn from(workers: &[&'a WorkerView], upto: u64) -> Self {
        let rings: Vec<_> = workers.iter().map(|worker| &worker.logs).collect();
        let mut heads = BinaryHeap::new();
        for (slot, ring) in rings.iter().enumerate() {
            let end = first(ring, |line| line.order > upto);
            if let Some(index) = end.checked_sub(1)
                && let Some(line) = ring.get(index)
            {
                heads.push((line.order, slot, index));
            }
        }
        Self { rings, heads }
    }
}

impl<'a> Iterator for Down<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let (_, slot, index) = self.heads.pop()?;
        let ring: &'a Ring<LogLine> = self.rings.get(slot)?;
        if let Some(before) = index.checked_sub(1)
            && let Some(line) = ring.get(before)
        {
            self.heads.push((line.order, slot, before));
        }
        ring.get(index).map(|line| Step { slot, index, line })
    }
}

/// From older to newer lines.
#[derive(Debug)]
pub(crate) struct Up<'a> {
    rings: Vec<&'a Ring<LogLine>>,
    heads: BinaryHeap<Reverse<(u64, usize, usize)>>,
}

impl<'a> Up<'a> {
    /// Begins with the oldest line from place `from` on.
    pub(crate) fn from(workers: &[&'a WorkerView], from: u64) -> Self {
        let rings: Vec<_> = workers.iter().map(|worker| &worker.logs).collect();
        let mut heads = BinaryHeap::new();
        for (slot, ring) in rings.iter().enumerate() {
            let index = first(ring, |line| line.order >= from);
            if let Some(line) = ring.get(index) {
                heads.push(Reverse((line.order, slot, index)));
            }
        }
        Self { rings, heads }
    }
}

impl<'a> Iterator for Up<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let Reverse((_, slot, index)) = self.heads.pop()?;
        let ring: &'a Ring<LogLine> = self.rings.get(slot)?;
        if let Some(line) = ring.get(index + 1) {
            self.heads.push(Reverse((line.order, slot, index + 1)));
        }
        ring.get(index).map(|line| Step { slot, index, line })
    }
}

/// The index of the first item of which something is true that is true of all items after it too.
pub(crate) fn first<T: Weigh>(ring: &Ring<T>, is_true: impl Fn(&T) -> bool) -> usize {
    let (mut low, mut high) = (0, ring.len());
    while low < high {
        let middle = low.midpoint(high);
        if ring.get(middle).is_some_and(&is_true) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The line with a place.
pub(crate) fn line(ring: &Ring<LogLine>, order: u64) -> Option<(usize, &LogLine)> {
    let index = first(ring, |line| line.order >= order);
    let found = ring.get(index).filter(|line| line.order == order)?;
    Some((index, found))
}
