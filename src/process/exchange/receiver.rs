//! The end that receives.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::mpsc;

use crate::process::exchange::Received;
use crate::process::exchange::inbox::Batch;
use crate::wire::Fault;

/// Receives messages in the order in which they were sent.
///
/// What is received and not taken yet is bounded; at the bound nothing more is read, and the other side meets a full
/// channel. Dropping it does not close the channel: what comes from then on is read and let go.
#[derive(Debug)]
pub struct Receiver {
    batches: mpsc::Receiver<Batch>,
    current: std::vec::IntoIter<Result<Received, Fault>>,
}

impl Receiver {
    pub(super) fn new(batches: mpsc::Receiver<Batch>) -> Self {
        Self {
            batches,
            current: Vec::new().into_iter(),
        }
    }

    /// Waits for the next message. An error is a frame that is no message, or a handle that did not get through; messages
    /// go on after it. The last one of all tells of a message that the end of the channel cut off, and how many bytes of
    /// it came.
    ///
    /// `None` is the end of the channel: the other side disconnected or died, and all that it had written was received.
    /// A process that a worker left behind may hold its channel open, as it does for Node.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn recv(&mut self) -> Option<Result<Received, Fault>> {
        loop {
            if let Some(next) = self.current.next() {
                return Some(next);
            }
            self.current = self.batches.recv().await?.items.into_iter();
        }
    }

    /// The next message if it is there now.
    pub fn try_recv(&mut self) -> Option<Result<Received, Fault>> {
        loop {
            if let Some(next) = self.current.next() {
                return Some(next);
            }
            self.current = self.batches.try_recv().ok()?.items.into_iter();
        }
    }
}

impl Stream for Receiver {
    type Item = Result<Received, Fault>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(next) = this.current.next() {
                return Poll::Ready(Some(next));
            }
            match ready!(this.batches.poll_recv(context)) {
                Some(batch) => this.current = batch.items.into_iter(),
                None => return Poll::Ready(None),
            }
        }
    }
}
