//! The measuring of all workers in one pass.

use crate::model::MonoTime;
use crate::process::ProcessKey;
use crate::process::usage::Machine;
use crate::process::usage::account::{Account, ProcessUse, Reading};
use crate::process::usage::system::Walk;

/// What a worker and its descendants use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// Of one core since the measurement before, in percent: from 0 to 100 times the cores. `None` at the first one.
    pub cpu_percent: Option<f32>,
    /// Resident memory, in bytes; pages shared among processes count for each.
    pub memory_bytes: u64,
}

/// Measures workers, one measurement against the one before.
#[derive(Debug)]
pub struct Usage {
    machine: Machine,
    walk: Walk,
    workers: Account,
    own: Account,
}

impl Default for Usage {
    fn default() -> Self {
        Self::new()
    }
}

impl Usage {
    /// Begins; nothing is read yet but the machine's size.
    pub fn new() -> Self {
        Self {
            machine: Machine::read(),
            walk: Walk::default(),
            workers: Account::default(),
            own: Account::default(),
        }
    }

    /// Cores and memory of the machine.
    pub fn machine(&self) -> Machine {
        self.machine
    }

    /// Measures the workers with these pids and all their descendants; those that are gone are left out. A descendant stays
    /// its worker's when its parents are gone; one that lost them before it was seen, and left the group too, is missed.
    pub fn measure(
        &mut self,
        now: MonoTime,
        roots: &[(ProcessKey, u32)],
    ) -> Vec<(ProcessKey, Measured)> {
        let readings = self.walk.read(now, roots);
        self.workers.settle(now, self.machine.cores, &readings)
    }

    /// What each process used, of the newest measurement; once.
    pub fn take_uses(&mut self) -> Vec<ProcessUse> {
        self.workers.take_uses()
    }

    /// Measures this process and `others` (the keeper), without descendants, as one.
    pub fn measure_self(&mut self, now: MonoTime, others: &[u32]) -> Measured {
        let owner = ProcessKey(0);
        let pids = others.iter().copied().chain([std::process::id()]);
        let readings: Vec<Reading> = pids
            .filter_map(|pid| self.walk.read_one(owner, pid))
            // What it reaped are workers, and those are measured apart.
            .map(|reading| Reading {
                reaped: std::time::Duration::ZERO,
                ..reading
            })
            .collect();
        let measured = self.own.settle(now, self.machine.cores, &readings);
        measured
            .first()
            .map(|(_, measured)| *measured)
            .unwrap_or_default()
    }
}

#[cfg(all(test, target_os = "linux"))]
#[path = "measure_tests.rs"]
mod tests;
