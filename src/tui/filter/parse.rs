//! From what is typed to tests. Says in a few words what is missing.

use regex::bytes::{Regex, RegexBuilder};

use crate::model::Direction;
use crate::tui::filter::compare::{Literal, Operator};
use crate::tui::filter::expression::{Expression, Kind, Plain, Test};
use crate::tui::filter::quantity::{duration, size};
use crate::wire::Pointer;

/// What a pattern may take when it is made ready, and while it is used, in bytes.
const PATTERN: usize = 1 << 20;

/// How filters look, for whoever writes one.
pub(crate) const FORMS: &[(&str, &str)] = &[
    ("cat", "text"),
    ("/c[au]t/", "pattern"),
    ("/error", "has it"),
    ("/type = image", "is"),
    ("/ms > 100", "above"),
    ("latency > 100ms", "slow"),
    ("size > 10kB", "large"),
    ("dir = in", "or out"),
    ("kind = bad", "reply, job"),
    ("worker = resize/2", "its"),
    ("a && b", "both"),
    ("!a", "not"),
];

/// Reads a filter; the error says to people what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Expression, String> {
    let terms: Vec<&str> = text.split("&&").collect();
    if let [only] = terms.as_slice() {
        let tests = vec![term(only.trim(), only)?];
        return Ok(Expression { tests });
    }
    let tests = terms.into_iter().map(|part| {
        let part = part.trim();
        if part.is_empty() {
            return Err("&& stands between two filters".to_owned());
        }
        term(part, part)
    });
    let tests = tests.collect::<Result<_, _>>()?;
    Ok(Expression { tests })
}

/// A test, and whether it must fail. A plain text counts as it was `typed`, spaces included.
fn term(text: &str, typed: &str) -> Result<(bool, Test), String> {
    match text.strip_prefix('!') {
        Some(rest) if rest.trim().is_empty() => Err("what is to be left out?".to_owned()),
        Some(rest) => Ok((true, test(rest.trim(), rest.trim())?)),
        None => Ok((false, test(text, typed)?)),
    }
}

fn test(text: &str, typed: &str) -> Result<Test, String> {
    if let Some(rest) = text.strip_prefix('/') {
        if rest.is_empty() {
            return Err("a key follows, or a pattern and another slash".to_owned());
        }
        return match rest.strip_suffix('/') {
            Some("") => Err("a pattern stands between the two slashes".to_owned()),
            Some(form) => pattern(form).map(Test::Matches),
            None => pointed(text),
        };
    }
    let Some((name, operator, value)) = compared(text) else {
        return Ok(Test::Contains(Plain::new(typed)));
    };
    field(name, operator, value).unwrap_or_else(|| Ok(Test::Contains(Plain::new(typed))))
}

/// Splits at the first operator.
fn compared(text: &str) -> Option<(&str, Operator, &str)> {
    let at = text
        .char_indices()
        .find(|(at, c)| {
            let is_not = *c == '!' && text.get(at + 1..).is_some_and(|rest| rest.starts_with('='));
            matches!(c, '=' | '<' | '>') || is_not
        })
        .map(|(at, _)| at)?;
    let (name, rest) = text.split_at_checked(at)?;
    let (operator, sign) = [
        ("!=", Operator::IsNot),
        ("<=", Operator::AtMost),
        (">=", Operator::AtLeast),
        ("==", Operator::Is),
        ("=", Operator::Is),
        ("<", Operator::Below),
        (">", Operator::Above),
    ]
    .into_iter()
    .find_map(|(sign, operator)| rest.starts_with(sign).then_some((operator, sign)))?;
    let value = rest.get(sign.len()..).unwrap_or_default();
    Some((name.trim(), operator, value.trim()))
}

fn pointed(text: &str) -> Result<Test, String> {
    let pointer = |text: &str| Pointer::parse(text).map_err(|error| error.to_string());
    let Some((place, operator, value)) = compared(text) else {
        return pointer(text).map(Test::Has);
    };
    let place = pointer(place)?;
    if value.is_empty() {
        return Err("a word, a number or a JSON value follows".to_owned());
    }
    Ok(Test::Value(place, operator, Literal::new(value)))
}

/// A test of what a message has beside its JSON; none where the name is none of those.
fn field(name: &str, operator: Operator, value: &str) -> Option<Result<Test, String>> {
    let is_same = matches!(operator, Operator::Is | Operator::IsNot);
    let read = match name {
        "latency" => duration(value)
            .map(|limit| Test::Latency(operator, limit))
            .ok_or("a latency looks like 100ms or 1.5s"),
        "size" => size(value)
            .map(|limit| Test::Size(operator, limit))
            .ok_or("a size looks like 512, 10kB or 1MiB"),
        "dir" | "worker" | "job" | "kind" if !is_same => Err("only = and != work here"),
        "dir" => match value {
            "in" => Ok(Test::Way(operator, Direction::In)),
            "out" => Ok(Test::Way(operator, Direction::Out)),
            _ => Err("in comes from a worker, out goes to one"),
        },
        "worker" | "job" if value.is_empty() => Err("a name follows"),
        "worker" => Ok(Test::Worker(operator, value.to_owned())),
        "job" => Ok(Test::Job(operator, value.to_ascii_lowercase())),
        "kind" => match value {
            "bad" => Ok(Test::Kind(operator, Kind::Bad)),
            "reply" => Ok(Test::Kind(operator, Kind::Reply)),
            "job" => Ok(Test::Kind(operator, Kind::Job)),
            _ => Err("a kind is bad, reply or job"),
        },
        // Any other text with a sign in it is plain text.
        _ => return None,
    };
    Some(read.map_err(str::to_owned))
}

/// A pattern. As in plain text, case matters once there is a capital that is no escape's.
fn pattern(form: &str) -> Result<Regex, String> {
    let mut is_escape = false;
    let has_capital = form.chars().any(|c| {
        let is_capital = c.is_uppercase() && !is_escape;
        is_escape = c == '\\' && !is_escape;
        is_capital
    });
    RegexBuilder::new(form)
        .case_insensitive(!has_capital)
        .size_limit(PATTERN)
        .dfa_size_limit(PATTERN)
        .build()
        .map_err(|error| {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            let why = last.strip_prefix("error: ").unwrap_or(last);
            format!("no pattern: {why}")
        })
}
