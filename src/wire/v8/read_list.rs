//! Arrays of a body: dense and sparse ones, their holes, and keys that are no index.

use crate::wire::v8::error::V8Error;
use crate::wire::v8::number;
use crate::wire::v8::read::{COUNT, Frame, Reader};
use crate::wire::v8::tags;

/// An array that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    /// How long it is.
    length: u32,
    /// How many items were read, holes included.
    read: u32,
    /// How many holes precede the next item and are not yet written.
    holes: u32,
    /// How many entries were read that its end counts.
    entries: u32,
    part: Part,
    /// Whether nothing was written yet.
    is_empty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The items of a dense one.
    Dense,
    /// The items of a sparse one: keys and values.
    Sparse,
    /// Keys that are no index, until this tag; whether there were any.
    Keys(u8, bool),
}

impl Reader<'_> {
    pub(super) fn begin_list(&mut self, tag: u8) -> Result<(), V8Error> {
        self.meet();
        let length = self.input.varint()?;
        let is_dense = tag == tags::DENSE;
        if is_dense && length as usize > self.input.left() {
            return Err(self
                .input
                .wrong("an array claims more items than there are"));
        }
        self.out.push("[");
        self.open(Frame::List(List {
            length,
            read: 0,
            holes: 0,
            entries: 0,
            part: if is_dense { Part::Dense } else { Part::Sparse },
            is_empty: true,
        }))
    }

    pub(super) fn list(&mut self, list: List) -> Result<(), V8Error> {
        match list.part {
            Part::Dense => self.dense(list),
            Part::Sparse => self.sparse(list),
            Part::Keys(end, is_open) => self.keys(list, end, is_open),
        }
    }

    fn dense(&mut self, mut list: List) -> Result<(), V8Error> {
        while list.read < list.length {
            let tag = self.input.tag()?;
            list.read += 1;
            if tag == tags::HOLE {
                list.holes += 1;
                continue;
            }
            self.holes(&mut list);
            self.item(&mut list);
            return self.go_on_with(Frame::List(list), tag);
        }
        self.holes(&mut list);
        self.keys(list, tags::END_DENSE, false)
    }

    fn sparse(&mut self, mut list: List) -> Result<(), V8Error> {
        let tag = self.input.tag()?;
        if matches!(tag, tags::INT32 | tags::UINT32 | tags::DOUBLE) {
            let index = self.number(tag)?;
            let is_next = index.fract() == 0.0 && index >= f64::from(list.read);
            if !is_next || index >= f64::from(list.length) {
                return Err(self.input.wrong("an index of an array is out of its order"));
            }
            // Between two numbers of 32 bits.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked before"
            )]
            let index = index as u32;
            list.holes += index - list.read;
            self.holes(&mut list);
            self.item(&mut list);
            list.read = index + 1;
            list.entries += 1;
            return self.go_on(Frame::List(list));
        }
        list.holes += list.length - list.read;
        list.read = list.length;
        self.holes(&mut list);
        self.keys_from(list, tags::END_SPARSE, false, tag)
    }

    fn keys(&mut self, list: List, end: u8, is_open: bool) -> Result<(), V8Error> {
        let tag = self.input.tag()?;
        self.keys_from(list, end, is_open, tag)
    }

    /// Reads what follows the items, the next tag being read.
    fn keys_from(
        &mut self,
        mut list: List,
        end: u8,
        is_open: bool,
        tag: u8,
    ) -> Result<(), V8Error> {
        if tag == end {
            self.out.push(if is_open { "}}]" } else { "]" });
            return self.end_list(&list);
        }
        if is_open {
            self.out.push(",");
        } else {
            self.item(&mut list);
            self.out.push("{\"$properties\":{");
        }
        let start = self.out.len();
        self.key(tag)?;
        if is_index(self.out.since(start)) {
            return Err(self.input.wrong("an array has a key that it cannot have"));
        }
        self.out.push(":");
        list.entries += 1;
        list.part = Part::Keys(end, true);
        self.go_on(Frame::List(list))
    }

    fn end_list(&mut self, list: &List) -> Result<(), V8Error> {
        let entries = self.input.varint()?;
        let length = self.input.varint()?;
        if entries != list.entries || length != list.length {
            return Err(self.input.wrong(COUNT));
        }
        Ok(())
    }

    /// Writes the holes that were read.
    fn holes(&mut self, list: &mut List) {
        let holes = std::mem::take(&mut list.holes);
        if holes == 0 {
            return;
        }
        self.item(list);
        self.out.push("{\"$hole\":");
        if holes == 1 {
            self.out.push("true");
        } else {
            self.out.number(f64::from(holes));
        }
        self.out.push("}");
    }

    fn item(&mut self, list: &mut List) {
        self.out.comma(list.is_empty);
        list.is_empty = false;
    }
}

/// Whether a key's JSON text is what no array has beside its items.
fn is_index(json: &[u8]) -> bool {
    let text = std::str::from_utf8(json).unwrap_or_default();
    let key = text.trim_matches('"');
    key == "length" || number::index(key).is_some()
}
