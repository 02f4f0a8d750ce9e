//! What the marks of advanced serialization stand for, in a few words: `Map(2)`, `Buffer 12 bytes 68 69 …`.
//!
//! Looks at the beginning of a value's text only, and never builds a value. Called by the inspector.

use crate::tui::figures::{count, plural};
use crate::wire::v8;

/// How much of a text is looked at for the number of its entries, in bytes.
const COUNTED: usize = 64 << 10;

/// How much of a text is looked at for its end, in bytes.
const MEASURED: usize = 32 << 20;

/// How many bytes are shown.
const SHOWN: usize = 12;

/// How long a shown text is, in characters.
const LONGEST: usize = 60;

/// What stands for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glance {
    /// The words.
    pub(crate) words: String,
    /// Whether they say all, and nothing is to be unfolded.
    pub(crate) is_whole: bool,
}

/// What stands for the value with which a text begins, if it begins with a mark.
pub(crate) fn glance(text: &str) -> Option<Glance> {
    let rest = text.strip_prefix('{')?.trim_ascii_start();
    let (name, rest) = rest.strip_prefix("\"$")?.split_once('"')?;
    if name.is_empty() || name.starts_with('$') || name.len() > 24 {
        return None;
    }
    let value = rest
        .trim_ascii_start()
        .strip_prefix(':')?
        .trim_ascii_start();
    let whole = |words: String| {
        Some(Glance {
            words,
            is_whole: true,
        })
    };
    let part = |words: String| {
        Some(Glance {
            words,
            is_whole: false,
        })
    };
    match name {
        "undefined" => whole("undefined".to_owned()),
        "number" => whole(string(value)),
        "bigint" => whole(format!("{}n", string(value))),
        "date" if value.starts_with("null") => whole("invalid Date".to_owned()),
        "date" => whole(format!("Date {}", string(value))),
        "hole" if value.starts_with("true") => whole("hole".to_owned()),
        "hole" => whole(format!("{} holes", digits(value))),
        "ref" => whole(format!("→ object {}", digits(value))),
        "regexp" => whole(regexp(value)),
        "boxed" => part("boxed".to_owned()),
        "map" => part(entries("Map", value)),
        "set" => part(entries("Set", value)),
        "properties" => part("its properties".to_owned()),
        "error" => part(error(value)),
        "resizable" => part("resizable ArrayBuffer".to_owned()),
        "view" => part("view over an ArrayBuffer".to_owned()),
        name => whole(format!("{} {}", class(name)?, bytes(value))),
    }
}

/// What a kind of bytes is called in JavaScript.
fn class(name: &str) -> Option<&'static str> {
    const CLASSES: [&str; 15] = [
        "Buffer",
        "ArrayBuffer",
        "DataView",
        "Int8Array",
        "Uint8Array",
        "Uint8ClampedArray",
        "Int16Array",
        "Uint16Array",
        "Int32Array",
        "Uint32Array",
        "Float16Array",
        "Float32Array",
        "Float64Array",
        "BigInt64Array",
        "BigUint64Array",
    ];
    let mut classes = CLASSES.into_iter();
    classes.find(|class| class.eq_ignore_ascii_case(name))
}

/// The beginning of the string with which a text begins, as it is written.
fn string(text: &str) -> String {
    let inside = text.strip_prefix('"').unwrap_or(text);
    let mut shown = String::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return shown,
            _ if shown.chars().count() >= LONGEST => break,
            '\\' => {
                shown.push(c);
                shown.extend(chars.next());
            }
            _ => shown.push(c),
        }
    }
    shown.push('…');
    shown
}

fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit());
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn regexp(list: &str) -> String {
    let Some(source) = list.strip_prefix('[') else {
        return "RegExp".to_owned();
    };
    let source = source.trim_ascii_start();
    let written = serde_json::Deserializer::from_str(list)
        .into_iter::<[String; 2]>()
        .next();
    match written {
        Some(Ok([source, flags])) if source.chars().count() <= LONGEST => {
            format!("/{source}/{flags}")
        }
        _ => format!("/{}/", string(source)),
    }
}

fn error(fields: &str) -> String {
    // As the decoder writes it: the name, then the message.
    let after =
        |key: &str, text: &str| text.trim_ascii_start().strip_prefix(key).map(str::to_owned);
    let Some(rest) = after("{\"name\":", fields) else {
        return "Error".to_owned();
    };
    let name = string(&rest);
    let message = rest
        .get(name.len() + 2..)
        .and_then(|rest| after(",\"message\":", rest));
    match message {
        Some(message) => format!("{name}: {}", string(&message)),
        None => name,
    }
}

