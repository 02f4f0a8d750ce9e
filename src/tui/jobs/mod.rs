//! The jobs view's part of the model: which jobs are asked for and shown, and what keys do with them.
//!
//! Owns no job: the deck tells them when it is asked, and everything a key does is a command to it. Called by `update`, `act`
//! and the views.

mod act;
mod asked;
mod bulk;
mod copy;
mod glide;
mod held;
mod list;
mod opened;
mod refresh;
mod sum;

#[cfg(test)]
mod copy_tests;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod held_tests;
#[cfg(test)]
mod refresh_tests;
#[cfg(test)]
mod tests;

pub(crate) use act::{act, close_view, open_view, press, works_now, works_on_one, works_when_gone};
pub(crate) use asked::{Asked, answered, retry_hint};
pub(crate) use glide::{click, glide, step};
pub(crate) use held::{held_up, starts_first};
pub(crate) use list::{Jobs, short};
pub(crate) use opened::{Folded, Opened, Texts};
pub(crate) use refresh::{ask, due_at};
pub(crate) use sum::{had_jobs, of_deck, of_pools};
