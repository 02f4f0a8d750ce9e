//! How serious a line says it is: in plain words, in `level=warn`, in JSON by name or by pino's numbers.
//!
//! A guess by the beginning of a line; never wrong about what it shows, at worst it shows nothing. Called by the logs view.

use crate::model::{LogLine, Ring};
use crate::tui::json::{Token, tokens};
use crate::tui::reader::text::visible;

/// How much of a line of plain words is looked at, in bytes.
const HEAD: usize = 120;

/// How much of a JSON line is looked at, in bytes.
const JSON_HEAD: usize = 4096;

/// How far back the line is looked for that an indented one belongs to.
const BACK: usize = 50;

/// How serious a line is; the most serious last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Level {
    /// Every step.
    Trace,
    /// For those who look for a mistake.
    Debug,
    /// What is usual.
    Info,
    /// What needs a look.
    Warn,
    /// What went wrong.
    Error,
    /// What cannot go on.
    Fatal,
}

impl Level {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }

    /// Its mark; each differs by shape.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Trace => "·",
            Self::Debug => "○",
            Self::Info => "●",
            Self::Warn => "▲",
            Self::Error => "✖",
            Self::Fatal => "█",
        }
    }

    /// The level from which on lines are shown after this one: the most serious first, then all.
    pub(crate) fn turn(least: Option<Self>) -> Option<Self> {
        match least {
            None => Some(Self::Error),
            Some(Self::Fatal | Self::Error) => Some(Self::Warn),
            Some(Self::Warn) => Some(Self::Info),
            Some(Self::Info) => Some(Self::Debug),
            Some(Self::Debug | Self::Trace) => None,
        }
    }

    /// What a line says of itself.
    pub(crate) fn of(line: &[u8]) -> Option<Self> {
        let enough = line.get(..line.len().min(JSON_HEAD)).unwrap_or(line);
        let text = visible(enough);
        let text = text.trim_ascii_start();
        if text.starts_with(b"{") {
            json(text)
        } else {
            plain(text.get(..text.len().min(HEAD)).unwrap_or(text))
        }
    }

    /// What a line of a worker says of itself, or, where it is indented, what the line says that it belongs to.
    pub(crate) fn within(lines: &Ring<LogLine>, index: usize) -> Option<Self> {
        let line = lines.get(index)?;
        let own = Self::of(&line.bytes);
        if own.is_some() || !is_indented(line) {
            return own;
        }
        let before = index.saturating_sub(BACK)..index;
        let head = before.rev().filter_map(|index| lines.get(index));
        head.filter(|other| other.stream == line.stream)
            .find(|other| !is_indented(other))
            .and_then(|head| Self::of(&head.bytes))
    }

    fn named(word: &[u8]) -> Option<Self> {
        const NAMES: [(&str, Level); 21] = [
            ("trace", Level::Trace),
            ("verbose", Level::Trace),
            ("silly", Level::Trace),
            ("finest", Level::Trace),
            ("debug", Level::Debug),
            ("dbg", Level::Debug),
            ("info", Level::Info),
            ("information", Level::Info),
            ("notice", Level::Info),
            ("warn", Level::Warn),
            ("warning", Level::Warn),
            ("wrn", Level::Warn),
            ("error", Level::Error),
            ("err", Level::Error),
            ("severe", Level::Error),
            ("fatal", Level::Fatal),
            ("critical", Level::Fatal),
            ("crit", Level::Fatal),
            ("panic", Level::Fatal),
            ("alert", Level::Fatal),
            ("emergency", Level::Fatal),
        ];
        let mut names = NAMES.iter();
        names
            .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(word))
            .map(|(_, level)| *level)
    }

    /// By pino's and bunyan's numbers.
    fn numbered(number: &str) -> Option<Self> {
        Some(match number.parse::<u32>().ok()? {
            10..20 => Self::Trace,
            20..30 => Self::Debug,
            30..40 => Self::Info,
            40..50 => Self::Warn,
            50..60 => Self::Error,
            60..100 => Self::Fatal,
            _ => return None,
        })
    }
}

