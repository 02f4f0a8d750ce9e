//! The driver: owns all that runs.
//!
//! Awaits one input or the next deadline, feeds the machine, performs its effects, gathers traffic and logs into events,
//! samples, and serves any number of clients. Decides nothing and draws nothing.

mod accept;
mod bind;
mod clock;
mod desk;
mod driver;
mod end;
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
mod primary;
mod pump;
mod requests;
mod sampler;
mod secrets;
mod sockets;
mod subscriber;
mod tasks;

pub use clock::Clock;
pub use desk::Opened;
pub use driver::{start, start_on, start_with};
pub use end::Ended;
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
