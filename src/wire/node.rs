//! The fork contract's names, and which messages are the runtimes' own.
//!
//! Owns what `child_process.fork()` promises a worker in its environment, and tells a `NODE_…` message from a user's.
//! Never frames bytes; called by the decoder, and by `process` and `deck` for the names.

use std::fmt;

use memchr::memmem::Finder;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::wire::{InternalKind, Message};

/// Tells a worker which descriptor its channel is.
pub const ENV_CHANNEL_FD: &str = "NODE_CHANNEL_FD";
/// Tells a worker how messages are written on its channel; `json` when it is missing.
pub const ENV_SERIALIZATION_MODE: &str = "NODE_CHANNEL_SERIALIZATION_MODE";
/// Makes a Node worker a cluster worker.
pub const ENV_UNIQUE_ID: &str = "NODE_UNIQUE_ID";
/// Tells a worker its number from 0, for programs written for PM2.
pub const ENV_APP_INSTANCE: &str = "NODE_APP_INSTANCE";

/// What a worker must not inherit from the deck's own environment: the deck may itself be somebody's worker.
pub const NOT_INHERITED: [&str; 4] = [
    ENV_CHANNEL_FD,
    ENV_SERIALIZATION_MODE,
    ENV_UNIQUE_ID,
    ENV_APP_INSTANCE,
];

/// The descriptor that is every worker's channel.
pub const CHANNEL_FD: i32 = 3;

/// What every command between runtimes begins with; alone it is a user's (node, `lib/internal/child_process.js`).
const PREFIX: &[u8] = b"NODE_";

/// The answer to a [`InternalKind::Handle`] whose handle was taken. Node dies of one that it did not wait for.
pub fn ack() -> Message {
    Message::from_static(r#"{"cmd":"NODE_HANDLE_ACK"}"#)
}

/// The answer to a [`InternalKind::Handle`] whose handle was not taken. Node dies of one that it did not wait for.
pub fn nack() -> Message {
    Message::from_static(r#"{"cmd":"NODE_HANDLE_NACK"}"#)
}

/// What the runtimes mean by a valid JSON text, `None` when it is a user's message. [`Classifier`] for many.
pub fn classify(text: &[u8]) -> Option<InternalKind> {
    Classifier::new().classify(text)
}

/// [`classify`] with its search tables kept: a text that cannot be internal costs a few nanoseconds.
#[derive(Clone, Debug)]
pub struct Classifier {
    plain: Finder<'static>,
    escaped: Finder<'static>,
}

impl Classifier {
    /// Makes the search tables.
    pub fn new() -> Self {
        Self {
            plain: Finder::new(b"\"NODE_"),
            // JSON may write any letter of the prefix as an escape, and all of them are below U+0100.
            escaped: Finder::new(b"\\u00"),
        }
    }

    /// What the runtimes mean by a valid JSON text, `None` when it is a user's message.
    pub fn classify(&self, text: &[u8]) -> Option<InternalKind> {
        let may_be_internal = self.plain.find(text).is_some() || self.escaped.find(text).is_some();
        if may_be_internal {
            command_kind(text)
        } else {
            None
        }
    }
}

impl Default for Classifier {
    fn default() -> Self {
        Self::new()
    }
}

fn command_kind(text: &[u8]) -> Option<InternalKind> {
    let Head { command } = serde_json::from_slice(text).ok()?;
    let Text(command) = serde_json::from_str(command?.get()).ok()?;
    match command.strip_prefix(PREFIX)? {
        b"" => None,
        b"HANDLE" => Some(InternalKind::Handle),
        b"HANDLE_ACK" => Some(InternalKind::HandleAck),
        b"HANDLE_NACK" => Some(InternalKind::HandleNack),
        b"FORKDECK_ERROR" => Some(InternalKind::Error),
        b"CLUSTER" => Some(InternalKind::Cluster),
        _ => Some(InternalKind::Other),
    }
}

/// The `cmd` of a top-level object. Not derived: a derived struct also reads arrays, and refuses a key given twice.
struct Head<'a> {
    command: Option<&'a RawValue>,
}

struct HeadVisitor;

impl<'de> Deserialize<'de> for Head<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadVisitor)
    }
}

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut command = None;
        while let Some(Text(key)) = map.next_key()? {
            if key == b"cmd" {
                // Of a key given twice the last counts, as in `JSON.parse`.
                command = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Head { command })
    }
}

