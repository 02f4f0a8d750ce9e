//! The pure machine: inputs in, effects out.
//!
//! Owns every decision about workers: phases, restarts, the stop ladder, mailboxes and what answers what. Never reads a
//! clock, never does I/O, never draws randomness; the driver in `deck` feeds it and performs what it returns.

mod command;
mod effect;
mod exit;
mod input;
mod invariant;
mod ladder;
mod machine;
mod mailbox;
mod moment;
mod pairing;
mod phase;
mod pool;
mod send;
#[cfg(test)]
mod storm_tests;
#[cfg(test)]
mod tests;
mod traffic;
mod waits;
mod worker;
#[cfg(test)]
mod world;

pub use effect::{Effect, SignalScope};
pub use input::{Input, SpawnFault, Ticket};
pub use machine::{Gauges, Machine};
