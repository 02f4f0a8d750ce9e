//! What was read and not taken yet: bounded in bytes, so that a worker that floods a parent which does not look meets a full
//! channel and not the parent's memory.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::process::exchange::Received;
use crate::wire::{Fault, Frame};

/// What an item costs beside its text.
const OVERHEAD: usize = 64;

/// How many batches wait at the most; the room in bytes ends first.
const MOST_BATCHES: usize = 1 << 16;

/// What one read brought, and the room that it takes until it is taken.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) items: Vec<Result<Received, Fault>>,
    _room: OwnedSemaphorePermit,
}

/// The filling end.
#[derive(Clone, Debug)]
pub(super) struct Inbox {
    batches: mpsc::Sender<Batch>,
    room: Arc<Semaphore>,
    limit: u32,
}

/// The same for faults of writing; it does not keep the inbox open: its end is the end of what is read.
#[derive(Clone, Debug)]
pub(super) struct WeakInbox {
    batches: mpsc::WeakSender<Batch>,
    room: Arc<Semaphore>,
    limit: u32,
}

impl WeakInbox {
    /// The inbox while something is read.
    pub(super) fn upgrade(&self) -> Option<Inbox> {
        Some(Inbox {
            batches: self.batches.upgrade()?,
            room: Arc::clone(&self.room),
            limit: self.limit,
        })
    }
}

/// An inbox for so many bytes; a batch that is larger fills it alone.
pub(super) fn inbox(limit: usize) -> (Inbox, mpsc::Receiver<Batch>) {
    let (batches, taken) = mpsc::channel(MOST_BATCHES);
    let limit = u32::try_from(limit).unwrap_or(u32::MAX).max(1);
    let room = Arc::new(Semaphore::new(limit as usize));
    let inbox = Inbox {
        batches,
        room,
        limit,
    };
    (inbox, taken)
}

impl Inbox {
    /// One that does not keep it open.
    pub(super) fn downgrade(&self) -> WeakInbox {
        WeakInbox {
            batches: self.batches.downgrade(),
            room: Arc::clone(&self.room),
            limit: self.limit,
        }
    }

    /// Waits for room and puts in what is a receiver's. Without a receiver it is let go.
    pub(super) async fn put(&self, frames: Vec<Frame>, bytes: usize) {
        let items: Vec<_> = frames.into_iter().filter_map(Received::of).collect();
        if items.is_empty() || self.batches.is_closed() {
            return;
        }
        let cost = u32::try_from(bytes + items.len() * OVERHEAD).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room);
        let permit = tokio::select! {
            permit = room.acquire_many_owned(cost.min(self.limit)) => permit,
            () = self.batches.closed() => return,
        };
        let Ok(permit) = permit else {
            unreachable!("nobody closes the room");
        };
        // A receiver that is gone wants nothing.
        let _ = self
            .batches
            .send(Batch {
                items,
                _room: permit,
            })
            .await;
    }
}
