//! Maps by ids that the deck has made itself.
//!
//! Such ids are random or counted, so a hash that nobody can aim at is not needed, and a cheap one does.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::jobs::dice::mix;

/// A map by ids that were counted or drawn, such as [`JobId`](crate::model::JobId).
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Folds an id's bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        mix(self.0)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = self.0.rotate_left(23) ^ word;
    }
}
