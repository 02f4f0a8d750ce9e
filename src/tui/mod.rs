//! The dashboard: one client of a deck among others.
//!
//! Owns its thread, the terminal while it runs, and what is shown. Elm-shaped: `screen` is the model, `update` the only
//! place that changes it, `view` draws it, `app` runs the loop. Never decides what becomes of a worker: it sends commands and
//! folds events. Called by `cli`.

mod act;
mod action;
mod app;
mod ascii;
mod bindings;
mod clip;
mod composer;
mod decoder;
mod errand;
mod facts;
mod field;
pub(crate) mod figures;
mod filter;
mod filtering;
mod glide;
mod hint;
mod inspector;
mod jobs;
mod json;
mod keymap;
mod marks;
mod memory;
mod merge;
mod named;
mod offload;
mod options;
mod outset;
mod overlay;
mod pace;
mod palette;
mod pending;
mod picture;
mod place;
mod pointer;
mod reader;
mod recall;
mod rows;
mod sanitize;
mod save;
mod screen;
mod script;
mod settle;
mod sgr;
mod sort;
mod surface;
mod target;
mod terminal;
mod theme;
mod update;
mod view;
mod volley;
mod worker;

#[cfg(test)]
mod cost;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod pty;
#[cfg(test)]
mod storm;
#[cfg(test)]
mod tests;

pub use action::{Action, Binding, Chord, Context};
pub use app::run;
pub use bindings::{ACTIONS, actions};
pub use composer::check_message;
pub use keymap::{clashes, is_fixed, meaning, parse as parse_key};
pub use offload::{
    Drawn, Effort, Hand, Mode, Order, Picture, Studio, Tile, Total, Turn, from_hex, to_hex,
};
pub use options::{COLUMNS, Color, Named, Options, Quit, Taste, TuiError};
pub(crate) use palette::nearest;
pub use place::Place;
pub use script::{Script, ScriptError};
pub use terminal::Lease;
pub use theme::{Rgb, Role, ThemeName, ThemeSpec, color_names, parse_color};
