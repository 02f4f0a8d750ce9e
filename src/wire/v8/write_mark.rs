//! What the marks of a text stand for.

use crate::wire::v8::error::V8Error;
use crate::wire::v8::number::UNWRITTEN;
use crate::wire::v8::strings::Chars;
use crate::wire::v8::tags::{self, VIEWS};
use crate::wire::v8::tape::Place;
use crate::wire::v8::write::{Frame, Writer};
use crate::wire::v8::{bigint, date, pattern};

const NO_MARK: &str = "no such mark; a real key that begins with `$` is written with one more";

impl<'t> Writer<'_, 't> {
    /// Writes what a mark stands for.
    pub(super) fn mark(
        &mut self,
        place: Place,
        name: &Chars<'_>,
        value: Place,
    ) -> Result<(), V8Error> {
        match name.as_str().unwrap_or_default() {
            "$undefined" if self.tape.raw(value) == "true" => {
                self.out.push(tags::UNDEFINED);
                Ok(())
            }
            "$undefined" => Err(self.tape.wrong(place, "not true")),
            "$number" => {
                let number = self.unwritten(place, value)?;
                self.number(number);
                Ok(())
            }
            "$bigint" => {
                self.out.push(tags::BIGINT);
                self.bigint(place, value)
            }
            "$ref" => self.reference(place, value),
            "$date" => self.date(place, value),
            "$regexp" => self.regexp(place, value),
            "$boxed" => self.boxed(place, value),
            "$error" => self.error(place, value),
            "$arraybuffer" | "$resizable" => {
                let number = self.ids.len();
                self.meet();
                self.buffer(place, number)
            }
            "$view" => self.view(place, value),
            "$map" | "$set" if self.tape.first(value) != b'[' => {
                Err(self.tape.wrong(place, "not a list"))
            }
            "$map" => {
                self.meet();
                self.out.push(tags::MAP);
                self.open(
                    place,
                    Frame::Pairs(value + 1, self.tape.next(value), false, 0),
                )
            }
            "$set" => {
                self.meet();
                self.out.push(tags::SET);
                self.open(place, Frame::Values(value + 1, self.tape.next(value), 0))
            }
            "$hole" | "$properties" => {
                Err(self.tape.wrong(place, "only an array has it, as an item"))
            }
            name => match VIEWS.iter().find(|kind| kind.mark == name) {
                Some(kind) => self.host_view(place, *kind, value),
                None => Err(self.tape.wrong(place, NO_MARK)),
            },
        }
    }

    /// The string that a value is.
    pub(super) fn text_at(&self, mark: Place, value: Place) -> Result<Chars<'t>, V8Error> {
        if self.tape.first(value) == b'"' {
            return Ok(Chars::read(self.tape.raw(value)));
        }
        Err(self.tape.wrong(mark, "not a string"))
    }

    fn unwritten(&self, mark: Place, value: Place) -> Result<f64, V8Error> {
        let name = self.text_at(mark, value)?;
        let known = UNWRITTEN
            .iter()
            .find(|(known, _)| name.as_str() == Some(known));
        let problem = "not \"NaN\", \"Infinity\", \"-Infinity\" or \"-0\"";
        known
            .map(|(_, number)| *number)
            .ok_or_else(|| self.tape.wrong(mark, problem))
    }

    fn bigint(&mut self, mark: Place, value: Place) -> Result<(), V8Error> {
        let digits = self.text_at(mark, value)?;
        let number = digits.as_str().and_then(bigint::parse);
        let number = number.and_then(|number| Some((number.bitfield()?, number)));
        let Some((bitfield, number)) = number else {
            let problem =
                "not a whole number of at most 4,096 digits; a larger one is written as 0x…";
            return Err(self.tape.wrong(mark, problem));
        };
        self.varint(bitfield);
        self.out.extend_from_slice(&number.bytes);
        Ok(())
    }

    pub(super) fn reference(&mut self, mark: Place, value: Place) -> Result<(), V8Error> {
        let number = self.count_at(value);
        let id = number.and_then(|number| self.ids.get(number as usize));
        let (Some(number), Some(&id)) = (number, id) else {
            return Err(self.tape.wrong(mark, "no object before it has this number"));
        };
        if self.errors.contains(&number) {
            let problem = "an error cannot be in its own cause: node 20 cannot read it";
            return Err(self.tape.wrong(mark, problem));
        }
        self.out.push(tags::REFERENCE);
        self.varint(id);
        Ok(())
    }

    /// The whole number from 0 that a value is.
    pub(super) fn count_at(&self, value: Place) -> Option<u32> {
        self.tape.raw(value).parse().ok()
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "within ±8.64e15, which a double holds"
    )]
    fn date(&mut self, mark: Place, value: Place) -> Result<(), V8Error> {
        let milliseconds = match self.tape.first(value) {
            b'n' => Some(f64::NAN),
            b'"' => {
                let text = self.text_at(mark, value)?;
                text.as_str()
                    .and_then(date::parse)
                    .map(|milliseconds| milliseconds as f64)
            }
            b'-' | b'0'..=b'9' => {
                date::clip(self.double_at(value)?).map(|milliseconds| milliseconds as f64)
            }
            _ => None,
        };
        let Some(milliseconds) = milliseconds else {
            return Err(self
                .tape
                .wrong(mark, "not a date, such as \"2026-11-24T12:00:00Z\""));
        };
        self.meet();
        self.out.push(tags::DATE);
        self.out.extend_from_slice(&milliseconds.to_le_bytes());
        Ok(())
    }

    /// The values of a list of so many.
    pub(super) fn listed<const N: usize>(&self, value: Place) -> Option<[Place; N]> {
        let all: Vec<Place> = self.tape.children(value).take(N + 1).collect();
        all.try_into()
            .ok()
            .filter(|_| self.tape.first(value) == b'[')
    }

    fn regexp(&mut self, mark: Place, value: Place) -> Result<(), V8Error> {
        let Some([source, flags]) = self.listed(value) else {
            return Err(self.tape.wrong(mark, "not a source and flags"));
        };
        let source_text = self.text_at(mark, source)?;
        let flags = self.text_at(mark, flags)?;
        let mut bits = 0;
        for letter in flags.as_str().unwrap_or("?").chars() {
            let bit = tags::REGEXP_FLAGS
                .iter()
                .find(|(known, _)| *known == letter);
            match bit {
                Some((_, bit)) if bits & bit == 0 => bits |= bit,
                _ => {
                    return Err(self
                        .tape
                        .wrong(mark, "not the flags of a regular expression"));
                }
            }
        }
        if let Some(problem) = pattern::problem(&source_text, flags.as_str().unwrap_or_default()) {
            return Err(self.tape.wrong(mark, problem));
        }
        self.meet();
        self.out.push(tags::REGEXP);
        self.string(source, &source_text)?;
        self.varint(bits);
        Ok(())
    }

    fn boxed(&mut self, mark: Place, value: Place) -> Result<(), V8Error> {
        let inner = self.mark_of(value);
        self.meet();
        match (self.tape.first(value), inner) {
            (b't', _) => self.out.push(tags::TRUE_OBJECT),
            (b'f', _) => self.out.push(tags::FALSE_OBJECT),
            (b'"', _) => {
                self.out.push(tags::STRING_OBJECT);
                let chars = Chars::read(self.tape.raw(value));
                return self.string(value, &chars);
            }
            (b'-' | b'0'..=b'9', _) => {
                let number = self.double_at(value)?;
                self.boxed_number(number);
            }
            (b'{', Some((name, digits))) if name.as_str() == Some("$bigint") => {
                self.out.push(tags::BIGINT_OBJECT);
                return self.bigint(value, digits);
            }
            (b'{', Some((name, number))) if name.as_str() == Some("$number") => {
                let number = self.unwritten(value, number)?;
                self.boxed_number(number);
            }
            _ => {
                return Err(self
                    .tape
                    .wrong(mark, "not a boolean, number, bigint or string"));
            }
        }
        Ok(())
    }

    fn boxed_number(&mut self, number: f64) {
        self.out.push(tags::NUMBER_OBJECT);
        self.out.extend_from_slice(&number.to_le_bytes());
    }
}
