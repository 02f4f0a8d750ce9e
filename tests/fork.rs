//! The library against real programs: what it forks, and what forks it.
//!
//! What is not installed skips its test, unless `FORKDECK_TESTS=all` is set; `tests/workers.rs` says where runtimes are
//! looked for.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "these are tests and their helpers"
)]

#[path = "fork/alone.rs"]
mod alone;
#[path = "fork/ends.rs"]
mod ends;
#[path = "fork/floods.rs"]
mod floods;
#[path = "fork/handles.rs"]
mod handles;
#[path = "fork/options.rs"]
mod options;
#[path = "fork/rust_worker.rs"]
mod rust_worker;
#[path = "fork/support.rs"]
mod support;
#[path = "fork/talk.rs"]
mod talk;
