//! What a `NODE_CLUSTER` message says, read as far as a primary needs it.
//!
//! Tolerates anything: what is missing or of another type counts as absent, of a key given twice the last counts.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::Message;

/// How long a text of a worker may be that is kept.
const TEXT: usize = 4096;

/// How large the data of a server may be that is kept for the other workers; `ticketKeys` has 48 bytes.
const DATA: usize = 64 << 10;

/// The fields of a message that concern a primary.
#[derive(Debug, Default)]
pub(super) struct Body<'a> {
    act: Option<&'a RawValue>,
    seq: Option<&'a RawValue>,
    ack: Option<&'a RawValue>,
    accepted: Option<&'a RawValue>,
    key: Option<&'a RawValue>,
    index: Option<&'a RawValue>,
    data: Option<&'a RawValue>,
    address: Option<&'a RawValue>,
    port: Option<&'a RawValue>,
    address_type: Option<&'a RawValue>,
    fd: Option<&'a RawValue>,
    flags: Option<&'a RawValue>,
    backlog: Option<&'a RawValue>,
    readable_all: Option<&'a RawValue>,
    writable_all: Option<&'a RawValue>,
    ignored: Option<&'a RawValue>,
}

/// What a worker wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Its cluster side is up.
    Online,
    /// To listen.
    QueryServer,
    /// A server of it is up.
    Listening,
    /// A server of it was closed.
    Close,
    /// To leave on purpose.
    Leave,
}

/// Where a worker wants to listen, as it says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) address: Option<String>,
    pub(super) port: Option<i64>,
    pub(super) address_type: Option<AddressType>,
    pub(super) fd: Option<i64>,
    pub(super) index: i64,
}

/// What kind of address it is (`lib/net.js`, `lib/dgram.js`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AddressType {
    /// 4, 6, or -1 for a path.
    Number(i64),
    /// `udp4` or `udp6`.
    Text(String),
}

impl<'a> Body<'a> {
    /// Reads a message; of one that is no object nothing is known.
    pub(super) fn read(message: &'a Message) -> Self {
        serde_json::from_str(message.as_str()).unwrap_or_default()
    }

    pub(super) fn act(&self) -> Option<Act> {
        match text(self.act)?.as_str() {
            "online" => Some(Act::Online),
            "queryServer" => Some(Act::QueryServer),
            "listening" => Some(Act::Listening),
            "close" => Some(Act::Close),
            "exitedAfterDisconnect" => Some(Act::Leave),
            _ => None, // Of a later Node, or nobody's.
        }
    }

    /// Its number.
    pub(super) fn seq(&self) -> Option<u64> {
        number(self.seq).and_then(|seq| u64::try_from(seq).ok())
    }

    /// The number of the message that it answers.
    pub(super) fn ack(&self) -> Option<u64> {
        number(self.ack).and_then(|ack| u64::try_from(ack).ok())
    }

    /// Whether the connection was taken.
    pub(super) fn is_accepted(&self) -> bool {
        is_true(self.accepted)
    }

    pub(super) fn key(&self) -> Option<String> {
        text(self.key)
    }

    pub(super) fn place(&self) -> Place {
        let kind = self.address_type;
        let address_type = number(kind).map(AddressType::Number);
        Place {
            address: text(self.address),
            port: number(self.port),
            address_type: address_type.or_else(|| text(kind).map(AddressType::Text)),
            fd: number(self.fd),
            index: number(self.index).unwrap_or(0),
        }
    }

    /// Whether an address was given that is too long to be one.
    pub(super) fn has_strange_address(&self) -> bool {
        let given = self.address.is_some_and(|raw| raw.get().starts_with('"'));
        given && text(self.address).is_none()
    }

    /// What the server's other workers are to be given, in a form that every runtime reads.
    pub(super) fn data(&self) -> Option<Message> {
        let raw = self.data?.get();
        if raw == "null" || raw.len() > DATA {
            return None;
        }
        Message::parse(raw).ok()
    }

    pub(super) fn flags(&self) -> i64 {
        number(self.flags).unwrap_or(0)
    }

    pub(super) fn backlog(&self) -> Option<i64> {
        number(self.backlog)
    }

    /// Whether everybody may read the socket file, and write to it.
    pub(super) fn is_for_all(&self) -> (bool, bool) {
        (is_true(self.readable_all), is_true(self.writable_all))
    }

    fn field(&mut self, name: &str) -> &mut Option<&'a RawValue> {
        match name {
            "act" => &mut self.act,
            "seq" => &mut self.seq,
            "ack" => &mut self.ack,
            "accepted" => &mut self.accepted,
            "key" => &mut self.key,
            "index" => &mut self.index,
            "data" => &mut self.data,
            "address" => &mut self.address,
            "port" => &mut self.port,
            "addressType" => &mut self.address_type,
            "fd" => &mut self.fd,
            "flags" => &mut self.flags,
            "backlog" => &mut self.backlog,
            "readableAll" => &mut self.readable_all,
            "writableAll" => &mut self.writable_all,
            _ => &mut self.ignored, // Nothing to a primary.
        }
    }
}

impl fmt::Display for Place {
    /// The listener's key, spelled as Node's primary does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.as_deref().unwrap_or("null");
        let port = self.port.unwrap_or(0);
        write!(f, "{address}:{port}:")?;
        match &self.address_type {
            Some(AddressType::Number(number)) => write!(f, "{number}:")?,
            Some(AddressType::Text(text)) => write!(f, "{text}:")?,
            None => f.write_str("undefined:")?,
        }
        match self.fd {
            Some(fd) => write!(f, "{fd}:{}", self.index),
            None => write!(f, "undefined:{}", self.index),
        }
    }
}

fn number(raw: Option<&RawValue>) -> Option<i64> {
    let text = raw?.get();
    if text.len() > 32 {
        return None;
    }
    text.parse().ok()
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    let raw = raw?.get();
    if raw.len() > TEXT {
        return None;
    }
    match serde_json::from_str(raw) {
        Ok(Value::String(text)) => Some(text),
        _ => None, // Another type, or no text that Unicode has.
    }
}

fn is_true(raw: Option<&RawValue>) -> bool {
    raw.is_some_and(|raw| raw.get() == "true")
}

impl<'de: 'a, 'a> Deserialize<'de> for Body<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut body = Body::default();
        while let Some(Name(name)) = map.next_key()? {
            match name {
                Some(name) => *body.field(&name) = Some(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(body)
    }
}

/// A key. Read as bytes because only so a lone surrogate, which Node writes, is no error.
struct Name(Option<String>);

struct NameVisitor;

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(NameVisitor)
    }
}

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Name(std::str::from_utf8(bytes).ok().map(str::to_owned)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Name(Some(text.to_owned())))
    }
}
