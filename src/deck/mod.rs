//! The driver: owns all that runs.
//!
//! Awaits one input or the next deadline, feeds the machine, performs its effects, gathers traffic and logs into events,
//! samples, and serves any number of clients. Decides nothing and draws nothing.

mod clock;
mod handle;
mod subscriber;

pub use clock::Clock;
pub use handle::{Deck, Pending, Update};
pub use subscriber::Subscription;
