//! The off-load view, drawn.

mod canvas;
mod parent;
mod render;
mod workers;

#[cfg(test)]
mod tests;

pub(crate) use render::render;
