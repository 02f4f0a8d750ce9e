//! The message inspector's part of the model: the list, the chosen message, how it is shown. Called by `update`, `act` and the views.

mod act;
mod state;

pub(crate) use act::{act, mouse, paste, press};
pub(crate) use state::Inspector;
