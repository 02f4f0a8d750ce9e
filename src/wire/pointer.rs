//! JSON pointers (RFC 6901) into messages, without parsing what is not pointed at.
//!
//! The hot path of job replies: one pass over the text up to the place. Never allocates unless a key is escaped.

use std::fmt;

use serde_json::Value;

use crate::wire::{Message, Scan};

/// A place in a JSON value: `/user/id`. The empty one is the whole value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    text: String,
    tokens: Vec<String>,
}

/// A text is not a JSON pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PointerError {
    /// It begins with something else than a slash.
    #[error("a JSON pointer begins with `/`, as in `/user/id`")]
    Slash,
    /// A tilde is followed by neither 0 nor 1.
    #[error("in a JSON pointer `~` is written `~0`, and a `/` within a name `~1`")]
    Tilde,
}

impl Pointer {
    /// Reads a pointer.
    ///
    /// # Errors
    /// [`PointerError`] says which rule of RFC 6901 the text breaks.
    pub fn parse(text: &str) -> Result<Self, PointerError> {
        let mut tokens = Vec::new();
        if let Some(rest) = text.strip_prefix('/') {
            for token in rest.split('/') {
                tokens.push(unescape(token)?);
            }
        } else if !text.is_empty() {
            return Err(PointerError::Slash);
        }
        Ok(Self {
            text: text.to_owned(),
            tokens,
        })
    }

    /// The JSON text of what a message has at this place; of a key that occurs twice the first counts.
    pub fn find<'a>(&self, message: &'a Message) -> Option<&'a str> {
        self.find_in(message.as_str())
    }

    /// The JSON text at this place of a JSON text; of another text some part of it, or none.
    pub(crate) fn find_in<'a>(&self, text: &'a str) -> Option<&'a str> {
        let mut scan = Scan { text, at: 0 };
        scan.space();
        for token in &self.tokens {
            match scan.peek()? {
                b'{' => scan.enter_object(token)?,
                b'[' => scan.enter_array(token)?,
                // Nothing is inside of anything else.
                _ => return None,
            }
        }
        let start = scan.at;
        scan.value();
        text.get(start..scan.at)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

fn unescape(token: &str) -> Result<String, PointerError> {
    let mut out = String::with_capacity(token.len());
    let mut rest = token.chars();
    while let Some(c) = rest.next() {
        if c != '~' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('0') => out.push('~'),
            Some('1') => out.push('/'),
            // A lone tilde means nothing.
            _ => return Err(PointerError::Tilde),
        }
    }
    Ok(out)
}

/// A JSON text's value in a form in which equal values are equal bytes: white space, escapes, the order of keys and the
/// ways to write a number make no difference.
pub fn canonical(json: &str) -> Box<[u8]> {
    let is_plain = |text: &str| {
        !text.bytes().any(|b| {
            matches!(
                b,
                b'\\' | b' ' | b'\t' | b'\r' | b'.' | b'e' | b'E' | b'{' | b'['
            )
        })
    };
    if json.starts_with('"') && !json.contains('\\') || is_plain(json) && json != "-0" {
        return json.as_bytes().into();
    }
    // What serde_json cannot hold, a lone surrogate above all, is equal to itself as written.
    serde_json::from_str::<Value>(json).map_or_else(
        |_| json.as_bytes().into(),
        |value| sorted(value).to_string().into_bytes().into(),
    )
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Number(number) => whole(&number).map_or(Value::Number(number), Value::from),
        other => other,
    }
}

