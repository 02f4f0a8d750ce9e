//! JSON-RPC for every client that is not in the process, and lines of JSON or text for those that only watch.
//!
//! Owns the projection of the model's events and views to the control protocol's JSON, the parsing of requests, and the
//! loop that serves one client over a reader and a writer. Decides nothing about workers: it gives commands to a
//! [`Deck`](crate::deck::Deck) and tells what comes back. Called by `cli`.

mod answer;
mod call;
mod event;
#[cfg(test)]
mod fake;
mod feed;
mod lines;
mod object;
mod output;
mod pending;
mod requests;
mod rpc;
mod sanitise;
mod server;
mod session;
mod view;
mod wanted;

pub use event::{Lines, MAX_BODY, project};
pub use lines::{LogStyle, print_events, print_logs};
pub use server::{ControlError, Options, Served, serve};
pub use view::{board_json, pools_json, workers_json};
pub use wanted::{UnknownEvent, Wanted};