/// How many entries the list has with which a text begins.
fn entries(class: &str, list: &str) -> String {
    let mut depth = 0_usize;
    let mut commas = 0_usize;
    let mut has_some = false;
    let mut in_string = false;
    let mut is_escaped = false;
    for byte in list.bytes().take(COUNTED) {
        let was_escaped = std::mem::take(&mut is_escaped);
        match byte {
            _ if was_escaped => {}
            b'\\' if in_string => is_escaped = true,
            b'"' => {
                in_string = !in_string;
                has_some = true;
            }
            _ if in_string => {}
            b'{' | b'[' => {
                has_some |= depth > 0;
                depth += 1;
            }
            b'}' | b']' if depth <= 1 => {
                let entries = if has_some { commas + 1 } else { 0 };
                return format!("{class}({})", count(entries as u64));
            }
            b'}' | b']' => depth -= 1,
            b',' if depth == 1 => commas += 1,
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => {}
            _ => has_some = true,
        }
    }
    format!("{class}({} or more)", count(commas as u64))
}

/// How many bytes the base64 has with which a text begins, and the first of them.
fn bytes(text: &str) -> String {
    let inside = text.strip_prefix('"').unwrap_or(text);
    let looked = inside.as_bytes();
    let looked = looked.get(..MEASURED).unwrap_or(looked);
    let end = looked.iter().position(|byte| *byte == b'"');
    let letters = inside
        .get(..end.unwrap_or(looked.len()))
        .unwrap_or_default();
    let filled = letters.len() - letters.trim_end_matches('=').len();
    let length = letters.len() / 4 * 3 - filled.min(2).min(letters.len() / 4 * 3);
    let mut size = plural(length, "byte");
    if end.is_none() {
        size.push_str(" or more");
    }
    let head = letters
        .get(..(SHOWN / 3 * 4).min(letters.len()))
        .unwrap_or_default();
    let mut shown: Vec<String> = v8::bytes_of(head)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if length > shown.len() {
        shown.push("…".to_owned());
    }
    format!("{size} {}", shown.join(" ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_in_words() {
        for (text, words, is_whole) in [
            (r#"{"$undefined":true}"#, "undefined", true),
            (r#"{"$number":"-0"},1"#, "-0", true),
            (r#"{"$bigint":"12"}"#, "12n", true),
            (
                r#"{"$date":"2026-11-24T12:00:00.000Z"}"#,
                "Date 2026-11-24T12:00:00.000Z",
                true,
            ),
            (r#"{"$date":null}"#, "invalid Date", true),
            (r#"{"$regexp":["a\\d","gi"]}"#, "/a\\d/gi", true),
            (r#"{"$map":[[1,2],["a]",[3,4]]]}"#, "Map(2)", false),
            (r#"{"$set":[]}"#, "Set(0)", false),
            (r#"{"$set":[{}]}"#, "Set(1)", false),
            (r#"{"$buffer":"aGk="}"#, "Buffer 2 bytes 68 69", true),
            (r#"{"$buffer":""}"#, "Buffer 0 bytes", true),
            (
                r#"{"$uint8array":"AAECAwQFBgcICQoLDA0="}"#,
                "Uint8Array 14 bytes 00 01 02 03 04 05 06 07 08 09 0a 0b …",
                true,
            ),
            (r#"{"$hole":true}"#, "hole", true),
            (r#"{"$hole":3}"#, "3 holes", true),
            (r#"{"$ref":7}"#, "→ object 7", true),
            (
                r#"{"$error":{"name":"TypeError","message":"no \"x\"","stack":"s"}}"#,
                "TypeError: no \\\"x\\\"",
                false,
            ),
            (r#"{"$error":{"name":"Error"}}"#, "Error", false),
        ] {
            let wanted = Glance {
                words: words.to_owned(),
                is_whole,
            };
            assert_eq!(glance(text), Some(wanted), "{text}");
        }
        for text in [
            "{}",
            "[1]",
            r#"{"a":1}"#,
            r#"{"$$map":[]}"#,
            r#"{"$nope":1}"#,
            "",
            "{",
            r#"{"$date"#,
        ] {
            assert_eq!(glance(text), None, "{text}");
        }
    }

    #[test]
    fn a_cut_text_is_told_as_far_as_it_goes() {
        let long = format!("{{\"$set\":[{}", "1,".repeat(COUNTED));
        assert!(glance(&long).unwrap().words.ends_with("or more)"));
        for end in 0..40 {
            let text = r#"{"$error":{"name":"TypeError","message":"#;
            glance(text.get(..end).unwrap_or(text));
        }
    }
}
