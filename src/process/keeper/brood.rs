//! The keeper's children: who is whose, and what signals reach.
//!
//! Owns the table of workers by key and by pid, the reports of their changes, and the hunts for trees that are to be
//! killed. Never talks to the deck; called by the keeper's loop.

use std::collections::{HashMap, HashSet, VecDeque};

use rustix::process::{
    Signal as Raw, WaitOptions, WaitStatus, kill_process, kill_process_group, wait,
};

use crate::model::{Exit, Signal};
use crate::process::census::Census;
use crate::process::keeper::tree::{marked_key, signal_exactly, to_pid};
use crate::process::stat::Stat;
use crate::process::{ProcessKey, Report};

/// How many ended workers are remembered for the sake of what they left behind; the oldest are forgotten.
const MOST_ENDED: usize = 4096;

/// In how many rounds a tree is killed; each finds what was forked during the one before.
const HUNT_ROUNDS: u8 = 40;

/// All workers of one keeper.
#[derive(Debug)]
pub(super) struct Brood {
    keeper: u32,
    pids: HashMap<ProcessKey, u32>,
    keys: HashMap<u32, ProcessKey>,
    ended: VecDeque<(ProcessKey, u32)>,
    hunts: Vec<Hunt>,
}

/// A tree that a signal is to reach.
#[derive(Clone, Copy, Debug)]
struct Hunt {
    key: ProcessKey,
    leader: u32,
    signal: Raw,
    rounds: u8,
}

impl Brood {
    pub(super) fn new() -> Self {
        Self {
            keeper: std::process::id(),
            pids: HashMap::new(),
            keys: HashMap::new(),
            ended: VecDeque::new(),
            hunts: Vec::new(),
        }
    }

    /// Takes a new worker in.
    pub(super) fn adopt(&mut self, key: ProcessKey, pid: u32) {
        self.pids.insert(key, pid);
        self.keys.insert(pid, key);
    }

    /// Reaps every child that ended and tells of every worker that changed. Orphans are only reaped.
    pub(super) fn reap(&mut self, mut report: impl FnMut(Report)) {
        let all = WaitOptions::NOHANG | WaitOptions::UNTRACED | WaitOptions::CONTINUED;
        while let Ok(Some((pid, status))) = wait(all) {
            let pid = pid.as_raw_nonzero().get().unsigned_abs();
            let Some(&key) = self.keys.get(&pid) else {
                continue;
            };
            if status.stopped() {
                report(Report::Suspended { key });
            } else if status.continued() {
                report(Report::Continued { key });
            } else if let Some(exit) = exit_of(status) {
                self.remember(key, pid);
                report(Report::Exited { key, exit });
            }
        }
    }

    /// Signals the group at once, a tree at the next [`hunt`](Self::hunt).
    pub(super) fn signal(&mut self, key: ProcessKey, signal: Signal, tree: bool) {
        let Some(raw) = Raw::from_named_raw(signal.as_raw()) else {
            return;
        };
        // The leader is not reaped yet, or it would not be in the table: its pid is its own.
        let leader = self.pids.get(&key).copied();
        if let Some(pid) = leader.and_then(to_pid)
            && (!tree || raw == Raw::KILL)
            && kill_process_group(pid, raw).is_err()
        {
            // It may have moved to another group.
            let _ = kill_process(pid, raw);
        }
        let known = leader.or_else(|| {
            let ended = self.ended.iter().rev();
            ended
                .clone()
                .find(|(other, _)| *other == key)
                .map(|&(_, pid)| pid)
        });
        if let Some(leader) = known.filter(|_| tree) {
            self.hunts.push(Hunt {
                key,
                leader,
                signal: raw,
                rounds: if raw == Raw::KILL { HUNT_ROUNDS } else { 1 },
            });
        }
    }

    /// Whether a tree waits to be signalled.
    pub(super) fn is_hunting(&self) -> bool {
        !self.hunts.is_empty()
    }

    /// Does one round of all hunts with one walk over the processes.
    pub(super) fn hunt(&mut self) {
        if self.hunts.is_empty() {
            return;
        }
        let census = Census::take();
        let orphans = self.orphans(&census);
        let mut hunts = std::mem::take(&mut self.hunts);
        hunts.retain_mut(|hunt| {
            let prey = self.prey(*hunt, &census, &orphans);
            for stat in &prey {
                signal_exactly(stat, hunt.signal);
            }
            hunt.rounds -= 1;
            hunt.rounds > 0 && !prey.is_empty()
        });
        self.hunts = hunts;
    }

    /// The tree of one worker as it is: the worker while it lives, its orphans, and all their descendants.
    fn prey(
        &self,
        hunt: Hunt,
        census: &Census,
        orphans: &HashMap<ProcessKey, Vec<Stat>>,
    ) -> Vec<Stat> {
        let own: &[Stat] = orphans.get(&hunt.key).map_or(&[], Vec::as_slice);
        let mut roots: Vec<Stat> = own.to_vec();
        if self.keys.get(&hunt.leader) == Some(&hunt.key) {
            let children = census.children_of(self.keeper).iter();
            roots.extend(children.filter(|child| child.pid == hunt.leader));
        }
        let mut prey = census.descendants_of(roots.iter().map(|root| root.pid));
        prey.extend(roots);
        prey.retain(|stat| !stat.is_zombie);
        prey
    }

    /// The keeper's children that are no workers, by the worker they come from: by the mark in their environment, else by
    /// their group.
    fn orphans(&self, census: &Census) -> HashMap<ProcessKey, Vec<Stat>> {
        let ended = self.ended.iter().map(|&(key, pid)| (pid, key));
        let live = self.keys.iter().map(|(&pid, &key)| (pid, key));
        let groups: HashMap<u32, ProcessKey> = ended.chain(live).collect();
        let wanted: HashSet<ProcessKey> = self.hunts.iter().map(|hunt| hunt.key).collect();
        let mut orphans: HashMap<ProcessKey, Vec<Stat>> = HashMap::new();
        for child in census.children_of(self.keeper) {
            if child.is_zombie || self.keys.contains_key(&child.pid) {
                continue;
            }
            let key =
                marked_key(child.pid, self.keeper).or_else(|| groups.get(&child.group).copied());
            if let Some(key) = key.filter(|key| wanted.contains(key)) {
                orphans.entry(key).or_default().push(*child);
            }
        }
        orphans
    }

    fn remember(&mut self, key: ProcessKey, pid: u32) {
        self.keys.remove(&pid);
        self.pids.remove(&key);
        if self.ended.len() == MOST_ENDED {
            self.ended.pop_front();
        }
        self.ended.push_back((key, pid));
    }
}

fn exit_of(status: WaitStatus) -> Option<Exit> {
    if let Some(code) = status.exit_status() {
        return Some(Exit::Code(code));
    }
    status.terminating_signal().map(|signal| Exit::Signal {
        signal: Signal::from_raw(signal),
        // WCOREDUMP of wait(2).
        core: status.as_raw() & 0x80 != 0,
    })
}
