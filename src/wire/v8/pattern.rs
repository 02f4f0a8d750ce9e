//! What makes a text no regular expression: a worker would die of reading it.
//!
//! Owns a walk over the syntax of ECMA-262 (`Pattern`, and its annex B), as strict as node 20. What Unicode names is
//! looked up by the crate `regress`, one name at a time: its own parser takes what node 20 refuses, and builds every
//! class.
//!
//! Refused although V8 reads it: a source of more than 1 MiB, classes within each other deeper than 256, a group's name
//! with an escape, without the flags u and v one with characters beyond U+FFFF, and `\p{WSpace}`. Whoever sends one is
//! told; a route counts it among its refused.

use std::collections::{HashMap, HashSet};

use crate::wire::v8::pattern_unicode::{self, Property};
use crate::wire::v8::strings::Chars;

/// The longest source, in bytes.
const LONGEST: usize = 1 << 20;

/// As many groups capture at most in V8.
const MOST_GROUPS: u32 = 32_767;

/// What is wrong with a source, if anything is.
pub(super) fn problem(source: &Chars<'_>, flags: &str) -> Option<&'static str> {
    let is_unicode = flags.contains(['u', 'v']);
    if flags.contains('u') && flags.contains('v') {
        return Some("the flags u and v exclude each other");
    }
    let units: Vec<u32> = match source {
        Chars::Whole(text) if text.len() > LONGEST => {
            return Some("a regular expression longer than 1 MiB");
        }
        Chars::Whole(text) if is_unicode => text.chars().map(u32::from).collect(),
        Chars::Whole(text) => text.encode_utf16().map(u32::from).collect(),
        Chars::Halved(units) if units.len() > LONGEST / 2 => {
            return Some("a regular expression longer than 1 MiB");
        }
        Chars::Halved(units) if is_unicode => char::decode_utf16(units.iter().copied())
            .map(|c| c.map_or_else(|half| u32::from(half.unpaired_surrogate()), u32::from))
            .collect(),
        Chars::Halved(units) => units.iter().map(|unit| u32::from(*unit)).collect(),
    };
    let names = names(&units);
    let groups = groups(&units, names.len());
    if groups > MOST_GROUPS {
        return Some("too many groups in a regular expression");
    }
    let mut walk = Walk {
        units: &units,
        at: 0,
        is_unicode,
        has_sets: flags.contains('v'),
        groups,
        names,
        properties: HashMap::new(),
        met: HashSet::new(),
        open: Vec::new(),
        repeatable: false,
    };
    walk.run().err()
}

pub(super) type Checked = Result<(), &'static str>;

/// A group that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Plain,
    Ahead,
    Behind,
}

