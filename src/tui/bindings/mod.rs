//! The one table of what keys do, a file for each place. The keymap, the footer, the help, the palette and the README derive
//! from it.

mod control;
mod everywhere;
mod inspector;
mod jobs;
mod offload;
mod reader;
mod scaling;
mod table;
mod traffic;
mod workers;

#[cfg(test)]
mod tests;

pub use table::{ACTIONS, actions};
