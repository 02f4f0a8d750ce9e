//! What is on the screen as text, as an SVG picture, and as a film.
//!
//! Knows cells and colours, nothing of views or decks. Called by `script`.

mod blocks;
mod film;
mod paint;
mod row;
mod svg;

#[cfg(test)]
mod tests;

pub(crate) use film::Film;
pub(crate) use paint::Paint;
pub(crate) use svg::{still, text};
