//! One forked process, unsupervised: the first layer with I/O.
//!
//! Owns how a process is made and signalled (the keeper), its channel, its output pipes, and how its CPU and memory are
//! measured. Never decides when; called by `deck`.

mod spawner;

pub use spawner::{Order, ProcessKey, Report, SpawnOrder, Spawner};
