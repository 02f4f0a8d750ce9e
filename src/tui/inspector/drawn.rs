//! What was drawn where, for the mouse, for moving by pages, and for what views cut into lines once.

use ratatui::layout::Rect;

use crate::tui::inspector::Shape;

/// What was drawn where.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drawn {
    /// Whether one half has the whole view.
    pub(crate) is_alone: bool,
    /// The lines of the list.
    pub(crate) list: Rect,
    /// The place of the first message listed, in the list and among everything the deck saw.
    pub(crate) first: (usize, u64),
    /// The lines of the chosen message.
    pub(crate) detail: Rect,
    /// The first row of the tree shown.
    pub(crate) top: usize,
    /// How far text and bytes can be scrolled.
    pub(crate) end: usize,
    /// The chosen message's request or reply.
    pub(crate) pair: Rect,
    /// The chosen message as text.
    pub(crate) text: Cut,
}

/// A message cut into lines of some width.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cut {
    /// Which message, how it is shown, and the width.
    pub(crate) of: Option<(u64, Shape, usize)>,
    /// The lines.
    pub(crate) lines: Vec<String>,
}
