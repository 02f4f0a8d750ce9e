//! A filter as it is typed: its text, and what of it is in force.

use std::sync::Arc;

use regex::bytes::Regex;

use crate::tui::filter::expression::{Expression, Test};
use crate::tui::filter::parse::parse;
use crate::tui::filter::subject::Subject;

/// The longest filter, in bytes.
const LONGEST: usize = 200;

/// What lines must be; nothing lets all of them through. While the text is no filter, what was in force before stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    text: String,
    force: Arc<Force>,
    trouble: Option<Arc<str>>,
}

/// What is in force.
#[derive(Debug, Default)]
struct Force {
    text: String,
    expression: Option<Expression>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.force.text == other.force.text
    }
}

impl Eq for Filter {}

impl Filter {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The text that is in force: what is typed, or what was typed when that was last a filter.
    pub(crate) fn in_force(&self) -> &str {
        &self.force.text
    }

    /// Why the text is no filter, for people.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Says in words why the text is no filter and what is in force instead, `none` where nothing is; none where the text
    /// itself is in force.
    pub(crate) fn verdict(&self, none: &str) -> Option<String> {
        let trouble = self.trouble()?;
        let still = match self.in_force() {
            "" => none,
            text => text,
        };
        Some(format!("✖ {trouble} · still: {still}"))
    }

    /// The filter that is in force, as one typed by itself.
    pub(crate) fn as_in_force(&self) -> Self {
        Self {
            text: self.force.text.clone(),
            force: Arc::clone(&self.force),
            trouble: None,
        }
    }

    /// Puts in force what was before, where the text is no filter: half of what was meant is not meant.
    pub(crate) fn fall_back(&mut self, before: &Self) {
        if self.trouble.is_some() {
            self.force = Arc::clone(&before.force);
        }
    }

    /// Whether it lets everything through.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds what was typed or pasted, controls left out.
    pub(crate) fn add(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text.len() + c.len_utf8() <= LONGEST {
                self.text.push(c);
            }
        }
        self.judge();
    }

    /// Takes the last character away.
    pub(crate) fn shorten(&mut self) {
        self.text.pop();
        self.judge();
    }

    /// Whether a line of text is let through.
    pub(crate) fn admits(&self, line: &[u8]) -> bool {
        self.admits_subject(&Subject::text(line))
    }

    /// Whether an item is let through.
    pub(crate) fn admits_subject(&self, subject: &Subject<'_>) -> bool {
        let expression = self.force.expression.as_ref();
        expression.is_none_or(|expression| expression.admits(subject))
    }

    /// The pattern in force, where the whole filter is one.
    pub(crate) fn pattern(&self) -> Option<&Regex> {
        let tests = &self.force.expression.as_ref()?.tests;
        match tests.as_slice() {
            [(false, Test::Matches(pattern))] => Some(pattern),
            _ => None,
        }
    }

    fn judge(&mut self) {
        let expression = match self.text.trim() {
            "" => Ok(None),
            _ => parse(&self.text).map(Some),
        };
        self.trouble = match expression {
            Ok(expression) => {
                let text = self.text.clone();
                self.force = Arc::new(Force { text, expression });
                None
            }
            Err(trouble) => Some(trouble.into()),
        };
    }
}
