//! `NODE_HANDLE` frames: what goes around a message whose handle travels with it.
//!
//! Owns their text, both ways. Never sees a descriptor beside them; called by `process`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::wire::node::Text;
use crate::wire::{HandleKind, Message, Serialization};

/// What a `NODE_HANDLE` frame offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What kind of handle comes along; `None` for one that Node does not know either. Of a [`HandleKind::Native`] only
    /// Deno says more, so what it is is to be asked of the descriptor.
    pub kind: Option<HandleKind>,
    /// The message that it belongs to, `null` when it has none.
    pub message: Message,
}

impl Offer {
    /// Reads a frame that is an [`InternalKind::Handle`](crate::wire::InternalKind::Handle), from a channel with this
    /// serialization.
    pub fn read(frame: &Message, serialization: Serialization) -> Self {
        let fields: Fields<'_> = serde_json::from_str(frame.as_str()).unwrap_or_default();
        let message = match fields.message {
            Some(message) => {
                renumbered(message.get(), serialization, |number| number.checked_sub(1))
                    .map_or_else(|| frame.part(message.get()), Message::from_valid)
            }
            None => Message::from_static("null"),
        };
        Self {
            kind: fields.kind(),
            message,
        }
    }

    /// The frame that carries a message and its handle on a channel with this serialization; `None` when it has no handle.
    pub fn frame(message: &Message, serialization: Serialization) -> Option<Message> {
        let kind = message.handle()?.kind();
        // Deno takes a raw server for a connection without these, and Node passes over them.
        let more = match kind {
            HandleKind::Native {
                is_pipe,
                is_listener,
            } => {
                let (native, socket) = (native_kind(is_pipe), u8::from(is_listener));
                format!(r#""nativeKind":"{native}","socketType":{socket},"#)
            }
            HandleKind::Dgram { is_v6 } => format!(r#""dgramType":"{}","#, udp(is_v6)),
            HandleKind::Socket | HandleKind::Server | HandleKind::DgramNative => String::new(),
        };
        let moved = renumbered(message.as_str(), serialization, |number| {
            number.checked_add(1)
        });
        let text = moved.as_deref().unwrap_or(message.as_str());
        let frame = format!(r#"{{"cmd":"NODE_HANDLE","type":"{kind}",{more}"msg":{text}}}"#);
        Some(Message::from_valid(frame))
    }
}

/// The text with other numbers in its marks of objects that were met before; nothing when it has none. The frame is an
/// object around the message, so each object of the message counts one more within it.
fn renumbered(
    text: &str,
    serialization: Serialization,
    to: impl Fn(u64) -> Option<u64>,
) -> Option<String> {
    // Within a string its quotes would be escaped.
    const MARK: &str = "{\"$ref\":";
    if serialization == Serialization::Json || !text.contains(MARK) {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut parts = text.split(MARK);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(MARK);
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let moved = number.parse().ok().and_then(&to);
        match moved {
            Some(moved) => out.push_str(&moved.to_string()),
            // It means nothing, and is refused as such.
            None => out.push_str(number),
        }
        out.push_str(rest);
    }
    Some(out)
}

fn native_kind(is_pipe: bool) -> &'static str {
    if is_pipe { "pipe" } else { "tcp" }
}

fn udp(is_v6: bool) -> &'static str {
    if is_v6 { "udp6" } else { "udp4" }
}

/// What is read of a frame; of a key given twice the last counts, as in `JSON.parse`.
#[derive(Default)]
struct Fields<'a> {
    sort: Option<&'a RawValue>,
    dgram: Option<&'a RawValue>,
    native: Option<&'a RawValue>,
    socket: Option<&'a RawValue>,
    message: Option<&'a RawValue>,
}

