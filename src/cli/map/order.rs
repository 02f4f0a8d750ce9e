//! Results put back into the order of their jobs.
//!
//! Holds what came early; how much is bounded by who gives the jobs, which asks [`Order::first`] and [`Order::bytes`].

use std::collections::VecDeque;

/// Results whose turn is still to come.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The job whose turn it is.
    first: u64,
    /// What is known of it and those after it.
    slots: VecDeque<Slot>,
    bytes: usize,
}

#[derive(Debug)]
enum Slot {
    /// The job has not ended.
    Open,
    /// It ended, and this is printed: its result with a newline, or nothing.
    Ended(Box<[u8]>),
}

impl Order {
    /// The job whose turn it is; all before it were printed.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// How many bytes of results wait for their turn.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes a job's line, empty for none, and prints all whose turn it is. Each job ends once.
    pub(super) fn put(&mut self, job: u64, line: &[u8], out: &mut Vec<u8>) {
        let Some(ahead) = job.checked_sub(self.first) else {
            return;
        };
        let ahead = usize::try_from(ahead).unwrap_or(usize::MAX);
        if ahead > 0 {
            while self.slots.len() <= ahead {
                self.slots.push_back(Slot::Open);
            }
            if let Some(slot) = self.slots.get_mut(ahead) {
                *slot = Slot::Ended(line.into());
                self.bytes += line.len();
            }
            return;
        }
        out.extend_from_slice(line);
        self.slots.pop_front();
        self.first += 1;
        while let Some(Slot::Ended(_)) = self.slots.front() {
            if let Some(Slot::Ended(line)) = self.slots.pop_front() {
                out.extend_from_slice(&line);
                self.bytes -= line.len();
            }
            self.first += 1;
        }
    }

    /// Prints all that waits; the jobs that it waited for will not end.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        self.first += self.slots.len() as u64;
        for slot in self.slots.drain(..) {
            if let Slot::Ended(line) = slot {
                out.extend_from_slice(&line);
            }
        }
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_comes_early_waits_for_its_turn() {
        let mut order = Order::default();
        let mut out = Vec::new();

        order.put(2, b"c\n", &mut out);
        order.put(1, b"", &mut out);
        assert_eq!(
            (out.as_slice(), order.first(), order.bytes()),
            (&b""[..], 0, 2)
        );
        order.put(0, b"a\n", &mut out);
        assert_eq!(out, b"a\nc\n");
        assert_eq!((order.first(), order.bytes()), (3, 0));
        order.put(3, b"d\n", &mut out);
        assert_eq!(out, b"a\nc\nd\n");
    }

    #[test]
    fn what_waits_in_vain_is_printed_in_the_end() {
        let mut order = Order::default();
        let mut out = Vec::new();
        order.put(3, b"d\n", &mut out);
        order.put(1, b"b\n", &mut out);

        order.flush(&mut out);

        assert_eq!(out, b"b\nd\n");
        assert_eq!((order.first(), order.bytes()), (4, 0));
    }

    proptest! {
        #[test]
        fn any_order_of_ends_prints_one_order(ends in Just((0..50_u64).collect::<Vec<_>>()).prop_shuffle()) {
            let mut order = Order::default();
            let mut out = Vec::new();
            for job in ends {
                let line = if job % 7 == 0 { String::new() } else { format!("{job}\n") };
                order.put(job, line.as_bytes(), &mut out);
            }

            let wanted: Vec<String> = (0..50).filter(|job| job % 7 != 0).map(|job| format!("{job}\n")).collect();
            prop_assert_eq!(String::from_utf8(out).unwrap(), wanted.concat());
            prop_assert_eq!(order.bytes(), 0);
        }
    }
}
