//! Tells other serializations than the channel's by their first bytes.
//!
//! Owns the signatures and the words about their cure. Never decodes them; called by the decoder.

/// A serialization that is not the channel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recognized {
    /// The size of the message as its header announces it, header included; where there is no whole header, the bytes it
    /// was recognised by.
    pub(crate) bytes: u64,
    /// What may be the matter.
    pub(crate) hint: &'static str,
}

const ADVANCED: &str = "the worker writes \"advanced\" serialization and the deck reads \"json\"; set both to the same serialization";
const BUN_ADVANCED: &str = "the worker writes bun's own \"advanced\" serialization, which only bun reads; set its serialization to \"json\"";

const JSON: &str = "the worker writes lines of JSON and the deck reads \"advanced\"; set both to the same serialization";
const BUN_FOR_ADVANCED: &str = "bun has another \"advanced\" format, which only bun reads: use serialization = \"json\", or node or deno";

/// What bun 1.4 begins an advanced channel with.
const BUN_VERSION: [u8; 5] = [0x01, 0x02, 0x00, 0x00, 0x00];

/// Recognises a line by its beginning. The answer for a line never changes as more of it comes, once it is not `None`.
pub(crate) fn recognize(head: &[u8]) -> Option<Recognized> {
    if head.starts_with(&BUN_VERSION) {
        return Some(Recognized {
            bytes: BUN_VERSION.len() as u64,
            hint: BUN_ADVANCED,
        });
    }
    // Node: a big-endian length, then V8's mark and its format's version, 15 with node 20 to 22.
    if let [first @ 0..=3, second, third, fourth, 0xFF, 15..=31, ..] = *head {
        let length = u32::from_be_bytes([first, second, third, fourth]);
        return Some(Recognized {
            bytes: u64::from(length) + 4,
            hint: ADVANCED,
        });
    }
    None
}

/// Recognises the beginning of a frame of advanced mode, at least six bytes; `is_too_long` says that its length would be
/// more than is taken, as it always is when letters are read as one.
pub(crate) fn recognize_for_advanced(head: &[u8], is_too_long: bool) -> Option<Recognized> {
    if head.starts_with(&BUN_VERSION) {
        return Some(Recognized {
            bytes: BUN_VERSION.len() as u64,
            hint: BUN_FOR_ADVANCED,
        });
    }
    let [first, _, _, _, mark, ..] = *head else {
        return None;
    };
    let begins = matches!(
        first,
        b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' | b' ' | b'\t' | b'\r' | b'\n'
    );
    (is_too_long && begins && mark != 0xFF).then_some(Recognized {
        bytes: 6,
        hint: JSON,
    })
}

/// Recognises a whole line that is the beginning of Node's length: one of its four bytes is 10, a newline, as in the
/// message `{a:1}`, which has ten bytes.
pub(crate) fn recognize_cut(line: &[u8]) -> Option<Recognized> {
    matches!(line, [0] | [0, _] | [0, 0, _]).then_some(Recognized {
        bytes: line.len() as u64 + 1,
        hint: ADVANCED,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advanced_serializations_are_told_by_their_first_bytes() {
        let bytes = |head: &[u8]| recognize(head).map(|recognized| recognized.bytes);

        assert_eq!(bytes(b"\x00\x00\x00\x05\xff\x0fI\x02_"), Some(9));
        assert_eq!(bytes(b"\x01\x00\x00\x00\xff\x0f"), Some(0x0100_0004));
        assert_eq!(bytes(b"\x00\x00\x00\x05\xff"), None);
        assert_eq!(bytes(b"\x00\x00\x00\x05\xfe\x0f"), None);
        assert_eq!(bytes(b"\x01\x02\x00\x00\x00\x02"), Some(5));
        assert_eq!(bytes(b"\x01\x02\x00\x00"), None);
        assert_eq!(bytes(b"{\"a\":1}"), None);
        assert_eq!(bytes(b""), None);
    }

    #[test]
    fn a_length_that_holds_a_newline_is_told_too() {
        for line in [&[0][..], &[0, 0], &[0, 3], &[0, 0, 0], &[0, 0, 7]] {
            let recognized = recognize_cut(line).unwrap();
            assert_eq!(recognized.bytes, line.len() as u64 + 1);
        }
        for line in [&[][..], &[1], &[0, 1, 2], &[0, 0, 0, 0], b"x"] {
            assert_eq!(recognize_cut(line), None);
        }
    }
}
