//! Base64 (RFC 4648, section 4) without a buffer between.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What is no letter of the alphabet.
const NONE: u8 = 0xFF;

/// The value of every letter.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0_u8;
    while value < 64 {
        #[expect(clippy::indexing_slicing, reason = "constant, checked by the compiler")]
        {
            values[ALPHABET[value as usize] as usize] = value;
        }
        value += 1;
    }
    values
};

/// Appends the letters of some bytes, filled up with `=`.
pub(super) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len().div_ceil(3) * 4);
    let mut threes = bytes.chunks_exact(3);
    for three in &mut threes {
        if let [a, b, c] = *three {
            let bits = u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c);
            out.extend_from_slice(&[18, 12, 6, 0].map(|shift| letter(bits >> shift)));
        }
    }
    match *threes.remainder() {
        [a] => {
            let bits = u32::from(a) << 16;
            out.extend_from_slice(&[letter(bits >> 18), letter(bits >> 12), b'=', b'=']);
        }
        [a, b] => {
            let bits = u32::from(a) << 16 | u32::from(b) << 8;
            let three = [18, 12, 6].map(|shift| letter(bits >> shift));
            out.extend_from_slice(&three);
            out.push(b'=');
        }
        _ => {}
    }
}

fn letter(bits: u32) -> u8 {
    ALPHABET.get((bits & 63) as usize).copied().unwrap_or(b'=')
}

/// How many bytes some letters stand for; `None` when no bytes are written so.
pub(super) fn decoded_length(text: &str) -> Option<usize> {
    let length = letters(text).len();
    (length % 4 != 1).then_some(length / 4 * 3 + (length % 4).saturating_sub(1))
}

/// Appends the bytes that some letters stand for; `None` when they are not base64. The filling may be left out.
pub(super) fn decode(text: &str, out: &mut Vec<u8>) -> Option<()> {
    out.reserve(decoded_length(text)?);
    let mut fours = letters(text).chunks_exact(4);
    for four in &mut fours {
        let [a, b, c, d] = values(four)?;
        let [_, bytes @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
        out.extend_from_slice(&bytes);
    }
    let rest = fours.remainder();
    if !rest.is_empty() {
        let [a, b, c, _] = values(rest)?;
        let [_, first, second, _] = (a << 18 | b << 12 | c << 6).to_be_bytes();
        out.push(first);
        if rest.len() == 3 {
            out.push(second);
        }
    }
    Some(())
}

/// The bytes that some letters stand for; as many as can be read.
pub(crate) fn bytes_of(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    match decode(text, &mut bytes) {
        Some(()) | None => bytes,
    }
}

/// Up to four letters' values; 0 for each that is missing.
fn values(letters: &[u8]) -> Option<[u32; 4]> {
    let mut values = [0; 4];
    for (value, letter) in values.iter_mut().zip(letters) {
        match VALUES.get(usize::from(*letter)) {
            None | Some(&NONE) => return None,
            Some(known) => *value = u32::from(*known),
        }
    }
    Some(values)
}

/// The letters without what fills them up.
fn letters(text: &str) -> &[u8] {
    let filled = text.len().is_multiple_of(4);
    let text = text.as_bytes();
    match text {
        [rest @ .., b'=', b'='] | [rest @ .., b'='] if filled => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        encode(bytes, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn decoded(text: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        decode(text, &mut out).map(|()| out)
    }

    #[test]
    fn the_examples_of_the_rfc_hold() {
        let table = [
            "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
        ];
        for (length, text) in table.iter().enumerate() {
            let bytes = &b"foobar"[..length];
            assert_eq!(encoded(bytes), *text);
            assert_eq!(decoded(text).as_deref(), Some(bytes));
            assert_eq!(decoded(text.trim_end_matches('=')).as_deref(), Some(bytes));
            assert_eq!(decoded_length(text), Some(length));
        }
    }

    #[test]
    fn every_byte_comes_back() {
        let bytes: Vec<u8> = (0..=255).rev().chain(0..=255).collect();
        assert_eq!(decoded(&encoded(&bytes)), Some(bytes));
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for text in [
            "Z", "Zg=", "Z===", "====", "Zm9v!", "Zm 9", "Zé", "=Zm9", "Zg==Zg==",
        ] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
