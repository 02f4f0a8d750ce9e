//! The format's bytes (V8's `SerializationTag`, `ArrayBufferViewTag`, `ErrorTag`) and what they are called.

/// The mark that a body begins with.
pub(super) const VERSION: u8 = 0xFF;
/// The version that is written, which node 20 and everything newer reads.
pub(super) const WRITTEN: u32 = 15;
/// The newest version that is read, of deno 2.9: sizes of buffers have up to 64 bits.
pub(super) const LATEST: u32 = 16;
/// The oldest version that is read: before it host objects had no tag.
pub(super) const OLDEST: u32 = 13;

pub(super) const PADDING: u8 = 0;
pub(super) const OBJECT_COUNT: u8 = b'?';
pub(super) const HOLE: u8 = b'-';
pub(super) const UNDEFINED: u8 = b'_';
pub(super) const NULL: u8 = b'0';
pub(super) const TRUE: u8 = b'T';
pub(super) const FALSE: u8 = b'F';
pub(super) const INT32: u8 = b'I';
pub(super) const UINT32: u8 = b'U';
pub(super) const DOUBLE: u8 = b'N';
pub(super) const BIGINT: u8 = b'Z';
pub(super) const UTF8: u8 = b'S';
pub(super) const ONE_BYTE: u8 = b'"';
pub(super) const TWO_BYTE: u8 = b'c';
pub(super) const REFERENCE: u8 = b'^';
pub(super) const OBJECT: u8 = b'o';
pub(super) const END_OBJECT: u8 = b'{';
pub(super) const SPARSE: u8 = b'a';
pub(super) const END_SPARSE: u8 = b'@';
pub(super) const DENSE: u8 = b'A';
pub(super) const END_DENSE: u8 = b'$';
pub(super) const DATE: u8 = b'D';
pub(super) const TRUE_OBJECT: u8 = b'y';
pub(super) const FALSE_OBJECT: u8 = b'x';
pub(super) const NUMBER_OBJECT: u8 = b'n';
pub(super) const BIGINT_OBJECT: u8 = b'z';
pub(super) const STRING_OBJECT: u8 = b's';
pub(super) const REGEXP: u8 = b'R';
pub(super) const MAP: u8 = b';';
pub(super) const END_MAP: u8 = b':';
pub(super) const SET: u8 = b'\'';
pub(super) const END_SET: u8 = b',';
pub(super) const ARRAY_BUFFER: u8 = b'B';
pub(super) const RESIZABLE: u8 = b'~';
pub(super) const VIEW: u8 = b'V';
pub(super) const HOST: u8 = b'\\';
pub(super) const ERROR: u8 = b'r';

/// Tags of what cannot leave its process: transferred and shared buffers, WebAssembly, shared objects.
pub(super) const IMMOVABLE: [u8; 5] = [b't', b'u', b'w', b'm', b'p'];

pub(super) const ERROR_MESSAGE: u8 = b'm';
pub(super) const ERROR_CAUSE: u8 = b'c';
pub(super) const ERROR_STACK: u8 = b's';
pub(super) const ERROR_END: u8 = b'.';

/// Node's host objects: a view with its bytes, or a plain copy of a native object (node, `serialization.js`).
pub(super) const HOST_VIEW: u32 = 0;
pub(super) const HOST_COPY: u32 = 1;

/// A view's length follows its buffer's.
pub(super) const FLAG_TRACKING: u32 = 1;
/// A view's buffer is resizable.
pub(super) const FLAG_RESIZABLE: u32 = 2;

/// The errors with a prototype of their own.
pub(super) const ERRORS: [(u8, &str); 6] = [
    (b'E', "EvalError"),
    (b'R', "RangeError"),
    (b'F', "ReferenceError"),
    (b'S', "SyntaxError"),
    (b'T', "TypeError"),
    (b'U', "URIError"),
];

/// The flags of a regular expression in the order in which JavaScript lists them, with their bits.
pub(super) const REGEXP_FLAGS: [(char, u32); 8] = [
    ('d', 1 << 7),
    ('g', 1 << 0),
    ('i', 1 << 1),
    ('m', 1 << 2),
    ('s', 1 << 5),
    ('u', 1 << 4),
    ('v', 1 << 8),
    ('y', 1 << 3),
];

/// A kind of view over bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ViewKind {
    /// Its mark; without the `$` its name in a `$view`.
    pub(super) mark: &'static str,
    /// Node's number of it.
    pub(super) host: u32,
    /// V8's tag of it; node's `Buffer` has none.
    pub(super) tag: Option<u8>,
    /// How many bytes one element has.
    pub(super) size: u32,
}

const fn kind(mark: &'static str, host: u32, tag: u8, size: u32) -> ViewKind {
    ViewKind {
        mark,
        host,
        tag: Some(tag),
        size,
    }
}

/// Every kind of view.
pub(super) const VIEWS: [ViewKind; 14] = [
    kind("$int8array", 0, b'b', 1),
    kind("$uint8array", 1, b'B', 1),
    kind("$uint8clampedarray", 2, b'C', 1),
    kind("$int16array", 3, b'w', 2),
    kind("$uint16array", 4, b'W', 2),
    kind("$int32array", 5, b'd', 4),
    kind("$uint32array", 6, b'D', 4),
    kind("$float32array", 7, b'f', 4),
    kind("$float64array", 8, b'F', 8),
    kind("$dataview", 9, b'?', 1),
    ViewKind {
        mark: "$buffer",
        host: 10,
        tag: None,
        size: 1,
    },
    kind("$bigint64array", 11, b'q', 8),
    kind("$biguint64array", 12, b'Q', 8),
    kind("$float16array", 13, b'h', 2),
];
