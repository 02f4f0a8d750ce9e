//! Bytes to messages and back, without I/O: the hot path.
//!
//! Owns the framing of a channel, the message type and the fork contract's names. Never reads, writes or looks at a
//! clock; called by `process` with bytes and by everything above with messages.

mod frame;
mod message;

pub use frame::{Fault, FaultKind, Frame, InternalKind};
pub use message::{Message, MessageError};