/// A string, unescaped. Read as bytes because only so a lone surrogate, which Node writes, is no error.
pub(super) struct Text(pub(super) Vec<u8>);

struct TextVisitor;

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(TextVisitor)
    }
}

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Text(bytes.to_vec()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        self.visit_bytes(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_with_a_node_command_is_internal() {
        let table: &[(&str, Option<InternalKind>)] = &[
            (
                r#"{"cmd":"NODE_HANDLE","type":"net.Socket"}"#,
                Some(InternalKind::Handle),
            ),
            (
                r#"{"cmd":"NODE_HANDLE_ACK"}"#,
                Some(InternalKind::HandleAck),
            ),
            (
                r#"{"cmd":"NODE_HANDLE_NACK"}"#,
                Some(InternalKind::HandleNack),
            ),
            (
                r#"{"seq":1,"cmd":"NODE_CLUSTER","act":"online"}"#,
                Some(InternalKind::Cluster),
            ),
            (r#" { "cmd" : "NODE_X" } "#, Some(InternalKind::Other)),
            (r#"{"cmd":"\u004eODE_HANDLE"}"#, Some(InternalKind::Handle)),
            (r#"{"cmd":"NODE\u005FHANDLE"}"#, Some(InternalKind::Handle)),
            (r#"{"\u0063md":"NODE_HANDLE"}"#, Some(InternalKind::Handle)),
            (r#"{"cmd":"NODE_\ud800"}"#, Some(InternalKind::Other)),
            (
                r#"{"a":"\ud800","\udc00":1e400,"cmd":"NODE_X"}"#,
                Some(InternalKind::Other),
            ),
            (
                r#"{"cmd":"hello","cmd":"NODE_X"}"#,
                Some(InternalKind::Other),
            ),
            (r#"{"cmd":"NODE_X","cmd":"hello"}"#, None),
            (r#"{"cmd":"NODE_X","cmd":1}"#, None),
            (r#"{"cmd":"NODE_"}"#, None),
            (r#"{"cmd":"node_x"}"#, None),
            (r#"{"cmd":"XNODE_X"}"#, None),
            (r#"{"cmd":["NODE_X"]}"#, None),
            (r#"{"cmd":{"cmd":"NODE_X"}}"#, None),
            (r#"{"a":{"cmd":"NODE_X"}}"#, None),
            (r#"{"CMD":"NODE_X"}"#, None),
            (r#"["NODE_HANDLE"]"#, None),
            (r#"[{"cmd":"NODE_HANDLE"}]"#, None),
            (r#""NODE_HANDLE""#, None),
            (r#"{"cmd":"\\u004eODE_X"}"#, None),
            ("{}", None),
            ("null", None),
        ];
        for (text, kind) in table {
            assert_eq!(classify(text.as_bytes()), *kind, "{text}");
        }
    }

    #[test]
    fn a_deep_message_is_classified_without_recursion() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);

        let other = format!(r#"{{"a":{deep},"cmd":"NODE_X"}}"#);
        let command = format!(r#"{{"b":"NODE_","cmd":{deep}}}"#);

        assert_eq!(classify(other.as_bytes()), Some(InternalKind::Other));
        assert_eq!(classify(command.as_bytes()), None);
    }

    #[test]
    fn the_answers_are_what_they_say() {
        assert_eq!(classify(ack().as_bytes()), Some(InternalKind::HandleAck));
        assert_eq!(classify(nack().as_bytes()), Some(InternalKind::HandleNack));
        assert!(Message::parse(ack().as_str()).is_ok_and(|parsed| parsed == ack()));
        assert!(Message::parse(nack().as_str()).is_ok_and(|parsed| parsed == nack()));
    }
}
