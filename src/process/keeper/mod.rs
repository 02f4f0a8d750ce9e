//! The keeper: a process of its own that is the parent of every worker, so that nothing outlives a deck.
//!
//! Owns both sides: the deck's ([`Keeper`], a [`Spawner`](crate::process::Spawner)) and the keeper process's
//! ([`run`]). Never decides what to start or when to signal. Called by `cli` at the start, then by `deck`.
//!
//! ```text
//!  deck ── orders, descriptors ──▶ keeper ── posix_spawn ──▶ workers ──▶ their descendants
//!       ◀──────── reports ─────── (subreaper) ◀── exits, orphans ───────────┘
//!       ── terminal lent / given back ──▶
//! ```
//!
//! When the deck dies, the keeper reads the end of its socket, gives the terminal back and kills all descendants until
//! none is left. When the keeper dies, the deck, itself a subreaper, does the same.

mod brood;
mod client;
mod protocol;
mod server;
mod spawn;
mod start;
mod terminal;
mod tree;

pub use client::Keeper;
pub use server::run;
pub use start::{ARGUMENT, KeeperError};
pub use terminal::TerminalLease;
