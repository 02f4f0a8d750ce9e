//! References of a message that travels within another one, as the message of a handle does.

use crate::wire::v8::tape::{Place, Tape};

/// The same text with its references counted from another place: so many more objects, or fewer, begin before it. `None`
/// when there is nothing to change, or when it refers to what would be no more.
pub(crate) fn shifted(text: &str, by: i64) -> Option<String> {
    memchr::memmem::find(text.as_bytes(), b"\"$ref\"")?;
    let tape = Tape::read(text).ok()?;
    let mut out = String::with_capacity(text.len() + 16);
    let mut done = 0;
    for place in 0..tape.len() {
        let Some(number) = reference(&tape, place) else {
            continue;
        };
        let (start, raw) = (tape.start(number), tape.raw(number));
        let moved = raw.parse::<i64>().ok()?.checked_add(by)?;
        out.push_str(text.get(done..start)?);
        out.push_str(&u32::try_from(moved).ok()?.to_string());
        done = start + raw.len();
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// The number of the reference that a value is.
fn reference(tape: &Tape<'_>, place: Place) -> Option<Place> {
    if tape.first(place) != b'{' {
        return None;
    }
    let mut children = tape.children(place);
    let (key, number) = (children.next()?, children.next()?);
    let is_one = children.next().is_none() && tape.raw(key) == "\"$ref\"";
    (is_one && tape.first(number).is_ascii_digit()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_counted_from_elsewhere() {
        let text = r#"{"cmd":"NODE_HANDLE","msg":{"a":{"$ref":1},"b":["\"$ref\":1",{"$ref":10}]}}"#;
        let moved = r#"{"cmd":"NODE_HANDLE","msg":{"a":{"$ref":0},"b":["\"$ref\":1",{"$ref":9}]}}"#;
        assert_eq!(shifted(text, -1).as_deref(), Some(moved));
        assert_eq!(shifted(moved, 1).as_deref(), Some(text));
        assert_eq!(shifted(r#"{"a":{"$ref":0}}"#, -1), None);
        assert_eq!(shifted(r#"{"a":1}"#, -1), None);
    }
}
