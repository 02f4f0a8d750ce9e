//! The lines that filters and a search let through, looked for in steps.
//!
//! Remembers places, not lines: down from the newest line as far as it got, and all that came since. What it remembers of
//! lines that are gone is forgotten a little later. Called before each frame and by keys.

use std::collections::VecDeque;

use crate::model::{LogLine, Ring, WorkerId, WorkerView};
use crate::tui::filter::Filter;
use crate::tui::reader::frozen::Frozen;
use crate::tui::reader::narrowed::Narrowed;
use crate::tui::reader::text::visible;
use crate::tui::reader::walk::{self, Down};

/// How many of the lines that came since the last step one step looks at.
const FRESH: usize = 50_000;

/// From how many finds on those of lines that are gone may stay for a while.
const MANY: usize = 4096;

/// What is looked for.
#[derive(Debug, Default)]
struct Wanted {
    /// What narrows the lines.
    narrowed: Narrowed,
    /// What is searched for in what is left.
    search: Filter,
}

impl Wanted {
    fn is_open(&self) -> bool {
        self.narrowed.is_open() && self.search.is_empty()
    }

    fn admits(&self, lines: &Ring<LogLine>, index: usize, line: &LogLine) -> bool {
        self.is_found(line) && self.narrowed.admits(lines, index, line)
    }

    fn is_found(&self, line: &LogLine) -> bool {
        self.search.is_empty() || self.search.admits(&visible(&line.bytes))
    }
}

/// A line that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Its place among everything the deck saw.
    pub(crate) order: u64,
    /// The place of its worker among those that are looked at.
    slot: usize,
}

/// What was let through so far.
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    wanted: Wanted,
    workers: Vec<WorkerId>,
    /// Of each worker the newest line that was looked at.
    newest: Vec<u64>,
    /// All lines from here on were looked at.
    frontier: u64,
    is_done: bool,
    is_behind: bool,
    hits: VecDeque<Hit>,
    /// The places of hits that only the page that is held has still.
    held: Vec<u64>,
    gone: u64,
}

impl Sieve {
    /// Looks for something else, or in other workers' lines, if it is something else or if they are others.
    pub(crate) fn want(
        &mut self,
        narrowed: &Narrowed,
        search: Option<&Filter>,
        workers: &[&WorkerView],
    ) {
        let are_same = self.workers.len() == workers.len()
            && self.workers.iter().zip(workers).all(|(a, b)| *a == b.id);
        let is_searched = match search {
            Some(search) => *search == self.wanted.search,
            None => self.wanted.search.is_empty(),
        };
        if are_same && is_searched && *narrowed == self.wanted.narrowed {
            return;
        }
        let wanted = Wanted {
            narrowed: narrowed.clone(),
            search: search.cloned().unwrap_or_default(),
        };
        let last = |worker: &&WorkerView| worker.logs.last().map_or(0, |line| line.order);
        *self = Self {
            workers: workers.iter().map(|worker| worker.id.clone()).collect(),
            newest: workers.iter().map(last).collect(),
            frontier: u64::MAX,
            is_done: wanted.is_open(),
            wanted,
            ..Self::default()
        };
    }

    /// Whether everything is let through, so that there is nothing to remember.
    pub(crate) fn is_open(&self) -> bool {
        self.wanted.is_open()
    }

    /// Whether there are lines that were not looked at.
    pub(crate) fn is_searching(&self) -> bool {
        !self.is_open() && (!self.is_done || self.is_behind)
    }

    /// Whether all lines from a place on were looked at.
    pub(crate) fn has_looked_from(&self, order: u64) -> bool {
        self.is_done || self.frontier <= order
    }

    /// What was let through, oldest first; some of it may be gone.
    pub(crate) fn hits(&self) -> &VecDeque<Hit> {
        &self.hits
    }

    /// How many of what was let through stand before a place.
    pub(crate) fn before(&self, order: u64) -> usize {
        self.hits.partition_point(|hit| hit.order < order)
    }

