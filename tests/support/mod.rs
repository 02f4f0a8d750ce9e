//! What the end-to-end tests share: a deck driven over `--rpc`, a deck on a real terminal, and waiting under a deadline.
//!
//! Every process that a test starts is gone when the test ends, and no other is ever signalled.

#![allow(dead_code, reason = "each test root uses its own part")]

mod rpc;
mod screen;
mod wait;

pub use rpc::Rpc;
pub use screen::Screen;
pub use wait::{Proc, until};
