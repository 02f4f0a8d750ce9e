//! The logs view's part of the model: what is searched for and filtered, and what was marked. Called by `update`, `act` and the views.

mod act;
mod state;

pub(crate) use act::{act, mouse, paste, press};
pub(crate) use state::Reader;