    /// Looks at the lines that came and at up to `most` older ones.
    pub(crate) fn advance(&mut self, workers: &[&WorkerView], most: usize) {
        if self.is_open() {
            return;
        }
        self.forget(workers);
        self.look_at_fresh(workers);
        if !self.is_done {
            self.look_back(workers, most);
        }
    }

    /// Forgets what only the page that was held had still.
    pub(crate) fn let_go(&mut self) {
        for order in std::mem::take(&mut self.held) {
            let at = self.before(order);
            if self.hits.get(at).is_some_and(|hit| hit.order == order) {
                self.hits.remove(at);
            }
        }
    }

    /// Looks at lines of the page that is held and that the histories let go of. Filters let them through already.
    pub(crate) fn look_at_held(&mut self, frozen: &Frozen, workers: &[&WorkerView]) {
        for (id, line) in frozen.lines() {
            let order = line.order;
            let slot = self.workers.iter().position(|worker| worker == id);
            let Some(slot) = slot.filter(|_| self.has_looked_from(order)) else {
                continue;
            };
            let oldest = workers.get(slot).and_then(|worker| worker.logs.get(0));
            let is_kept = oldest.is_some_and(|oldest| oldest.order <= order);
            let at = self.before(order);
            let is_known = self.hits.get(at).is_some_and(|hit| hit.order == order);
            if is_kept || is_known || !self.wanted.is_found(line) {
                continue;
            }
            self.hits.insert(at, Hit { order, slot });
            self.held.push(order);
        }
    }

    fn forget(&mut self, workers: &[&WorkerView]) {
        let gone: u64 = workers.iter().map(|worker| worker.logs.gone()).sum();
        let lost = gone.abs_diff(self.gone);
        let is_little = self.hits.len() >= MANY && lost < self.hits.len() as u64 / 8;
        if lost == 0 || is_little {
            return;
        }
        self.gone = gone;
        self.hits.retain(|hit| {
            let oldest = workers.get(hit.slot).and_then(|one| one.logs.get(0));
            oldest.is_some_and(|oldest| oldest.order <= hit.order)
        });
    }

    fn look_at_fresh(&mut self, workers: &[&WorkerView]) {
        let mut left = FRESH;
        let mut is_sorted = true;
        for (slot, (worker, newest)) in workers.iter().zip(&mut self.newest).enumerate() {
            let start = walk::first(&worker.logs, |line| line.order > *newest);
            for index in (start..worker.logs.len()).take(left) {
                let Some(line) = worker.logs.get(index) else {
                    break;
                };
                left -= 1;
                *newest = line.order;
                // Lines below the frontier are met on the way back.
                let is_here = self.is_done || line.order >= self.frontier;
                if is_here && self.wanted.admits(&worker.logs, index, line) {
                    let order = line.order;
                    is_sorted &= self.hits.back().is_none_or(|last| last.order < order);
                    self.hits.push_back(Hit { order, slot });
                }
            }
        }
        self.is_behind = left == 0;
        if !is_sorted {
            self.hits.make_contiguous().sort_by_key(|hit| hit.order);
        }
    }

    fn look_back(&mut self, workers: &[&WorkerView], most: usize) {
        let Some(upto) = self.frontier.checked_sub(1) else {
            self.is_done = true;
            return;
        };
        let mut down = Down::from(workers, upto);
        for _ in 0..most {
            let Some(step) = down.next() else {
                self.is_done = true;
                return;
            };
            self.frontier = step.line.order;
            let lines = workers.get(step.slot).map(|worker| &worker.logs);
            if lines.is_some_and(|lines| self.wanted.admits(lines, step.index, step.line)) {
                self.hits.push_front(Hit {
                    order: step.line.order,
                    slot: step.slot,
                });
            }
        }
    }

    /// The line of a hit, unless it is gone.
    pub(crate) fn line<'a>(
        workers: &[&'a WorkerView],
        hit: Hit,
    ) -> Option<(&'a WorkerView, &'a LogLine)> {
        let worker = *workers.get(hit.slot)?;
        walk::line(&worker.logs, hit.order).map(|(_, line)| (worker, line))
    }
}

#[cfg(test)]
#[path = "sieve_tests.rs"]
mod tests;
