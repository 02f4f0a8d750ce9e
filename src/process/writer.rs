//! The half of a channel that writes.
//!
//! Owns when the kernel is given what, and how to look at what a worker left unread. Never decides what to write; called by
//! `deck`.

use std::os::fd::AsFd;
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustix::io::Errno;
use tokio::time::sleep;

use crate::process::dispatch::{Dispatch, Wrote};
use crate::process::handover::{Handover, Lane};
use crate::process::outlet::{Outlet, Unread};
use crate::wire::{HandleKind, Message, Serialization};

/// How many bytes one writer sends before others get their turn.
const WRITE_BUDGET: usize = 256 << 10;

/// How soon to look again whether the worker has read what comes before a handle: no event tells.
const LOOK: Duration = Duration::from_millis(1);

/// When a handle that the system does not take now is offered again: too many are on their way, or the buffer is too full.
const LATER: Duration = Duration::from_millis(50);

/// The worker's end is closed: nothing more can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the worker's end of the channel is closed")]
pub struct WriteEnd;

/// The half that writes.
#[derive(Debug)]
pub struct ChannelWriter {
    outlet: Arc<Outlet>,
    dispatch: Dispatch,
    handover: Arc<Handover>,
}

impl ChannelWriter {
    pub(super) fn new(outlet: Arc<Outlet>, serialization: Serialization) -> Self {
        let handover = Arc::<Handover>::default();
        Self {
            dispatch: Dispatch::new(Arc::clone(&handover), outlet.is_socket(), serialization),
            outlet,
            handover,
        }
    }

    /// What its reader brings answers to.
    pub(super) fn handover(&self) -> Arc<Handover> {
        Arc::clone(&self.handover)
    }

    /// Adds a message to be written after all that were added before. One with a handle makes those after it wait until
    /// the worker has acknowledged the handle. A channel of pipes carries its text alone.
    pub fn push(&mut self, message: &Message) {
        self.dispatch.push(message);
    }

    /// The way past what was pushed, for messages between runtimes.
    pub fn lane(&self) -> Lane {
        Lane::new(&self.handover)
    }

    /// Whether everything is written, and every handle answered.
    pub fn is_empty(&self) -> bool {
        self.dispatch.is_empty()
    }

    /// Waits until something is to be written that was not pushed.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn stirred(&self) {
        self.handover.stirred(|| false).await;
    }

    /// Writes what the kernel takes at once, waiting only while it takes nothing, or while a handle is to be answered and
    /// nothing else may be written. Takes at most about 256 KiB before others get their turn.
    ///
    /// # Errors
    /// [`WriteEnd`]; what is left was not taken.
    ///
    /// # Cancel safety
    /// Nothing is lost or written twice: nothing is taken before the last wait is over.
    pub async fn write(&mut self) -> Result<Wrote, WriteEnd> {
        let mut wrote = Wrote::default();
        let mut taken = 0;
        while taken < WRITE_BUDGET {
            let has_some = taken > 0 || !wrote.is_empty();
            // What was written is told before a handle is sent: its answer is told by the reader.
            if has_some && self.dispatch.is_written() {
                break;
            }
            let has_ended = self.dispatch.refill(|| self.outlet.queued() == 0);
            if self.dispatch.is_written() {
                if self.dispatch.is_empty() {
                    break;
                }
                if has_ended {
                    return Err(WriteEnd);
                }
                self.pause(&mut wrote).await;
                continue;
            }
            match self.send() {
                Ok(length) => {
                    self.dispatch.advance(length, &mut wrote);
                    taken += length;
                }
                Err(Errno::INTR) => {}
                // What was taken before counts first; the next call meets the same again.
                Err(_) if has_some => break,
                Err(Errno::AGAIN) => self.outlet.room().await.map_err(|_| WriteEnd)?,
                Err(Errno::TOOMANYREFS | Errno::MSGSIZE) => sleep(LATER).await,
                Err(_) => return Err(WriteEnd),
            }
        }
        Ok(wrote)
    }

    fn send(&self) -> Result<usize, Errno> {
        match self.dispatch.next() {
            (bytes, None) => self.outlet.send(bytes),
            (bytes, Some(handle)) => self.outlet.send_with(bytes, handle.as_fd()),
        }
    }

    /// Waits until a handle may go, or for the answer to one, and gives it up when none comes.
    async fn pause(&mut self, wrote: &mut Wrote) {
        if self.dispatch.waits_for_reader() {
            return sleep(LOOK).await;
        }
        let outlet = &self.outlet;
        if self.handover.stirred(|| outlet.queued() == 0).await {
            self.dispatch.give_up(wrote);
        }
    }

    /// Closes the deck's half: the worker sees a disconnect, and what it still sends is read.
    pub fn shutdown_write(self) {
        self.outlet.close();
    }

    /// What the worker has left unread; see [`ChannelGauge::unread`].
    pub fn unread(&self) -> Unread {
        self.outlet.look()
    }

    /// A handle for looking at what is unread while the writer is at work.
    pub fn gauge(&self) -> ChannelGauge {
        ChannelGauge {
            outlet: Arc::downgrade(&self.outlet),
            handover: Arc::downgrade(&self.handover),
        }
    }
}

impl Drop for ChannelWriter {
    fn drop(&mut self) {
        self.handover.end();
    }
}

/// Looks at what a worker has left unread. Keeps nothing open: of a channel that is gone, or of a filter whose input is
/// closed, nothing is known to be unread.
#[derive(Clone, Debug)]
pub struct ChannelGauge {
    outlet: Weak<Outlet>,
    handover: Weak<Handover>,
}

impl ChannelGauge {
    /// What the worker has left unread, and whether it read since the last look of anybody.
    pub fn unread(&self) -> Unread {
        let outlet = self.outlet.upgrade();
        outlet.map_or_else(Unread::default, |outlet| outlet.look())
    }

    /// The handle that the worker has not acknowledged yet, and for how long.
    pub fn under_way(&self) -> Option<(HandleKind, Duration)> {
        self.handover.upgrade()?.under_way()
    }

    /// The size in force of the buffer that keeps what the deck sent, in bytes; 0 where nothing tells.
    pub fn buffer(&self) -> usize {
        self.outlet.upgrade().map_or(0, |outlet| outlet.size())
    }
}
