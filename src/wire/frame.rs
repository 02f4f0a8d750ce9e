//! What a channel's bytes turn out to be.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use serde::Serialize;

use crate::wire::Message;

/// One frame from a worker.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// A message of the user's.
    Message {
        /// The message, with the handle that came along.
        message: Message,
        /// Its size on the channel in bytes, newline included.
        bytes: usize,
    },
    /// A `NODE_…` message between runtimes; never shown as the user's.
    Internal {
        /// The message.
        message: Message,
        /// Its size on the channel in bytes, newline included.
        bytes: usize,
        /// What it asks for.
        kind: InternalKind,
    },
    /// No message at all.
    Fault(Fault),
}

/// What an internal message asks of its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InternalKind {
    /// `NODE_HANDLE`: a handle comes along and must be acknowledged or refused at once.
    Handle,
    /// `NODE_HANDLE_ACK`: the worker took a handle.
    HandleAck,
    /// `NODE_HANDLE_NACK`: the worker refused a handle.
    HandleNack,
    /// `NODE_FORKDECK_ERROR`: nobody in the worker caught an error. Decoders make a [`FaultKind::Uncaught`] of it.
    Error,
    /// `NODE_CLUSTER`: what a cluster worker and its primary tell each other.
    Cluster,
    /// Anything else; readers ignore it.
    Other,
}

/// A frame that is no message: the only trace of what was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What was wrong.
    pub kind: FaultKind,
    /// How many bytes it had: what was left of a truncated one, an invalid one with its newline, what was skipped of
    /// one that was too long, newline included; of a mismatch what the first message's header announces, else the bytes
    /// it was recognised by.
    pub bytes: u64,
    /// Its first bytes, at most 32.
    pub head: Vec<u8>,
    /// What may be the matter.
    pub hint: Option<Cow<'static, str>>,
}

/// What was wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// It is not JSON.
    Invalid,
    /// The channel ended within it.
    Truncated,
    /// It is longer than `max_frame`.
    TooLong,
    /// It looks like another serialization than the pool's.
    Mismatch,
    /// It tells of an error in the worker that nobody caught: the error event of a web worker. The hint says which.
    Uncaught,
    /// A handle did not get where it was sent; `bytes` and `head` are those of its message.
    Handle,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes;
        match self.kind {
            FaultKind::Invalid => write!(f, "{bytes} bytes came that are no message")?,
            FaultKind::Truncated => {
                write!(
                    f,
                    "the channel ended within a message, of which {bytes} bytes came"
                )?;
            }
            FaultKind::TooLong => {
                write!(f, "a message of {bytes} bytes is longer than is taken")?;
            }
            FaultKind::Mismatch => f.write_str("messages come in another serialization")?,
            FaultKind::Uncaught => f.write_str("nobody in the worker caught an error")?,
            FaultKind::Handle => f.write_str("a handle did not get where it was sent")?,
        }
        match &self.hint {
            Some(hint) => write!(f, ": {hint}"),
            None => Ok(()),
        }
    }
}

impl Error for Fault {}
