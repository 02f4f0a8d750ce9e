//! Bodies to text: single values, and the walk through what is nested.

use crate::wire::v8::cursor::Cursor;
use crate::wire::v8::error::V8Error;
use crate::wire::v8::read_buffer::Held;
use crate::wire::v8::read_list::List;
use crate::wire::v8::read_object::Fields;
use crate::wire::v8::tags;
use crate::wire::v8::text::Text;

/// How deep a body that is read may nest; node's own reader ends between 3,000 and 5,000 (observed with node 20).
pub const READ_DEPTH: usize = 4000;

pub(super) const COUNT: &str = "an object's end tells another number of entries than it has";

/// Translates a body, `FF 0F …` without its length, to JSON text on one line.
///
/// # Errors
/// [`V8Error::Body`] when it is no value that a runtime writes; what follows the value is passed over, as node does.
pub fn to_json(body: &[u8]) -> Result<String, V8Error> {
    to_json_within(body, usize::MAX)
}

/// [`to_json`], of which no more than about `limit` bytes are made.
///
/// # Errors
/// Those of [`to_json`], and [`V8Error::TooLong`].
pub fn to_json_within(body: &[u8], limit: usize) -> Result<String, V8Error> {
    let mut reader = Reader {
        input: Cursor::new(body),
        out: Text::new(body.len().saturating_add(16), limit),
        version: 0,
        stack: Vec::new(),
        numbers: Vec::new(),
        met: 0,
        buffers: Vec::new(),
    };
    reader.header()?;
    let tag = reader.input.tag()?;
    reader.value(tag)?;
    while let Some(frame) = reader.stack.pop() {
        reader.out.check()?;
        reader.step(frame)?;
    }
    reader.out.check()?;
    Ok(reader.out.finish())
}

/// A body on its way to a text.
pub(super) struct Reader<'a> {
    pub(super) input: Cursor<'a>,
    pub(super) out: Text,
    pub(super) version: u32,
    pub(super) stack: Vec<Frame>,
    /// What the text counts each of V8's objects as.
    pub(super) numbers: Vec<u32>,
    /// How many objects the text has.
    pub(super) met: u32,
    /// The buffers that views may share.
    pub(super) buffers: Vec<Held>,
}

/// What is open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Frame {
    /// An object, with so many entries read.
    Object(u32),
    /// An array.
    List(List),
    /// A map, with so many keys and values read.
    Map(u32),
    /// A set, with so many values read.
    Set(u32),
    /// An error, with these fields read.
    Error(Fields),
    /// A value that follows; never below anything else.
    Value,
}

