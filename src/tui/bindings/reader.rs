//! Keys of the logs view.

use crate::tui::action::Binding;

pub(super) const READER: &[Binding] = &[];
