//! The workers table's part of the model: its columns, what its keys do, and the worker or pool that is shown whole.
//!
//! Owns no worker: the board has them, and the deck tells the rest when it is asked. Called by `act`, `update` and the views.

mod act;
mod column;
mod inspected;
mod press;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod sheet_tests;
#[cfg(test)]
mod tests;

pub(crate) use act::act;
pub(crate) use column::{Column, columns};
pub(crate) use inspected::{Inspected, Whole, answered, ask, due_at};
pub(crate) use press::{keys, open, press};
