//! The logs view, drawn.

mod foot;
mod gutter;
mod render;
mod waiting;

#[cfg(test)]
mod tests;

pub(crate) use render::render;
