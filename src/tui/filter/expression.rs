//! A filter that was read, and whether it lets an item through.

use std::cmp::Ordering;
use std::time::Duration;

use memchr::{memchr2_iter, memmem};
use regex::bytes::Regex;

use crate::model::Direction;
use crate::tui::filter::compare::{Literal, Operator};
use crate::tui::filter::subject::{Passed, Subject};
use crate::wire::Pointer;

/// Tests that must all hold.
#[derive(Debug)]
pub(super) struct Expression {
    /// The tests, each with whether it must fail instead.
    pub(super) tests: Vec<(bool, Test)>,
}

/// One test.
#[derive(Debug)]
pub(super) enum Test {
    /// The text contains this.
    Contains(Plain),
    /// The text has a part of this form.
    Matches(Regex),
    /// The message has something at this place.
    Has(Pointer),
    /// The message has such a value at this place.
    Value(Pointer, Operator, Literal),
    /// It is a reply that came so fast.
    Latency(Operator, Duration),
    /// It has so many bytes on the channel.
    Size(Operator, u64),
    /// It went this way, or not.
    Way(Operator, Direction),
    /// It is this worker's or this pool's, or not.
    Worker(Operator, String),
    /// It gives or answers the job with this id, or an id that ends so; or not.
    Job(Operator, String),
    /// It is of this kind, or not.
    Kind(Operator, Kind),
}

/// Kinds of what passes on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No message, or one that was cut off.
    Bad,
    /// A message that answers another.
    Reply,
    /// A message that gives or answers a job.
    Job,
}

/// A plain text. Case matters once it has a capital.
#[derive(Debug)]
pub(super) struct Plain {
    text: String,
    finder: Option<Box<memmem::Finder<'static>>>,
}

impl Plain {
    /// A text to look for.
    pub(super) fn new(text: &str) -> Self {
        let has_capital = text.chars().any(char::is_uppercase);
        Self {
            finder: has_capital.then(|| Box::new(memmem::Finder::new(text).into_owned())),
            text: text.to_owned(),
        }
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        if let Some(finder) = &self.finder {
            return finder.find(bytes).is_some();
        }
        let needle = self.text.as_bytes();
        let Some(first) = needle.first() else {
            return true;
        };
        memchr2_iter(*first, first.to_ascii_uppercase(), bytes).any(|at| {
            let part = bytes.get(at..at.saturating_add(needle.len()));
            part.is_some_and(|part| part.eq_ignore_ascii_case(needle))
        })
    }
}

impl Expression {
    /// Whether an item is let through.
    pub(super) fn admits(&self, subject: &Subject<'_>) -> bool {
        let mut tests = self.tests.iter();
        tests.all(|(must_fail, test)| test.holds(subject) != *must_fail)
    }
}

impl Test {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Contains(plain) => plain.is_in(subject.bytes),
            Self::Matches(pattern) => pattern.is_match(subject.bytes),
            Self::Has(pointer) => found(subject, pointer).is_some(),
            Self::Value(pointer, operator, literal) => {
                operator.holds(found(subject, pointer).and_then(|json| literal.order(json)))
            }
            Self::Latency(operator, limit) => {
                let latency = subject.passed.and_then(|passed| passed.latency);
                // What is no reply has no latency to differ.
                latency.is_some_and(|latency| operator.holds(Some(latency.cmp(limit))))
            }
            Self::Size(operator, limit) => {
                let bytes = subject.passed.map(|passed| passed.bytes);
                operator.holds(bytes.map(|bytes| bytes.cmp(limit)))
            }
            Self::Way(operator, way) => {
                let is_way = |passed: Passed| passed.direction == *way;
                operator.holds(equal(subject.passed.is_some_and(is_way)))
            }
            Self::Worker(operator, name) => operator.holds(equal(is_of(subject, name))),
            Self::Job(operator, id) => {
                let job = subject.passed.and_then(|passed| passed.job);
                let is_job = job.is_some_and(|job| job.to_string().ends_with(id.as_str()));
                operator.holds(equal(is_job))
            }
            Self::Kind(operator, kind) => {
                let is_kind = |passed: Passed| match kind {
                    Kind::Bad => passed.is_bad,
                    Kind::Reply => passed.latency.is_some(),
                    Kind::Job => passed.job.is_some(),
                };
                operator.holds(equal(subject.passed.is_some_and(is_kind)))
            }
        }
    }
}

fn equal(is_equal: bool) -> Option<Ordering> {
    is_equal.then_some(Ordering::Equal)
}

fn found<'a>(subject: &Subject<'a>, pointer: &Pointer) -> Option<&'a str> {
    pointer.find_in(subject.json()?)
}

/// Whether an item is of the worker `resize/2`, or of the pool `resize` or `resize/*`.
fn is_of(subject: &Subject<'_>, name: &str) -> bool {
    let Some(worker) = subject.worker else {
        return false;
    };
    let pool = name.strip_suffix("/*").unwrap_or(name);
    worker.pool.as_str() == pool
        || name
            .strip_prefix(worker.pool.as_str())
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|number| number.parse() == Ok(worker.number))
}
