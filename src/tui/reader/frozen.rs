//! The page that is held: its lines, which the histories may let go of, and where lines around them are gone.
//!
//! A hole stays where it was first seen, so that the page stays as it is. Called before each frame and before lines are saved.

use std::ops::Range;

use crate::model::{LogLine, WorkerId, WorkerView};
use crate::tui::reader::item::{Item, Kind, Spot};
use crate::tui::reader::walk;

/// What is on the screen while it is held.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frozen {
    lines: Vec<Kept>,
    holes: Vec<Hole>,
}

/// A line of the page.
#[derive(Clone, Debug)]
struct Kept {
    worker: WorkerId,
    line: LogLine,
    /// How many lines its worker wrote before it.
    number: u64,
}

/// Lines of a worker that are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    worker: WorkerId,
    /// Their numbers among all that the worker wrote.
    numbers: Range<u64>,
    /// Where it is told.
    pub(super) spot: Spot,
}

impl Hole {
    /// What stands in the list.
    pub(super) fn kind(&self) -> Kind<'_> {
        let lines = self.numbers.end.saturating_sub(self.numbers.start);
        if self.numbers.start == 0 {
            Kind::Gone(&self.worker, lines)
        } else {
            Kind::Hole(&self.worker, lines)
        }
    }
}

/// The ends of a page.
#[derive(Clone, Copy)]
struct Page {
    first: Spot,
    last: Spot,
}

/// A worker among those that are shown, and the lines next to a hole of it.
#[derive(Clone, Copy)]
struct Around<'a> {
    slot: usize,
    worker: &'a WorkerView,
    before: Option<&'a Kept>,
    behind: Option<&'a Kept>,
}

impl Frozen {
    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Lets go of everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The lines of the page, oldest first.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&WorkerId, &LogLine)> {
        self.lines.iter().map(|kept| (&kept.worker, &kept.line))
    }

    /// Where lines of a worker are gone.
    pub(super) fn holes<'a>(&'a self, worker: &'a WorkerId) -> impl Iterator<Item = &'a Hole> {
        self.holes.iter().filter(move |hole| hole.worker == *worker)
    }

    /// The page with these items, after the one before it.
    pub(super) fn of(&self, workers: &[&WorkerView], items: &[Item<'_>]) -> Self {
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            return Self::default();
        };
        let page = Page {
            first: first.spot,
            last: last.spot,
        };
        let lines = items.iter().filter_map(|item| match item.kind {
            Kind::Line(id, line) => Some(Kept {
                worker: id.clone(),
                line: line.clone(),
                number: self.number(workers, id, line)?,
            }),
            _ => None,
        });
        let lines: Vec<Kept> = lines.collect();
        let holes = workers.iter().enumerate();
        let holes = holes.flat_map(|(slot, worker)| self.holes_of((slot, worker), &lines, page));
        Self {
            holes: holes.collect(),
            lines,
        }
    }

    fn number(&self, workers: &[&WorkerView], id: &WorkerId, line: &LogLine) -> Option<u64> {
        if let Some(kept) = self.kept(line.order) {
            return Some(kept.number);
        }
        let worker = workers.iter().find(|worker| worker.id == *id)?;
        let (index, _) = walk::line(&worker.logs, line.order)?;
        Some(worker.logs.gone() + index as u64)
    }

    fn kept(&self, order: u64) -> Option<&Kept> {
        self.lines.iter().find(|kept| kept.line.order == order)
    }

    fn holes_of(
        &self,
        (slot, worker): (usize, &WorkerView),
        lines: &[Kept],
        page: Page,
    ) -> Vec<Hole> {
        let gone = worker.logs.gone();
        let own = lines.iter().filter(|kept| kept.worker == worker.id);
        let own: Vec<&Kept> = own.take_while(|kept| kept.number < gone).collect();
        let mut holes = Vec::new();
        let mut before = None;
        let mut start = 0;
        let next = lines
            .iter()
            .find(|kept| kept.worker == worker.id && kept.number >= gone);
        for behind in own.into_iter().map(Some).chain([next]) {
            let end = behind.map_or(gone, |kept| kept.number.min(gone));
            let around = Around {
                slot,
                worker,
                before,
                behind,
            };
            if start < end {
                holes.extend(self.hole(start..end, around, page));
            }
            start = behind.map_or(gone, |kept| kept.number + 1);
            before = behind;
        }
        holes
    }

    /// The hole between two lines of the page, or at one end of it; none where only what filters hide is gone.
    fn hole(&self, numbers: Range<u64>, around: Around<'_>, page: Page) -> Option<Hole> {
        let Around { before, behind, .. } = around;
        let is_within = |hole: &&Hole| {
            hole.numbers.start < numbers.end
                && numbers.start < hole.numbers.end
                && before.is_none_or(|kept| hole.spot > Spot::of(kept.line.order))
                && behind.is_none_or(|kept| hole.spot < Spot::of(kept.line.order))
        };
        let known: Vec<&Hole> = self.holes(&around.worker.id).filter(is_within).collect();
        let was_there = |kept: &Kept| self.kept(kept.line.order).is_some();
        let are_neighbours = before.is_some_and(was_there) && behind.is_some_and(was_there);
        if known.is_empty() && are_neighbours {
            return None;
        }
        let on_page = |hole: &&&Hole| (page.first..=page.last).contains(&hole.spot);
        let told = known.iter().find(on_page).or(known.first());
        let oldest = around.worker.logs.get(0).map_or(0, |line| line.order);
        let spot = match told {
            // It is above the page, and lines of the worker after it are too.
            _ if before.is_none() && oldest <= page.first.order => Spot::before(oldest),
            Some(hole) => hole.spot,
            None => match (before, behind) {
                (Some(_), Some(kept)) => Spot::before(kept.line.order),
                (Some(_), None) => page.below(around.slot),
                (None, None) if oldest > page.last.order => page.below(around.slot),
                (None, _) => page.above(around.slot),
            },
        };
        Some(Hole {
            worker: around.worker.id.clone(),
            numbers,
            spot,
        })
    }
}

impl Page {
    fn above(self, slot: usize) -> Spot {
        Spot::gap(self.first.order.saturating_sub(1), slot)
    }

    fn below(self, slot: usize) -> Spot {
        Spot::gap(self.last.order, slot)
    }
}
