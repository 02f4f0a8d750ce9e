//! From readings to shares of the CPU.
//!
//! Owns the arithmetic: a pure function of readings and time. The CPU time of a child moves to its parent when it is
//! reaped, so what was counted while the child lived is taken off there; what is reaped elsewhere is simply over.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::model::MonoTime;
use crate::process::ProcessKey;
use crate::process::usage::Measured;

/// One process of a worker at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) owner: ProcessKey,
    pub(super) pid: u32,
    pub(super) parent: u32,
    /// With the pid it names the process for good.
    pub(super) start: u64,
    /// CPU time of its own.
    pub(super) own: Duration,
    /// CPU time of what it reaped.
    pub(super) reaped: Duration,
    pub(super) memory_bytes: u64,
    /// Whether it was born since the measurement before.
    pub(super) is_new: bool,
}

/// What one process of a worker uses, alone.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessUse {
    /// Whose it is.
    pub owner: ProcessKey,
    /// The process.
    pub pid: u32,
    /// Its parent.
    pub parent: u32,
    /// Of one core since the measurement before, in percent; none where there was none.
    pub cpu_percent: Option<f32>,
    /// CPU time that it used in its life.
    pub cpu_time: Duration,
    /// Its resident memory, in bytes.
    pub memory_bytes: u64,
}

/// The readings of the measurement before.
#[derive(Debug, Default)]
pub(super) struct Account {
    last: HashMap<u32, Reading>,
    measured: HashMap<ProcessKey, MonoTime>,
    uses: Vec<ProcessUse>,
}

#[derive(Debug, Default)]
struct Sum {
    used: Duration,
    memory_bytes: u64,
}

impl Account {
    /// Takes all readings of one moment; the answer is in the order of the workers' first readings.
    pub(super) fn settle(
        &mut self,
        now: MonoTime,
        cores: usize,
        readings: &[Reading],
    ) -> Vec<(ProcessKey, Measured)> {
        let counted = self.counted_elsewhere(readings);
        let mut order = Vec::new();
        let mut sums: HashMap<ProcessKey, Sum> = HashMap::new();
        for reading in readings {
            let sum = sums.entry(reading.owner).or_insert_with(|| {
                order.push(reading.owner);
                Sum::default()
            });
            sum.memory_bytes = sum.memory_bytes.saturating_add(reading.memory_bytes);
            sum.used += self.used_since(reading, &counted);
        }
        let earlier = std::mem::take(&mut self.measured);
        let uses = readings
            .iter()
            .map(|one| self.used_alone(one, earlier.get(&one.owner).copied(), now, cores));
        self.uses = uses.collect();
        self.measured = order.iter().map(|&key| (key, now)).collect();
        self.last = readings
            .iter()
            .map(|reading| (reading.pid, *reading))
            .collect();
        order
            .into_iter()
            .filter_map(|key| {
                let sum = sums.get(&key)?;
                let measured = Measured {
                    cpu_percent: earlier
                        .get(&key)
                        .and_then(|&at| percent(sum.used, now.since(at), cores)),
                    memory_bytes: sum.memory_bytes,
                };
                Some((key, measured))
            })
            .collect()
    }

    /// What each process used, of the newest measurement; once.
    pub(super) fn take_uses(&mut self) -> Vec<ProcessUse> {
        std::mem::take(&mut self.uses)
    }

    fn used_alone(
        &self,
        reading: &Reading,
        earlier: Option<MonoTime>,
        now: MonoTime,
        cores: usize,
    ) -> ProcessUse {
        let before = self.last.get(&reading.pid);
        let before = before.filter(|before| before.start == reading.start);
        let share = before.zip(earlier).and_then(|(before, at)| {
            let used = reading.own.saturating_sub(before.own);
            percent(used, now.since(at), cores)
        });
        ProcessUse {
            owner: reading.owner,
            pid: reading.pid,
            parent: reading.parent,
            cpu_percent: share,
            cpu_time: reading.own,
            memory_bytes: reading.memory_bytes,
        }
    }

    fn used_since(&self, reading: &Reading, counted: &HashMap<u32, Duration>) -> Duration {
        let before = self
            .last
            .get(&reading.pid)
            .filter(|before| before.start == reading.start);
        match before {
            Some(before) => {
                let reaped = reading.reaped.saturating_sub(before.reaped);
                let counted = counted.get(&reading.pid).copied().unwrap_or_default();
                reading.own.saturating_sub(before.own) + reaped.saturating_sub(counted)
            }
            None if reading.is_new => reading.own + reading.reaped,
            None => Duration::ZERO,
        }
    }

