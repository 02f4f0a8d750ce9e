//! One forked process, unsupervised: the first layer with I/O.
//!
//! Owns how a process is made and signalled (the keeper), its channel (Node's, or a filter's), its output pipes, and how its CPU and memory are
//! measured; and the library (`fork`, `worker`). Never decides when; called by `deck`, the library by its users.

mod about;
#[cfg(target_os = "linux")]
mod census;
mod channel;
mod custody;
mod dispatch;
pub mod exchange;
pub mod fork;
mod handover;
mod holder;
mod intake;
#[cfg(target_os = "linux")]
pub mod keeper;
mod outlet;
mod rights;
mod spawner;
#[cfg(target_os = "linux")]
mod stat;
mod stdio;
mod sys;
mod usage;
pub mod worker;
mod writer;

pub use about::{About, about, environment_of};
pub use channel::{Channel, ChannelReader, FilterEnds, ReadBatch, adopt_channel};
pub use dispatch::Wrote;
pub use handover::{Lane, LaneFull};
pub use holder::{holder, inode};
pub use outlet::Unread;
pub use spawner::{Order, ProcessKey, Report, SpawnOrder, Spawner};
pub use stdio::{MOST_ENLARGED, OutputBatch, OutputPipe, OutputReader, PipeBudget, pipe_size};
pub(crate) use sys::Watched;
pub use usage::{Machine, Measured, ProcessUse, Usage, descendants};
pub use writer::{ChannelGauge, ChannelWriter, WriteEnd};
