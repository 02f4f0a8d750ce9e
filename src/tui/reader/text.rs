//! Texts of lines: without their colours, spread out for reading, and where a filter finds something in them.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use crate::model::LogLine;
use crate::tui::filter::Filter;
use crate::tui::json;

/// The longest run of an escape's parameters that is looked at.
const LONGEST: usize = 64;

/// How many finds are shown in one line.
const FINDS: usize = 32;

/// How much of a line is looked at for finds, in bytes.
const LOOKED: usize = 4096;

/// A line's bytes without the escapes that colour it, and without the carriage return at its end.
pub(crate) fn visible(bytes: &[u8]) -> Cow<'_, [u8]> {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if memchr(0x1b, bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr(0x1b, rest) {
        let (before, from) = rest.split_at(at);
        kept.extend_from_slice(before);
        let length = sgr(from).unwrap_or_else(|| {
            kept.push(0x1b);
            1
        });
        rest = from.get(length..).unwrap_or_default();
    }
    kept.extend_from_slice(rest);
    Cow::Owned(kept)
}

/// The length of a leading SGR sequence.
fn sgr(bytes: &[u8]) -> Option<usize> {
    let body = bytes.strip_prefix(b"\x1b[")?;
    let end = body
        .iter()
        .take(LONGEST)
        .position(|byte| !matches!(byte, b'0'..=b'9' | b';' | b':'))?;
    (body.get(end) == Some(&b'm')).then_some(end + 3)
}

/// A line as text for files and the clipboard.
pub(crate) fn plain(line: &LogLine) -> String {
    let text = String::from_utf8_lossy(&visible(&line.bytes)).into_owned();
    if line.cut > 0 {
        format!("{text} … {} bytes more", line.cut)
    } else {
        text
    }
}

/// A line over as many lines as it is read best on: JSON in it is spread out.
pub(crate) fn spread(line: &LogLine) -> Vec<String> {
    let bytes = visible(&line.bytes);
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = match json_from(&text) {
        Some(0) => json::pretty(&text, json::LINES),
        Some(at) => {
            let (before, json) = text.split_at(at);
            let mut lines = vec![before.trim_end().to_owned()];
            lines.extend(json::pretty(json, json::LINES));
            lines
        }
        None => vec![text.into_owned()],
    };
    if line.cut > 0 {
        lines.push(format!("… {} bytes more", line.cut));
    }
    lines
}

/// Where an object or an array begins that takes up the rest of a text.
fn json_from(text: &str) -> Option<usize> {
    let trimmed = text.trim_end();
    if !trimmed.ends_with(['}', ']']) {
        // A line that was cut off is JSON as far as it goes.
        return text.starts_with('{').then_some(0);
    }
    let starts = trimmed.match_indices(['{', '[']).take(8);
    let mut starts = starts.map(|(at, _)| at);
    starts.find(|at| {
        let rest = trimmed.get(*at..).unwrap_or_default();
        serde_json::from_str::<serde::de::IgnoredAny>(rest).is_ok()
    })
}

/// Whether a line is an object in JSON, by its ends.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii();
    bytes.starts_with(b"{\"") && bytes.ends_with(b"}") && memchr(0x1b, bytes).is_none()
}

/// Where a filter finds something in a text, in order and apart from each other.
pub(crate) fn finds(filter: &Filter, text: &str) -> Vec<Range<usize>> {
    let text = text
        .get(..text.floor_char_boundary(LOOKED))
        .unwrap_or_default();
    match filter.pattern() {
        Some(pattern) => pattern
            .find_iter(text.as_bytes())
            .map(|find| find.range())
            .filter(|range| !range.is_empty())
            .take(FINDS)
            .collect(),
        None if filter.is_empty() || !filter.admits(text.as_bytes()) => Vec::new(),
        None => literally(filter, text),
    }
}

/// The places where the filter's own text stands.
fn literally(filter: &Filter, text: &str) -> Vec<Range<usize>> {
    let length = filter.text().len();
    let mut found = Vec::new();
    let mut at = 0_usize;
    while found.len() < FINDS
        && let Some(end) = at.checked_add(length).filter(|end| *end <= text.len())
    {
        let part = text.get(at..end);
        let is_it = |part: &str| part.eq_ignore_ascii_case(filter.text());
        let is_found = part.is_some_and(|part| is_it(part) && filter.admits(part.as_bytes()));
        if is_found && length > 0 {
            found.push(at..end);
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> Filter {
        let mut filter = Filter::default();
        filter.add(text);
        filter
    }

    #[test]
    fn colours_are_taken_out_and_nothing_else() {
        assert_eq!(*visible(b"a\x1b[1;31mb\x1b[0mc\r"), *b"abc");
        assert_eq!(*visible(b"\x1b[2J\x1b"), *b"\x1b[2J\x1b");
        assert_eq!(*visible(b"\x1b[38;2;1;2"), *b"\x1b[38;2;1;2");
    }

    #[test]
    fn finds_are_all_that_a_filter_finds() {
        assert_eq!(finds(&filter("ab"), "abxABab"), [0..2, 3..5, 5..7]);
        assert_eq!(finds(&filter("aB"), "abaB aB"), [2..4, 5..7]);
        assert_eq!(finds(&filter("本"), "日本 日本"), [3..6, 10..13]);
        assert!(finds(&filter("x"), "abc").is_empty());
        assert!(finds(&filter(""), "abc").is_empty());
    }

    #[test]
    fn a_pattern_finds_as_much_as_it_can() {
        let filter = filter("/li[n]e \\d+/");
        let found = finds(&filter, "a line 12 and LINE 7.");
        assert_eq!(found, [2..9, 14..20]);
    }

    #[test]
    fn what_is_no_pattern_is_none() {
        for text in ["", "/", "//", "/[/", "/a", "a/", "!/a/", "/a/ && b"] {
            assert!(filter(text).pattern().is_none(), "{text}");
        }
    }

    #[test]
    fn json_is_spread_out_wherever_it_begins() {
        let line = |text: &str| LogLine {
            at: crate::model::WallTime::default(),
            incarnation: crate::model::Incarnation(1),
            order: 1,
            stream: crate::model::Stream::Stdout,
            bytes: bytes::Bytes::copy_from_slice(text.as_bytes()),
            cut: 0,
        };
        assert_eq!(spread(&line("{\"a\":1}")), ["{", "  \"a\": 1", "}"]);
        assert_eq!(
            spread(&line("[x] got {\"a\":[1]}")),
            ["[x] got", "{", "  \"a\": [", "    1", "  ]", "}"]
        );
        assert_eq!(spread(&line("\x1b[31mno {json\x1b[0m")), ["no {json"]);
    }
}
