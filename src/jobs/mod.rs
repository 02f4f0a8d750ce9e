//! Jobs: what waits, who gets it, and what becomes of it.
//!
//! Owns every decision about jobs, as one pure machine: queues, priorities, dispatch, retries, poison, deadlines, rates,
//! retention. Owns the durable store too, behind a trait. Never reads a clock, never draws randomness, never talks to a
//! worker; the driver in `deck` feeds it and performs what it returns.

mod effect;
mod input;
mod record;
pub mod store;

pub use effect::Effect;
pub use input::Input;
pub use record::{Kept, Progress, Record, StoredJob};
