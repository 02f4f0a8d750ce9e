//! The pure machine: inputs in, effects out.
//!
//! Owns every decision about workers: phases, restarts, the stop ladder, mailboxes and what answers what. Never reads a
//! clock, never does I/O, never draws randomness; the driver in `deck` feeds it and performs what it returns.

mod cause;
mod duty;
mod effect;
mod input;
mod invariant;
mod ladder;
mod leases;
mod life;
mod machine;
mod mailbox;
mod pairing;
mod request;
mod restart;
mod rolling;
mod roster;
mod routes;
mod send;
mod spawns;
mod taken;
mod traffic;
mod turn;
mod unreadable;
mod waits;
mod watch;
mod work;
mod worker;

#[cfg(test)]
mod tests;

pub use effect::{Effect, SignalScope};
pub use input::{Input, SpawnFault};
pub use machine::{Gauges, Machine};
