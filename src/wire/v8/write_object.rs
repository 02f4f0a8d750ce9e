//! Objects of a text: their keys, and which of them are marks.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::wire::v8::error::V8Error;
use crate::wire::v8::number;
use crate::wire::v8::strings::Chars;
use crate::wire::v8::tags;
use crate::wire::v8::tape::Place;
use crate::wire::v8::write::{Frame, Writer};

/// So many keys of an object are compared without a table.
const FEW: usize = 8;

/// Keys and values that are being written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entries {
    /// The next key.
    pub(super) at: Place,
    /// The place after all.
    pub(super) end: Place,
    /// How many were written, the items of a sparse array included.
    pub(super) count: u32,
    pub(super) of: Of,
}

/// What has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// An object.
    Object,
    /// An array of this length, with the tag of its end.
    List(u8, u32),
}

impl<'t> Writer<'_, 't> {
    /// Writes an object, or what it stands for.
    pub(super) fn object(&mut self, place: Place) -> Result<(), V8Error> {
        if let Some((name, value)) = self.mark_of(place) {
            return self.mark(place, &name, value);
        }
        self.check_keys(place)?;
        self.meet();
        self.out.push(tags::OBJECT);
        self.open(
            place,
            Frame::Entries(Entries {
                at: place + 1,
                end: self.tape.next(place),
                count: 0,
                of: Of::Object,
            }),
        )
    }

    /// The mark that an object is, and what it is about.
    pub(super) fn mark_of(&self, place: Place) -> Option<(Chars<'t>, Place)> {
        if self.tape.first(place) != b'{' {
            return None;
        }
        let mut children = self.tape.children(place);
        let (key, value) = (children.next()?, children.next()?);
        let name = Chars::read(self.tape.raw(key));
        (children.next().is_none() && is_mark(&name)).then_some((name, value))
    }

    /// Refuses marks beside other keys, and keys that are there twice: node's reader dies of them.
    pub(super) fn check_keys(&self, place: Place) -> Result<(), V8Error> {
        let keys = || self.tape.children(place).step_by(2);
        if let Some(key) = keys().find(|key| is_mark(&Chars::read(self.tape.raw(*key)))) {
            let problem =
                "a mark stands alone; a real key that begins with `$` is written with one more";
            return Err(self.tape.wrong(key, problem));
        }
        let twice = if keys().nth(FEW).is_none() {
            self.twice_of_few(place)
        } else {
            let mut seen: HashSet<Cow<'_, str>> = HashSet::new();
            keys().find(|key| !seen.insert(self.identity(*key)))
        };
        match twice {
            Some(key) => Err(self.tape.wrong(key, "this key is there twice")),
            None => Ok(()),
        }
    }

    /// A key that is there twice, of so few that each is compared with each.
    fn twice_of_few(&self, place: Place) -> Option<Place> {
        let keys = || self.tape.children(place).step_by(2).enumerate();
        let is_before = |(index, key): (usize, Place)| {
            let identity = self.identity(key);
            keys()
                .take(index)
                .any(|(_, before)| self.identity(before) == identity)
        };
        keys().find(|key| is_before(*key)).map(|(_, key)| key)
    }

    fn identity(&self, key: Place) -> Cow<'t, str> {
        Chars::read(self.tape.raw(key)).identity()
    }

    pub(super) fn entries(&mut self, entries: Entries) -> Result<(), V8Error> {
        let Entries { at, end, count, of } = entries;
        if at >= end {
            match of {
                Of::Object => {
                    self.out.push(tags::END_OBJECT);
                    self.varint(count);
                }
                Of::List(tag, length) => {
                    self.out.push(tag);
                    self.varint(count);
                    self.varint(length);
                }
            }
            return Ok(());
        }
        let key = Chars::read(self.tape.raw(at));
        let key = if key.starts_with("$$") {
            key.without_first()
        } else {
            key
        };
        match (key.as_str().and_then(number::index), of) {
            (None, Of::List(..)) if key.as_str() == Some("length") => {
                return Err(self.tape.wrong(at, "an array has its length by itself"));
            }
            (Some(_), Of::List(..)) => {
                return Err(self
                    .tape
                    .wrong(at, "an index is no property of an array, but an item"));
            }
            (Some(index), Of::Object) => self.number(f64::from(index)),
            (None, _) => self.string(at, &key)?,
        }
        let value = at + 1;
        let rest = Entries {
            at: self.tape.next(value),
            count: count + 1,
            ..entries
        };
        self.go_on(Frame::Entries(rest), value)
    }
}

/// Whether a key is a mark.
fn is_mark(key: &Chars<'_>) -> bool {
    key.starts_with("$") && !key.starts_with("$$")
}
