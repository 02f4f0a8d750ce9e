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
    used: Mutex<Used>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Used {
    bytes: usize,
    /// Whether somebody waits for room: telling nobody costs a system call too.
    is_awaited: bool,
}

impl Room {
    /// Room for so many bytes. An empty one takes any one batch.
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Shared {
            most,
            used: Mutex::default(),
            freed: Condvar::new(),
        }))
    }

    /// Waits until there is room for so many bytes, and takes it.
    pub(super) fn take(&self, bytes: usize) {
        let Shared { most, used, freed } = &*self.0;
        let used = used.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = freed.wait_while(used, |used| {
            used.is_awaited = used.bytes > 0 && used.bytes.saturating_add(bytes) > *most;
            used.is_awaited
        });
        let mut used = waited.unwrap_or_else(PoisonError::into_inner);
        used.bytes = used.bytes.saturating_add(bytes);
    }

    /// Gives back room that was taken.
    pub(super) fn give_back(&self, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let mut used = self.0.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.bytes = used.bytes.saturating_sub(bytes);
        let is_awaited = used.is_awaited;
        drop(used);
        if is_awaited {
            self.0.freed.notify_one();
        }
    }
}
