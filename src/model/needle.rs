//! What a text is searched for, whatever the case of its letters.
//!
//! Owns the one rule by which the deck and those that show its jobs find a text. Called by `jobs` and `tui`.

use memchr::memchr2_iter;

/// A text that others may contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    lower: String,
}

impl Needle {
    /// A text to search for; an empty one is found everywhere.
    pub fn new(text: &str) -> Self {
        Self {
            lower: text.to_lowercase(),
        }
    }

    /// Whether a text contains it.
    pub fn is_in(&self, text: &[u8]) -> bool {
        let needle = self.lower.as_bytes();
        let Some(first) = needle.first() else {
            return true;
        };
        if !self.lower.is_ascii() {
            let text = String::from_utf8_lossy(text).to_lowercase();
            return text.contains(&self.lower);
        }
        // Two bytes at a time are searched for fast; most texts are looked through to their end in vain.
        memchr2_iter(*first, first.to_ascii_uppercase(), text).any(|at| {
            let part = text.get(at..at.saturating_add(needle.len()));
            part.is_some_and(|part| part.eq_ignore_ascii_case(needle))
        })
    }

    /// Whether a text of such characters alone can contain it.
    pub fn is_of(&self, may_be: impl Fn(u8) -> bool) -> bool {
        self.lower.bytes().all(may_be)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_any_case_and_alphabet() {
        for (needle, text, is_in) in [
            ("", "", true),
            ("Cat", "a CAT.jpg", true),
            ("cat", "ca", false),
            ("cat", "cacat", true),
            ("BÄR", "der bär", true),
            ("bär", "DER BÄR", true),
            ("bär", "bar", false),
        ] {
            assert_eq!(
                Needle::new(needle).is_in(text.as_bytes()),
                is_in,
                "{needle} in {text}"
            );
        }
        assert!(!Needle::new("ä").is_in(b"\xff\xfe"));
    }
}
