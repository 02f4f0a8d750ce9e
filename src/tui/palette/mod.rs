//! The palette: every action by its name, and orders with arguments such as `restart resize/2`.
//!
//! `verb` is the table of orders, `read` understands a line, `complete` offers what could stand in it, `act` takes its keys
//! and does what it says. Never talks to the deck. Called by `update` and the views.

mod act;
mod complete;
mod fuzzy;
mod read;
mod state;
mod verb;

#[cfg(test)]
mod tests;

pub(crate) use act::{open, paste, press};
pub(crate) use complete::{Offer, offers};
pub(crate) use fuzzy::nearest;
pub(crate) use read::{Fault, read};
pub(crate) use state::Palette;
