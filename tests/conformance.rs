//! What a worker in each runtime makes of the fork channel: each row is a claim, each column a runtime.
//!
//! `cargo test --test conformance -- --nocapture` prints the rows; `UPDATE_README=1` writes them to
//! `tests/conformance/README.md`, which otherwise must agree with what is seen. What is not installed is left out, unless
//! `FORKDECK_TESTS=all` is set.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it saw"
)]

#[path = "conformance/ending.rs"]
mod ending;
#[path = "conformance/examples.rs"]
mod examples;
#[path = "conformance/framing.rs"]
mod framing;
#[path = "conformance/handles.rs"]
mod handles;
#[path = "conformance/internal.rs"]
mod internal;
#[path = "conformance/lifetime.rs"]
mod lifetime;
#[path = "conformance/matrix.rs"]
mod matrix;
#[path = "conformance/pressure.rs"]
mod pressure;
#[path = "conformance/row.rs"]
mod row;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "e2e/support/rpc.rs"]
mod rpc;
#[path = "conformance/starting.rs"]
mod starting;
#[path = "conformance/truncation.rs"]
mod truncation;
#[path = "conformance/values.rs"]
mod values;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "e2e/support/wait.rs"]
mod wait;
#[path = "conformance/worker.rs"]
mod worker;
