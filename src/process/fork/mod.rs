//! What `child_process.fork()` gives a Node program, for Rust programs.
//!
//! Owns the builder, the spawning by this process itself, and what a program holds of its child. Supervises nothing: no
//! restart, no queue of jobs. Called by users of the library; the deck has the keeper instead.
//!
//! A child is made by fork and exec, not by `posix_spawn`: something is done inside it, which costs a few hundred
//! microseconds more in a parent with much memory. Its exit is awaited by its pid alone, so no other child of the program is
//! ever reaped.

mod builder;
mod child;
mod error;
mod launch;
mod process;
mod stdio;

pub use builder::{Fork, fork};
pub use child::Child;
pub use error::ForkError;
pub use process::Process;
pub use stdio::Stdio;
