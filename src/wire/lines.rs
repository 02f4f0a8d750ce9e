//! A worker's output to lines.
//!
//! Owns the partial line between two reads of standard output or error. Never reads, decodes or sanitises; called by
//! `process`, one per output.

use bytes::{Bytes, BytesMut};
use memchr::{memchr, memchr_iter, memrchr};

/// One line of output as it was written, without its newline and one carriage return before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLine {
    /// The bytes, at most the splitter's limit.
    pub bytes: Bytes,
    /// How many further bytes of the line were left out.
    pub cut: u64,
}

/// Cuts an output into lines. Lines do not depend on where reads cut the bytes.
///
/// A partial line waits for its newline or for the end of the output, however long that takes: a prompt without a newline
/// is a line only then. Holds at most `limit` bytes of it, and nothing between two lines.
#[derive(Debug)]
pub struct LineSplitter {
    limit: usize,
    rest: BytesMut,
    /// How many bytes came after the first `limit` of the partial line.
    over: u64,
    /// Whether the last of those is a carriage return.
    over_ends_in_return: bool,
}

impl LineSplitter {
    /// Makes a splitter that keeps the first `limit` bytes of a line.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            rest: BytesMut::new(),
            over: 0,
            over_ends_in_return: false,
        }
    }

    /// Takes what one read brought and appends the lines that it completed. All lines of one read share one buffer.
    pub fn push(&mut self, bytes: &[u8], lines: &mut Vec<RawLine>) {
        let Some(last) = memrchr(b'\n', bytes) else {
            self.keep(bytes);
            return;
        };
        let (whole, rest) = bytes.split_at(last + 1);
        let whole = self.complete(whole, lines);
        if !whole.is_empty() {
            let whole = Bytes::copy_from_slice(whole);
            let mut start = 0;
            for end in memchr_iter(b'\n', &whole) {
                lines.push(self.line(whole.slice(start..end)));
                start = end + 1;
            }
        }
        self.keep(rest);
    }

    /// Returns the last line when the output has ended without a newline.
    pub fn finish(&mut self) -> Option<RawLine> {
        if self.is_between_lines() {
            return None;
        }
        Some(self.take())
    }

    fn is_between_lines(&self) -> bool {
        self.rest.is_empty() && self.over == 0
    }

    /// Gives the partial line its newline, the first in `whole`, and returns the lines after it.
    fn complete<'a>(&mut self, whole: &'a [u8], lines: &mut Vec<RawLine>) -> &'a [u8] {
        if self.is_between_lines() {
            return whole;
        }
        let end = memchr(b'\n', whole).unwrap_or(whole.len());
        let (line, after) = whole.split_at(end);
        self.keep(line);
        lines.push(self.take());
        after.get(1..).unwrap_or_default()
    }

    /// Appends to the partial line, and only counts what is beyond the limit.
    fn keep(&mut self, bytes: &[u8]) {
        let room = self.limit.saturating_sub(self.rest.len());
        let (kept, over) = bytes.split_at(room.min(bytes.len()));
        self.rest.extend_from_slice(kept);
        if let Some(&last) = over.last() {
            self.over += over.len() as u64;
            self.over_ends_in_return = last == b'\r';
        }
    }

    /// The partial line as it is.
    fn take(&mut self) -> RawLine {
        let rest = std::mem::take(&mut self.rest).freeze();
        let over = std::mem::take(&mut self.over);
        let cut = over - u64::from(over > 0 && self.over_ends_in_return);
        let bytes = if over == 0 {
            without_return(rest)
        } else {
            rest
        };
        RawLine { bytes, cut }
    }

    fn line(&self, line: Bytes) -> RawLine {
        let mut bytes = without_return(line);
        let cut = bytes.len().saturating_sub(self.limit) as u64;
        bytes.truncate(self.limit);
        RawLine { bytes, cut }
    }
}

fn without_return(mut line: Bytes) -> Bytes {
    if line.last() == Some(&b'\r') {
        line.truncate(line.len() - 1);
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The lines of an output that comes in pieces of the given sizes, over and over.
    fn split(limit: usize, output: &[u8], sizes: &[usize]) -> Vec<(String, u64)> {
        let mut splitter = LineSplitter::new(limit);
        let mut lines = Vec::new();
        let mut rest = output;
        for &size in sizes.iter().cycle() {
            let (piece, after) = rest.split_at(size.min(rest.len()));
            splitter.push(piece, &mut lines);
            assert!(splitter.rest.len() <= limit);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        lines.extend(splitter.finish());
        assert_eq!(splitter.finish(), None);
        let text = |line: RawLine| (String::from_utf8_lossy(&line.bytes).into_owned(), line.cut);
        lines.into_iter().map(text).collect()
    }

    #[test]
    fn an_output_is_cut_at_newlines_and_its_rest_is_the_last_line() {
        let table: &[(&str, &[(&str, u64)])] = &[
            ("", &[]),
            ("a\nb\n", &[("a", 0), ("b", 0)]),
            ("a\r\nb\r\r\n", &[("a", 0), ("b\r", 0)]),
            ("\n\n", &[("", 0), ("", 0)]),
            ("\r\n", &[("", 0)]),
            ("a\rb\n", &[("a\rb", 0)]),
            ("a\nprompt> ", &[("a", 0), ("prompt> ", 0)]),
            ("a\r", &[("a", 0)]),
            ("12345678\n", &[("12345678", 0)]),
            ("12345678\r\n", &[("12345678", 0)]),
            ("123456789\n", &[("12345678", 1)]),
            ("123456789\r\n", &[("12345678", 1)]),
            ("1234567\r9\n", &[("1234567\r", 1)]),
            ("12345678\r", &[("12345678", 0)]),
            ("1234567890", &[("12345678", 2)]),
        ];
        for (output, lines) in table {
            let expected: Vec<_> = lines
                .iter()
                .map(|(text, cut)| ((*text).to_owned(), *cut))
                .collect();
            for size in 1..=12 {
                assert_eq!(
                    split(8, output.as_bytes(), &[size]),
                    expected,
                    "{output:?} by {size}"
                );
            }
        }
    }

    #[test]
    fn an_endless_line_holds_no_more_than_the_limit() {
        let mut splitter = LineSplitter::new(1024);
        let mut lines = Vec::new();

        for _ in 0..1000 {
            splitter.push(&[b'x'; 4096], &mut lines);
        }
        splitter.push(b"\n", &mut lines);

        assert_eq!(lines.len(), 1);
        assert_eq!(
            (lines[0].bytes.len(), lines[0].cut),
            (1024, 4_096_000 - 1024)
        );
        assert_eq!(splitter.rest.capacity(), 0);
    }

    proptest! {
        #[test]
        fn wherever_reads_cut_the_lines_are_the_same(
            output in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
            sizes in prop::collection::vec(1..20_usize, 1..20),
            limit in 0..12_usize,
        ) {
            prop_assert_eq!(split(limit, &output, &sizes), split(limit, &output, &[1000]));
        }
    }
}
