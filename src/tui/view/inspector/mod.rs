//! The message inspector, drawn: the list, the chosen message beside or below it, its request or reply.

mod detail;
mod list;
mod pair;
mod render;
mod tree;

#[cfg(test)]
mod tests;

pub(crate) use render::render;
