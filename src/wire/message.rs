//! One JSON value as it travels: validated text, refcounted, parsed only when somebody looks.
//!
//! Strict towards workers, tolerant from them: [`Message::parse`] and [`Message::from_value`] make what any runtime
//! accepts; [`Message::from_frame`] keeps whatever a worker could have meant.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::Handle;

/// How deep a message to a worker may nest; Deno's reader dies at 128 (observed with deno 2.9).
const MAX_DEPTH: usize = 127;

/// One JSON value as source text: valid UTF-8, on one line, without its newline; and perhaps a handle that goes with it.
/// Cloning shares both.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Message {
    text: Bytes,
    handle: Option<Handle>,
}

/// Why a text is not a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The text is no JSON value.
    #[error("not valid JSON at line {line}, column {column}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The parser's own word.
        #[source]
        source: serde_json::Error,
    },
    /// The value nests deeper than every runtime accepts.
    #[error("nested deeper than {MAX_DEPTH} levels, which Deno workers cannot read")]
    TooDeep,
    /// A string holds half of a surrogate pair, which no strict reader accepts.
    #[error("a string holds a lone surrogate escape")]
    LoneSurrogate,
}

impl Message {
    /// Takes a JSON text from a person or a program, keeping numbers and key order as written and leaving out white
    /// space between tokens.
    ///
    /// # Errors
    /// [`MessageError`] when a strict reader among the runtimes would refuse the text.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        let raw: &RawValue = serde_json::from_str(text).map_err(MessageError::syntax)?;
        let compact = compact(raw.get())?;
        Ok(Self::of(Bytes::from(compact)))
    }

    /// Writes a value as a message.
    ///
    /// # Errors
    /// [`MessageError::TooDeep`] when the value nests deeper than every runtime accepts.
    pub fn from_value(value: &Value) -> Result<Self, MessageError> {
        Self::parse(&value.to_string())
    }

    /// Takes a frame from a worker: bad UTF-8 is replaced, any JSON value is accepted, at any depth.
    ///
    /// # Errors
    /// [`MessageError::Syntax`] when the bytes are no JSON value.
    pub fn from_frame(frame: Bytes) -> Result<Self, MessageError> {
        let Ok(text) = std::str::from_utf8(&frame) else {
            return Self::from_frame(Bytes::from(String::from_utf8_lossy(&frame).into_owned()));
        };
        let value = serde_json::from_str::<&RawValue>(text)
            .map_err(MessageError::syntax)?
            .get()
            .as_bytes();
        if memchr::memchr(b'\n', value).is_some() {
            // A valid text holds a newline only between tokens, where a space means the same.
            let spaced = value.iter().map(|&b| if b == b'\n' { b' ' } else { b });
            return Ok(Self::of(spaced.collect()));
        }
        let is_whole = value.len() == frame.len();
        let text = if is_whole {
            frame
        } else {
            frame.slice_ref(value)
        };
        Ok(Self::of(text))
    }

    fn of(text: Bytes) -> Self {
        Self { text, handle: None }
    }

    /// A message that is known to be valid while the program is written.
    pub(crate) fn from_static(text: &'static str) -> Self {
        Self::of(Bytes::from_static(text.as_bytes()))
    }

    /// The same for a text that the crate made.
    pub(crate) fn from_valid(text: String) -> Self {
        Self::of(Bytes::from(text))
    }

    /// A part of this message that is a JSON value itself, which shares its bytes.
    pub(crate) fn part(&self, value: &str) -> Self {
        Self::of(self.text.slice_ref(value.as_bytes()))
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        // Both constructors checked it; an empty text is never seen.
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// The JSON text's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// The JSON text's bytes, shared.
    pub(crate) fn bytes(&self) -> Bytes {
        self.text.clone()
    }

    /// Its length in bytes, without a newline.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether the text is empty; it never is.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Parses the value.
    ///
    /// # Errors
    /// What `serde_json` cannot hold: lone surrogates, numbers beyond a double's range, nesting of 128 and more.
    pub fn value(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(&self.text)
    }

    /// A copy that shares no memory with the buffer this message was read from; its handle is the same.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self {
            text: Bytes::copy_from_slice(&self.text),
            handle: self.handle.clone(),
        }
    }

    /// The handle that goes with it.
    pub fn handle(&self) -> Option<&Handle> {
        self.handle.as_ref()
    }

    /// The same text with a handle.
    #[must_use]
    pub fn with_handle(self, handle: Handle) -> Self {
        Self {
            handle: Some(handle),
            ..self
        }
    }

    /// The same text alone: what is kept of it holds no descriptor open.
    #[must_use]
    pub fn without_handle(self) -> Self {
        Self::of(self.text)
    }
}

