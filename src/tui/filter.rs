//! A plain text that the lines of a pane must contain. Called by `merge`.

/// The longest filter, in bytes.
const LONGEST: usize = 200;

/// What lines must contain; nothing lets all of them through. Case matters once the text has a capital.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    text: String,
}

impl Filter {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds what was typed or pasted, controls left out.
    pub(crate) fn add(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text.len() + c.len_utf8() <= LONGEST {
                self.text.push(c);
            }
        }
    }

    /// Takes the last character away.
    pub(crate) fn shorten(&mut self) {
        self.text.pop();
    }

    /// Whether a line contains the text.
    pub(crate) fn admits(&self, line: &[u8]) -> bool {
        let needle = self.text.as_bytes();
        let Some(first) = needle.first() else {
            return true;
        };
        let has_capital = self.text.chars().any(char::is_uppercase);
        line.windows(needle.len()).any(|part| {
            if has_capital {
                part == needle
            } else {
                part.first()
                    .is_some_and(|byte| byte.eq_ignore_ascii_case(first))
                    && part.eq_ignore_ascii_case(needle)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_matters_once_there_is_a_capital() {
        let mut filter = Filter::default();
        assert!(filter.admits(b""));
        filter.add("err\n");
        assert!(filter.admits(b"an Error") && !filter.admits(b"er"));
        filter.add("O");
        assert!(filter.admits(b"errO") && !filter.admits(b"error"));
        filter.shorten();
        assert_eq!(filter.text(), "err");
    }
}
