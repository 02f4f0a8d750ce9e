//! Placeholders in what is written: `{{seq}}`, `{{uuid}}`, `{{now}}`, `{{rand 1 100}}`. Each message gets its own values.
//!
//! Within a string a placeholder becomes text; anywhere else a JSON value. Called by the composer, the load and named
//! messages.

use std::borrow::Cow;

use crate::model::WallTime;

/// The longest placeholder, in bytes.
const LONGEST: usize = 64;

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// 1, 2, 3, … for as long as the dashboard runs.
    Seq,
    /// A random UUID.
    Uuid,
    /// Milliseconds since 1970; within a string the time as RFC 3339 writes it.
    Now,
    /// A random whole number between these two, both included.
    Rand(i64, i64),
}

/// A part of a text.
enum Piece<'a> {
    Text(&'a str),
    Holder {
        raw: &'a str,
        holder: Holder,
        in_string: bool,
    },
}

/// Where values of placeholders come from.
#[derive(Clone, Debug)]
pub(crate) struct Supply {
    seq: u64,
    dice: u64,
}

impl Supply {
    /// Values from this seed on.
    pub(crate) fn new(seed: u64) -> Self {
        Self { seq: 0, dice: seed }
    }

    /// `SplitMix64`: good enough for test data, and it comes back with its seed.
    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn value(&mut self, holder: Holder, in_string: bool, now: WallTime) -> String {
        match holder {
            Holder::Seq => {
                self.seq += 1;
                self.seq.to_string()
            }
            Holder::Uuid => {
                let bytes = u128::from(self.roll()) << 64 | u128::from(self.roll());
                let uuid = uuid::Builder::from_random_bytes(bytes.to_be_bytes()).into_uuid();
                let quote = if in_string { "" } else { "\"" };
                format!("{quote}{uuid}{quote}")
            }
            Holder::Now if in_string => now.to_string(),
            Holder::Now => now.0.to_string(),
            Holder::Rand(low, high) => {
                let span = i128::from(high) - i128::from(low) + 1;
                let value = i128::from(low) + i128::from(self.roll()) % span;
                value.to_string()
            }
        }
    }
}

/// Whether a text has placeholders.
pub(crate) fn has_any(text: &str) -> bool {
    text.contains("{{") && pieces(text).any(|piece| matches!(piece, Piece::Holder { .. }))
}

/// The text with values in place of its placeholders.
pub(crate) fn fill(text: &str, supply: &mut Supply, now: WallTime) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Holder {
                holder, in_string, ..
            } => filled.push_str(&supply.value(holder, in_string, now)),
        }
    }
    filled
}

/// A text of the same length that has values of the same kind, to be judged while the text is written.
pub(crate) fn stand_in(text: &str) -> Cow<'_, str> {
    if !text.contains("{{") {
        return Cow::Borrowed(text);
    }
    let mut shape = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => shape.push_str(text),
            Piece::Holder {
                raw,
                in_string: true,
                ..
            } => shape.push_str(&"x".repeat(raw.len())),
            Piece::Holder { raw, holder, .. } => {
                let value = if holder == Holder::Uuid { "\"\"" } else { "0" };
                shape.push_str(value);
                shape.push_str(&" ".repeat(raw.len() - value.len()));
            }
        }
    }
    Cow::Owned(shape)
}

/// A placeholder that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Where it begins, in bytes.
    pub(crate) at: usize,
    /// What is wrong with it.
    pub(crate) what: String,
}

/// The first thing that is meant as a placeholder and cannot be one. Within a string only a known name is meant as one:
/// other braces may be the text's own.
pub(crate) fn mistake(text: &str) -> Option<Mistake> {
    first(text, wrong).map(|(at, what)| Mistake { at, what })
}

/// The first of a text's own braces in a string that look like a placeholder, and are sent as they are.
pub(crate) fn stays(text: &str) -> Option<String> {
    let stays = |text: &str, in_string| {
        let (name, numbers, _) = braces(text)?;
        let is_own = in_string && numbers.is_empty() && wrong(text, in_string).is_none();
        (is_own && is_name(name)).then(|| format!("{{{{{name}}}}}"))
    };
    first(text, stays).map(|(_, name)| name)
}

