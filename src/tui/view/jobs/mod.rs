//! The jobs view: a pool's figures, its jobs, and one of them whole.

mod charts;
mod detail;
mod figures;
mod life;
mod render;
mod table;

#[cfg(test)]
mod tests;

pub(crate) use detail::render as render_job;
pub(crate) use render::render;
