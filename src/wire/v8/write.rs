//! Text to bodies: the walk, single values, and how objects are counted.

use crate::wire::v8::error::V8Error;
use crate::wire::v8::number::Number;
use crate::wire::v8::strings::Chars;
use crate::wire::v8::tags;
use crate::wire::v8::tape::{Place, Tape};
use crate::wire::v8::write_buffer::Held;
use crate::wire::v8::write_list::Items;
use crate::wire::v8::write_object::Entries;

/// How deep a text that is written may nest, in V8's levels; node and deno read 3,000 (observed with node 20, deno 2.9).
pub const WRITE_DEPTH: usize = 1000;

/// Translates JSON text with marks to a body, `FF 0F …` without its length, which is appended to `out`.
///
/// # Errors
/// [`V8Error::Text`] when the text is no JSON or holds a mark that means nothing; `out` is then as before.
pub fn from_json(text: &str, out: &mut Vec<u8>) -> Result<(), V8Error> {
    let base = out.len();
    let written = write(text, out);
    if written.is_err() {
        out.truncate(base);
    }
    written
}

/// Tells whether a text can be written.
///
/// # Errors
/// Those of [`from_json`].
pub fn check(text: &str) -> Result<(), V8Error> {
    let may_fail = memchr::memmem::find(text.as_bytes(), b"$").is_some() || text.contains('\\');
    let is_flat = !text.contains(['{', '[']);
    if is_flat && !may_fail {
        return Tape::read(text).map(|_| ());
    }
    from_json(text, &mut Vec::new())
}

fn write(text: &str, out: &mut Vec<u8>) -> Result<(), V8Error> {
    let tape = Tape::read(text)?;
    let base = out.len();
    out.reserve(text.len().min(1 << 20) + 16);
    let mut writer = Writer {
        tape: &tape,
        out,
        base,
        stack: Vec::new(),
        ids: Vec::new(),
        next_id: 0,
        buffers: Vec::new(),
        errors: Vec::new(),
    };
    writer.out.push(tags::VERSION);
    writer.varint(tags::WRITTEN);
    writer.value(0)?;
    while let Some(frame) = writer.stack.pop() {
        writer.step(frame)?;
    }
    Ok(())
}

/// A text on its way to a body.
pub(super) struct Writer<'w, 't> {
    pub(super) tape: &'w Tape<'t>,
    pub(super) out: &'w mut Vec<u8>,
    /// Where the body begins.
    base: usize,
    pub(super) stack: Vec<Frame>,
    /// What V8 counts each of the text's objects as.
    pub(super) ids: Vec<u32>,
    pub(super) next_id: u32,
    /// The array buffers that views may share.
    pub(super) buffers: Vec<Held>,
    /// The errors that are open, by the text's count.
    pub(super) errors: Vec<u32>,
}

/// What is open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Frame {
    /// Keys and values.
    Entries(Entries),
    /// The items of an array.
    Items(Items),
    /// The pairs of a map: the pair under way, the place after all, whether its key was written, how many values were.
    Pairs(Place, Place, bool, u32),
    /// The values of a set: the next, the place after all, how many were written.
    Values(Place, Place, u32),
    /// An error after its cause.
    Error,
    /// A value that follows; never below anything else.
    Value(Place),
}

impl Writer<'_, '_> {
    /// Opens what is nested.
    pub(super) fn open(&mut self, place: Place, frame: Frame) -> Result<(), V8Error> {
        if self.stack.len() >= WRITE_DEPTH {
            return Err(self.tape.wrong(place, "nested deeper than 1,000 levels"));
        }
        self.stack.push(frame);
        Ok(())
    }

    /// Puts back what is still open and writes a value in it.
    pub(super) fn go_on(&mut self, frame: Frame, value: Place) -> Result<(), V8Error> {
        self.stack.push(frame);
        self.value(value)
    }

    /// Counts an object.
    pub(super) fn meet(&mut self) {
        self.ids.push(self.next_id);
        self.next_id += 1;
    }

    fn step(&mut self, frame: Frame) -> Result<(), V8Error> {
        match frame {
            Frame::Entries(entries) => self.entries(entries),
            Frame::Items(items) => self.items(items),
            Frame::Pairs(pair, end, has_key, count) => self.pairs(pair, end, has_key, count),
            Frame::Values(at, end, count) => self.values(at, end, count),
            Frame::Error => {
                self.errors.pop();
                self.out.push(tags::ERROR_END);
                Ok(())
            }
            Frame::Value(place) => self.value(place),
        }
    }

