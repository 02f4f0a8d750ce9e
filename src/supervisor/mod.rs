//! The pure machine: inputs in, effects out.
//!
//! Owns every decision about workers: phases, restarts, the stop ladder, mailboxes and what answers what. Never reads a
//! clock, never does I/O, never draws randomness; the driver in `deck` feeds it and performs what it returns.

mod effect;
mod input;

pub use effect::{Effect, SignalScope};
pub use input::{Input, SpawnFault, Ticket};
