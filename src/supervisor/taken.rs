//! What the kernel took lately, to tell what a process that is gone never read.
//!
//! Bounded by constants here. Never knows the messages themselves; called by `mailbox`.

use std::collections::VecDeque;

/// The sizes of messages that the kernel took lately, in runs of equal ones. Forgets the oldest ones beyond a bound:
/// they are the likeliest to have been read.
#[derive(Debug, Default)]
pub(super) struct Taken {
    runs: VecDeque<Run>,
    bytes: u64,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    size: u64,
    count: u64,
    counts: bool,
}

impl Taken {
    /// More than a socket's buffer ever holds.
    const MOST_BYTES: u64 = 16 << 20;
    const MOST_RUNS: usize = 4096;

    /// The kernel took a message; whether it is counted when it is lost.
    pub(super) fn note(&mut self, bytes: usize, counts: bool) {
        let size = bytes as u64;
        self.bytes += size;
        match self.runs.back_mut() {
            Some(run) if run.size == size && run.counts == counts => run.count += 1,
            _ => self.runs.push_back(Run {
                size,
                count: 1,
                counts,
            }),
        }
        if self.bytes > Self::MOST_BYTES || self.runs.len() > Self::MOST_RUNS {
            self.forget();
        }
    }

    fn forget(&mut self) {
        if self.runs.len() > Self::MOST_RUNS
            && let Some(run) = self.runs.pop_front()
        {
            self.bytes -= run.size * run.count;
        }
        while self.bytes > Self::MOST_BYTES && self.runs.len() > 1 {
            let Some(run) = self.runs.front_mut() else {
                return;
            };
            let excess = (self.bytes - Self::MOST_BYTES).div_ceil(run.size);
            let forgotten = excess.min(run.count);
            run.count -= forgotten;
            self.bytes -= forgotten * run.size;
            if run.count == 0 {
                self.runs.pop_front();
            }
        }
    }

    /// How many of the newest messages fill `bytes`; one that is only touched counts.
    pub(super) fn newest(&self, bytes: u64) -> u64 {
        let mut left = bytes;
        let mut messages = 0;
        for run in self.runs.iter().rev() {
            let count = left.div_ceil(run.size).min(run.count);
            left = left.saturating_sub(count * run.size);
            if run.counts {
                messages += count;
            }
        }
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_messages_are_the_unread_ones() {
        let mut taken = Taken::default();
        taken.note(10, true);
        taken.note(10, true);
        taken.note(27, false);
        taken.note(5, true);

        assert_eq!(taken.newest(0), 0);
        assert_eq!(taken.newest(5), 1);
        assert_eq!(taken.newest(5 + 27), 1, "an internal one is not counted");
        assert_eq!(taken.newest(5 + 27 + 1), 2);
        assert_eq!(taken.newest(u64::MAX), 3);
    }

    #[test]
    fn what_the_kernel_took_is_remembered_within_bounds() {
        let mut taken = Taken::default();
        for size in 0..10_000 {
            taken.note(1 + size % 2, true);
        }
        assert_eq!(taken.runs.len(), Taken::MOST_RUNS);
        for size in 0..100 {
            taken.note((1 << 20) + size, true);
        }
        assert!(taken.bytes <= Taken::MOST_BYTES);
        let held: u64 = taken.runs.iter().map(|run| run.size * run.count).sum();
        assert_eq!(taken.bytes, held);
    }
}
