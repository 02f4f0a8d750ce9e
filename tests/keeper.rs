//! The keeper against real processes: what it reports, what a worker finds, and that nothing is left behind.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "these are tests and their helpers"
)]

#[path = "keeper/advanced.rs"]
mod advanced;
#[path = "keeper/deaths.rs"]
mod deaths;
#[path = "keeper/many.rs"]
mod many;
#[path = "keeper/node.rs"]
mod node;
#[path = "keeper/reports.rs"]
mod reports;
#[path = "keeper/support.rs"]
mod support;
#[path = "keeper/terminal.rs"]
mod terminal;
