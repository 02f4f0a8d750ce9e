//! V8's structured clone, which node and deno write on an "advanced" channel, as JSON text with marks, and back.
//!
//! Owns the notation and both translations. Never frames bytes and keeps nothing between two messages; called by the
//! channel's decoder and encoder, and by whoever wants to know whether a message can be written.
//!
//! # The notation
//!
//! What JSON has is itself. Everything else is an object with one key, a mark, that begins with `$`; a real key that
//! begins with `$` is written with one more.
//!
//! | JavaScript | JSON |
//! | --- | --- |
//! | `undefined` | `{"$undefined":true}` |
//! | `NaN`, `Infinity`, `-Infinity`, `-0` | `{"$number":"NaN"}` and so on |
//! | `12n` | `{"$bigint":"12"}`; a large one in hexadecimal digits, `"0x…"` or `"-0x…"` |
//! | `new Date(0)` | `{"$date":"1970-01-01T00:00:00.000Z"}`; `{"$date":null}` is the invalid one; milliseconds may be written too |
//! | `/a/g` | `{"$regexp":["a","g"]}` |
//! | `new Map([[k, v]])`, `new Set([v])` | `{"$map":[[k,v]]}`, `{"$set":[v]}` |
//! | `Buffer`, `Uint8Array`, … `DataView` | `{"$buffer":"base64"}`, `{"$uint8array":"base64"}`, … `{"$dataview":"base64"}`; the elements are little-endian |
//! | `ArrayBuffer` | `{"$arraybuffer":"base64"}`, `{"$resizable":["base64",most bytes]}` |
//! | a view that shares its `ArrayBuffer` | `{"$view":["uint16array",ArrayBuffer or $ref,offset,length]}`, both in bytes; a length of `null` follows the buffer's |
//! | an `Error` | `{"$error":{"name":"TypeError","message":"…","stack":"…","cause":…}}`; all may be left out |
//! | `Object(1)`, `Object("a")`, … | `{"$boxed":1}`, `{"$boxed":"a"}`, … |
//! | `[1,,2]`, `new Array(5)` | `[1,{"$hole":true},2]`, `[{"$hole":5}]`: so many holes in a row |
//! | an array with keys of its own | `[1,{"$properties":{"index":0}}]`, as the last item |
//! | an object met before | `{"$ref":0}`: objects are counted from 0 in the order in which their text begins |
//!
//! Counted are objects, arrays and all marks but `$undefined`, `$number`, `$bigint`, `$hole`, `$properties` and `$ref`;
//! the lists within a mark are not.
//!
//! # Bounds
//!
//! Reading takes [`READ_DEPTH`] levels, writing [`WRITE_DEPTH`], which every runtime can read. Lengths that are claimed
//! are compared with what is there before anything is made of them. The text of a body is at most some twenty times as
//! long as the body (an array of `undefined`); [`to_json_within`] bounds it.
//!
//! The format is V8's `src/objects/value-serializer.cc`, versions 13 to 16 (15 is written), with the host objects of node's
//! `lib/internal/child_process/serialization.js`.

mod base64;
mod bigint;
mod cursor;
mod date;
mod error;
mod number;
mod pattern;
mod pattern_escape;
mod pattern_sets;
mod pattern_unicode;
mod read;
mod read_buffer;
mod read_list;
mod read_object;
mod refs;
mod strings;
mod tags;
mod tape;
mod text;
mod write;
mod write_buffer;
mod write_error;
mod write_list;
mod write_mark;
mod write_object;

pub(crate) use base64::bytes_of;
pub use error::V8Error;
pub use read::{READ_DEPTH, to_json, to_json_within};
pub(crate) use refs::shifted;
pub use write::{WRITE_DEPTH, check, from_json};

#[cfg(test)]
mod tests;
