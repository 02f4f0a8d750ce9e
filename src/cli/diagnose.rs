//! What went wrong, for the person at the terminal: what, where in which file, and what to do.
//!
//! Owns how faults of a file and failures of a verb are written, and the exit codes. Never prints; called by every verb.

use std::error::Error;
use std::fmt::Write;
use std::ops::Range;

use crate::model::turns_direction;

/// How the process ends, as the exit codes of the command line say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// The thing asked for failed.
    Failed = 1,
    /// Bad usage or a bad config.
    Usage = 2,
    /// No such deck, pool or worker.
    NoSuch = 3,
    /// Interrupted.
    Interrupted = 130,
}

/// Why a verb did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// How the process ends.
    pub(crate) code: Code,
    /// The whole text, for standard error; empty when all was said.
    pub(crate) text: String,
}

impl Failure {
    /// A failure in one sentence fragment.
    pub(crate) fn new(code: Code, message: impl AsRef<str>) -> Self {
        let text = format!("forkdeck: {}", visible(message.as_ref()));
        Self { code, text }
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl AsRef<str>) -> Self {
        self.text.push_str("\n  ");
        self.text.push_str(&visible(help.as_ref()));
        self
    }

    /// Adds what else went wrong.
    #[must_use]
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.text.push('\n');
        self.text.push_str(&other.text);
        self
    }
}

/// A failure with an error and all that caused it.
pub(crate) fn failed(what: &str, error: &dyn Error) -> Failure {
    let mut message = format!("{what}: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(": ");
        message.push_str(&error.to_string());
        cause = error.source();
    }
    Failure::new(Code::Failed, message)
}

/// A fault at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The bytes of the file it concerns.
    pub(crate) span: Range<usize>,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

/// A file's text with the name to show for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    /// The file's name as the person knows it.
    pub(crate) name: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
}

/// How much of a line is shown around a place, in characters.
const SHOWN: usize = 120;

impl Source<'_> {
    /// Writes a fault as `FILE:LINE:COLUMN: message`, the line, a caret under the place, and the help.
    pub(crate) fn render(self, fault: &Fault) -> String {
        let (number, start) = self.line_at(fault.span.start);
        let line = self.text.get(start..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        let column = self.text.get(start..fault.span.start).map_or(0, count);
        let width = self.text.get(fault.span.clone()).map_or(1, count);

        let from = column.saturating_sub(SHOWN / 2);
        let shown: String = line.chars().skip(from).take(SHOWN).collect();
        let left = count(&shown).saturating_sub(column - from);
        let carets = "^".repeat(width.clamp(1, left.max(1)));
        let indent = " ".repeat(column - from);
        let margin = " ".repeat(number.to_string().len());

        let mut out = format!("{}:{number}:{}: ", visible(self.name), column + 1);
        // Writing to a text cannot fail.
        let _ = write!(out, "{}\n {number} | ", visible(&fault.message));
        let _ = write!(
            out,
            "{}\n {margin} | {indent}{carets}",
            visible(&shown).trim_end()
        );
        if let Some(help) = &fault.help {
            let _ = write!(out, "\n {margin} = help: {}", visible(help));
        }
        out
    }

    /// The number of the line that holds a byte, from 1, and where it begins.
    fn line_at(self, offset: usize) -> (usize, usize) {
        let before = self
            .text
            .as_bytes()
            .get(..offset)
            .unwrap_or(self.text.as_bytes());
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let number = memchr::memchr_iter(b'\n', before).count() + 1;
        (number, start)
    }
}

fn count(text: &str) -> usize {
    text.chars().count()
}

/// The text with every control character but the newline made visible as a harmless mark of the same width.
pub(crate) fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' => ' ',
        '\n' => '\n',
        c if c.is_control() || turns_direction(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str, span: Range<usize>) -> String {
        let source = Source { name: "f", text };
        source.render(&Fault {
            span,
            message: "wrong".into(),
            help: Some("right".into()),
        })
    }

    #[test]
    fn a_fault_shows_its_line_with_a_caret() {
        let text = "a = 1\r\nbéc = 2\n";
        let span = 7..11;

        assert_eq!(
            render(text, span),
            "f:2:1: wrong\n 2 | béc = 2\n   | ^^^\n   = help: right"
        );
    }

    #[test]
    fn a_fault_at_the_end_or_outside_of_the_text_is_shown() {
        assert_eq!(
            render("a = ", 4..4),
            "f:1:5: wrong\n 1 | a =\n   |     ^\n   = help: right"
        );
        assert!(render("", 0..0).starts_with("f:1:1: wrong"));
        assert!(render("ab", 90..99).starts_with("f:1:1: wrong"));
    }

    #[test]
    fn a_long_line_is_shown_around_the_place_only() {
        let text = format!("{}x{}", "a".repeat(100_000), "b".repeat(100_000));
        let shown = render(&text, 100_000..100_001);

        assert!(shown.len() < 400, "{}", shown.len());
        assert!(shown.starts_with("f:1:100001: wrong"), "{shown}");
    }

    #[test]
    fn no_control_character_reaches_the_terminal() {
        let shown = render("a\x1b]0;x\x07\u{202e} = 1", 0..1);
        assert!(!shown.contains(['\x1b', '\x07', '\u{202e}']), "{shown:?}");
    }
}
