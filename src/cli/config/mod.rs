//! The config file: `forkdeck.toml` becomes a [`DeckSpec`](crate::model::DeckSpec), or a list of faults with their
//! places.
//!
//! Owns finding, reading and judging the file. Starts nothing; called by `up` and `check`,
//! and by `args` for the durations of the command line.

mod api;
mod channel;
mod deck;
mod file;
mod jobs;
#[cfg(test)]
mod jobs_tests;
mod keys;
mod listen;
mod messages;
mod pool;
mod quantity;
mod ready;
mod routes;
mod serialization;
mod table;
mod taste;
#[cfg(test)]
mod taste_tests;
#[cfg(test)]
mod tests;

pub(crate) use deck::folder_name;
pub(crate) use file::{FILE_NAME, Loaded, find, load, personal};
pub(crate) use quantity::positive_duration;
