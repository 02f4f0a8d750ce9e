//! The list as it is shown: lines that are let through and what is told between them, by place.
//!
//! Looks only at what is asked for. Called by what moves through the list and by what draws it.

use crate::model::{LogLine, Note, Ring, WorkerView};
use crate::tui::reader::item::{Item, Kind, Spot, note_text};
use crate::tui::reader::level::Level;
use crate::tui::reader::sieve::{Hit, Sieve};
use crate::tui::reader::state::Reader;
use crate::tui::reader::walk::{self, Down, Up};

/// The list of these workers.
#[derive(Debug)]
pub(crate) struct List<'a> {
    workers: Vec<&'a WorkerView>,
    reader: &'a Reader,
}

impl<'a> List<'a> {
    /// The list of what the reader lets through of these workers.
    pub(crate) fn new(workers: Vec<&'a WorkerView>, reader: &'a Reader) -> Self {
        Self { workers, reader }
    }

    /// Whose it is.
    pub(crate) fn workers(&self) -> &[&'a WorkerView] {
        &self.workers
    }

    /// The newest `most` items up to a place, oldest first.
    pub(crate) fn above(&self, upto: Spot, most: usize) -> Vec<Item<'a>> {
        let mut items = self.lines_above(upto.order, most);
        let low = match items.first() {
            Some(first) if items.len() >= most => first.spot,
            _ => Spot::default(),
        };
        self.told(low, upto, most, true, &mut items);
        items.sort_by_key(|item| item.spot);
        items.split_off(items.len().saturating_sub(most))
    }

    /// The oldest `most` items from a place on, oldest first.
    pub(crate) fn below(&self, from: Spot, most: usize) -> Vec<Item<'a>> {
        let order = if from.after == 0 {
            from.order
        } else {
            from.order.saturating_add(1)
        };
        let mut items = self.lines_below(order, most);
        let high = match items.last() {
            Some(last) if items.len() >= most => last.spot,
            _ => Spot::END,
        };
        self.told(from, high, most, false, &mut items);
        items.sort_by_key(|item| item.spot);
        items.truncate(most);
        items
    }

    /// The newest item.
    pub(crate) fn newest(&self) -> Option<Item<'a>> {
        self.above(Spot::END, 1).pop()
    }

    /// How serious an item says it is.
    pub(crate) fn level(&self, item: &Item<'_>) -> Option<Level> {
        let Kind::Line(id, line) = item.kind else {
            return None;
        };
        let worker = self.workers.iter().find(|worker| worker.id == *id);
        match worker.and_then(|worker| Some((worker, walk::line(&worker.logs, line.order)?))) {
            Some((worker, (index, _))) => Level::within(&worker.logs, index),
            None => Level::of(&line.bytes),
        }
    }

    fn lines_above(&self, upto: u64, most: usize) -> Vec<Item<'a>> {
        let mut items: Vec<Item<'a>> = if self.reader.sieve.is_open() {
            let down = Down::from(&self.workers, upto);
            down.take(most)
                .filter_map(|step| Some(line(self.workers.get(step.slot)?, step.line)))
                .collect()
        } else {
            let hits = self.reader.sieve.hits();
            let end = self.reader.sieve.before(upto.saturating_add(1));
            let hits = hits.range(..end).rev();
            hits.filter_map(|hit| self.hit(*hit)).take(most).collect()
        };
        items.reverse();
        self.add_frozen(&mut items, |order| order <= upto);
        items.split_off(items.len().saturating_sub(most))
    }

    fn lines_below(&self, from: u64, most: usize) -> Vec<Item<'a>> {
        let mut items: Vec<Item<'a>> = if self.reader.sieve.is_open() {
            let up = Up::from(&self.workers, from);
            up.take(most)
                .filter_map(|step| Some(line(self.workers.get(step.slot)?, step.line)))
                .collect()
        } else {
            let hits = self.reader.sieve.hits();
            let hits = hits.range(self.reader.sieve.before(from)..);
            hits.filter_map(|hit| self.hit(*hit)).take(most).collect()
        };
        self.add_frozen(&mut items, |order| order >= from);
        items.truncate(most);
        items
    }

    fn hit(&self, hit: Hit) -> Option<Item<'a>> {
        let (worker, found) = Sieve::line(&self.workers, hit)?;
        Some(line(worker, found))
    }

    /// Adds lines that are on the screen and gone from the histories.
    fn add_frozen(&self, items: &mut Vec<Item<'a>>, is_wanted: impl Fn(u64) -> bool) {
        let frozen = &self.reader.frozen;
        if frozen.is_empty() {
            return;
        }
        let wanted = frozen.lines().filter(|(_, line)| is_wanted(line.order));
        items.extend(wanted.map(|(id, line)| Item {
            spot: Spot::of(line.order),
            kind: Kind::Line(id, line),
        }));
        items.sort_by_key(|item| item.spot);
        items.dedup_by_key(|item| item.spot);
    }

    /// Adds what is told between two places: at least the `most` of it that are nearest to one end.
    fn told(&self, low: Spot, high: Spot, most: usize, is_last: bool, items: &mut Vec<Item<'a>>) {
        let range = low..=high;
        for worker in &self.workers {
            self.notes(worker, (low, high), most, is_last, items);
            let gone = worker.logs.gone();
            if !self.reader.frozen.is_empty() {
                let holes = self.reader.frozen.holes(&worker.id);
                items.extend(
                    holes
                        .filter(|hole| range.contains(&hole.spot))
                        .map(|hole| Item {
                            spot: hole.spot,
                            kind: hole.kind(),
                        }),
                );
            } else if let Some(oldest) = worker.logs.get(0)
                && gone > 0
                && range.contains(&Spot::before(oldest.order))
            {
                items.push(Item {
                    spot: Spot::before(oldest.order),
                    kind: Kind::Gone(&worker.id, gone),
                });
            }
        }
        let marks = self.reader.marks.iter();
        let marks = marks.map(|mark| Item {
            spot: mark.spot,
            kind: Kind::Mark(mark.at),
        });
        items.extend(marks.filter(|mark| range.contains(&mark.spot)));
        if let Some(left) = &self.reader.left
            && range.contains(&left.spot)
            && self.has_lines_after(left.spot)
        {
            items.push(Item {
                spot: left.spot,
                kind: Kind::Left(left.at),
            });
        }
    }

    fn notes(
        &self,
        worker: &'a WorkerView,
        (low, high): (Spot, Spot),
        most: usize,
        is_last: bool,
        items: &mut Vec<Item<'a>>,
    ) {
        let notes: &'a Ring<Note> = &worker.notes;
        let start = walk::first(notes, |note| Spot::of_note(note) >= low);
        let end = walk::first(notes, |note| Spot::of_note(note) > high);
        let (start, end) = if is_last {
            (start.max(end.saturating_sub(most)), end)
        } else {
            (start, end.min(start.saturating_add(most)))
        };
        let narrowed = &self.reader.narrowed;
        for note in (start..end).filter_map(|index| notes.get(index)) {
            let is_shown = narrowed.is_open()
                || narrowed.admits_note(&note.what, &note_text(&worker.id, &note.what));
            if is_shown {
                items.push(Item {
                    spot: Spot::of_note(note),
                    kind: Kind::Note(&worker.id, note),
                });
            }
        }
    }

    fn has_lines_after(&self, spot: Spot) -> bool {
        let newest = |worker: &&WorkerView| worker.logs.last().map(|line| line.order);
        let newest = self.workers.iter().filter_map(newest).max();
        newest.is_some_and(|newest| newest > spot.order)
    }
}

fn line<'a>(worker: &'a WorkerView, line: &'a LogLine) -> Item<'a> {
    Item {
        spot: Spot::of(line.order),
        kind: Kind::Line(&worker.id, line),
    }
}
