//! Bytes of a text: array buffers, the views that share them, and node's host objects.

use crate::wire::v8::base64;
use crate::wire::v8::error::V8Error;
use crate::wire::v8::tags::{self, VIEWS, ViewKind};
use crate::wire::v8::tape::Place;
use crate::wire::v8::write::Writer;

const NOT_BYTES: &str = "not base64";

/// An array buffer that was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    /// What the text counts it as.
    number: u32,
    length: u32,
    is_resizable: bool,
}

impl Writer<'_, '_> {
    /// How many bytes a value stands for.
    fn byte_length(&self, mark: Place, value: Place, size: u32) -> Result<u32, V8Error> {
        let text = self.text_at(mark, value)?;
        let length = text.as_str().and_then(base64::decoded_length);
        let length = length.and_then(|length| u32::try_from(length).ok());
        match length {
            None => Err(self.tape.wrong(mark, NOT_BYTES)),
            Some(length) if length % size != 0 => Err(self
                .tape
                .wrong(mark, "the bytes do not end with a whole element")),
            Some(length) => Ok(length),
        }
    }

    /// Appends the bytes of a value.
    fn bytes(&mut self, mark: Place, value: Place) -> Result<(), V8Error> {
        let text = self.text_at(mark, value)?;
        let decoded = base64::decode(text.as_str().unwrap_or("?"), self.out);
        decoded.ok_or_else(|| self.tape.wrong(mark, NOT_BYTES))
    }

    /// Writes a view with its bytes, as node does.
    pub(super) fn host_view(
        &mut self,
        mark: Place,
        kind: ViewKind,
        value: Place,
    ) -> Result<(), V8Error> {
        self.meet();
        self.out.push(tags::HOST);
        self.varint(tags::HOST_VIEW);
        self.varint(kind.host);
        let length = self.byte_length(mark, value, kind.size)?;
        self.varint(length);
        self.bytes(mark, value)
    }

    /// Writes a buffer that the text counts as this number.
    pub(super) fn buffer(&mut self, place: Place, number: usize) -> Result<(), V8Error> {
        let mark = self.mark_of(place);
        let mark = mark
            .as_ref()
            .and_then(|(name, value)| Some((name.as_str()?, *value)));
        let (length, is_resizable) = match mark {
            Some(("$arraybuffer", value)) => {
                self.out.push(tags::ARRAY_BUFFER);
                let length = self.byte_length(place, value, 1)?;
                self.varint(length);
                self.bytes(place, value)?;
                (length, false)
            }
            Some(("$resizable", value)) => {
                self.out.push(tags::RESIZABLE);
                (self.resizable(place, value)?, true)
            }
            _ => return Err(self.tape.wrong(place, "not an array buffer")),
        };
        self.buffers.push(Held {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            length,
            is_resizable,
        });
        Ok(())
    }

    fn resizable(&mut self, mark: Place, value: Place) -> Result<u32, V8Error> {
        let problem = "not bytes in base64 and how many there may be";
        let Some([bytes, most]) = self.listed(value) else {
            return Err(self.tape.wrong(mark, problem));
        };
        let length = self.byte_length(mark, bytes, 1)?;
        let Some(most) = self.count_at(most).filter(|most| length <= *most) else {
            return Err(self.tape.wrong(mark, problem));
        };
        self.varint(length);
        self.varint(most);
        self.bytes(mark, bytes)?;
        Ok(length)
    }

    /// Writes a view over a buffer that others may share.
    pub(super) fn view(&mut self, mark: Place, value: Place) -> Result<(), V8Error> {
        let problem = "not a kind, a buffer, an offset and a length";
        let Some([kind, buffer, offset, length]) = self.listed(value) else {
            return Err(self.tape.wrong(mark, problem));
        };
        let name = self.text_at(mark, kind)?;
        let name = name.as_str().unwrap_or_default();
        let kind = VIEWS
            .iter()
            .find(|kind| kind.mark.strip_prefix('$') == Some(name));
        let Some((kind, tag)) = kind.and_then(|kind| Some((kind, kind.tag?))) else {
            return Err(self.tape.wrong(mark, "no such kind of view"));
        };
        let held = self.view_buffer(buffer)?;
        let offset = self.count_at(offset);
        let is_tracking = held.is_resizable && self.tape.first(length) == b'n';
        let length = match offset {
            // As many whole elements as there are.
            Some(offset) if is_tracking => held
                .length
                .checked_sub(offset)
                .map(|left| left - left % kind.size),
            _ => self.count_at(length),
        };
        let (Some(offset), Some(length)) = (offset, length) else {
            return Err(self.tape.wrong(mark, problem));
        };
        let is_inside = offset
            .checked_add(length)
            .is_some_and(|end| end <= held.length);
        if !is_inside || offset % kind.size != 0 || length % kind.size != 0 {
            return Err(self.tape.wrong(mark, "the view does not fit its buffer"));
        }
        let tracking = if is_tracking { tags::FLAG_TRACKING } else { 0 };
        let resizable = if held.is_resizable {
            tags::FLAG_RESIZABLE
        } else {
            0
        };
        self.out.extend_from_slice(&[tags::VIEW, tag]);
        self.varint(offset);
        self.varint(length);
        self.varint(tracking | resizable);
        Ok(())
    }

    /// Writes a view's buffer; V8 counts a new one before the view, the text after it.
    fn view_buffer(&mut self, buffer: Place) -> Result<Held, V8Error> {
        let view = self.ids.len();
        let mark = self.mark_of(buffer);
        let mark = mark
            .as_ref()
            .and_then(|(name, value)| Some((name.as_str()?, *value)));
        let number = if let Some(("$ref", value)) = mark {
            self.reference(buffer, value)?;
            self.meet();
            self.count_at(value)
        } else {
            self.ids.extend([self.next_id + 1, self.next_id]);
            self.next_id += 2;
            self.buffer(buffer, view + 1)?;
            u32::try_from(view + 1).ok()
        };
        let place = number.map(|number| {
            self.buffers
                .binary_search_by_key(&number, |held| held.number)
        });
        let held = place
            .and_then(Result::ok)
            .and_then(|place| self.buffers.get(place));
        held.copied()
            .ok_or_else(|| self.tape.wrong(buffer, "not an array buffer"))
    }
}
