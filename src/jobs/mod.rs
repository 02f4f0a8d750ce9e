//! Jobs: what waits, who gets it, and what becomes of it.
//!
//! Owns every decision about jobs, as one pure machine: queues, priorities, dispatch, retries, poison, deadlines, rates,
//! retention. Owns the durable store too, behind a trait. Never reads a clock, never draws randomness, never talks to a
//! worker; the driver in `deck` feeds it and performs what it returns.

mod command;
mod deadline;
mod dice;
mod dispatch;
mod effect;
mod ids;
mod input;
mod invariant;
mod job;
mod keys;
mod log;
mod lost;
mod machine;
mod meter;
mod moment;
mod outcome;
mod pool;
mod rate;
mod ready;
mod record;
mod refusals;
mod retain;
mod revive;
mod roster;
mod select;
mod setback;
mod shelf;
pub mod store;
mod submit;
mod turn;
mod view;

#[cfg(test)]
mod tests;

pub use effect::Effect;
pub(crate) use ids::IdMap;
pub use input::Input;
pub use machine::Jobs;
pub use record::{Kept, Progress, Record, StoredJob};