/// The first of what stands in double braces, and is no placeholder, for which something is found: where it begins, too.
/// Looks also where a string is open.
fn first<T>(text: &str, look: impl Fn(&str, bool) -> Option<T>) -> Option<(usize, T)> {
    if !text.contains("{{") {
        return None;
    }
    let mut quotes = Quotes::default();
    let mut at = 0;
    for piece in pieces(text) {
        let part = match piece {
            Piece::Holder { raw, .. } => {
                at += raw.len();
                continue;
            }
            Piece::Text(part) => part,
        };
        let mut rest = part;
        while let Some(begin) = rest.find("{{") {
            let (before, braces) = rest.split_at(begin);
            quotes.pass(before);
            if let Some(found) = look(braces, quotes.is_open) {
                return Some((at + part.len() - braces.len(), found));
            }
            rest = braces.get(1..).unwrap_or_default();
        }
        quotes.pass(rest);
        at += part.len();
    }
    None
}

/// The words in the double braces that a text begins with, and their length, braces included.
fn braces(text: &str) -> Option<(&str, Vec<&str>, usize)> {
    let end = text.floor_char_boundary(LONGEST.min(text.len()));
    let inner = text.get(2..end)?;
    let close = inner.find("}}")?;
    let mut words = inner.get(..close)?.split_whitespace();
    Some((words.next()?, words.collect(), close + 4))
}

fn is_name(word: &str) -> bool {
    word.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// What is wrong with what a text begins with, if it is meant as a placeholder.
fn wrong(text: &str, in_string: bool) -> Option<String> {
    let (name, numbers, _) = braces(text)?;
    let number = |text: &str| text.parse::<i64>().ok();
    let numbers: Vec<_> = numbers.into_iter().map(number).collect();
    match (name, numbers.as_slice()) {
        ("rand", [Some(low), Some(high)]) if low > high => Some(format!(
            "{{{{rand {low} {high}}}}} is empty: the smaller number comes first"
        )),
        ("rand", _) => Some("{{rand}} wants two whole numbers: {{rand 1 100}}".to_owned()),
        ("seq" | "uuid" | "now", [_, ..]) => {
            Some(format!("nothing follows the name: {{{{{name}}}}}"))
        }
        (name, _) if !in_string && is_name(name) => Some(format!(
            "no {{{{{name}}}}}, only {{{{seq}}}} {{{{uuid}}}} {{{{now}}}} {{{{rand 1 100}}}}"
        )),
        _ => None,
    }
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    let mut quotes = Quotes::default();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut from = 0;
        while let Some(at) = find(rest, from) {
            let (before, after) = rest.split_at(at);
            if let Some((holder, length)) = holder(after) {
                if !before.is_empty() {
                    quotes.pass(before);
                    rest = after;
                    return Some(Piece::Text(before));
                }
                let (raw, after) = after.split_at(length);
                rest = after;
                let in_string = quotes.is_open;
                return Some(Piece::Holder {
                    raw,
                    holder,
                    in_string,
                });
            }
            from = at + 1;
        }
        quotes.pass(rest);
        Some(Piece::Text(std::mem::take(&mut rest)))
    })
}

fn find(text: &str, from: usize) -> Option<usize> {
    let found = text.get(from..)?.find("{{")?;
    Some(found + from)
}

/// The placeholder that a text begins with, and its length.
fn holder(text: &str) -> Option<(Holder, usize)> {
    let (name, numbers, length) = braces(text)?;
    let number = |text: &str| text.parse::<i64>().ok();
    let holder = match (name, numbers.as_slice()) {
        ("seq", []) => Holder::Seq,
        ("uuid", []) => Holder::Uuid,
        ("now", []) => Holder::Now,
        ("rand", [low, high]) => {
            let (low, high) = (number(low)?, number(high)?);
            (low <= high).then_some(Holder::Rand(low, high))?
        }
        _ => return None,
    };
    Some((holder, length))
}

/// Whether a place is within a JSON string.
#[derive(Clone, Copy, Debug, Default)]
struct Quotes {
    is_open: bool,
    is_escaped: bool,
}

impl Quotes {
    fn pass(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.is_open => self.is_escaped = true,
                b'"' => self.is_open = !self.is_open,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