    /// The time of processes that are gone, by the nearest ancestor that is left: it was counted while they lived.
    fn counted_elsewhere(&self, readings: &[Reading]) -> HashMap<u32, Duration> {
        let present: HashSet<(u32, u64)> = readings
            .iter()
            .map(|reading| (reading.pid, reading.start))
            .collect();
        let is_gone = |reading: &&Reading| !present.contains(&(reading.pid, reading.start));
        let mut counted: HashMap<u32, Duration> = HashMap::new();
        for gone in self.last.values().filter(is_gone) {
            let mut heir = gone.parent;
            // A circle is impossible in one reading, but readings are of different moments.
            for _ in 0..64 {
                match self.last.get(&heir).filter(is_gone) {
                    Some(parent) => heir = parent.parent,
                    None => break,
                }
            }
            *counted.entry(heir).or_default() += gone.own + gone.reaped;
        }
        counted
    }
}

/// Never negative, never more than the machine has; `None` when no time has passed.
fn percent(used: Duration, elapsed: Duration, cores: usize) -> Option<f32> {
    if elapsed.is_zero() {
        return None;
    }
    let most = 100.0 * f32::from(u16::try_from(cores).unwrap_or(u16::MAX));
    Some((100.0 * used.div_duration_f32(elapsed)).min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: ProcessKey = ProcessKey(1);

    fn reading(pid: u32, parent: u32, own: u64, reaped: u64, is_new: bool) -> Reading {
        Reading {
            owner: KEY,
            pid,
            parent,
            start: 1,
            own: Duration::from_millis(own),
            reaped: Duration::from_millis(reaped),
            memory_bytes: 10,
            is_new,
        }
    }

    fn at(seconds: u64) -> MonoTime {
        MonoTime::from_start(Duration::from_secs(seconds))
    }

    fn cpu(account: &mut Account, seconds: u64, readings: &[Reading]) -> Option<f32> {
        let measured = account.settle(at(seconds), 2, readings);
        assert_eq!(measured.len(), 1);
        let share = measured[0].1.cpu_percent;
        share.map(|percent| (10.0 * percent).round() / 10.0)
    }

    #[test]
    fn the_first_sample_has_no_share_and_the_second_has() {
        let mut account = Account::default();

        assert_eq!(cpu(&mut account, 1, &[reading(5, 1, 700, 0, true)]), None);
        assert_eq!(
            cpu(&mut account, 3, &[reading(5, 1, 1700, 0, false)]),
            Some(50.0)
        );
        assert_eq!(cpu(&mut account, 3, &[reading(5, 1, 1700, 0, false)]), None);
    }

    #[test]
    fn a_child_counts_once_though_its_time_moves_to_its_parent() {
        let mut account = Account::default();
        cpu(&mut account, 0, &[reading(5, 1, 0, 0, true)]);

        let with_child = [reading(5, 1, 0, 0, false), reading(6, 5, 300, 0, true)];
        assert_eq!(cpu(&mut account, 1, &with_child), Some(30.0));
        let reaped = [reading(5, 1, 0, 500, false)];
        assert_eq!(cpu(&mut account, 2, &reaped), Some(20.0));
    }

    #[test]
    fn a_whole_branch_that_is_reaped_counts_once() {
        let mut account = Account::default();
        let all = [
            reading(5, 1, 0, 0, true),
            reading(6, 5, 100, 0, true),
            reading(7, 6, 400, 0, true),
        ];
        cpu(&mut account, 0, &all);

        let share = cpu(&mut account, 1, &[reading(5, 1, 0, 500, false)]);

        assert_eq!(share, Some(0.0));
    }

    #[test]
    fn a_share_is_never_negative_nor_beyond_the_cores() {
        let mut account = Account::default();
        cpu(&mut account, 0, &[reading(5, 1, 900, 900, true)]);
        assert_eq!(
            cpu(&mut account, 1, &[reading(5, 1, 0, 0, false)]),
            Some(0.0)
        );
        assert_eq!(
            cpu(&mut account, 2, &[reading(5, 1, 9_000, 0, false)]),
            Some(200.0)
        );
    }

    #[test]
    fn what_was_there_before_it_was_noticed_is_no_burst() {
        let mut account = Account::default();
        cpu(&mut account, 0, &[reading(5, 1, 0, 0, true)]);

        let noticed = [reading(5, 1, 0, 0, false), reading(6, 1, 60_000, 0, false)];

        assert_eq!(cpu(&mut account, 1, &noticed), Some(0.0));
    }

    #[test]
    fn a_recycled_pid_starts_anew() {
        let mut account = Account::default();
        cpu(&mut account, 0, &[reading(5, 1, 100, 0, true)]);
        let mut other = reading(5, 1, 200, 0, true);
        other.start = 2;

        assert_eq!(cpu(&mut account, 1, &[other]), Some(20.0));
    }
}
