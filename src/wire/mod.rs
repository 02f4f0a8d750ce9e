//! Bytes to messages and back, without I/O: the hot path.
//!
//! Owns the framing of a channel, the message type, the fork contract's names, and the lines of a worker's output. Never
//! reads, writes or looks at a clock; called by `process` with bytes and by everything above with messages.

mod decoder;
mod encoder;
mod foreign;
mod frame;
mod handle;
mod lines;
mod message;
pub mod node;
mod offer;
mod pointer;
mod scan;
mod serialization;
mod uncaught;
pub mod v8;

pub use decoder::LineDecoder;
pub use decoder::advanced::FrameDecoder;
pub use decoder::either::Decoder;
pub use encoder::OutBuffer;
pub use frame::{Fault, FaultKind, Frame, InternalKind};
pub use handle::{Handle, HandleBudget, HandleKind};
pub use lines::{LineSplitter, RawLine};
pub use message::{Message, MessageError};
pub use offer::Offer;
pub use pointer::{Pointer, PointerError, canonical};
pub(crate) use scan::Scan;
pub use serialization::Serialization;
