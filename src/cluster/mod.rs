//! The primary of Node's cluster: who listens on what, and who gets the next connection.
//!
//! Owns every decision that Node's own primary takes for `api = "cluster"` pools, as one pure machine: listeners shared by
//! the workers of a pool, the connections that wait, hand-overs and their answers, who leaves and who is to come back.
//! Never opens a socket, never sees a descriptor, never reads a clock; the driver in `deck` feeds it and performs what it
//! wants. Written from `lib/internal/cluster/` of Node 20: `child.js` is the other side.

mod body;
mod connection;
mod effect;
mod input;
mod invariant;
mod leave;
mod listener;
mod machine;
mod offer;
mod query;
mod view;
mod worker;

#[cfg(test)]
mod tests;

pub use effect::{Ask, Carried, Effect, End, Kind};
pub use input::{Address, ConnectionId, Input, ListenerId};
pub use machine::Cluster;
