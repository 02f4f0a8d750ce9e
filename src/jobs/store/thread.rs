//! The thread on which a store writes, so that nobody else waits for the disk.

use std::any::Any;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::jobs::Record;
use crate::jobs::store::{Store, StoreError};

/// A store on a thread of its own. Dropping it lets the batches that were handed over be written, and waits for that.
pub struct StoreThread {
    batches: Option<SyncSender<Vec<Record>>>,
    thread: Option<JoinHandle<()>>,
}

/// What became of one batch.
#[derive(Debug)]
pub struct Committed {
    /// The batch, given back after an error; empty after a success.
    pub batch: Vec<Record>,
    /// Whether it is kept.
    pub result: Result<(), StoreError>,
}

impl StoreThread {
    /// Starts the thread. `done` is called on it after each batch, in order; it must not panic.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        store: Box<dyn Store>,
        done: impl FnMut(Committed) + Send + 'static,
    ) -> io::Result<Self> {
        let (batches, taken) = sync_channel(1);
        let thread = Builder::new()
            .name("store".to_owned())
            .spawn(move || serve(store, &taken, done))?;
        Ok(Self {
            batches: Some(batches),
            thread: Some(thread),
        })
    }

    /// Hands over one batch. One is to be under way at the most: with a second one waiting, a third waits here.
    pub fn commit(&self, batch: Vec<Record>) {
        if let Some(batches) = &self.batches {
            // The thread takes batches for as long as this lives.
            batches.send(batch).ok();
        }
    }
}

impl StoreThread {
    /// Lets go of the thread without waiting for it: it ends when its disk answers, or with the process.
    pub fn abandon(mut self) {
        drop(self.thread.take());
    }
}

impl Drop for StoreThread {
    fn drop(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            // It ends with an error only if `done` panicked, which was said then.
            thread.join().ok();
        }
    }
}

impl fmt::Debug for StoreThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreThread").finish_non_exhaustive()
    }
}

fn serve(
    mut store: Box<dyn Store>,
    batches: &Receiver<Vec<Record>>,
    mut done: impl FnMut(Committed),
) {
    for batch in batches {
        let attempt = AssertUnwindSafe(|| store.commit(&batch));
        let result = catch_unwind(attempt).unwrap_or_else(|panic| {
            Err(StoreError::Failed {
                reason: said(&*panic).into(),
            })
        });
        let batch = if result.is_ok() { Vec::new() } else { batch };
        done(Committed { batch, result });
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it panicked")
}

#[cfg(test)]
#[path = "thread_tests.rs"]
mod tests;
