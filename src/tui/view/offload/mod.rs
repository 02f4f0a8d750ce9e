//! The off-load view, drawn.

mod render;

pub(crate) use render::render;
