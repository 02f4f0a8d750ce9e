//! Escapes and classes of a regular expression.

use crate::wire::v8::pattern::{Checked, Walk};
use crate::wire::v8::pattern_unicode::{self, Property};

const WRONG: &str = "an escape that means nothing in a regular expression";

impl Walk<'_> {
    pub(super) fn escape(&mut self) -> Checked {
        self.repeatable = true;
        let escaped = self
            .next()
            .ok_or("a regular expression ends with a backslash")?;
        match escaped {
            'b' | 'B' => self.repeatable = false,
            'k' if !self.names.is_empty() || self.is_unicode => {
                let name = if self.take("<") { self.name()? } else { &[] };
                if !self.names.contains(name) {
                    return Err("a reference to no group in a regular expression");
                }
            }
            '1'..='9' if self.is_unicode => {
                self.at -= 1;
                if self
                    .digits()
                    .is_none_or(|number| number > u64::from(self.groups))
                {
                    return Err("a reference to no group in a regular expression");
                }
            }
            _ => {
                self.character(escaped, false)?;
            }
        }
        Ok(())
    }

    /// The character that an escape means; `None` when it means many.
    pub(super) fn character(
        &mut self,
        escaped: char,
        in_class: bool,
    ) -> Result<Option<u32>, &'static str> {
        let code = match escaped {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => return Ok(None),
            'p' | 'P' if self.is_unicode => {
                self.property(escaped)?;
                return Ok(None);
            }
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            'f' => 12,
            'b' if in_class => 8,
            '0' if self.peek().is_none_or(|c| !c.is_ascii_digit()) => 0,
            'c' => match self.peek() {
                Some(letter)
                    if letter.is_ascii_alphabetic()
                        || in_class
                            && !self.is_unicode
                            && (letter.is_ascii_digit() || letter == '_') =>
                {
                    self.at += 1;
                    u32::from(letter) % 32
                }
                _ if self.is_unicode => return Err(WRONG),
                // A backslash, and the letter is read again.
                _ => {
                    self.at -= 1;
                    u32::from('\\')
                }
            },
            'x' => self
                .hexadecimal(2)
                .map_or_else(|| self.itself('x', in_class), Ok)?,
            'u' => self
                .unicode()
                .map_or_else(|| self.itself('u', in_class), Ok)?,
            '0'..='7' if !self.is_unicode => self.octal(escaped),
            '-' if in_class && self.is_unicode => u32::from('-'),
            _ => self.itself(escaped, in_class)?,
        };
        Ok(Some(code))
    }

    /// A character that is escaped and means itself.
    fn itself(&self, c: char, in_class: bool) -> Result<u32, &'static str> {
        let is_sign = in_class && self.has_sets && "&-!#%,:;<=>@`~".contains(c);
        let is_syntax = is_sign || "^$\\.*+?()[]{}|/".contains(c);
        if self.is_unicode && !is_syntax {
            return Err(WRONG);
        }
        let before = self.units.get(self.at.saturating_sub(1));
        Ok(before.copied().unwrap_or(u32::from(c)))
    }

    /// A property's name. Returns whether strings are in it.
    pub(super) fn property(&mut self, escaped: char) -> Result<bool, &'static str> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '=');
        if !self.take("{") {
            return Err(WRONG);
        }
        let start = self.at;
        while self.peek().is_some_and(is_part) {
            self.at += 1;
        }
        let name = self.units.get(start..self.at).unwrap_or_default();
        if !self.take("}") {
            return Err(WRONG);
        }
        let look_up = || pattern_unicode::property(name);
        match self.properties.entry(name).or_insert_with(look_up) {
            Property::Characters => Ok(false),
            Property::Strings if self.has_sets && escaped == 'p' => Ok(true),
            _ => Err("a property that Unicode does not have in a regular expression"),
        }
    }

    fn hexadecimal(&mut self, count: usize) -> Option<u32> {
        let digits = self.units.get(self.at..self.at + count)?;
        let value = digits.iter().try_fold(0, |value, digit| {
            Some(value * 16 + char::from_u32(*digit)?.to_digit(16)?)
        })?;
        self.at += count;
        Some(value)
    }

    fn unicode(&mut self) -> Option<u32> {
        let start = self.at;
        if !self.is_unicode || !self.take("{") {
            return self.hexadecimal(4);
        }
        let mut value = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) {
            value = Some(
                value
                    .unwrap_or(0_u32)
                    .saturating_mul(16)
                    .saturating_add(digit),
            );
            self.at += 1;
        }
        if self.take("}") && value.is_some_and(|value| value <= 0x0010_FFFF) {
            return value;
        }
        self.at = start;
        None
    }

    fn octal(&mut self, first: char) -> u32 {
        let mut value = first.to_digit(8).unwrap_or(0);
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) {
            if value * 8 + digit > 0o377 {
                break;
            }
            value = value * 8 + digit;
            self.at += 1;
        }
        value
    }

    /// A class up to its `]`.
    pub(super) fn class(&mut self) -> Checked {
        const OPEN: &str = "a `[` without its `]`";
        if self.has_sets {
            return self.sets(0).map(|_| ());
        }
        self.take("^");
        let mut before = None;
        loop {
            let c = self.peek().ok_or(OPEN)?;
            if c == ']' {
                self.at += 1;
                return Ok(());
            }
            let is_range = before.is_some()
                && c == '-'
                && self.units.get(self.at + 1) != Some(&u32::from(']'));
            if !is_range {
                before = Some(self.class_character()?);
                continue;
            }
            self.at += 1;
            self.peek().ok_or(OPEN)?;
            match (before.flatten(), self.class_character()?) {
                (Some(first), Some(last)) if first > last => {
                    return Err("a range out of order in a regular expression");
                }
                (Some(_), Some(_)) => {}
                _ if self.is_unicode => return Err("a range of many in a regular expression"),
                _ => {}
            }
            before = None;
        }
    }

    fn class_character(&mut self) -> Result<Option<u32>, &'static str> {
        let unit = self.units.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        if unit != u32::from('\\') {
            return Ok(Some(unit));
        }
        let escaped = self
            .next()
            .ok_or("a regular expression ends with a backslash")?;
        self.character(escaped, true)
    }
}
