//! The workers table's part of the model: its columns, what its keys do.
//!
//! Owns no worker: the board has them. Called by `act`, `update` and the views.

mod act;
mod column;

#[cfg(test)]
mod tests;

pub(crate) use act::act;
pub(crate) use column::{Column, columns};