/// A walk over a source.
pub(super) struct Walk<'a> {
    pub(super) units: &'a [u32],
    pub(super) at: usize,
    pub(super) is_unicode: bool,
    pub(super) has_sets: bool,
    /// How many groups capture.
    pub(super) groups: u32,
    pub(super) names: HashSet<&'a [u32]>,
    /// The properties that were looked up.
    pub(super) properties: HashMap<&'a [u32], Property>,
    met: HashSet<&'a [u32]>,
    open: Vec<Group>,
    /// Whether what was just read may be repeated.
    pub(super) repeatable: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn peek(&self) -> Option<char> {
        self.units
            .get(self.at)
            .map(|unit| char::from_u32(*unit).unwrap_or('\u{FFFD}'))
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    pub(super) fn take(&mut self, wanted: &str) -> bool {
        let rest = self.units.get(self.at..).unwrap_or_default();
        let is_there = wanted
            .chars()
            .map(u32::from)
            .eq(rest.iter().take(wanted.len()).copied());
        self.at += if is_there { wanted.len() } else { 0 };
        is_there
    }

    fn run(&mut self) -> Checked {
        while let Some(c) = self.next() {
            match c {
                '\\' => self.escape()?,
                '[' => {
                    self.class()?;
                    self.repeatable = true;
                }
                '(' => self.group()?,
                ')' => {
                    let group = self.open.pop().ok_or("a `)` without its `(`")?;
                    self.repeatable = match group {
                        Group::Plain => true,
                        Group::Ahead => !self.is_unicode,
                        Group::Behind => false,
                    };
                }
                '*' | '+' | '?' => self.repeat()?,
                '{' => self.braces()?,
                '}' | ']' if self.is_unicode => {
                    return Err("a lone bracket in a regular expression");
                }
                '|' | '^' | '$' => self.repeatable = false,
                _ => self.repeatable = true,
            }
        }
        if self.open.is_empty() {
            Ok(())
        } else {
            Err("a `(` without its `)`")
        }
    }

    fn repeat(&mut self) -> Checked {
        if !self.repeatable {
            return Err("nothing to repeat in a regular expression");
        }
        self.take("?");
        self.repeatable = false;
        Ok(())
    }

    /// Braces that repeat, or, where a lone one is allowed, a brace.
    fn braces(&mut self) -> Checked {
        let start = self.at;
        let least = self.digits();
        let most = if self.take(",") {
            self.digits().or(Some(u64::MAX))
        } else {
            least
        };
        let (Some(least), Some(most), true) = (least, most, self.take("}")) else {
            self.at = start;
            self.repeatable = true;
            return if self.is_unicode {
                Err("a lone bracket in a regular expression")
            } else {
                Ok(())
            };
        };
        if least > most {
            return Err("numbers out of order in a regular expression");
        }
        self.repeat()
    }

    pub(super) fn digits(&mut self) -> Option<u64> {
        let mut value: Option<u64> = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let so_far = value.unwrap_or(0).saturating_mul(10);
            value = Some(so_far.saturating_add(u64::from(digit)).min(u64::MAX - 1));
            self.at += 1;
        }
        value
    }

    fn group(&mut self) -> Checked {
        self.repeatable = false;
        let group = if !self.take("?") || self.take(":") {
            Group::Plain
        } else if self.take("=") || self.take("!") {
            Group::Ahead
        } else if self.take("<=") || self.take("<!") {
            Group::Behind
        } else if self.take("<") {
            let name = self.name()?;
            if !self.met.insert(name) {
                return Err("two groups of one name in a regular expression");
            }
            Group::Plain
        } else {
            return Err("a group of an unknown kind in a regular expression");
        };
        self.open.push(group);
        Ok(())
    }

    /// A name up to its `>`.
    pub(super) fn name(&mut self) -> Result<&'a [u32], &'static str> {
        let start = self.at;
        while self.peek().is_some_and(|c| c != '>') {
            self.at += 1;
        }
        let name = self.units.get(start..self.at).unwrap_or_default();
        if self.take(">") && pattern_unicode::is_name(name) {
            Ok(name)
        } else {
            Err("not a group's name in a regular expression")
        }
    }
}

/// Looks for groups without reading the rest: what each `(` outside of classes is followed by.
fn openings(units: &[u32]) -> impl Iterator<Item = &[u32]> {
    let mut at = 0;
    let mut in_class = false;
    std::iter::from_fn(move || {
        loop {
            let unit = *units.get(at)?;
            at += 1;
            match char::from_u32(unit) {
                Some('\\') => at += 1,
                Some('[') => in_class = true,
                Some(']') => in_class = false,
                Some('(') if !in_class => return units.get(at..),
                _ => {}
            }
        }
    })
}

fn names(units: &[u32]) -> HashSet<&[u32]> {
    let is = |unit: Option<&u32>, c: char| unit == Some(&u32::from(c));
    let named = openings(units).filter_map(|rest| match rest {
        [question, less, rest @ ..] if is(Some(question), '?') && is(Some(less), '<') => Some(rest),
        _ => None,
    });
    let named = named.filter(|rest| !is(rest.first(), '=') && !is(rest.first(), '!'));
    named
        .filter_map(|rest| {
            let mut start = rest.iter().take(pattern_unicode::LONGEST + 1);
            rest.get(..start.position(|unit| *unit == u32::from('>'))?)
        })
        .collect()
}

/// How many groups capture.
fn groups(units: &[u32], named: usize) -> u32 {
    let is_question = |rest: &&[u32]| rest.first() == Some(&u32::from('?'));
    let plain = openings(units).filter(|rest| !is_question(rest)).count();
    u32::try_from(plain + named).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "pattern_tests.rs"]
mod tests;
