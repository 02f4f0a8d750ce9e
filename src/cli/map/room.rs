//! How much of standard input is in hand, in bytes: from the line that was read to the end of its job.
//!
//! Owns when reading has to wait. `feed` takes room for its lines, `flow` gives it back.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Room for a number of bytes, shared by the thread that reads and the loop of the map.
#[derive(Clone, Debug)]
pub(super) struct Room(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    used: Mutex<usize>,
    freed: Condvar,
}

impl Room {
    /// Room for so many bytes. An empty one takes any one batch.
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Shared {
            most,
            used: Mutex::new(0),
            freed: Condvar::new(),
        }))
    }

    /// Waits until there is room for so many bytes, and takes it.
    pub(super) fn take(&self, bytes: usize) {
        let Shared { most, used, freed } = &*self.0;
        let used = used.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |used: &mut usize| *used > 0 && used.saturating_add(bytes) > *most;
        let waited = freed.wait_while(used, is_full);
        let mut used = waited.unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_add(bytes);
    }

    /// Gives back room that was taken.
    pub(super) fn give_back(&self, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let mut used = self.0.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_sub(bytes);
        drop(used);
        self.0.freed.notify_one();
    }
}
