//! Messages both ways over one fork channel, for programs that use this crate as a library.
//!
//! Owns the two tasks that serve a channel, the queue of what is to be written, and what was read and not taken yet. Never
//! makes a process or a channel; called by `fork` for a parent's end and by `worker` for a worker's. The deck has mailboxes
//! of its own and does not come here.
//!
//! ```text
//! Sender -> queue -> writing task -> the channel -> reading task -> inbox -> Receiver
//! ```

mod inbox;
mod queue;
mod received;
mod receiver;
mod sender;
mod serve;

pub use received::Received;
pub use receiver::Receiver;
pub(super) use sender::encode;
pub use sender::{SendError, Sender};
pub(super) use serve::{Closing, How, serve};
