//! What the end-to-end tests share: a deck driven over `--rpc`, a deck on a real terminal, and waiting under a deadline.
//!
//! Every process that a test starts is gone when the test ends, and no other is ever signalled.

mod filter;
mod load;
mod rpc;
mod screen;
mod wait;

pub(crate) use filter::{Done, Filter, folder, map};
pub(crate) use load::{Load, Request, request};
pub(crate) use rpc::Rpc;
pub(crate) use screen::Screen;
pub(crate) use wait::{Proc, memory, runtime, skip, skip_without_node, until};
