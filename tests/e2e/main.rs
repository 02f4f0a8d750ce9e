//! The whole of forkdeck, from the outside: the real binary with real workers.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod advanced;
mod cluster;
mod composer;
mod crashes;
mod deaths;
mod demo;
mod floods;
mod handles;
mod inspect;
mod jobs;
mod jobs_queue;
mod keys;
mod listen;
mod map;
mod map_counts;
mod map_ends;
mod map_memory;
mod rolling;
mod routes;
mod scripts;
mod stdio;
mod support;
mod taste;
mod terminal;
mod web_workers;
