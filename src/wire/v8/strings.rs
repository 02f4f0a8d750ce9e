//! Strings of a JSON text as JavaScript has them.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A string's characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chars<'a> {
    /// Whole characters.
    Whole(Cow<'a, str>),
    /// UTF-16 with halves of pairs.
    Halved(Vec<u16>),
}

impl<'a> Chars<'a> {
    /// Reads a string's JSON text, quotes included.
    pub(super) fn read(json: &'a str) -> Self {
        let inside = json
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        let inside = inside.unwrap_or(json);
        if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
            return Self::Whole(Cow::Borrowed(inside));
        }
        if let Ok(text) = serde_json::from_str::<String>(json) {
            return Self::Whole(Cow::Owned(text));
        }
        Self::Halved(units(inside))
    }

    /// The text, where it has whole characters only.
    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Whole(text) => Some(text),
            Self::Halved(_) => None,
        }
    }

    /// Whether it begins with a character.
    pub(super) fn starts_with(&self, wanted: &str) -> bool {
        match self {
            Self::Whole(text) => text.starts_with(wanted),
            Self::Halved(units) => wanted
                .encode_utf16()
                .eq(units.iter().take(wanted.len()).copied()),
        }
    }

    /// The same without its first character, which has one unit.
    pub(super) fn without_first(self) -> Self {
        match self {
            Self::Whole(Cow::Borrowed(text)) => {
                Self::Whole(Cow::Borrowed(text.get(1..).unwrap_or_default()))
            }
            Self::Whole(Cow::Owned(text)) => {
                Self::Whole(Cow::Owned(text.chars().skip(1).collect()))
            }
            Self::Halved(units) => Self::Halved(units.get(1..).unwrap_or_default().to_vec()),
        }
    }

    /// A text that is equal for equal strings only.
    pub(super) fn identity(self) -> Cow<'a, str> {
        match self {
            Self::Whole(text) => text,
            Self::Halved(units) => {
                // No whole string begins like this and has a half in it.
                let mut text = String::from("\u{0}halved");
                for unit in units {
                    let _ = write!(text, " {unit:x}");
                }
                Cow::Owned(text)
            }
        }
    }
}

/// The units of a valid string's inside.
fn units(inside: &str) -> Vec<u16> {
    let mut units = Vec::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
            continue;
        }
        let unit = match chars.next() {
            Some('u') => {
                let digits = chars.as_str().get(..4).unwrap_or_default();
                let unit = u16::from_str_radix(digits, 16).unwrap_or(0xFFFD);
                chars = chars.as_str().get(4..).unwrap_or_default().chars();
                unit
            }
            Some('n') => 10,
            Some('r') => 13,
            Some('t') => 9,
            Some('b') => 8,
            Some('f') => 12,
            // A quote, a backslash or a slash means itself.
            Some(c) => u16::try_from(u32::from(c)).unwrap_or(0xFFFD),
            None => break,
        };
        units.push(unit);
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_with_their_halves() {
        assert_eq!(Chars::read(r#""a""#), Chars::Whole(Cow::Borrowed("a")));
        assert_eq!(
            Chars::read(r#""\u0061\n""#),
            Chars::Whole(Cow::Owned("a\n".to_owned()))
        );
        assert_eq!(
            Chars::read(r#""$\ud800\"\\\/\b\f\n\r\té""#),
            Chars::Halved(vec![0x24, 0xD800, 34, 92, 47, 8, 12, 10, 13, 9, 0xE9])
        );
        assert!(Chars::read(r#""$\ud800""#).starts_with("$"));
        assert!(!Chars::read(r#""\ud800""#).starts_with("$"));
    }

    #[test]
    fn equal_strings_have_one_identity() {
        let identity = |json| Chars::read(json).identity();
        assert_eq!(identity(r#""a""#), identity(r#""\u0061""#));
        assert_eq!(identity(r#""a\uD800""#), identity(r#""\u0061\ud800""#));
        assert_ne!(identity(r#""a\ud800""#), identity(r#""a\ud801""#));
    }
}
