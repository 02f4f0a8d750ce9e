//! The other end of a fork channel: for workers written in Rust.
//!
//! Owns the taking over of the channel that a parent left, and its two forms: [`Worker`] for tokio, [`Blocking`] for a
//! worker that only computes. The parent is a deck, another Rust program, or any program of Node, Bun or Deno.
//!
//! ```no_run
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut worker = forkdeck::worker::connect()?;
//!     while let Some(received) = worker.recv().await {
//!         worker.send(&serde_json::json!({ "got": received?.message })).await?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The same without tokio:
//!
//! ```no_run
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut worker = forkdeck::worker::blocking()?;
//!     while let Some(received) = worker.recv() {
//!         worker.send(&serde_json::json!({ "got": received?.message }))?;
//!     }
//!     Ok(())
//! }
//! ```

mod blocking;
mod claim;
mod connected;

pub use blocking::{Blocking, blocking};
pub use claim::{WorkerError, disown, is_forked};
pub use connected::{Worker, connect};
