//! The message inspector, drawn.

mod render;

pub(crate) use render::render;
