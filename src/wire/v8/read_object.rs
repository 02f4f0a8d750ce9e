//! Objects of a body that are one value: boxed primitives, regular expressions, errors.

use crate::wire::v8::error::V8Error;
use crate::wire::v8::read::{Frame, Reader};
use crate::wire::v8::tags;

/// The fields of an error.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields {
    message: bool,
    stack: bool,
    cause: bool,
}

impl Reader<'_> {
    pub(super) fn boxed(&mut self, tag: u8) -> Result<(), V8Error> {
        self.meet();
        self.out.push("{\"$boxed\":");
        match tag {
            tags::TRUE_OBJECT => self.out.push("true"),
            tags::FALSE_OBJECT => self.out.push("false"),
            tags::BIGINT_OBJECT => self.bigint()?,
            tags::STRING_OBJECT => self.only_string()?,
            _ => {
                let number = self.input.double()?;
                self.out.number(number);
            }
        }
        self.out.push("}");
        Ok(())
    }

    pub(super) fn regexp(&mut self) -> Result<(), V8Error> {
        self.meet();
        self.out.push("{\"$regexp\":[");
        self.only_string()?;
        let mut bits = self.input.varint()?;
        self.out.push(",\"");
        for (letter, bit) in tags::REGEXP_FLAGS {
            if bits & bit != 0 {
                self.out.push(letter.encode_utf8(&mut [0; 4]));
                bits &= !bit;
            }
        }
        self.out.push("\"]}");
        if bits != 0 {
            return Err(self.input.wrong("unknown flags of a regular expression"));
        }
        Ok(())
    }

    pub(super) fn begin_error(&mut self) -> Result<(), V8Error> {
        self.meet();
        let tag = self.input.byte()?;
        let known = tags::ERRORS.iter().find(|(known, _)| *known == tag);
        self.out.push("{\"$error\":{\"name\":\"");
        self.out.push(known.map_or("Error", |(_, name)| *name));
        self.out.push("\"");
        match known {
            Some(_) => self.open(Frame::Error(Fields::default())),
            None => self.error_field(tag, Fields::default()),
        }
    }

    pub(super) fn error(&mut self, fields: Fields) -> Result<(), V8Error> {
        let tag = self.input.byte()?;
        self.error_field(tag, fields)
    }

    fn error_field(&mut self, tag: u8, mut fields: Fields) -> Result<(), V8Error> {
        let (name, was_read) = match tag {
            tags::ERROR_END => {
                self.out.push("}}");
                return Ok(());
            }
            tags::ERROR_MESSAGE => (",\"message\":", &mut fields.message),
            tags::ERROR_STACK => (",\"stack\":", &mut fields.stack),
            tags::ERROR_CAUSE => (",\"cause\":", &mut fields.cause),
            _ => return Err(self.input.wrong("an error has no such field")),
        };
        if std::mem::replace(was_read, true) {
            return Err(self.input.wrong("an error has a field twice"));
        }
        self.out.push(name);
        if tag == tags::ERROR_CAUSE {
            self.open(Frame::Error(fields))?;
            // Not read here: an error without a prototype would be read within its own reading.
            self.stack.push(Frame::Value);
            return Ok(());
        }
        self.only_string()?;
        self.open(Frame::Error(fields))
    }
}
