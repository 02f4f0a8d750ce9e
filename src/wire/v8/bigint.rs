//! Whole numbers of any size, as text and as V8's digits.

/// Up to so many bytes a number is written in decimal digits: to make them takes time that grows with its square.
const DECIMAL_BYTES: usize = 128;

/// So many decimal digits are read.
const DECIMAL_DIGITS: usize = 4096;

/// V8's largest number has 2^30 bits.
const MOST_BYTES: usize = 1 << 27;

/// A sign and the bytes of a number, the lowest first, a multiple of eight and no more than are needed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BigInt {
    pub(super) is_negative: bool,
    pub(super) bytes: Vec<u8>,
}

impl BigInt {
    /// V8's word for a sign and a length; `None` when it is too large.
    pub(super) fn bitfield(&self) -> Option<u32> {
        let length = u32::try_from(self.bytes.len()).ok()?;
        (self.bytes.len() <= MOST_BYTES).then_some(length << 1 | u32::from(self.is_negative))
    }
}

/// Appends a number's text; `bytes` are its digits, the lowest first.
pub(super) fn text(is_negative: bool, bytes: &[u8], out: &mut Vec<u8>) {
    let used = bytes
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    let bytes = bytes.get(..used).unwrap_or_default();
    if is_negative {
        out.push(b'-');
    }
    if used <= DECIMAL_BYTES {
        out.extend(decimal(bytes).iter().rev());
        return;
    }
    out.extend_from_slice(b"0x");
    let mut digits = bytes
        .iter()
        .rev()
        .flat_map(|&byte| [byte >> 4, byte & 15])
        .peekable();
    if digits.peek() == Some(&0) {
        digits.next();
    }
    out.extend(digits.map(|digit| {
        if digit < 10 {
            b'0' + digit
        } else {
            b'a' - 10 + digit
        }
    }));
}

/// The decimal digits, the lowest first.
fn decimal(bytes: &[u8]) -> Vec<u8> {
    let mut words: Vec<u32> = bytes.chunks(4).map(word).collect();
    let mut digits = Vec::new();
    while !words.is_empty() {
        let mut rest = 0_u64;
        for word in words.iter_mut().rev() {
            let value = rest << 32 | u64::from(*word);
            *word = u32::try_from(value / 10).unwrap_or_default();
            rest = value % 10;
        }
        digits.push(b'0' + u8::try_from(rest).unwrap_or_default());
        while words.last() == Some(&0) {
            words.pop();
        }
    }
    if digits.is_empty() {
        digits.push(b'0');
    }
    digits
}

fn word(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// Reads decimal or hexadecimal digits; `None` when they are none, or too many.
pub(super) fn parse(text: &str) -> Option<BigInt> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let mut bytes = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(digits) => from_hexadecimal(digits)?,
        None => from_decimal(digits)?,
    };
    let used = bytes
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    bytes.resize(used.next_multiple_of(8), 0);
    Some(BigInt {
        is_negative: is_negative && used > 0,
        bytes,
    })
}

fn from_hexadecimal(digits: &str) -> Option<Vec<u8>> {
    if digits.is_empty() || digits.len() > MOST_BYTES * 2 {
        return None;
    }
    let digit = |letter: u8| {
        char::from(letter)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    digits
        .as_bytes()
        .rchunks(2)
        .map(|pair| {
            pair.iter()
                .try_fold(0, |byte, letter| Some(byte << 4 | digit(*letter)?))
        })
        .collect()
}

fn from_decimal(digits: &str) -> Option<Vec<u8>> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || digits.len() > DECIMAL_DIGITS || !is_number {
        return None;
    }
    let mut words: Vec<u32> = Vec::new();
    for digit in digits.bytes() {
        let mut carry = u64::from(digit - b'0');
        for word in &mut words {
            let value = u64::from(*word) * 10 + carry;
            *word = (value & 0xFFFF_FFFF) as u32;
            carry = value >> 32;
        }
        if carry > 0 {
            words.push(u32::try_from(carry).unwrap_or_default());
        }
    }
    Some(words.iter().flat_map(|word| word.to_le_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(number: &BigInt) -> String {
        let mut out = Vec::new();
        text(number.is_negative, &number.bytes, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_digits() {
        for digits in [
            "0",
            "1",
            "-1",
            "10",
            "18446744073709551615",
            "18446744073709551616",
            "-123456789012345678901234567890",
        ] {
            assert_eq!(written(&parse(digits).unwrap()), digits);
        }
        assert_eq!(written(&parse("0x0Ff").unwrap()), "255");
        assert_eq!(parse("-0").unwrap(), parse("0").unwrap());
        assert_eq!(parse("0").unwrap().bitfield(), Some(0));
        assert_eq!(parse("-1").unwrap().bitfield(), Some(17));
        assert_eq!(parse("18446744073709551616").unwrap().bytes.len(), 16);
        for digits in [
            "", "-", "0x", "1.0", "1n", "--1", "+1", " 1", "0xg", "-0x", "1_0",
        ] {
            assert_eq!(parse(digits), None, "{digits}");
        }
    }

    #[test]
    fn a_large_number_is_written_in_hexadecimal_digits() {
        let digits = format!("-0xa{}", "0b".repeat(DECIMAL_BYTES));
        assert_eq!(written(&parse(&digits).unwrap()), digits);
        assert_eq!(parse(&"1".repeat(DECIMAL_DIGITS + 1)), None);
    }

    proptest! {
        #[test]
        fn every_number_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..300), sign: bool) {
            let mut out = Vec::new();
            text(sign, &bytes, &mut out);
            let parsed = parse(std::str::from_utf8(&out).unwrap()).unwrap();
            let used = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
            prop_assert_eq!(&parsed.bytes[..used], &bytes[..used]);
            prop_assert!(parsed.bytes[used..].iter().all(|&byte| byte == 0));
            prop_assert_eq!(parsed.is_negative, sign && used > 0);
        }
    }
}
