//! The driver: owns all that runs.
//!
//! Awaits one input or the next deadline, feeds the machine, performs its effects, gathers traffic and logs into events,
//! samples, and serves any number of clients. Decides nothing and draws nothing.

mod clock;
mod desk;
mod driver;
mod ends;
mod environment;
mod figures;
mod handle;
mod hear;
mod inspect;
mod journal;
mod ledger;
mod link;
mod orders;
mod perform;
mod pump;
mod requests;
mod sampler;
mod secrets;
mod sockets;
mod subscriber;
mod tasks;

pub use clock::Clock;
pub use desk::Opened;
pub use driver::{Ended, start, start_on, start_with};
pub use environment::EnvFileError;
pub use handle::{Deck, Pending, Submitted, Update};
pub use sockets::{SocketError, Sockets};
pub use subscriber::Subscription;

#[cfg(test)]
mod desk_tests;
#[cfg(test)]
mod link_tests;
#[cfg(test)]
mod played;
#[cfg(test)]
pub(crate) use {handle::Request, subscriber::Subscriber};
