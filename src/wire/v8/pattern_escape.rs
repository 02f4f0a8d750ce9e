//! Escapes and classes of a regular expression.

use crate::wire::v8::pattern::{Checked, Walk};

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
    fn character(&mut self, escaped: char, in_class: bool) -> Result<Option<u32>, &'static str> {
        const WRONG: &str = "an escape that means nothing in a regular expression";
        let code = match escaped {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => return Ok(None),
            'p' | 'P' if self.is_unicode => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '=');
                let start = self.at + 1;
                let is_open = self.take("{");
                while self.peek().is_some_and(is_part) {
                    self.at += 1;
                }
                let is_whole = is_open && self.at > start && self.take("}");
                return if is_whole { Ok(None) } else { Err(WRONG) };
            }
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            'f' => 12,
            'b' if in_class => 8,
            '0' if self.peek().is_none_or(|c| !c.is_ascii_digit()) => 0,
            'c' => match self.peek() {
                Some(letter) if letter.is_ascii_alphabetic() => {
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
            'x' => self.hexadecimal(2).map_or_else(|| self.itself('x'), Ok)?,
            'u' => self.unicode().map_or_else(|| self.itself('u'), Ok)?,
            '0'..='7' if !self.is_unicode => self.octal(escaped),
            '-' if in_class && self.is_unicode => u32::from('-'),
            _ => self.itself(escaped)?,
        };
        Ok(Some(code))
    }

    /// A character that is escaped and means itself.
    fn itself(&self, c: char) -> Result<u32, &'static str> {
        let is_syntax =
            "^$\\.*+?()[]{}|/".contains(c) || self.has_sets && "&-!#%,:;<=>@`~".contains(c);
        if self.is_unicode && !is_syntax {
            return Err("an escape that means nothing in a regular expression");
        }
        let before = self.units.get(self.at.saturating_sub(1));
        Ok(before.copied().unwrap_or(u32::from(c)))
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
    pub(super) fn class(&mut self, depth: usize) -> Checked {
        const OPEN: &str = "a `[` without its `]`";
        if self.has_sets {
            return self.sets(depth);
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

    /// A class of the flag v: only its brackets and escapes are looked at.
    fn sets(&mut self, depth: usize) -> Checked {
        let mut depth = depth + 1;
        while depth > 0 {
            match self.next().ok_or("a `[` without its `]`")? {
                '[' => depth += 1,
                ']' => depth -= 1,
                '\\' => {
                    self.next();
                }
                '(' | ')' | '{' | '}' | '/' | '|' => {
                    return Err("a lone bracket in a regular expression");
                }
                _ => {}
            }
        }
        Ok(())
    }
}
