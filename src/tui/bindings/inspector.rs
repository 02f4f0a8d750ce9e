//! Keys of the message inspector.

use crate::tui::action::Binding;

pub(super) const INSPECTOR: &[Binding] = &[];
