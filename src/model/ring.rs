//! A bounded history: the newest items, limited by count and by weight.

use std::collections::VecDeque;
use std::collections::vec_deque::Iter;

use crate::model::{Envelope, Exited, LogLine};

/// How many bytes of memory an item holds, about.
pub trait Weigh {
    /// The item's weight in bytes, its own struct included.
    fn weight(&self) -> usize;
}

impl Weigh for LogLine {
    fn weight(&self) -> usize {
        size_of::<Self>() + self.bytes.len()
    }
}

impl Weigh for Envelope {
    fn weight(&self) -> usize {
        size_of::<Self>() + self.bytes
    }
}

impl Weigh for Exited {
    fn weight(&self) -> usize {
        size_of::<Self>() + self.cause.len()
    }
}

/// The newest items, at most `capacity` of them and at most `bytes` of weight; older ones are let go and counted. The
/// newest item is always kept.
#[derive(Clone, Debug)]
pub struct Ring<T> {
    items: VecDeque<T>,
    capacity: usize,
    bytes: usize,
    weight: usize,
    gone: u64,
}

impl<T: Weigh> Ring<T> {
    /// An empty history with these limits.
    pub fn new(capacity: usize, bytes: usize) -> Self {
        Self {
            items: VecDeque::new(),
            capacity,
            bytes,
            weight: 0,
            gone: 0,
        }
    }

    /// Adds the newest item and lets go of what no longer fits.
    pub fn push(&mut self, item: T) {
        self.weight += item.weight();
        self.items.push_back(item);
        while self.items.len() > 1 && (self.items.len() > self.capacity || self.weight > self.bytes)
        {
            let Some(oldest) = self.items.pop_front() else {
                break;
            };
            self.weight = self.weight.saturating_sub(oldest.weight());
            self.gone += 1;
        }
    }

    /// Changes the limit of the weight, letting go of what no longer fits.
    pub fn limit(&mut self, bytes: usize) {
        self.bytes = bytes;
        while self.items.len() > 1 && self.weight > self.bytes {
            let Some(oldest) = self.items.pop_front() else {
                break;
            };
            self.weight = self.weight.saturating_sub(oldest.weight());
            self.gone += 1;
        }
    }

    /// How many items were let go.
    pub fn gone(&self) -> u64 {
        self.gone
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The items, oldest first.
    pub fn iter(&self) -> Iter<'_, T> {
        self.items.iter()
    }

    /// The item at `index`, counted from the oldest.
    pub fn get(&self, index: usize) -> Option<&T> {
        self.items.get(index)
    }

    /// The newest item, to be changed in ways that leave its weight as it is.
    pub(crate) fn last_mut(&mut self) -> Option<&mut T> {
        self.items.back_mut()
    }

    /// The newest item.
    pub fn last(&self) -> Option<&T> {
        self.items.back()
    }
}

impl<'a, T: Weigh> IntoIterator for &'a Ring<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for Vec<u8> {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    #[test]
    fn the_newest_items_are_kept_within_both_limits() {
        let mut ring = Ring::new(3, 10);
        for length in [1, 2, 3, 4] {
            ring.push(vec![0; length]);
        }
        assert_eq!(ring.iter().map(Vec::len).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(ring.gone(), 1);

        ring.push(vec![0; 100]);
        assert_eq!(ring.iter().map(Vec::len).collect::<Vec<_>>(), [100]);
        assert_eq!(ring.gone(), 4);
    }
}
