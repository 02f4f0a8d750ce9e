//! The JSON text that a body becomes.

use crate::wire::v8::error::V8Error;
use crate::wire::v8::{base64, bigint, date, number};

/// A text under way, and how long it may become.
#[derive(Debug)]
pub(super) struct Text {
    out: Vec<u8>,
    limit: usize,
}

impl Text {
    pub(super) fn new(room: usize, limit: usize) -> Self {
        Self {
            out: Vec::with_capacity(room.min(limit)),
            limit,
        }
    }

    /// How long it is.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// What was written from a place on.
    pub(super) fn since(&self, start: usize) -> &[u8] {
        self.out.get(start..).unwrap_or_default()
    }

    /// The whole text.
    pub(super) fn finish(self) -> String {
        // Only whole characters were written.
        String::from_utf8(self.out).unwrap_or_default()
    }

    /// Tells when it has become too long.
    pub(super) fn check(&self) -> Result<(), V8Error> {
        if self.out.len() > self.limit {
            return Err(V8Error::TooLong(self.limit));
        }
        Ok(())
    }

    pub(super) fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A comma, except before the first.
    pub(super) fn comma(&mut self, is_first: bool) {
        if !is_first {
            self.out.push(b',');
        }
    }

    pub(super) fn number(&mut self, value: f64) {
        if let Some(name) = number::unwritten(value) {
            self.push("{\"$number\":\"");
            self.push(name);
            self.push("\"}");
            return;
        }
        let mut text = String::new();
        number::text(value, &mut text);
        self.push(&text);
    }

    pub(super) fn bigint(&mut self, is_negative: bool, bytes: &[u8]) {
        self.push("{\"$bigint\":\"");
        bigint::text(is_negative, bytes, &mut self.out);
        self.push("\"}");
    }

    pub(super) fn date(&mut self, milliseconds: f64) {
        match date::clip(milliseconds) {
            None => self.push("{\"$date\":null}"),
            Some(milliseconds) => {
                self.push("{\"$date\":\"");
                self.push(&date::text(milliseconds));
                self.push("\"}");
            }
        }
    }

    /// Bytes in base64, in quotes.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        base64::encode(bytes, &mut self.out);
        self.out.push(b'"');
    }

    /// A string of characters below U+0100.
    pub(super) fn one_byte(&mut self, bytes: &[u8]) {
        self.out.reserve(bytes.len() + 2);
        self.out.push(b'"');
        self.one_byte_inside(bytes);
        self.out.push(b'"');
    }

    fn one_byte_inside(&mut self, bytes: &[u8]) {
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            let plain = rest
                .iter()
                .position(|byte| !is_plain(byte))
                .unwrap_or(rest.len());
            if plain > 0 {
                let (run, others) = rest.split_at(plain);
                self.out.extend_from_slice(run);
                rest = others;
                continue;
            }
            self.character(char::from(first));
            rest = after;
        }
    }

    /// A string of UTF-16, the lower byte of each unit first; halves of pairs are written as escapes.
    pub(super) fn two_byte(&mut self, bytes: &[u8]) {
        self.out.reserve(bytes.len() + 2);
        self.out.push(b'"');
        self.two_byte_inside(bytes);
        self.out.push(b'"');
    }

    fn two_byte_inside(&mut self, bytes: &[u8]) {
        let units = bytes.chunks_exact(2).map(|unit| match *unit {
            [low, high] => u16::from_le_bytes([low, high]),
            _ => 0,
        });
        for decoded in char::decode_utf16(units) {
            match decoded {
                Ok(c) => self.character(c),
                Err(half) => self.push(&format!("\\u{:04x}", half.unpaired_surrogate())),
            }
        }
    }

    /// A string of UTF-8; what is none is replaced.
    pub(super) fn utf8(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        for c in String::from_utf8_lossy(bytes).chars() {
            self.character(c);
        }
        self.out.push(b'"');
    }

    /// Doubles the `$` with which the string since a place begins.
    pub(super) fn escape_key(&mut self, start: usize) {
        if self.since(start).starts_with(b"\"$") {
            self.out.insert(start + 1, b'$');
        }
    }

    fn character(&mut self, c: char) {
        match c {
            '"' => self.push("\\\""),
            '\\' => self.push("\\\\"),
            '\n' => self.push("\\n"),
            '\r' => self.push("\\r"),
            '\t' => self.push("\\t"),
            '\u{8}' => self.push("\\b"),
            '\u{c}' => self.push("\\f"),
            '\0'..='\u{1f}' => self.push(&format!("\\u{:04x}", u32::from(c))),
            _ => self.push(c.encode_utf8(&mut [0; 4])),
        }
    }
}
