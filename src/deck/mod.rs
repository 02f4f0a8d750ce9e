//! The driver: owns all that runs.
//!
//! Awaits one input or the next deadline, feeds the machine, performs its effects, gathers traffic and logs into events,
//! samples, and serves any number of clients. Decides nothing and draws nothing.

mod clock;
mod driver;
mod environment;
mod handle;
mod hear;
mod journal;
mod link;
mod orders;
mod perform;
mod pump;
mod sampler;
mod subscriber;
mod tasks;

pub use clock::Clock;
pub use driver::{Ended, start};
pub use environment::EnvFileError;
pub use handle::{Deck, Pending, Update};
pub use subscriber::Subscription;

#[cfg(test)]
mod link_tests;
#[cfg(test)]
pub(crate) use {handle::Request, subscriber::Subscriber};
