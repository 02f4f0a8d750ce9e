//! `map`: a filter that does JSON jobs with workers, one job a line in, one result a line out.
//!
//! Owns the way of a job from a line of standard input to a line of standard output or error, and what is said meanwhile.
//! A client of a deck in memory with one pool; decides nothing about workers. Called by `verb`.
//!
//! ```text
//! stdin ── feed (thread) ── batches of lines ──▶ flow ── submit_all ──▶ deck
//!                                                 │  ▲───── ends ────────┘
//!                     stdout, stderr (threads) ◀──┘  ◀──── events: what workers say, and their ends
//! ```
//!
//! Nothing in it grows with the input: lines and jobs share a room of bytes, results a window, text two buffers; what is
//! full stops what fills it, back to standard input.

mod console;
mod count;
mod ebb;
mod failure;
mod feed;
mod finish;
mod flow;
mod guess;
mod hear;
mod ledger;
mod linger;
mod loss;
mod order;
mod pace;
mod pen;
mod plan;
mod progress;
mod room;
mod start;
mod summary;
mod tally;
mod urge;
mod verdict;
mod watch;

pub(crate) use start::map;
