//! A walk over a valid JSON text that lists what is directly within an object or array, a page at a time.
//!
//! Never builds values and never recurses. On a text that is no JSON it ends, with something or other.

use std::ops::Range;

use memchr::memchr2;

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
        listed.before = scan.value(usize::MAX);
        scan.comma();
    }
    loop {
        scan.space();
        if !scan.is_child() {
            return listed;
        }
        let (at, mut is_within) = (scan.at, false);
        if listed.children.len() >= PAGE || at >= end {
            listed.rest = Some(Rest { at, is_within });
            return listed;
        }
        let key = scan.key(is_object);
        let start = scan.at;
        let count = scan.value(end);
        let value = start..if count.is_some() { scan.at } else { text.len() };
        listed.children.push(Child { key, value, count });
        if count.is_none() {
            is_within = true;
            let at = start;
            listed.rest = Some(Rest { at, is_within });
            return listed;
        }
        if !scan.comma() {
            return listed;
        }
    }
}

/// The end of the value that begins at `start`.
pub(super) fn end_of(text: &str, start: usize) -> usize {
    let mut scan = Scan { text, at: start };
    scan.value(usize::MAX);
    scan.at.min(text.len())
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn is_child(&self) -> bool {
        self.peek()
            .is_some_and(|byte| !matches!(byte, b'}' | b']' | b',' | b':'))
    }

    fn comma(&mut self) -> bool {
        self.space();
        let is_there = self.peek() == Some(b',');
        self.at += usize::from(is_there);
        is_there
    }

    /// Goes to the value; where its key is.
    fn key(&mut self, is_object: bool) -> Range<usize> {
        let start = self.at;
        if !is_object || self.peek() != Some(b'"') {
            return start..start;
        }
        self.string();
        let key = start..self.at;
        self.space();
        self.at += usize::from(self.peek() == Some(b':'));
        self.space();
        key
    }

    fn string(&mut self) {
        self.at += 1;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let Some(found) = memchr2(b'"', b'\\', rest) else {
                self.at = self.text.len();
                return;
            };
            let is_end = rest.get(found) == Some(&b'"');
            self.at = (self.at + found + if is_end { 1 } else { 2 }).min(self.text.len());
            if is_end {
                return;
            }
        }
    }

    /// Skips a value: how many children it has; none where it goes on beyond `limit`.
    fn value(&mut self, limit: usize) -> Option<usize> {
        let (mut depth, mut commas, mut is_filled) = (0_usize, 0, false);
        while let Some(byte) = self.peek() {
            if self.at >= limit {
                return None;
            }
            is_filled |= depth > 0 && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b']' | b'}');
            match byte {
                b'"' => {
                    self.string();
                    if depth == 0 {
                        return Some(0);
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth <= 1 => {
                    self.at += depth;
                    break;
                }
                b'}' | b']' => depth -= 1,
                b',' if depth == 1 => commas += 1,
                b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        Some(if is_filled { commas + 1 } else { 0 })
    }
}
