//! The off-load view's part of the model: the picture, its tiles, and who computes them. Called by `update`, `act` and the views.

mod act;
mod state;

pub(crate) use act::is_offered;
pub(crate) use act::{act, mouse, paste, press};
pub(crate) use state::Offload;