impl MessageError {
    fn syntax(source: serde_json::Error) -> Self {
        Self::Syntax {
            line: source.line(),
            column: source.column(),
            source,
        }
    }
}

/// Leaves out the white space between tokens of a valid JSON text, and refuses what a strict reader would.
fn compact(text: &str) -> Result<Vec<u8>, MessageError> {
    let mut out = Vec::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(MessageError::TooDeep);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let end = string_end(rest)?;
                let (string, after) = rest.split_at(end);
                out.push(b'"');
                out.extend_from_slice(string);
                rest = after;
                continue;
            }
            _ => {}
        }
        out.push(byte);
    }
    Ok(out)
}

/// The length of a string's rest up to and with its closing quote, in a valid text.
fn string_end(text: &[u8]) -> Result<usize, MessageError> {
    let mut at = 0;
    let mut expects_low = false;
    loop {
        let Some(&byte) = text.get(at) else {
            return Ok(text.len());
        };
        let escape = if byte == b'\\' {
            text.get(at + 1).copied()
        } else {
            None
        };
        let unit = if escape == Some(b'u') {
            hex_unit(text.get(at + 2..at + 6))
        } else {
            None
        };
        let is_low = unit.is_some_and(|unit| (0xDC00..0xE000).contains(&unit));
        if expects_low != is_low {
            return Err(MessageError::LoneSurrogate);
        }
        expects_low = unit.is_some_and(|unit| (0xD800..0xDC00).contains(&unit));
        at += match (byte, escape) {
            (b'"', _) => return Ok(at + 1),
            (_, Some(b'u')) => 6,
            (_, Some(_)) => 2,
            (_, None) => 1,
        };
    }
}

fn hex_unit(digits: Option<&[u8]>) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits?).ok()?, 16).ok()
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(self.as_str())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Message {
    /// Strict, as [`Message::parse`]; only from JSON.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(raw.get()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        Message::parse(text).unwrap().as_str().to_owned()
    }

    #[test]
    fn a_message_keeps_its_text_without_space_between_tokens() {
        assert_eq!(
            parsed("{ \"b\" : 1.50,\n \"a\": [ 1 , 2e3 ] }"),
            r#"{"b":1.50,"a":[1,2e3]}"#
        );
        assert_eq!(parsed(r#" "a \" b\\" "#), r#""a \" b\\""#);
        assert_eq!(parsed("12345678901234567890123"), "12345678901234567890123");
    }

    #[test]
    fn what_a_strict_reader_refuses_is_refused() {
        assert!(matches!(
            Message::parse("{a:1}"),
            Err(MessageError::Syntax {
                line: 1,
                column: 2,
                ..
            })
        ));
        assert!(matches!(
            Message::parse(""),
            Err(MessageError::Syntax { .. })
        ));
        assert!(matches!(
            Message::parse(r#""\ud800""#),
            Err(MessageError::LoneSurrogate)
        ));
        assert!(matches!(
            Message::parse(r#""\ud800\n\udc00""#),
            Err(MessageError::LoneSurrogate)
        ));
        assert!(matches!(
            Message::parse(r#""\udc00""#),
            Err(MessageError::LoneSurrogate)
        ));
        assert!(Message::parse(r#""\ud83d\ude00 \\ud800""#).is_ok());
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Message::parse(&nested(127)).is_ok());
        assert!(matches!(
            Message::parse(&nested(128)),
            Err(MessageError::TooDeep)
        ));
    }

    #[test]
    fn what_a_worker_may_have_meant_is_accepted() {
        let frame = |bytes: &'static [u8]| Message::from_frame(Bytes::from_static(bytes));
        assert_eq!(frame(b" {\"a\": 1}\r").unwrap().as_str(), "{\"a\": 1}");
        assert_eq!(frame(b"\"\xff\"").unwrap().as_str(), "\"\u{fffd}\"");
        assert!(frame(br#""\ud800""#).is_ok());
        assert!(frame(b"1e400").is_ok());
        assert_eq!(frame(b"[1,\n2]").unwrap().as_str(), "[1, 2]");
        assert!(frame(b"\"\n\"").is_err());
        assert!(frame(b"").is_err());
        assert!(frame(b"{\"a\":1}{").is_err());
        assert!(Message::from_frame(Bytes::from("[".repeat(10_000) + &"]".repeat(10_000))).is_ok());
    }
}
