//! Reading processes on Linux: only those that matter.
//!
//! Owns what is known of every pid: whose it is, or that it is nobody's. A pid that is nobody's is not read again until
//! all are looked at anew, so a pass costs one listing of `/proc` and some 10 µs for each worker's process.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::model::MonoTime;
use crate::process::ProcessKey;
use crate::process::census::Census;
use crate::process::stat::{Stat, pids};
use crate::process::usage::account::Reading;

/// How often also those are read that were nobody's: their pids may be others' by now.
const LEARN_EVERY: Duration = Duration::from_secs(10);

/// All descendants of a process, by one walk over every process: some 10 µs for each.
pub fn descendants(pid: u32) -> Vec<u32> {
    let found = Census::take().descendants_of([pid]);
    found.into_iter().map(|stat| stat.pid).collect()
}

/// Reads workers and their descendants.
#[derive(Debug, Default)]
pub(in crate::process::usage) struct Walk {
    known: HashMap<u32, Known>,
    learned: Option<MonoTime>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    start: u64,
    owner: Option<ProcessKey>,
}

/// What one pass knows.
struct Pass {
    roots: HashMap<u32, ProcessKey>,
    keys: HashSet<ProcessKey>,
    stats: HashMap<u32, Stat>,
}

impl Walk {
    /// One pass over the workers with these pids.
    pub(in crate::process::usage) fn read(
        &mut self,
        now: MonoTime,
        roots: &[(ProcessKey, u32)],
    ) -> Vec<Reading> {
        let mut pass = Pass {
            roots: roots.iter().map(|&(key, pid)| (pid, key)).collect(),
            keys: roots.iter().map(|&(key, _)| key).collect(),
            stats: HashMap::new(),
        };
        let is_learning = self
            .learned
            .is_none_or(|learned| now.since(learned) >= LEARN_EVERY);
        if is_learning {
            self.learned = Some(now);
        }
        let mut order = Vec::new();
        let mut kept = HashMap::new();
        for pid in pids() {
            match self.known.get(&pid) {
                Some(known)
                    if known.owner.is_none() && !is_learning && !pass.roots.contains_key(&pid) =>
                {
                    kept.insert(pid, *known);
                }
                _ => {
                    if let Some(stat) = Stat::read(pid) {
                        order.push(pid);
                        pass.stats.insert(pid, stat);
                    }
                }
            }
        }
        let readings = order
            .iter()
            .filter_map(|pid| self.attribute(*pid, &pass, &mut kept))
            .collect();
        self.known = kept;
        readings
    }

    /// Reads one process without its descendants.
    #[expect(
        clippy::unused_self,
        reason = "other systems need what they read before"
    )]
    pub(in crate::process::usage) fn read_one(
        &mut self,
        owner: ProcessKey,
        pid: u32,
    ) -> Option<Reading> {
        Stat::read(pid).map(|stat| reading(&stat, owner, false))
    }

    fn attribute(&self, pid: u32, pass: &Pass, kept: &mut HashMap<u32, Known>) -> Option<Reading> {
        let stat = pass.stats.get(&pid)?;
        let before = self
            .known
            .get(&pid)
            .filter(|known| known.start == stat.start);
        let owner = self.owner_of(*stat, pass);
        let known = Known {
            start: stat.start,
            owner,
        };
        kept.insert(pid, known);
        owner.map(|owner| reading(stat, owner, before.is_none()))
    }

    /// Whose a process is: a worker's own, by what was known, by its parents, by its group.
    fn owner_of(&self, stat: Stat, pass: &Pass) -> Option<ProcessKey> {
        let mut current = stat;
        // Longer than any real descent; a circle is possible, for parents are read at different moments.
        for _ in 0..256 {
            if let Some(&key) = pass.roots.get(&current.pid) {
                return Some(key);
            }
            let known = self
                .known
                .get(&current.pid)
                .filter(|known| known.start == current.start);
            if let Some(key) = known.and_then(|known| known.owner)
                && pass.keys.contains(&key)
            {
                return Some(key);
            }
            if let Some(&key) = pass.roots.get(&current.group) {
                return Some(key);
            }
            current = *pass.stats.get(&current.parent)?;
        }
        None
    }
}

fn reading(stat: &Stat, owner: ProcessKey, is_new: bool) -> Reading {
    let tick = Duration::from_secs(1)
        / u32::try_from(rustix::param::clock_ticks_per_second())
            .unwrap_or(100)
            .max(1);
    let time = |ticks: u64| tick.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX));
    Reading {
        owner,
        pid: stat.pid,
        parent: stat.parent,
        start: stat.start,
        own: time(stat.own_ticks),
        reaped: time(stat.reaped_ticks),
        memory_bytes: stat
            .resident_pages
            .saturating_mul(rustix::param::page_size() as u64),
        is_new,
    }
}
