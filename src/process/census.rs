//! Who descends from whom.
//!
//! Owns one walk over `/proc`. Never signals; called by the keeper and by usage.

use std::collections::{HashMap, HashSet};

use crate::process::stat::Stat;

/// All processes at one moment, by parent.
#[derive(Debug)]
pub(crate) struct Census {
    children: HashMap<u32, Vec<Stat>>,
}

impl Census {
    /// Reads `/proc`: some 10 µs for each process of the system.
    pub(crate) fn take() -> Self {
        Self::from_stats(Stat::read_all())
    }

    fn from_stats(stats: Vec<Stat>) -> Self {
        let mut children: HashMap<u32, Vec<Stat>> = HashMap::new();
        for stat in stats {
            children.entry(stat.parent).or_default().push(stat);
        }
        Self { children }
    }

    /// The children of a process.
    pub(crate) fn children_of(&self, pid: u32) -> &[Stat] {
        self.children.get(&pid).map_or(&[], Vec::as_slice)
    }

    /// All descendants of the given processes, without those, parents first.
    pub(crate) fn descendants_of(&self, roots: impl IntoIterator<Item = u32>) -> Vec<Stat> {
        let mut seen: HashSet<u32> = HashSet::new();
        let mut found: Vec<Stat> = Vec::new();
        let mut open: Vec<u32> = roots.into_iter().collect();
        while let Some(pid) = open.pop() {
            for child in self.children_of(pid) {
                // Readings of different moments can form a circle.
                if seen.insert(child.pid) {
                    found.push(*child);
                    open.push(child.pid);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(pid: u32, parent: u32) -> Stat {
        Stat {
            pid,
            parent,
            group: pid,
            session: 1,
            is_zombie: false,
            start: 1,
            own_ticks: 0,
            reaped_ticks: 0,
            resident_pages: 0,
        }
    }

    #[test]
    fn descendants_are_found_at_any_depth_and_in_circles() {
        let census = Census::from_stats(vec![
            stat(2, 1),
            stat(3, 2),
            stat(4, 3),
            stat(5, 1),
            stat(6, 7),
            stat(7, 6),
        ]);

        let mut pids: Vec<u32> = census
            .descendants_of([2])
            .iter()
            .map(|stat| stat.pid)
            .collect();
        pids.sort_unstable();

        assert_eq!(pids, [3, 4]);
        assert_eq!(census.descendants_of([6]).len(), 2);
        assert!(census.descendants_of([99]).is_empty());
    }
}
