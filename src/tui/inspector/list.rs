//! Which messages are listed: those of a scope that a filter lets through, in the order in which the deck saw them.
//!
//! Looks at each message once, when it is new or when scope or filter change: what a frame costs does not depend on how much
//! is kept. Holds places, never messages.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use crate::model::{Board, Direction, Traffic, WorkerId, WorkerView};
use crate::tui::merge::{Found, MOST, Ordered, Sought, place_after};
use crate::tui::rows::Scope;

/// A listed message, or something that was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its place among everything the deck saw.
    pub(crate) order: u64,
    /// Its worker, by its place in the list of workers.
    slot: u32,
    /// Of a reply: its latency in microseconds, or as much as fits.
    latency: Option<u32>,
}

impl Entry {
    /// Of a reply: how late it came.
    pub(crate) fn latency(self) -> Option<Duration> {
        let micros = u64::from(self.latency?);
        Some(Duration::from_micros(micros))
    }
}

/// A worker whose messages are listed.
#[derive(Clone, Debug)]
struct Slot {
    worker: WorkerId,
    /// The place of the oldest message that is kept.
    oldest: u64,
    /// The numbers of its messages that were answered.
    answered: HashSet<u64>,
}

/// The list.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    of: Option<(Scope, String)>,
    slots: Vec<Slot>,
    entries: VecDeque<Entry>,
    /// The place up to which everything was looked at.
    looked: u64,
    /// How many messages had been let go when entries were last weeded out.
    gone: u64,
    /// Whether there were more messages than are looked at.
    is_cut: bool,
}

impl List {
    /// Takes in what is new, and everything anew where scope or filter changed; whether they did.
    pub(crate) fn settle(&mut self, board: &Board, sought: &Sought) -> bool {
        let workers = sought.scope.workers(board);
        let slots = self.slots.iter().map(|slot| &slot.worker);
        let is_same = self.of.as_ref().is_some_and(|(scope, filter)| {
            *scope == sought.scope && filter == sought.filter.in_force()
        }) && slots.eq(workers.iter().map(|worker| &worker.id));
        if !is_same {
            self.begin(sought, &workers);
        }
        self.weed(&workers);
        self.take_new(sought, &workers);
        !is_same
    }