impl Reader<'_> {
    fn header(&mut self) -> Result<(), V8Error> {
        if self.input.byte()? != tags::VERSION {
            return Err(self.input.wrong("it does not begin with V8's mark"));
        }
        self.version = self.input.varint()?;
        if !(tags::OLDEST..=tags::LATEST).contains(&self.version) {
            let problem = "this version of V8's format is not known; 13 to 16 are";
            return Err(self.input.wrong(problem));
        }
        Ok(())
    }

    /// Opens what is nested.
    pub(super) fn open(&mut self, frame: Frame) -> Result<(), V8Error> {
        if self.stack.len() >= READ_DEPTH {
            return Err(self.input.wrong("it nests deeper than 4,000 levels"));
        }
        self.stack.push(frame);
        Ok(())
    }

    /// Puts back what is still open, with one more entry, and reads the entry's value.
    pub(super) fn go_on(&mut self, frame: Frame) -> Result<(), V8Error> {
        let tag = self.input.tag()?;
        self.go_on_with(frame, tag)
    }

    /// [`go_on`](Self::go_on), the value's tag being read.
    pub(super) fn go_on_with(&mut self, frame: Frame, tag: u8) -> Result<(), V8Error> {
        self.stack.push(frame);
        self.value(tag)
    }

    /// Counts an object.
    pub(super) fn meet(&mut self) {
        self.numbers.push(self.met);
        self.met += 1;
    }

    fn step(&mut self, frame: Frame) -> Result<(), V8Error> {
        match frame {
            Frame::Object(entries) => self.object(entries),
            Frame::List(list) => self.list(list),
            Frame::Map(read) => self.map(read),
            Frame::Set(read) => self.set(read),
            Frame::Error(fields) => self.error(fields),
            Frame::Value => {
                let tag = self.input.tag()?;
                self.value(tag)
            }
        }
    }

    /// Reads a value whose tag was read.
    pub(super) fn value(&mut self, tag: u8) -> Result<(), V8Error> {
        match tag {
            tags::UNDEFINED => self.out.push("{\"$undefined\":true}"),
            tags::NULL => self.out.push("null"),
            tags::TRUE => self.out.push("true"),
            tags::FALSE => self.out.push("false"),
            tags::INT32 | tags::UINT32 | tags::DOUBLE => {
                let number = self.number(tag)?;
                self.out.number(number);
            }
            tags::BIGINT => self.bigint()?,
            tags::UTF8 | tags::ONE_BYTE | tags::TWO_BYTE => self.string(tag)?,
            tags::REFERENCE => return self.reference(),
            _ => return self.object_value(tag),
        }
        Ok(())
    }

    fn object_value(&mut self, tag: u8) -> Result<(), V8Error> {
        match tag {
            tags::OBJECT => {
                self.meet();
                self.out.push("{");
                self.open(Frame::Object(0))
            }
            tags::DENSE | tags::SPARSE => self.begin_list(tag),
            tags::MAP => {
                self.meet();
                self.out.push("{\"$map\":[");
                self.open(Frame::Map(0))
            }
            tags::SET => {
                self.meet();
                self.out.push("{\"$set\":[");
                self.open(Frame::Set(0))
            }
            tags::DATE => {
                self.meet();
                let milliseconds = self.input.double()?;
                self.out.date(milliseconds);
                Ok(())
            }
            tags::REGEXP => self.regexp(),
            tags::ERROR => self.begin_error(),
            tags::TRUE_OBJECT
            | tags::FALSE_OBJECT
            | tags::NUMBER_OBJECT
            | tags::BIGINT_OBJECT
            | tags::STRING_OBJECT => self.boxed(tag),
            tags::ARRAY_BUFFER | tags::RESIZABLE => self.array_buffer(tag),
            tags::HOST => self.host(),
            // An old writer's count of all objects; nothing hangs on it.
            tags::OBJECT_COUNT => {
                self.input.varint()?;
                match self.input.tag()? {
                    tags::OBJECT_COUNT => Err(self.input.wrong("two counts of objects in a row")),
                    tag => self.value(tag),
                }
            }
            tag if tags::IMMOVABLE.contains(&tag) => Err(self
                .input
                .wrong("an object that only exists in its own process")),
            _ => Err(self.input.wrong("no value begins so")),
        }
    }

    pub(super) fn number(&mut self, tag: u8) -> Result<f64, V8Error> {
        match tag {
            tags::INT32 => self.input.zigzag().map(f64::from),
            tags::UINT32 => self.input.varint().map(f64::from),
            _ => self.input.double(),
        }
    }

    pub(super) fn bigint(&mut self) -> Result<(), V8Error> {
        let bitfield = self.input.varint()?;
        let bytes = self.input.take(bitfield >> 1 & 0x3FFF_FFFF)?;
        let is_negative = bitfield & 1 == 1;
        if is_negative && bytes.iter().all(|&byte| byte == 0) {
            return Err(self.input.wrong("a negative 0n"));
        }
        self.out.bigint(is_negative, bytes);
        Ok(())
    }

    pub(super) fn string(&mut self, tag: u8) -> Result<(), V8Error> {
        let length = self.input.varint()?;
        let bytes = self.input.take(length)?;
        match tag {
            tags::UTF8 => self.out.utf8(bytes),
            tags::ONE_BYTE => self.out.one_byte(bytes),
            _ if length % 2 == 1 => return Err(self.input.wrong("half a UTF-16 unit")),
            _ => self.out.two_byte(bytes),
        }
        Ok(())
    }

    /// A string where nothing else may be.
    pub(super) fn only_string(&mut self) -> Result<(), V8Error> {
        match self.input.tag()? {
            tag @ (tags::UTF8 | tags::ONE_BYTE | tags::TWO_BYTE) => self.string(tag),
            _ => Err(self.input.wrong("a string was to follow")),
        }
    }

    fn reference(&mut self) -> Result<(), V8Error> {
        let id = self.input.varint()?;
        let number = usize::try_from(id).ok().and_then(|id| self.numbers.get(id));
        let Some(&number) = number else {
            return Err(self.input.wrong("it refers to an object that was not met"));
        };
        if self.is_viewed(number) {
            return self.view(Some(number), None);
        }
        self.write_reference(number);
        Ok(())
    }

    pub(super) fn write_reference(&mut self, number: u32) {
        self.out.push("{\"$ref\":");
        self.out.number(f64::from(number));
        self.out.push("}");
    }

    fn object(&mut self, entries: u32) -> Result<(), V8Error> {
        let tag = self.input.tag()?;
        if tag == tags::END_OBJECT {
            self.out.push("}");
            return self.check_count(entries);
        }
        self.out.comma(entries == 0);
        self.key(tag)?;
        self.out.push(":");
        self.go_on(Frame::Object(entries + 1))
    }

    /// A key whose tag was read.
    pub(super) fn key(&mut self, tag: u8) -> Result<(), V8Error> {
        match tag {
            tags::UTF8 | tags::ONE_BYTE | tags::TWO_BYTE => {
                let start = self.out.len();
                self.string(tag)?;
                self.out.escape_key(start);
                Ok(())
            }
            tags::INT32 | tags::UINT32 | tags::DOUBLE => {
                let number = self.number(tag)?;
                self.number_key(number)
            }
            _ => Err(self
                .input
                .wrong("a key that is neither a string nor a number")),
        }
    }

    fn number_key(&mut self, number: f64) -> Result<(), V8Error> {
        if number.fract() != 0.0 || !(0.0..f64::from(u32::MAX)).contains(&number) {
            return Err(self.input.wrong("a number that is no index is a key"));
        }
        self.out.push("\"");
        // 0 also when it was written as -0.
        self.out.number(number.abs());
        self.out.push("\"");
        Ok(())
    }

    pub(super) fn check_count(&mut self, entries: u32) -> Result<(), V8Error> {
        if self.input.varint()? != entries {
            return Err(self.input.wrong(COUNT));
        }
        Ok(())
    }

    fn map(&mut self, read: u32) -> Result<(), V8Error> {
        let is_key = read.is_multiple_of(2);
        if is_key && read > 0 {
            self.out.push("]");
        }
        let tag = self.input.tag()?;
        if is_key && tag == tags::END_MAP {
            self.out.push("]}");
            return self.check_count(read);
        }
        self.out.comma(read == 0);
        if is_key {
            self.out.push("[");
        }
        self.go_on_with(Frame::Map(read + 1), tag)
    }

    fn set(&mut self, read: u32) -> Result<(), V8Error> {
        let tag = self.input.tag()?;
        if tag == tags::END_SET {
            self.out.push("]}");
            return self.check_count(read);
        }
        self.out.comma(read == 0);
        self.go_on_with(Frame::Set(read + 1), tag)
    }
}
