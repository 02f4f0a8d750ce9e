//! The logs view, drawn.

mod render;

pub(crate) use render::render;
