//! A walk over a valid JSON text that skips strings and values.
//!
//! Never builds values, never recurses and never allocates. On a text that is no JSON it ends, somewhere. Called by `pointer`
//! and by the dashboard's tree.

use memchr::memchr2;

/// Where a walk is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// The place in it, in bytes.
    pub(crate) at: usize,
}

impl Scan<'_> {
    /// The byte at the place.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips white space.
    pub(crate) fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Skips one token of punctuation and the space around it; whether it was `wanted`.
    pub(crate) fn take(&mut self, wanted: u8) -> bool {
        self.space();
        let is_there = self.peek() == Some(wanted);
        self.at += usize::from(is_there);
        self.space();
        is_there
    }

    /// Skips a string.
    pub(crate) fn string(&mut self) {
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

    /// Skips a value.
    pub(crate) fn value(&mut self) {
        self.value_seen(|_, _, _| true);
    }

    /// Skips a value, and lets `see` look at each byte outside of strings: its place, how deep it is in the value, and the
    /// byte; false where it wanted no more.
    pub(crate) fn value_seen(&mut self, mut see: impl FnMut(usize, usize, u8) -> bool) -> bool {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            if !see(self.at, depth, byte) {
                return false;
            }
            match byte {
                b'"' => {
                    self.string();
                    if depth == 0 {
                        return true;
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth <= 1 => {
                    self.at += depth;
                    return true;
                }
                b'}' | b']' => depth -= 1,
                b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return true,
                _ => {}
            }
            self.at += 1;
        }
        true
    }
}