    /// Forgets everything: another board is looked at from now on.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    fn begin(&mut self, sought: &Sought, workers: &[&WorkerView]) {
        let slots = workers.iter().map(|worker| Slot {
            worker: worker.id.clone(),
            oldest: 0,
            answered: HashSet::new(),
        });
        *self = Self {
            of: Some((sought.scope.clone(), sought.filter.in_force().to_owned())),
            slots: slots.collect(),
            ..Self::default()
        };
    }

    /// Takes out what workers' histories have let go of: the oldest each time, others once they are many.
    fn weed(&mut self, workers: &[&WorkerView]) {
        let mut gone = 0;
        for (slot, worker) in self.slots.iter_mut().zip(workers) {
            let oldest = worker.traffic.get(0);
            slot.oldest = oldest.map_or(u64::MAX, Traffic::order);
            gone += worker.traffic.gone();
        }
        let slots = &self.slots;
        let is_kept = |entry: &Entry| {
            let slot = slots.get(entry.slot as usize);
            slot.is_some_and(|slot| entry.order >= slot.oldest)
        };
        while self.entries.front().is_some_and(|entry| !is_kept(entry)) {
            self.entries.pop_front();
        }
        let many = self.entries.len() as u64 / 8 + 64;
        if gone.saturating_sub(self.gone) > many {
            self.entries.retain(is_kept);
            self.gone = gone;
            for (slot, worker) in self.slots.iter_mut().zip(workers) {
                let mut kept = worker.traffic.iter();
                let seq = kept.find_map(|item| match item {
                    Traffic::Message(envelope) => Some(envelope.seq),
                    Traffic::Fault(_) => None,
                });
                slot.answered.retain(|answered| seq <= Some(*answered));
            }
        }
    }

    fn take_new(&mut self, sought: &Sought, workers: &[&WorkerView]) {
        let mut new = Vec::new();
        for (slot, worker) in (0..).zip(workers) {
            let from = place_after(&worker.traffic, self.looked);
            let items = worker.traffic.iter().skip(from);
            new.extend(items.map(|item| (item.order(), slot, *worker, item)));
        }
        let surplus = new.len().saturating_sub(MOST);
        if surplus > 0 {
            self.is_cut = true;
            new.select_nth_unstable_by_key(surplus, |(order, ..)| *order);
            new.drain(..surplus);
        }
        new.sort_unstable_by_key(|(order, ..)| *order);
        for (order, slot, worker, item) in new {
            self.looked = order;
            self.note_answered(slot, item);
            if sought.filter.admits_subject(&item.subject(worker)) {
                let latency = latency(item);
                self.entries.push_back(Entry {
                    order,
                    slot,
                    latency,
                });
            }
        }
        while self.entries.len() > MOST {
            self.is_cut = true;
            self.entries.pop_front();
        }
    }

    fn note_answered(&mut self, slot: u32, item: &Traffic) {
        if let Traffic::Message(envelope) = item
            && let Some(answered) = envelope.answers
            && let Some(slot) = self.slots.get_mut(slot as usize)
        {
            slot.answered.insert(answered);
        }
    }

    /// How many are listed.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether older ones than the oldest listed were not looked at.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The one at a place of the list.
    pub(crate) fn get(&self, place: usize) -> Option<Entry> {
        self.entries.get(place).copied()
    }

    /// Where one is in the list, or where it would be.
    pub(crate) fn find(&self, order: u64) -> Result<usize, usize> {
        self.entries
            .binary_search_by_key(&order, |entry| entry.order)
    }

    /// The `height` ones whose last one is at `bottom`, or the newest ones, oldest first.
    pub(crate) fn window<'a>(
        &self,
        board: &'a Board,
        bottom: Option<u64>,
        height: usize,
    ) -> Vec<Found<'a, Traffic>> {
        let end = match bottom.map(|bottom| self.find(bottom)) {
            None => self.len(),
            Some(Ok(place)) => place + 1,
            Some(Err(place)) => place,
        };
        let end = end.max(height).min(self.len());
        let places = end.saturating_sub(height)..end;
        let entries = places.filter_map(|place| self.get(place));
        entries
            .filter_map(|entry| self.resolve(board, entry))
            .collect()
    }

    /// All of them, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Entry> + '_ {
        self.entries.iter().copied()
    }

    /// The message itself, with its worker, while it is kept.
    pub(crate) fn resolve<'a>(&self, board: &'a Board, entry: Entry) -> Option<Found<'a, Traffic>> {
        let slot = self.slots.get(entry.slot as usize)?;
        let worker = board.worker(&slot.worker)?;
        Some((worker, at(worker, entry.order)?))
    }

    /// Whether a message to a worker was answered.
    pub(crate) fn is_answered(&self, entry: Entry, item: &Traffic) -> bool {
        let slot = self.slots.get(entry.slot as usize);
        matches!(item, Traffic::Message(envelope) if envelope.direction == Direction::Out
            && slot.is_some_and(|slot| slot.answered.contains(&envelope.seq)))
    }
}

/// What a worker's history has at a place among everything the deck saw.
pub(super) fn at(worker: &WorkerView, order: u64) -> Option<&Traffic> {
    let index = place_after(&worker.traffic, order).checked_sub(1)?;
    let item = worker.traffic.get(index)?;
    (item.order() == order).then_some(item)
}

fn latency(item: &Traffic) -> Option<u32> {
    let Traffic::Message(envelope) = item else {
        return None;
    };
    let micros = envelope.latency?.as_micros();
    Some(u32::try_from(micros).unwrap_or(u32::MAX))
}
