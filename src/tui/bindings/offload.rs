//! Keys of the off-load view.

use crate::tui::action::Binding;

pub(super) const OFF_LOAD: &[Binding] = &[];