    pub(super) fn value(&mut self, place: Place) -> Result<(), V8Error> {
        match self.tape.first(place) {
            b'n' => self.out.push(tags::NULL),
            b't' => self.out.push(tags::TRUE),
            b'f' => self.out.push(tags::FALSE),
            b'"' => {
                let chars = Chars::read(self.tape.raw(place));
                return self.string(place, &chars);
            }
            b'[' => return self.list(place),
            b'{' => return self.object(place),
            _ => self.number(self.double_at(place)?),
        }
        Ok(())
    }

    /// A number of the text, rounded as JavaScript does.
    pub(super) fn double_at(&self, place: Place) -> Result<f64, V8Error> {
        let number = self.tape.raw(place).parse();
        number.map_err(|_| self.tape.wrong(place, "not a number"))
    }

    pub(super) fn number(&mut self, value: f64) {
        match Number::of(value) {
            Number::Small(value) => self.small(value),
            Number::Double(value) => {
                self.out.push(tags::DOUBLE);
                self.out.extend_from_slice(&value.to_le_bytes());
            }
        }
    }

    fn small(&mut self, value: i32) {
        self.out.push(tags::INT32);
        self.varint((value << 1 ^ value >> 31).cast_unsigned());
    }

    pub(super) fn varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.out.push(low(value) | 0x80);
            value >>= 7;
        }
        self.out.push(low(value));
    }

    /// A length; a body of 4 GiB and more cannot be framed.
    pub(super) fn length(&mut self, place: Place, length: usize) -> Result<(), V8Error> {
        let length =
            u32::try_from(length).map_err(|_| self.tape.wrong(place, "longer than 4 GiB"))?;
        self.varint(length);
        Ok(())
    }

    pub(super) fn string(&mut self, place: Place, chars: &Chars<'_>) -> Result<(), V8Error> {
        match chars {
            Chars::Whole(text) if text.is_ascii() => {
                self.out.push(tags::ONE_BYTE);
                self.length(place, text.len())?;
                self.out.extend_from_slice(text.as_bytes());
                Ok(())
            }
            Chars::Whole(text) if text.chars().all(|c| u8::try_from(c).is_ok()) => {
                self.out.push(tags::ONE_BYTE);
                self.length(place, text.chars().count())?;
                self.out
                    .extend(text.chars().filter_map(|c| u8::try_from(c).ok()));
                Ok(())
            }
            Chars::Whole(text) => {
                self.two_byte(place, text.encode_utf16().count(), text.encode_utf16())
            }
            Chars::Halved(units) => self.two_byte(place, units.len(), units.iter().copied()),
        }
    }

    /// UTF-16, which V8 wants to begin at an even place.
    fn two_byte(
        &mut self,
        place: Place,
        count: usize,
        units: impl Iterator<Item = u16>,
    ) -> Result<(), V8Error> {
        let length = count * 2;
        let header = 1 + varint_length(length);
        if (self.out.len() - self.base + header) % 2 == 1 {
            self.out.push(tags::PADDING);
        }
        self.out.push(tags::TWO_BYTE);
        self.length(place, length)?;
        self.out.reserve(length);
        self.out.extend(units.flat_map(u16::to_le_bytes));
        Ok(())
    }

    fn pairs(&mut self, pair: Place, end: Place, has_key: bool, count: u32) -> Result<(), V8Error> {
        if pair >= end {
            self.out.push(tags::END_MAP);
            self.varint(count);
            return Ok(());
        }
        let mut both = self.tape.children(pair);
        let (Some(key), Some(value), None, b'[') =
            (both.next(), both.next(), both.next(), self.tape.first(pair))
        else {
            return Err(self.tape.wrong(pair, "not a key and a value of a map"));
        };
        if has_key {
            self.go_on(
                Frame::Pairs(self.tape.next(pair), end, false, count + 1),
                value,
            )
        } else {
            self.go_on(Frame::Pairs(pair, end, true, count + 1), key)
        }
    }

    fn values(&mut self, at: Place, end: Place, count: u32) -> Result<(), V8Error> {
        if at >= end {
            self.out.push(tags::END_SET);
            self.varint(count);
            return Ok(());
        }
        self.go_on(Frame::Values(self.tape.next(at), end, count + 1), at)
    }
}

/// The lowest seven bits.
fn low(value: u32) -> u8 {
    u8::try_from(value & 0x7F).unwrap_or_default()
}

fn varint_length(mut value: usize) -> usize {
    let mut length = 1;
    while value >= 0x80 {
        value >>= 7;
        length += 1;
    }
    length
}
