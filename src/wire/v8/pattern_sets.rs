//! Classes of a regular expression with the flag v: sets of characters and strings, and what is done with them.

use crate::wire::v8::pattern::Walk;

/// So deep may classes stand in each other. V8 goes on until its stack is used up.
const DEEPEST: usize = 256;

const OPEN: &str = "a `[` without its `]`";

/// What stands in a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operand {
    Character(u32),
    Characters,
    /// Strings may be in it.
    Strings,
}

impl Operand {
    fn of(has_strings: bool) -> Self {
        if has_strings {
            Self::Strings
        } else {
            Self::Characters
        }
    }
}

impl Walk<'_> {
    /// A class whose `[` was read. Returns whether strings may be in it.
    pub(super) fn sets(&mut self, depth: usize) -> Result<bool, &'static str> {
        if depth >= DEEPEST {
            return Err("classes that are too deep in each other");
        }
        let is_negated = self.take("^");
        let has_strings = self.set(depth)?;
        if is_negated && has_strings {
            return Err("a negated class of strings in a regular expression");
        }
        Ok(has_strings)
    }

    fn set(&mut self, depth: usize) -> Result<bool, &'static str> {
        if self.take("]") {
            return Ok(false);
        }
        let mut last = self.operand(depth)?;
        let mut has_strings = last == Operand::Strings;
        if self.take("--") {
            self.operation("--", depth)?;
            return Ok(has_strings);
        }
        if self.take("&&") {
            return Ok(self.operation("&&", depth)? && has_strings);
        }
        while !self.take("]") {
            if !self.take("-") {
                last = self.operand(depth)?;
                has_strings |= last == Operand::Strings;
                continue;
            }
            match (last, self.operand(depth)?) {
                (Operand::Character(first), Operand::Character(end)) if first <= end => {}
                (Operand::Character(_), Operand::Character(_)) => {
                    return Err("a range out of order in a regular expression");
                }
                _ => return Err("a range of many in a regular expression"),
            }
            last = Operand::Characters;
        }
        Ok(has_strings)
    }

    /// Operands with the same sign between them, after the first sign. Returns whether strings may be in all.
    fn operation(&mut self, sign: &str, depth: usize) -> Result<bool, &'static str> {
        let mut have_strings = true;
        loop {
            if sign == "&&" && self.peek() == Some('&') {
                return Err("three `&` in a class");
            }
            have_strings &= self.operand(depth)? == Operand::Strings;
            if self.take("]") {
                return Ok(have_strings);
            }
            if !self.take(sign) {
                return Err("a class that does different things with sets");
            }
        }
    }

    fn operand(&mut self, depth: usize) -> Result<Operand, &'static str> {
        if self.take("[") {
            return self.sets(depth + 1).map(Operand::of);
        }
        if self.take("\\q{") {
            return self.strings().map(Operand::of);
        }
        for (start, letter) in [("\\p", 'p'), ("\\P", 'P')] {
            if self.take(start) {
                return self.property(letter).map(Operand::of);
            }
        }
        let character = self.set_character()?;
        Ok(character.map_or(Operand::Characters, Operand::Character))
    }

    /// Strings up to their `}`. Returns whether one of them is no single character.
    fn strings(&mut self) -> Result<bool, &'static str> {
        let mut length = 0;
        let mut has_strings = false;
        loop {
            let is_last = self.take("}");
            if is_last || self.take("|") {
                has_strings |= length != 1;
                length = 0;
            } else {
                self.set_character()?
                    .ok_or("a class within a string of a regular expression")?;
                length += 1;
            }
            if is_last {
                return Ok(has_strings);
            }
        }
    }

    /// A character, escaped or not; `None` when an escape means many.
    fn set_character(&mut self) -> Result<Option<u32>, &'static str> {
        let unit = self.units.get(self.at).copied();
        match self.next().ok_or(OPEN)? {
            '\\' => {
                let escaped = self
                    .next()
                    .ok_or("a regular expression ends with a backslash")?;
                self.character(escaped, true)
            }
            '(' | ')' | '[' | ']' | '{' | '}' | '/' | '-' | '|' => {
                Err("a lone bracket or sign in a class")
            }
            c if "&!#$%*+,.:;<=>?@^`~".contains(c) && self.peek() == Some(c) => {
                Err("a sign twice in a class")
            }
            _ => Ok(unit),
        }
    }
}