impl Fields<'_> {
    fn kind(&self) -> Option<HandleKind> {
        let Text(sort) = serde_json::from_str(self.sort?.get()).ok()?;
        match sort.as_slice() {
            b"net.Socket" => Some(HandleKind::Socket),
            b"net.Server" => Some(HandleKind::Server),
            b"net.Native" => Some(HandleKind::Native {
                is_pipe: is(self.native, r#""pipe""#),
                is_listener: is(self.socket, "1"),
            }),
            b"dgram.Socket" => Some(HandleKind::Dgram {
                is_v6: is(self.dgram, r#""udp6""#),
            }),
            b"dgram.Native" => Some(HandleKind::DgramNative),
            _ => None,
        }
    }
}

fn is(value: Option<&RawValue>, text: &str) -> bool {
    value.is_some_and(|value| value.get() == text)
}

struct FieldsVisitor;

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields::default();
        while let Some(Text(key)) = map.next_key()? {
            let field = match key.as_slice() {
                b"type" => &mut fields.sort,
                b"dgramType" => &mut fields.dgram,
                b"nativeKind" => &mut fields.native,
                b"socketType" => &mut fields.socket,
                b"msg" => &mut fields.message,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *field = Some(map.next_value()?);
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::wire::{Handle, InternalKind, node};

    const NATIVE: HandleKind = HandleKind::Native {
        is_pipe: true,
        is_listener: true,
    };

    fn read(text: &str) -> (Option<HandleKind>, String) {
        let offer = Offer::read(
            &Message::from_frame(text.to_owned().into()).unwrap(),
            Serialization::Json,
        );
        (offer.kind, offer.message.as_str().to_owned())
    }

    #[test]
    fn what_is_written_is_read() {
        let (one, _other) = UnixStream::pair().unwrap();
        let kinds = [
            (HandleKind::Socket, r#""type":"net.Socket","msg""#),
            (HandleKind::Server, r#""type":"net.Server","msg""#),
            (NATIVE, r#","nativeKind":"pipe","socketType":1,"msg""#),
            (HandleKind::Dgram { is_v6: true }, r#","dgramType":"udp6","#),
            (HandleKind::DgramNative, r#""type":"dgram.Native","msg""#),
        ];
        for (kind, part) in kinds {
            let handle = Handle::new(kind, one.try_clone().unwrap());
            let message = Message::parse(r#"{"a":[1e3]}"#)
                .unwrap()
                .with_handle(handle);
            let frame = Offer::frame(&message, Serialization::Json).unwrap();

            assert!(frame.as_str().contains(part), "{frame}");
            assert!(Message::parse(frame.as_str()).is_ok_and(|parsed| parsed == frame));
            assert_eq!(node::classify(frame.as_bytes()), Some(InternalKind::Handle));
            assert_eq!(
                read(frame.as_str()),
                (Some(kind), r#"{"a":[1e3]}"#.to_owned())
            );
        }
        let plain = Message::parse("1").unwrap();
        assert_eq!(Offer::frame(&plain, Serialization::Json), None);
    }

    #[test]
    fn what_a_message_refers_to_is_the_same_within_its_frame() {
        let (one, _other) = UnixStream::pair().unwrap();
        let text = r#"{"a":{"$ref":0},"b":[{"$ref":9}],"c":"{\"$ref\":3}"}"#;
        let handle = Handle::new(HandleKind::Socket, one);
        let message = Message::parse(text).unwrap().with_handle(handle);

        let frame = Offer::frame(&message, Serialization::Advanced).unwrap();

        let moved = r#""msg":{"a":{"$ref":1},"b":[{"$ref":10}],"c":"{\"$ref\":3}"}}"#;
        assert!(frame.as_str().ends_with(moved), "{frame}");
        let offer = Offer::read(&frame, Serialization::Advanced);
        assert_eq!(offer.message.as_str(), text);
        let plain = Offer::frame(&message, Serialization::Json).unwrap();
        assert!(plain.as_str().contains(text));
    }

    #[test]
    fn whatever_a_frame_says_is_read() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        let table = [
            (r#"{"cmd":"NODE_HANDLE"}"#, None, "null"),
            (
                r#"{"type":"net.Socket","cmd":"NODE_HANDLE"}"#,
                Some(HandleKind::Socket),
                "null",
            ),
            (
                r#"{"msg":1,"msg": {"a": "\ud800"} ,"type":"x","type":"net\u002eServer","key":"6:8"}"#,
                Some(HandleKind::Server),
                r#"{"a": "\ud800"}"#,
            ),
            (r#"{"type":7,"msg":true}"#, None, "true"),
            (r#"{"type":"net.Future","msg":"x"}"#, None, r#""x""#),
            (
                r#"{"type":"dgram.Socket","dgramType":["udp6"]}"#,
                Some(HandleKind::Dgram { is_v6: false }),
                "null",
            ),
        ];
        for (text, kind, message) in table {
            assert_eq!(read(text), (kind, message.to_owned()), "{text}");
        }
        let frame = format!(r#"{{"type":"net.Socket","msg":{deep}}}"#);
        assert_eq!(read(&frame), (Some(HandleKind::Socket), deep));
    }
}
