//! Numbers as text, and the array indexes that V8 writes as numbers.

use std::fmt::Write as _;

/// What a number is to be written as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// V8's small form.
    Small(i32),
    /// Anything else.
    Double(f64),
}

impl Number {
    /// Chooses the form.
    #[expect(clippy::cast_possible_truncation, reason = "compared with what it was")]
    pub(super) fn of(value: f64) -> Self {
        let small = value as i32;
        let is_small = f64::from(small).to_bits() == value.to_bits();
        if is_small {
            Self::Small(small)
        } else {
            Self::Double(value)
        }
    }
}

/// What JSON cannot write, by the name in a `$number`.
pub(super) const UNWRITTEN: [(&str, f64); 4] = [
    ("NaN", f64::NAN),
    ("Infinity", f64::INFINITY),
    ("-Infinity", f64::NEG_INFINITY),
    ("-0", -0.0),
];

/// The name of what JSON cannot write.
pub(super) fn unwritten(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        return Some("NaN");
    }
    let same = |(_, known): &&(&str, f64)| known.to_bits() == value.to_bits();
    UNWRITTEN.iter().find(same).map(|(name, _)| *name)
}

/// Appends the shortest digits that mean a number, in JavaScript's ranges of both forms.
pub(super) fn text(value: f64, out: &mut String) {
    let size = value.abs();
    let _ = if size == 0.0 || (1e-7..1e21).contains(&size) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:e}")
    };
}

/// The array index that a key is, if it is one: what V8 writes as a number.
pub(super) fn index(key: &str) -> Option<u32> {
    let is_number = matches!(key.as_bytes(), [b'0'] | [b'1'..=b'9', ..]);
    if !is_number || key.len() > 10 || !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    key.parse().ok().filter(|index| *index != u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_valid_json() {
        let table = [
            (1.0, "1"),
            (-1.5, "-1.5"),
            (1e20, "100000000000000000000"),
            (1e21, "1e21"),
            (5e-324, "5e-324"),
            (0.000_000_1, "0.0000001"),
            (1.5e-10, "1.5e-10"),
            (f64::MAX, "1.7976931348623157e308"),
        ];
        for (value, wanted) in table {
            let mut out = String::new();
            text(value, &mut out);
            assert_eq!(out, wanted);
            assert_eq!(
                serde_json::from_str::<f64>(&out).unwrap().to_bits(),
                value.to_bits()
            );
        }
    }

    #[test]
    fn small_numbers_are_told_apart() {
        assert_eq!(Number::of(-2_147_483_648.0), Number::Small(i32::MIN));
        assert_eq!(Number::of(2_147_483_648.0), Number::Double(2_147_483_648.0));
        assert!(matches!(Number::of(-0.0), Number::Double(_)));
        assert!(matches!(Number::of(f64::NAN), Number::Double(_)));
        assert_eq!(unwritten(-0.0), Some("-0"));
        assert_eq!(unwritten(0.0), None);
    }

    #[test]
    fn indexes_are_what_javascript_says() {
        assert_eq!(index("0"), Some(0));
        assert_eq!(index("4294967294"), Some(u32::MAX - 1));
        for key in ["4294967295", "01", "-1", "1.5", "", "a", "10000000000"] {
            assert_eq!(index(key), None, "{key}");
        }
    }
}
