//! A worker on a tokio runtime.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::Serialize;

use crate::process::Channel;
use crate::process::exchange::{Closing, How, Received, Receiver, SendError, Sender, serve};
use crate::process::worker::WorkerError;
use crate::process::worker::claim::{MAX_FRAME, claim};
use crate::wire::{Fault, Handle, Message};

/// What waits to be written, and what waits to be received, at the most, in bytes.
const BUFFER: usize = 16 << 20;

/// A worker's end of its channel: what `process.send` and `process.on('message')` are to a Node worker.
#[derive(Debug)]
pub struct Worker {
    sender: Sender,
    receiver: Receiver,
}

/// Takes over the channel that the parent left, and serves it on the current tokio runtime. To be called once, best before
/// there are other threads: only then the variables that tell of the channel are removed from what children of this worker
/// inherit (else see [`disown`](super::disown)). The descriptor itself is inherited by none.
///
/// # Errors
/// [`WorkerError::NotForked`] when this process is no worker, or what was wrong with the channel.
///
/// # Panics
/// When the current tokio runtime was made without I/O.
pub fn connect() -> Result<Worker, WorkerError> {
    tokio::runtime::Handle::try_current().map_err(|error| WorkerError::Runtime {
        source: io::Error::other(error),
    })?;
    let (channel, serialization) = claim()?;
    let how = How {
        max_frame: MAX_FRAME,
        serialization,
        buffer: BUFFER,
        closing: Closing::WithItsSenders,
    };
    let (sender, receiver) =
        serve(Channel::over(channel), how).map_err(|source| WorkerError::Runtime { source })?;
    Ok(Worker { sender, receiver })
}

impl Worker {
    /// Waits for the next message of the parent; `None` once it has disconnected or is gone, when a worker should end.
    /// What came before may still be answered: a parent of this crate receives it. See [`Receiver::recv`].
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn recv(&mut self) -> Option<Result<Received, Fault>> {
        self.receiver.recv().await
    }

    /// Sends a value to the parent; see [`Sender::send`].
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    pub async fn send(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        self.sender.send(value).await
    }

    /// Sends a value with a socket or a server; see [`Sender::send_with_handle`].
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    pub async fn send_with_handle(
        &self,
        value: &(impl Serialize + ?Sized),
        handle: Handle,
    ) -> Result<(), SendError> {
        self.sender.send_with_handle(value, handle).await
    }

    /// Sends a message that is made already; see [`Sender::send_message`].
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    pub async fn send_message(&self, message: Message) -> Result<(), SendError> {
        self.sender.send_message(message).await
    }

    /// Queues a value as a message; see [`Sender::feed`].
    ///
    /// # Errors
    /// [`SendError`]; the message was not taken.
    pub async fn feed(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        self.sender.feed(value).await
    }

    /// Queues a value as a message if there is room for it now; see [`Sender::try_send`].
    ///
    /// # Errors
    /// [`SendError`]; the message was not taken.
    pub fn try_send(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        self.sender.try_send(value)
    }

    /// Waits until the kernel has all that was queued so far: what a worker that ends should not leave out after
    /// [`feed`](Self::feed) and [`try_send`](Self::try_send).
    ///
    /// # Errors
    /// [`SendError::Closed`] when some of it never left.
    pub async fn flush(&self) -> Result<(), SendError> {
        self.sender.flush().await
    }

    /// Sends nothing more; the parent is told that this worker has disconnected. See [`Sender::disconnect`].
    pub fn disconnect(&self) {
        self.sender.disconnect();
    }

    /// Whether messages can be sent: neither side has disconnected.
    pub fn connected(&self) -> bool {
        self.sender.connected()
    }

    /// Waits until the parent has closed the channel or is gone.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }

    /// A sender of its own, to send from elsewhere.
    pub fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// Takes it apart, so that one task can send while another receives.
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }
}

impl Stream for Worker {
    type Item = Result<Received, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.receiver).poll_next(context)
    }
}
