//! Arrays of a text: their items, holes and properties.

use crate::wire::v8::error::V8Error;
use crate::wire::v8::tags;
use crate::wire::v8::tape::Place;
use crate::wire::v8::write::{Frame, Writer};
use crate::wire::v8::write_object::{Entries, Of};

/// The items of an array that are being written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Items {
    /// The next one.
    at: Place,
    /// The place after all.
    end: Place,
    /// The index of the next one.
    index: u32,
    /// How many were written as keys and values.
    count: u32,
    shape: Shape,
}

/// What an array has.
#[derive(Clone, Copy, Debug)]
struct Shape {
    length: u32,
    has_holes: bool,
    /// The object of its properties.
    properties: Option<Place>,
}

impl Writer<'_, '_> {
    pub(super) fn list(&mut self, place: Place) -> Result<(), V8Error> {
        let shape = self.shape(place)?;
        self.meet();
        self.out.push(if shape.has_holes {
            tags::SPARSE
        } else {
            tags::DENSE
        });
        self.varint(shape.length);
        self.open(
            place,
            Frame::Items(Items {
                at: place + 1,
                end: self.tape.next(place),
                index: 0,
                count: 0,
                shape,
            }),
        )
    }

    /// Looks at the items of an array before they are written.
    fn shape(&self, place: Place) -> Result<Shape, V8Error> {
        let mut length = 0_u64;
        let mut has_holes = false;
        let mut properties = None;
        for child in self.tape.children(place) {
            if properties.is_some() {
                return Err(self
                    .tape
                    .wrong(child, "an item after the array's properties"));
            }
            let mark = self.mark_of(child);
            match mark
                .as_ref()
                .and_then(|(name, value)| Some((name.as_str()?, *value)))
            {
                Some(("$hole", value)) => {
                    has_holes = true;
                    length += u64::from(self.holes(child, value)?);
                }
                Some(("$properties", value)) if self.tape.first(value) == b'{' => {
                    self.check_keys(value)?;
                    properties = Some(value);
                }
                Some(("$properties", _)) => {
                    return Err(self
                        .tape
                        .wrong(child, "an array's properties are an object"));
                }
                _ => length += 1,
            }
        }
        // The length 2^32 - 1 is the longest of JavaScript.
        let length =
            u32::try_from(length).map_err(|_| self.tape.wrong(place, "too long for an array"))?;
        Ok(Shape {
            length,
            has_holes,
            properties,
        })
    }

    /// How many holes a mark means.
    fn holes(&self, mark: Place, value: Place) -> Result<u32, V8Error> {
        let raw = self.tape.raw(value);
        match raw.parse() {
            _ if raw == "true" => Ok(1),
            Ok(count) if count > 0 => Ok(count),
            _ => Err(self.tape.wrong(mark, "not true, and not a number of holes")),
        }
    }

    pub(super) fn items(&mut self, mut items: Items) -> Result<(), V8Error> {
        while items.at < items.end {
            let child = items.at;
            let mark = self.mark_of(child);
            match mark
                .as_ref()
                .and_then(|(name, value)| Some((name.as_str()?, *value)))
            {
                Some(("$hole", value)) => items.index += self.holes(child, value)?,
                Some(("$properties", _)) => {}
                _ => {
                    if items.shape.has_holes {
                        self.number(f64::from(items.index));
                        items.count += 1;
                    }
                    items.index += 1;
                    items.at = self.tape.next(child);
                    return self.go_on(Frame::Items(items), child);
                }
            }
            items.at = self.tape.next(child);
        }
        let tag = if items.shape.has_holes {
            tags::END_SPARSE
        } else {
            tags::END_DENSE
        };
        let properties = items.shape.properties;
        self.entries(Entries {
            at: properties.map_or(items.end, |place| place + 1),
            end: properties.map_or(items.end, |place| self.tape.next(place)),
            count: items.count,
            of: Of::List(tag, items.shape.length),
        })
    }
}
