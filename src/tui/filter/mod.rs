//! What the lines of a list must be: a small language of plain text, patterns, and tests of what a message holds.
//!
//! Owns the language and the text in which it is typed; a text is read once, when it changes. Never looks for what it
//! filters: called by `merge` and the views, with one item at a time.

mod compare;
mod expression;
mod parse;
mod quantity;
mod subject;
mod typed;

#[cfg(test)]
mod tests;

pub(crate) use parse::FORMS;
pub(crate) use subject::Subject;
pub(crate) use typed::Filter;