/// A number that is whole as JavaScript writes it: `1.0` and `1e0` are `1`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "within the range in which a double holds every whole number"
)]
fn whole(number: &serde_json::Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.is_i64() || number.is_u64() {
        return number.as_i64();
    }
    let float = number.as_f64()?;
    (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
}

/// Going into a value.
impl Scan<'_> {
    /// Goes to the value of a key.
    fn enter_object(&mut self, key: &str) -> Option<()> {
        self.take(b'{');
        while self.peek() == Some(b'"') {
            let start = self.at;
            self.string();
            let is_found = is_key(self.text.get(start..self.at)?, key);
            self.take(b':');
            if is_found {
                return Some(());
            }
            self.value();
            if !self.take(b',') {
                return None;
            }
        }
        None
    }

    /// Goes to the item of an index.
    fn enter_array(&mut self, index: &str) -> Option<()> {
        if index.len() > 1 && index.starts_with('0') || !index.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let index: usize = index.parse().ok()?;
        self.take(b'[');
        for _ in 0..index {
            if self.peek()? == b']' {
                return None;
            }
            self.value();
            if !self.take(b',') {
                return None;
            }
        }
        (self.peek()? != b']').then_some(())
    }
}

/// Whether a string's JSON text means this key.
fn is_key(json: &str, key: &str) -> bool {
    if json.contains('\\') {
        return serde_json::from_str::<String>(json).is_ok_and(|text| text == key);
    }
    json.get(1..json.len().saturating_sub(1)) == Some(key)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn find(json: &str, pointer: &str) -> Option<String> {
        let message = Message::from_frame(Bytes::copy_from_slice(json.as_bytes())).unwrap();
        let pointer = Pointer::parse(pointer).unwrap();
        pointer.find(&message).map(str::to_owned)
    }

    #[test]
    fn the_examples_of_the_rfc_hold() {
        let text = r#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#;
        let cases = [
            ("/foo", r#"["bar","baz"]"#),
            ("/foo/0", r#""bar""#),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"),
            ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"),
            ("/m~0n", "8"),
        ];
        assert_eq!(find(text, "").as_deref(), Some(text));
        for (pointer, wanted) in cases {
            assert_eq!(find(text, pointer).as_deref(), Some(wanted), "{pointer}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for pointer in [
            "/b", "/a/2", "/a/x", "/a/00", "/a/0/b", "/c/d/e", "/a/-", "/d/0", "/e/x",
        ] {
            assert_eq!(
                find(
                    r#"{ "a" : [ 1 , {"b":2} ] , "c" : {"d":3}, "d":[], "e":{} }"#,
                    pointer
                ),
                None,
                "{pointer}"
            );
        }
    }

    #[test]
    fn a_text_that_is_no_pointer_is_refused() {
        assert_eq!(Pointer::parse("a"), Err(PointerError::Slash));
        assert_eq!(Pointer::parse("/a~2"), Err(PointerError::Tilde));
        assert_eq!(Pointer::parse("/a~"), Err(PointerError::Tilde));
    }

    #[test]
    fn equal_values_have_equal_canonical_forms() {
        for (a, b) in [
            ("1", "1.0"),
            ("1", "1e0"),
            ("0", "-0"),
            (r#""a""#, r#""\u0061""#),
            (r#"{"a":1,"b":[2]}"#, r#"{ "b": [2.0], "a": 1 }"#),
        ] {
            assert_eq!(canonical(a), canonical(b), "{a} {b}");
        }
        for (a, b) in [
            ("1", r#""1""#),
            ("null", "0"),
            (r#""e""#, r#""E""#),
            ("1.5", "1.25"),
        ] {
            assert_ne!(canonical(a), canonical(b), "{a} {b}");
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-c~/\\\\\"{}\\[\\],: ]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-c~/\\\\\"{}]{0,2}", inner), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
        out.push(at.to_owned());
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                let token = key.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{token}"), out);
            }),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), out)),
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn every_place_is_found_as_serde_json_finds_it(value in values(), is_pretty: bool) {
            let text = if is_pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            let mut all = Vec::new();
            pointers(&value, "", &mut all);
            for pointer in all {
                let found = find(&text, &pointer).map(|text| serde_json::from_str::<Value>(&text).unwrap());
                prop_assert_eq!(found.as_ref(), value.pointer(&pointer), "{} in {}", pointer, text);
            }
        }
    }
}
