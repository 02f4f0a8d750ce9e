//! The end that sends.

use std::sync::Arc;

use serde::Serialize;

use crate::process::exchange::queue::Queue;
use crate::wire::node::classify;
use crate::wire::v8::{self, V8Error};
use crate::wire::{Handle, InternalKind, Message, MessageError, Serialization};

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The channel is closed, by either side, or the process is gone.
    #[error("the channel is closed")]
    Closed,
    /// What waits to be written is as much as may wait; only said by `try_send`.
    #[error("too much waits to be written on the channel")]
    Full,
    /// The value has no JSON: a map whose keys are no strings, say.
    #[error("write the value as JSON")]
    Value {
        /// The serializer's word.
        #[source]
        source: serde_json::Error,
    },
    /// The value's JSON is refused by some runtime.
    #[error("make a message of the value")]
    Message {
        /// What is wrong with it.
        #[source]
        source: MessageError,
    },
    /// The value has marks that mean nothing in advanced serialization.
    #[error("write the message in advanced serialization")]
    Marks {
        /// What is wrong with it.
        #[source]
        source: V8Error,
    },
    /// The message is one by which runtimes hand over handles; Node dies of one that it does not expect.
    #[error(
        "a message whose `cmd` is NODE_HANDLE, NODE_HANDLE_ACK or NODE_HANDLE_NACK is the runtimes' own"
    )]
    Reserved,
}

/// Makes a message of a value.
pub(in crate::process) fn encode(
    value: &(impl Serialize + ?Sized),
    serialization: Serialization,
) -> Result<Message, SendError> {
    let text = serde_json::to_string(value).map_err(|source| SendError::Value { source })?;
    let message = Message::parse(&text).map_err(|source| SendError::Message { source })?;
    check(&message, serialization)?;
    Ok(message)
}

fn check(message: &Message, serialization: Serialization) -> Result<(), SendError> {
    use InternalKind::{Handle, HandleAck, HandleNack};
    if let Some(Handle | HandleAck | HandleNack) = classify(message.as_bytes()) {
        return Err(SendError::Reserved);
    }
    match serialization {
        Serialization::Json => Ok(()),
        Serialization::Advanced => {
            v8::check(message.as_str()).map_err(|source| SendError::Marks { source })
        }
    }
}

/// Sends messages; they are written in the order in which they were sent. Clones share one channel, and when the last one
/// is dropped the channel is disconnected.
///
/// What waits to be written is bounded in bytes. Nothing that waits hinders what is received.
#[derive(Clone, Debug)]
pub struct Sender {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queue: Arc<Queue>,
    serialization: Serialization,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Sender {
    pub(super) fn new(queue: Arc<Queue>, serialization: Serialization) -> Self {
        let shared = Shared {
            queue,
            serialization,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    fn queue(&self) -> &Queue {
        &self.shared.queue
    }

    /// Sends a value as a message and waits until the kernel has all of it, as Node's callback does. Many are sent faster
    /// with [`feed`](Self::feed).
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    ///
    /// # Cancel safety
    /// The message is not sent at all, or goes on being sent.
    pub async fn send(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        self.send_message(self.encode(value)?).await
    }

    /// Sends a value with a socket or a server, and waits until the other side has acknowledged the handle. It stays open
    /// here as long as a clone of it does. One that did not get through is told to the receiver as a fault.
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    ///
    /// # Cancel safety
    /// The message is not sent at all, or goes on being sent.
    pub async fn send_with_handle(
        &self,
        value: &(impl Serialize + ?Sized),
        handle: Handle,
    ) -> Result<(), SendError> {
        let message = self.encode(value)?.with_handle(handle);
        self.send_message(message).await
    }

    /// Sends a message that is made already, with the handle that it holds.
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    ///
    /// # Cancel safety
    /// The message is not sent at all, or goes on being sent.
    pub async fn send_message(&self, message: Message) -> Result<(), SendError> {
        check(&message, self.shared.serialization)?;
        let number = self.queue().put(message).await?;
        self.queue().written(number).await
    }

    /// Queues a value as a message, and waits only while too much waits to be written already.
    ///
    /// # Errors
    /// [`SendError`]; the message was not taken. Whether one that was taken left tells [`flush`](Self::flush).
    ///
    /// # Cancel safety
    /// The message is not taken.
    pub async fn feed(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        let message = self.encode(value)?;
        self.queue().put(message).await.map(drop)
    }

    /// Queues a value as a message if there is room for it now.
    ///
    /// # Errors
    /// [`SendError`]; the message was not taken.
    pub fn try_send(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        let message = self.encode(value)?;
        self.queue().try_put(message).map(drop)
    }

    /// Waits until the kernel has all that was queued so far.
    ///
    /// # Errors
    /// [`SendError::Closed`] when some of it never left.
    pub async fn flush(&self) -> Result<(), SendError> {
        let number = self.queue().accepted();
        self.queue().written(number).await
    }

    /// Sends nothing more: once all that was queued is written, the other side sees the channel's end. What it still sends
    /// is received, until it closes its own side; Node, Bun and Deno do so at once.
    pub fn disconnect(&self) {
        self.queue().close();
    }

    /// Whether messages are taken: neither side has disconnected.
    pub fn connected(&self) -> bool {
        self.queue().is_connected()
    }

    /// Waits until the other side has disconnected or is gone: all that came was read, if not received.
    pub async fn closed(&self) {
        self.queue().read().await;
    }

    fn encode(&self, value: &(impl Serialize + ?Sized)) -> Result<Message, SendError> {
        encode(value, self.shared.serialization)
    }
}
