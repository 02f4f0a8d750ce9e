//! Bytes of a body: array buffers, the views that share them, and node's host objects.

use crate::wire::v8::error::V8Error;
use crate::wire::v8::read::Reader;
use crate::wire::v8::tags::{self, VIEWS};

/// An array buffer that was met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    /// What the text counts it as.
    number: u32,
    length: u32,
    is_resizable: bool,
}

/// An array buffer's bytes, and how many it may have where it is resizable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a> {
    bytes: &'a [u8],
    most: Option<u32>,
}

impl Reader<'_> {
    /// Reads an array buffer, and the view over it that may follow.
    pub(super) fn array_buffer(&mut self, tag: u8) -> Result<(), V8Error> {
        let is_long = self.version >= 16;
        let length = self.input.size(is_long)?;
        let most = match tag {
            tags::RESIZABLE => Some(self.input.size(is_long)?),
            _ => None,
        };
        if most.is_some_and(|most| most < length) {
            return Err(self.input.wrong("a buffer is larger than it may be"));
        }
        let bytes = self.input.take(length)?;
        let bytes = Bytes { bytes, most };
        if self.input.peek_tag() == Some(tags::VIEW) {
            return self.view(None, Some(bytes));
        }
        self.meet();
        self.write_buffer(bytes);
        Ok(())
    }

    /// Writes a buffer that was just counted.
    fn write_buffer(&mut self, Bytes { bytes, most }: Bytes<'_>) {
        let number = self.numbers.last().copied().unwrap_or_default();
        self.hold(number, bytes.len(), most.is_some());
        match most {
            None => {
                self.out.push("{\"$arraybuffer\":");
                self.out.bytes(bytes);
                self.out.push("}");
            }
            Some(most) => {
                self.out.push("{\"$resizable\":[");
                self.out.bytes(bytes);
                self.out.push(",");
                self.out.number(f64::from(most));
                self.out.push("]}");
            }
        }
    }

    fn hold(&mut self, number: u32, length: usize, is_resizable: bool) {
        self.buffers.push(Held {
            number,
            length: u32::try_from(length).unwrap_or(u32::MAX),
            is_resizable,
        });
    }

    /// The array buffer that the text counts so.
    fn held(&self, number: u32) -> Option<Held> {
        let place = self
            .buffers
            .binary_search_by_key(&number, |held| held.number);
        place
            .ok()
            .and_then(|place| self.buffers.get(place))
            .copied()
    }

    /// Whether a reference is to an array buffer of which a view follows.
    pub(super) fn is_viewed(&mut self, number: u32) -> bool {
        self.held(number).is_some() && self.input.peek_tag() == Some(tags::VIEW)
    }

    /// Reads a view over the buffer before it: one that was met, or a new one.
    pub(super) fn view(&mut self, met: Option<u32>, new: Option<Bytes<'_>>) -> Result<(), V8Error> {
        self.input.tag()?;
        let tag = self.input.byte()?;
        let is_long = self.version >= 16;
        let offset = self.input.size(is_long)?;
        let length = self.input.size(is_long)?;
        let flags = if self.version >= 14 {
            self.input.varint()?
        } else {
            0
        };
        let Some(kind) = VIEWS.iter().find(|kind| kind.tag == Some(tag)) else {
            return Err(self.input.wrong("no kind of view has this tag"));
        };
        self.out.push("{\"$view\":[\"");
        self.out.push(kind.mark.trim_start_matches('$'));
        self.out.push("\",");
        let number = self.view_buffer(met, new);
        let Some(held) = self.held(number) else {
            return Err(self.input.wrong("a view is over no buffer"));
        };
        let is_tracking = flags & tags::FLAG_TRACKING != 0;
        let is_resizable = flags & tags::FLAG_RESIZABLE != 0;
        let end = offset.checked_add(length);
        let is_inside = end.is_some_and(|end| end <= held.length);
        let is_whole = offset % kind.size == 0 && length % kind.size == 0;
        let is_same = self.version < 14 || is_resizable == held.is_resizable;
        if !is_inside || !is_whole || !is_same || is_tracking && !is_resizable {
            return Err(self.input.wrong("a view does not fit its buffer"));
        }
        self.out.push(",");
        self.out.number(f64::from(offset));
        self.out.push(",");
        if is_tracking {
            self.out.push("null");
        } else {
            self.out.number(f64::from(length));
        }
        self.out.push("]}");
        Ok(())
    }

    /// Counts a view and writes its buffer; V8 counts a new buffer before its view, the text after it.
    fn view_buffer(&mut self, met: Option<u32>, new: Option<Bytes<'_>>) -> u32 {
        let view = self.met;
        self.met += 1;
        let number = match (met, new) {
            (Some(number), _) => {
                self.write_reference(number);
                number
            }
            (None, Some(bytes)) => {
                self.meet();
                self.write_buffer(bytes);
                view + 1
            }
            (None, None) => view,
        };
        self.numbers.push(view);
        number
    }

    /// Reads one of node's host objects.
    pub(super) fn host(&mut self) -> Result<(), V8Error> {
        match self.input.varint()? {
            tags::HOST_VIEW => self.host_view(),
            tags::HOST_COPY => {
                // V8 counts the native object and its copy; who refers to either means the same.
                self.numbers.push(self.met);
                match self.input.tag()? {
                    tags::OBJECT => self.value(tags::OBJECT),
                    _ => Err(self.input.wrong("a native object has no copy")),
                }
            }
            _ => Err(self.input.wrong("a native object of an unknown kind")),
        }
    }

    fn host_view(&mut self) -> Result<(), V8Error> {
        self.meet();
        let host = self.input.varint()?;
        let length = self.input.varint()?;
        let bytes = self.input.take(length)?;
        let Some(kind) = VIEWS.iter().find(|kind| kind.host == host) else {
            return Err(self.input.wrong("a view of an unknown kind"));
        };
        if length % kind.size != 0 {
            return Err(self.input.wrong("a view does not end with a whole element"));
        }
        self.out.push("{\"");
        self.out.push(kind.mark);
        self.out.push("\":");
        self.out.bytes(bytes);
        self.out.push("}");
        Ok(())
    }
}
