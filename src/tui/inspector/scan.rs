//! A walk over a valid JSON text that lists what is directly within an object or array, a page at a time.
//!
//! Never builds values and never recurses. On a text that is no JSON it ends, with something or other.

use std::ops::Range;

use crate::wire::Scan;

/// How many children are listed at a time.
pub(super) const PAGE: usize = 100;

/// How many bytes are looked at for a page that nobody asked for.
pub(super) const GLANCE: usize = 512 << 10;

/// A value directly within an object or array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Child {
    /// Its key as JSON text; empty in an array.
    pub(super) key: Range<usize>,
    /// Where it is; to the end of the text where its own end was not looked for.
    pub(super) value: Range<usize>,
    /// How many children it has itself, where that is known.
    pub(super) count: Option<usize>,
}

/// Where a page ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rest {
    /// Where to go on.
    at: usize,
    /// Whether a value begins there that is listed already.
    is_within: bool,
}

impl Rest {
    /// The beginning of the object or array that begins at `open`.
    pub(super) fn of(open: usize) -> Self {
        Self {
            at: open + 1,
            is_within: false,
        }
    }
}

/// What a page has.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The children.
    pub(super) children: Vec<Child>,
    /// What is left, if anything.
    pub(super) rest: Option<Rest>,
    /// How many children the last one of the page before has, where that was found out.
    pub(super) before: Option<usize>,
}

/// Lists the next page. Looks at no more than about `most` bytes.
pub(super) fn list(text: &str, rest: Rest, is_object: bool, most: usize) -> Listed {
    let end = rest.at.saturating_add(most);
    let mut scan = Scan { text, at: rest.at };
    let mut listed = Listed::default();
    if rest.is_within {
        listed.before = value(&mut scan, usize::MAX);
        scan.take(b',');
    }
    loop {
        scan.space();
        if !is_child(&scan) {
            return listed;
        }
        let (at, mut is_within) = (scan.at, false);
        if listed.children.len() >= PAGE || at >= end {
            listed.rest = Some(Rest { at, is_within });
            return listed;
        }
        let key = key(&mut scan, is_object);
        let start = scan.at;
        let count = value(&mut scan, end);
        let value = start..if count.is_some() { scan.at } else { text.len() };
        listed.children.push(Child { key, value, count });
        if count.is_none() {
            is_within = true;
            let at = start;
            listed.rest = Some(Rest { at, is_within });
            return listed;
        }
        if !scan.take(b',') {
            return listed;
        }
    }
}

/// The end of the value that begins at `start`.
pub(super) fn end_of(text: &str, start: usize) -> usize {
    let mut scan = Scan { text, at: start };
    scan.value();
    scan.at.min(text.len())
}

fn is_child(scan: &Scan<'_>) -> bool {
    scan.peek()
        .is_some_and(|byte| !matches!(byte, b'}' | b']' | b',' | b':'))
}

/// Goes to the value; where its key is.
fn key(scan: &mut Scan<'_>, is_object: bool) -> Range<usize> {
    let start = scan.at;
    if !is_object || scan.peek() != Some(b'"') {
        return start..start;
    }
    scan.string();
    let key = start..scan.at;
    scan.take(b':');
    key
}

/// Skips a value: how many children it has; none where it goes on beyond `limit`.
fn value(scan: &mut Scan<'_>, limit: usize) -> Option<usize> {
    let (mut commas, mut is_filled) = (0, false);
    let is_whole = scan.value_seen(|at, depth, byte| {
        commas += usize::from(depth == 1 && byte == b',');
        is_filled |= depth > 0 && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b']' | b'}');
        at < limit
    });
    is_whole.then(|| if is_filled { commas + 1 } else { 0 })
}
