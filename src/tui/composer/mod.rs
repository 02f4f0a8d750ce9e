//! The composer: a JSON text under the typist's fingers, its target, its validity, what was sent before and what came of it.
//!
//! `state` is the text in its `field`, `judge` what it would be, `words` what is wrong with it, `template` its placeholders,
//! `complete` and `hints` what Tab puts in, `load` the text sent many times, `sending` what came of the last one, `write`
//! its keys. Decides what is sent; never sends. Called by `update`, `app` and the views.

mod complete;
mod field;
mod hints;
mod judge;
mod load;
mod marks;
mod sending;
mod state;
mod template;
mod words;
mod write;

#[cfg(test)]
mod draft_tests;
#[cfg(test)]
mod footnote_tests;
#[cfg(test)]
mod tests;

pub use judge::check_message;
pub(crate) use judge::{Verdict, judge};
pub(crate) use load::{Ended, PATIENCE, Part, Plan, Run};
pub(crate) use marks::unwritable;
pub(crate) use sending::Fate;
pub(crate) use state::{Composer, LONGEST};
pub(crate) use template::stays;
pub(crate) use write::{due_at, ended, forsaken, press, send, sent, shots};
