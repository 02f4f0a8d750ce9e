//! The dashboard driven by a file instead of a person: what is typed and waited for, and which screens become pictures.
//!
//! Owns the script's language and the stage, which stands in for the terminal. Called by `app`.
//!
//! ```text
//! size 120x40            columns and rows; the screen is 120x40 unless given
//! background light       of the pictures, dark unless given
//! within 20s             how long `until` and `gone` wait, 10s unless given
//! until ready            waits for the text to be on the screen
//! gone starting          waits for it to be gone
//! wait 2s                lets time pass
//! type {"hello":"world"} types a text
//! key Enter Ctrl-P x     presses keys
//! click 10 4             clicks at a column and row, from 1
//! frame deck             writes the screen as deck.txt and deck.svg
//! film demo              begins a film; `cut` ends it and writes demo.svg
//! # what follows is for people
//! ```

mod keys;
mod parse;
mod stage;

#[cfg(test)]
mod tests;

pub use parse::{Script, ScriptError};
pub(crate) use stage::Stage;
