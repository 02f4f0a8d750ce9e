//! The off-load view's part of the model: the picture, its tiles, and who computes them. Called by `update`, `act` and the views.

mod act;
mod colors;
mod mandelbrot;
mod meter;
mod picture;
mod plane;
mod state;
mod studio;
mod tour;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub(crate) use act::{act, ask, is_offered, mouse, step_at, works_here};
pub(crate) use colors::{fit, lightness, mix};
pub use mandelbrot::{Drawn, Tile, from_hex, to_hex};
pub(crate) use meter::Delay;
pub use meter::Total;
pub use picture::{Effort, Hand, Mode, Order, Picture};
pub(crate) use picture::{Spot, Stage};
pub(crate) use state::Offload;
pub use studio::{Studio, Turn};
