//! Reading processes where there is no `/proc`: through sysinfo.
//!
//! Owns sysinfo's view of all processes. What a process reaped is not told there, so only living ones count.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::model::MonoTime;
use crate::process::ProcessKey;
use crate::process::usage::account::Reading;

/// All descendants of a process, by one walk over every process.
pub fn descendants(pid: u32) -> Vec<u32> {
    let mut walk = Walk::default();
    let readings = walk.read(MonoTime::ZERO, &[(ProcessKey(0), pid)]);
    let pids = readings.into_iter().map(|reading| reading.pid);
    pids.filter(|&other| other != pid).collect()
}

/// Reads workers and their descendants.
#[derive(Debug)]
pub(in crate::process::usage) struct Walk {
    system: Option<System>,
    seen: HashSet<(u32, u64)>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            system: System::new().ok(),
            seen: HashSet::new(),
        }
    }
}

impl Walk {
    /// One pass over the workers with these pids.
    pub(in crate::process::usage) fn read(
        &mut self,
        _now: MonoTime,
        roots: &[(ProcessKey, u32)],
    ) -> Vec<Reading> {
        self.refresh(ProcessesToUpdate::All);
        let Some(system) = &self.system else {
            return Vec::new();
        };
        let owners: HashMap<Pid, ProcessKey> = roots
            .iter()
            .map(|&(key, pid)| (Pid::from_u32(pid), key))
            .collect();
        let processes = system.processes();
        let readings: Vec<Reading> = processes
            .values()
            .filter_map(|process| {
                let ancestors = std::iter::successors(Some(process), |process| {
                    processes.get(&process.parent()?)
                });
                // Longer than any real descent, and an end to circles.
                let owner = ancestors
                    .take(256)
                    .find_map(|ancestor| owners.get(&ancestor.pid()))?;
                Some(reading(process, *owner, &self.seen))
            })
            .collect();
        self.seen = processes.values().map(identity).collect();
        readings
    }

    /// Reads one process without its descendants.
    pub(in crate::process::usage) fn read_one(
        &mut self,
        owner: ProcessKey,
        pid: u32,
    ) -> Option<Reading> {
        let pid = Pid::from_u32(pid);
        self.refresh(ProcessesToUpdate::Some(&[pid]));
        let process = self.system.as_ref()?.process(pid)?;
        Some(reading(process, owner, &self.seen))
    }

    fn refresh(&mut self, which: ProcessesToUpdate<'_>) {
        let wanted = ProcessRefreshKind::nothing().with_cpu().with_memory();
        if let Some(system) = &mut self.system {
            system.refresh_processes_specifics(which, true, wanted);
        }
    }
}

fn identity(process: &Process) -> (u32, u64) {
    (process.pid().as_u32(), process.start_time())
}

fn reading(process: &Process, owner: ProcessKey, seen: &HashSet<(u32, u64)>) -> Reading {
    Reading {
        owner,
        pid: process.pid().as_u32(),
        parent: process.parent().map_or(0, Pid::as_u32),
        start: process.start_time(),
        own: Duration::from_millis(process.accumulated_cpu_time()),
        reaped: Duration::ZERO,
        memory_bytes: process.memory(),
        is_new: !seen.contains(&identity(process)),
    }
}