fn is_indented(line: &LogLine) -> bool {
    line.bytes.starts_with(b" ") || line.bytes.starts_with(b"\t")
}

fn json(text: &[u8]) -> Option<Level> {
    const KEYS: [&str; 6] = [
        "\"level\"",
        "\"severity\"",
        "\"lvl\"",
        "\"log.level\"",
        "\"levelname\"",
        "\"@level\"",
    ];
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(bad) => std::str::from_utf8(text.get(..bad.valid_up_to())?).ok()?,
    };
    let mut depth = 0_usize;
    let mut is_level = false;
    for (token, piece) in tokens(text) {
        match (token, piece) {
            (Token::Mark, "{" | "[") => depth += 1,
            (Token::Mark, "}" | "]") => depth = depth.saturating_sub(1),
            (Token::Key, key) => is_level = depth == 1 && KEYS.contains(&key),
            (Token::String, value) if is_level => {
                let value = value.trim_matches('"').as_bytes();
                return Level::named(value);
            }
            (Token::Number, value) if is_level => return Level::numbered(value),
            (Token::Mark, ",") => is_level = false,
            // Colons, spaces, and what is not valid.
            _ => {}
        }
    }
    None
}

fn plain(text: &[u8]) -> Option<Level> {
    let mut is_after_time = false;
    let mut is_after_words = false;
    let mut before: &[u8] = b"";
    let mut at = 0;
    while let Some((start, end)) = word(text, at) {
        let found = text.get(start..end)?;
        let around = Around {
            gap: text.get(at..start)?,
            before,
            rest: text.get(end..)?,
            is_after_time: is_after_time && !is_after_words,
        };
        if let Some(level) = around.level(found) {
            return Some(level);
        }
        is_after_time |= found.iter().any(u8::is_ascii_digit);
        is_after_words |= found.iter().all(u8::is_ascii_alphabetic) && found.len() > 3;
        before = found;
        at = end;
    }
    None
}

/// The next run of letters and digits.
fn word(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let rest = text.get(from..)?;
    let start = from + rest.iter().position(is_of_word)?;
    let word = text.get(start..)?;
    let length = word.iter().position(|byte| !is_of_word(byte));
    Some((start, start + length.unwrap_or(word.len())))
}

/// What stands around a word.
struct Around<'a> {
    /// Between the word before and this one.
    gap: &'a [u8],
    /// The word before.
    before: &'a [u8],
    /// All that follows.
    rest: &'a [u8],
    /// Whether only a timestamp came before.
    is_after_time: bool,
}

impl Around<'_> {
    fn level(&self, word: &[u8]) -> Option<Level> {
        let ends_in_colon = self.rest.starts_with(b":");
        let is_free = self
            .gap
            .last()
            .is_none_or(|byte| b" \t[(<|\"'".contains(byte));
        let is_thrown = word.ends_with(b"Error") || word.ends_with(b"Exception");
        if is_thrown && ends_in_colon {
            return Some(Level::Error);
        }
        let level = Level::named(word)?;
        let is_loud = word.iter().all(u8::is_ascii_uppercase);
        let is_named = [&b"level"[..], b"lvl", b"severity"]
            .iter()
            .any(|key| key.eq_ignore_ascii_case(self.before))
            && matches!(self.gap, b"=" | b"=\"" | b"='" | b": ");
        let is_said = is_loud && (is_free || self.gap.is_empty())
            || is_named
            || self.is_enclosed()
            || (ends_in_colon && is_free)
            || (self.is_after_time && is_free);
        is_said.then_some(level)
    }

    fn is_enclosed(&self) -> bool {
        let close = match self.gap.last() {
            Some(b'[') => b']',
            Some(b'(') => b')',
            Some(b'<') => b'>',
            Some(b'|') => b'|',
            _ => return false,
        };
        self.rest.trim_ascii_start().first() == Some(&close)
    }
}

#[cfg(test)]
#[path = "level_tests.rs"]
mod tests;
