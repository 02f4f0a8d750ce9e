//! Which workers wait for a process, so that no more than a few are made at once.
//!
//! Owns the line, in config order, and the count of outstanding spawns. Called by `machine` at the end of each step.

use std::collections::BTreeSet;

use crate::supervisor::turn::Slot;

/// How many processes are being made at once at the most.
pub(super) const OUTSTANDING: usize = 32;

/// What is booked for a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Booking {
    /// Nothing.
    #[default]
    None,
    /// A place in the line.
    Queued,
    /// A process that is being made.
    Asked,
}

/// The line and the count.
#[derive(Debug, Default)]
pub(super) struct Spawns {
    queued: BTreeSet<Slot>,
    asked: usize,
}

impl Spawns {
    /// Changes what is booked for a worker.
    pub(super) fn rebook(&mut self, slot: Slot, before: Booking, now: Booking) {
        match before {
            Booking::None => {}
            Booking::Queued => _ = self.queued.remove(&slot),
            Booking::Asked => self.asked -= 1,
        }
        match now {
            Booking::None => {}
            Booking::Queued => _ = self.queued.insert(slot),
            Booking::Asked => self.asked += 1,
        }
    }

    /// The next worker that may have a process made.
    pub(super) fn next(&self) -> Option<Slot> {
        if self.asked >= OUTSTANDING {
            return None;
        }
        self.queued.first().copied()
    }

    /// How many stand in line, and how many are being made. For the oracle.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.queued.len(), self.asked)
    }
}
