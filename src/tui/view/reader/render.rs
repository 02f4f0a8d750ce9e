//! The view's regions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::screen::{Screen, ViewState};

/// Draws the view.
pub(crate) fn render(_screen: &Screen, _view: &mut ViewState, _area: Rect, _buffer: &mut Buffer) {}
