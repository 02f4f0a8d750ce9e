//! A place in a body: what is read is there, or it is an error.

use crate::wire::v8::error::V8Error;
use crate::wire::v8::tags::PADDING;

const CUT: &str = "the body ends within a value";

/// What is left of a body.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// An error at this place.
    pub(super) fn wrong(&self, problem: &'static str) -> V8Error {
        V8Error::Body {
            at: self.at,
            problem,
        }
    }

    /// The next byte as it is.
    pub(super) fn byte(&mut self) -> Result<u8, V8Error> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte.ok_or_else(|| self.wrong(CUT))
    }

    /// The next tag; what fills up to an even place is passed over.
    pub(super) fn tag(&mut self) -> Result<u8, V8Error> {
        loop {
            match self.byte()? {
                PADDING => {}
                tag => return Ok(tag),
            }
        }
    }

    /// The next tag, which stays.
    pub(super) fn peek_tag(&mut self) -> Option<u8> {
        while self.bytes.get(self.at) == Some(&PADDING) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// The next bytes.
    pub(super) fn take(&mut self, length: u32) -> Result<&'a [u8], V8Error> {
        let end = self.at.saturating_add(length as usize);
        let Some(taken) = self.bytes.get(self.at..end) else {
            return Err(self.wrong(CUT));
        };
        self.at = end;
        Ok(taken)
    }

    /// A number of seven bits a byte; what is beyond 32 bits is dropped, as V8 does.
    pub(super) fn varint(&mut self) -> Result<u32, V8Error> {
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        Ok(value)
    }

    /// The size of a buffer, of 64 bits in new versions; more than 4 GiB are not there.
    pub(super) fn size(&mut self, is_long: bool) -> Result<u32, V8Error> {
        if !is_long {
            return self.varint();
        }
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        u32::try_from(value).map_err(|_| self.wrong("a buffer of 4 GiB and more"))
    }

    /// A signed number.
    pub(super) fn zigzag(&mut self) -> Result<i32, V8Error> {
        let value = self.varint()?;
        let half = (value >> 1).cast_signed();
        Ok(if value & 1 == 0 { half } else { !half })
    }

    /// Eight bytes as a number; V8 writes the machine's order, and forkdeck runs on little-endian machines.
    pub(super) fn double(&mut self) -> Result<f64, V8Error> {
        let bytes = self.take(8)?;
        let mut eight = [0; 8];
        eight.copy_from_slice(bytes);
        Ok(f64::from_le_bytes(eight))
    }
}
