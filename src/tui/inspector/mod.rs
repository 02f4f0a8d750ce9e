//! The message inspector's part of the model: the list, the chosen message, how it is shown.
//!
//! Owns which messages are listed and in which order, what of the chosen one is unfolded, and what pauses. Never changes the
//! deck: what is sent, copied and written goes out as requests. Called by `update`, `act` and the views.

mod act;
mod drawn;
mod glide;
mod held;
mod list;
mod mouse;
mod node;
mod opened;
mod pair;
mod scan;
mod send;
mod slowest;
mod state;
mod tree;

#[cfg(test)]
mod tests;

pub(crate) use act::{act, enter, sent, settle};
pub(crate) use drawn::{Cut, Drawn};
pub(crate) use list::{Entry, List};
pub(crate) use mouse::{indent, mouse};
pub(crate) use opened::{Opened, Shape};
pub(crate) use pair::Counterpart;
pub(crate) use slowest::Span;
pub(crate) use state::{Focus, Inspector};
pub(crate) use tree::{Label, Row, RowKind};
