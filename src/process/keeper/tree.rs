//! Who descends from whom, and how a whole tree is signalled or ended.
//!
//! Owns the walk over `/proc` by parent pid and the rule that a recycled pid is never hit: a process is signalled
//! through a pidfd after its start time was compared. Called by the keeper, and by the deck when the keeper died.

use std::collections::HashSet;

use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, WaitOptions, kill_process_group, pidfd_open,
    pidfd_send_signal, waitid, waitpid,
};

use crate::process::ProcessKey;
use crate::process::census::Census;
use crate::process::stat::{Stat, own_children};

/// The variable by which a process is known as descendant of one worker when its parents are gone; the keeper sets it
/// to `KEEPER-PID.KEY`.
pub(super) const MARK: &str = "FORKDECK_PROCESS";

/// The worker whose descendant a process was born as, by the mark in its environment.
pub(super) fn marked_key(pid: u32, keeper: u32) -> Option<ProcessKey> {
    let environment = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let prefix = format!("{MARK}={keeper}.");
    let value = environment
        .split(|&byte| byte == 0)
        .find_map(|entry| entry.strip_prefix(prefix.as_bytes()))?;
    std::str::from_utf8(value)
        .ok()?
        .parse()
        .ok()
        .map(ProcessKey)
}

/// Sends a signal to exactly the process that was read, or to nobody.
pub(super) fn signal_exactly(stat: &Stat, signal: Signal) {
    let Some(pid) = to_pid(stat.pid) else {
        return;
    };
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else {
        return;
    };
    if Stat::read(stat.pid).is_some_and(|now| now.start == stat.start) {
        let _ = pidfd_send_signal(process, signal);
    }
}

/// A pid of `/proc` as the calls take it.
pub(super) fn to_pid(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// Ends all descendants of this process, one round at a time. Nothing can escape for ever: this process is their
/// subreaper, so whatever loses its parent becomes its child.
#[derive(Debug)]
pub(super) struct Extermination {
    /// The session whose groups hold descendants only.
    session: u32,
    /// Children that were there before, by pid and start, and are nobody's business.
    spared: HashSet<(u32, u64)>,
    round: u32,
}

/// The round from which on everything is first held still: only a tree that forks faster than it is walked lives so long.
const HOLD_FROM: u32 = 3;

impl Extermination {
    /// Prepares to end every descendant but the `spared` children; `session` is the keeper's.
    pub(super) fn new(session: u32, spared: HashSet<(u32, u64)>) -> Self {
        Self {
            session,
            spared,
            round: 0,
        }
    }

    /// Signals and reaps all that is found; `true` when nothing was left to find.
    pub(super) fn strike(&mut self) -> bool {
        self.round += 1;
        if self.round >= HOLD_FROM {
            self.chase();
            self.hold();
        }
        let found = self.find();
        self.kill(&found);
        let own = std::process::id();
        for child in found.iter().filter(|stat| stat.parent == own) {
            reap(child.pid);
        }
        found.is_empty() && self.has_no_child()
    }

    /// Whether no child is left but spared ones. Every descendant hangs on a child of this process, so the kernel's word
    /// counts; a walk can miss one that is just being born.
    fn has_no_child(&self) -> bool {
        let looks = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        if matches!(waitid(WaitId::All, looks), Err(Errno::CHILD)) {
            return true;
        }
        let is_spared = |pid: &u32| self.spared.iter().any(|(spared, _)| spared == pid);
        !self.spared.is_empty() && (0..3).all(|_| own_children().iter().all(is_spared))
    }

    /// How many rounds there were.
    pub(super) fn rounds(&self) -> u32 {
        self.round
    }

    fn find(&self) -> Vec<Stat> {
        let census = Census::take();
        let own = std::process::id();
        let mine: Vec<Stat> = census
            .children_of(own)
            .iter()
            .filter(|child| !self.spared.contains(&(child.pid, child.start)))
            .copied()
            .collect();
        let mut found = census.descendants_of(mine.iter().map(|child| child.pid));
        found.extend(mine);
        found
    }

    /// Whole groups first: that is one step no fork can slip through. A group is known to hold descendants only by its
    /// session.
    fn kill(&self, found: &[Stat]) {
        let pids: HashSet<u32> = found.iter().map(|stat| stat.pid).collect();
        let groups: HashSet<u32> = found
            .iter()
            .filter(|stat| stat.session == self.session || pids.contains(&stat.session))
            .map(|stat| stat.group)
            .filter(|&group| group != self.session)
            .collect();
        for group in groups.into_iter().filter_map(to_pid) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        for stat in found.iter().filter(|stat| !stat.is_zombie) {
            signal_exactly(stat, Signal::KILL);
        }
    }

    /// Stops everything until two walks in a row find the same.
    fn hold(&self) {
        let mut held: HashSet<(u32, u64)> = HashSet::new();
        for _ in 0..20 {
            let fresh: Vec<Stat> = self
                .find()
                .into_iter()
                .filter(|stat| !stat.is_zombie && held.insert((stat.pid, stat.start)))
                .collect();
            if fresh.is_empty() {
                return;
            }
            for stat in &fresh {
                signal_exactly(stat, Signal::STOP);
            }
        }
    }

    /// Kills direct children as fast as can be, for those that fork and end in one breath: each heir becomes a child.
    fn chase(&self) {
        let spared: HashSet<u32> = self.spared.iter().map(|&(pid, _)| pid).collect();
        for _ in 0..500 {
            let children = own_children();
            let mut others = children
                .iter()
                .filter(|pid| !spared.contains(pid))
                .peekable();
            if others.peek().is_none() {
                return;
            }
            for pid in others {
                // A child's pid is not given away before this process reaps it.
                if let Some(child) = to_pid(*pid) {
                    let _ = rustix::process::kill_process(child, Signal::KILL);
                }
                reap(*pid);
            }
        }
    }
}

fn reap(child: u32) {
    if let Some(pid) = to_pid(child) {
        let _ = waitpid(Some(pid), WaitOptions::NOHANG);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recycled_pid_is_not_hit() {
        let mut child = std::process::Command::new("sleep")
            .arg("100")
            .spawn()
            .unwrap();
        let mut stat = Stat::read(child.id()).unwrap();
        stat.start += 1;

        signal_exactly(&stat, Signal::KILL);
        assert!(child.try_wait().unwrap().is_none());

        stat.start -= 1;
        signal_exactly(&stat, Signal::KILL);
        assert!(!child.wait().unwrap().success());
    }
}
