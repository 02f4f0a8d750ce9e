//! The logs view's part of the model: what is searched for and filtered, and what was marked. Called by `update`, `act` and the views.

mod act;
mod body;
mod brief;
mod errors;
mod export;
mod find;
mod frozen;
mod item;
mod level;
mod list;
mod narrowed;
mod scroll;
mod settle;
mod sieve;
mod state;
mod text;
mod walk;
mod whose;
mod wrap;
mod write;

#[cfg(test)]
mod frozen_tests;
#[cfg(test)]
mod move_tests;
#[cfg(test)]
mod tests;

pub(crate) use act::{act, mouse};
pub(crate) use body::{Look, body, mark};
pub(crate) use find::counted;
pub(crate) use item::{Item, Kind, Spot};
pub(crate) use level::Level;
pub(crate) use list::List;
pub(crate) use scroll::{lines, list, window};
pub(crate) use settle::{close_view, due_at, settle};
pub(crate) use state::{Drawn, Field, Reader, Stamps};
pub(crate) use text::{finds, spread};
pub(crate) use wrap::{aside, cut, light};
pub(crate) use write::{is_writing, paste, press};
