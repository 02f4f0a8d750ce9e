//! One message as its receiver gets it.

use serde::Deserialize;

use crate::wire::{Fault, Frame, Handle, Message};

/// A message that came, with the handle that came along.
///
/// A message may share the memory of all that was read with it, some hundred KiB: keep a [`Message::detached`] copy of
/// one that is kept for long.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The message.
    pub message: Message,
    /// The socket or the server that came along; closed when it is dropped.
    pub handle: Option<Handle>,
}

impl Received {
    /// Reads the message as a value of one's own type.
    ///
    /// # Errors
    /// When it is another one.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(self.message.as_bytes())
    }

    /// What a frame is to a receiver; nothing when it is between the runtimes.
    pub(crate) fn of(frame: Frame) -> Option<Result<Self, Fault>> {
        match frame {
            Frame::Message { message, .. } => {
                let handle = message.handle().cloned();
                let message = if handle.is_some() {
                    message.without_handle()
                } else {
                    message
                };
                Some(Ok(Self { message, handle }))
            }
            Frame::Internal { .. } => None,
            Frame::Fault(fault) => Some(Err(fault)),
        }
    }
}
