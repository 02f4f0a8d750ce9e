//! Errors of a text.

use crate::wire::v8::error::V8Error;
use crate::wire::v8::strings::Chars;
use crate::wire::v8::tags;
use crate::wire::v8::tape::Place;
use crate::wire::v8::write::{Frame, Writer};

/// Where an error's fields are.
#[derive(Clone, Copy, Debug, Default)]
struct Fields {
    name: Option<Place>,
    message: Option<Place>,
    stack: Option<Place>,
    cause: Option<Place>,
}

impl Writer<'_, '_> {
    pub(super) fn error(&mut self, mark: Place, value: Place) -> Result<(), V8Error> {
        if self.tape.first(value) != b'{' {
            return Err(self
                .tape
                .wrong(mark, "not an object with an error's fields"));
        }
        let fields = self.fields(value)?;
        self.errors.extend(u32::try_from(self.ids.len()));
        self.meet();
        self.out.push(tags::ERROR);
        if let Some(name) = fields.name {
            self.error_name(name)?;
        }
        // In this order every runtime reads them; node 20 writes the cause before the stack.
        for (tag, place) in [
            (tags::ERROR_MESSAGE, fields.message),
            (tags::ERROR_STACK, fields.stack),
        ] {
            if let Some(place) = place {
                let text = self.text_at(place, place)?;
                self.out.push(tag);
                self.string(place, &text)?;
            }
        }
        self.open(mark, Frame::Error)?;
        if let Some(cause) = fields.cause {
            self.out.push(tags::ERROR_CAUSE);
            self.stack.push(Frame::Value(cause));
        }
        Ok(())
    }

    fn fields(&self, value: Place) -> Result<Fields, V8Error> {
        let mut fields = Fields::default();
        let mut children = self.tape.children(value);
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            let name = Chars::read(self.tape.raw(key));
            let field = match name.as_str() {
                Some("name") => &mut fields.name,
                Some("message") => &mut fields.message,
                Some("stack") => &mut fields.stack,
                Some("cause") => &mut fields.cause,
                _ => {
                    let problem = "an error has a name, message, stack and cause only";
                    return Err(self.tape.wrong(key, problem));
                }
            };
            if field.replace(value).is_some() {
                return Err(self.tape.wrong(key, "this key is there twice"));
            }
        }
        Ok(fields)
    }

    fn error_name(&mut self, place: Place) -> Result<(), V8Error> {
        let name = self.text_at(place, place)?;
        let known = tags::ERRORS
            .iter()
            .find(|(_, known)| name.as_str() == Some(known));
        match known {
            Some((tag, _)) => self.out.push(*tag),
            None if name.as_str() == Some("Error") => {}
            None => {
                return Err(self
                    .tape
                    .wrong(place, "not the name of an error of JavaScript"));
            }
        }
        Ok(())
    }
}
