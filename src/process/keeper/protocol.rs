//! What deck and keeper say to each other: bytes only, no I/O.
//!
//! Each frame is a length (32 bits, little endian) and a body; a body is a tag and its fields, texts with their length
//! before them. Both ends are the same executable, so there are no versions. Descriptors travel beside: with
//! the first byte of each spawn order those that it has of channel, stdin, stdout and stderr, in this order.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use crate::model::{Exit, Signal};
use crate::process::{ProcessKey, Report, SpawnOrder};

/// How many descriptors go with a spawn order at the most.
pub(super) const MOST_ENDS: usize = 4;

/// The longest body. More than the kernel takes as arguments and environment (execve(2)).
pub(super) const MAX_BODY: usize = 64 << 20;

/// The other end sent what this one cannot have meant.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame between deck and keeper is malformed")]
pub(super) struct Malformed;

/// An order without its descriptors.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Make a process.
    Spawn(Program),
    /// Send a signal.
    Signal {
        /// To whom.
        key: ProcessKey,
        /// The signal.
        signal: Signal,
        /// Whether every descendant is meant.
        tree: bool,
    },
}

/// What is to be executed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) key: ProcessKey,
    pub(super) name: OsString,
    pub(super) args: Vec<OsString>,
    pub(super) env: Vec<(OsString, OsString)>,
    pub(super) cwd: PathBuf,
    pub(super) has_channel: bool,
    pub(super) has_stdin: bool,
}

const SPAWN: u8 = 1;
const SIGNAL: u8 = 2;
const SPAWNED: u8 = 3;
const FAILED: u8 = 4;
const RETURNED: u8 = 5;
const KILLED: u8 = 6;
const SUSPENDED: u8 = 7;
const CONTINUED: u8 = 8;

/// Appends a spawn order's frame; `false`, and nothing is appended, when it is too long to be any use.
pub(super) fn encode_spawn(order: &SpawnOrder, out: &mut Vec<u8>) -> bool {
    let mark = out.len();
    frame(out, |out| {
        out.push(SPAWN);
        put_u64(out, order.key.0);
        put_text(out, &order.program);
        put_u64(out, order.args.len() as u64);
        for arg in &order.args {
            put_text(out, arg);
        }
        put_u64(out, order.env.len() as u64);
        for (name, value) in &order.env {
            put_text(out, name);
            put_text(out, value);
        }
        put_text(out, order.cwd.as_os_str());
        out.push(u8::from(order.channel.is_some()));
        out.push(u8::from(order.stdin.is_some()));
    });
    let fits = out.len() - mark <= MAX_BODY;
    if !fits {
        out.truncate(mark);
    }
    fits
}

/// Appends a signal order's frame.
pub(super) fn encode_signal(key: ProcessKey, signal: Signal, tree: bool, out: &mut Vec<u8>) {
    frame(out, |out| {
        out.push(SIGNAL);
        put_u64(out, key.0);
        put_i32(out, signal.as_raw());
        out.push(u8::from(tree));
    });
}

/// Appends a report's frame. [`Report::Gone`] is never sent: the end of the stream says it.
pub(super) fn encode_report(report: &Report, out: &mut Vec<u8>) {
    let tagged = |out: &mut Vec<u8>, tag, key: ProcessKey| {
        out.push(tag);
        put_u64(out, key.0);
    };
    frame(out, |out| match report {
        Report::Spawned { key, pid } => {
            tagged(out, SPAWNED, *key);
            out.extend_from_slice(&pid.to_le_bytes());
        }
        Report::Failed { key, errno, what } => {
            tagged(out, FAILED, *key);
            put_i32(out, *errno);
            put_text(out, OsStr::new(what));
        }
        Report::Exited { key, exit } => match *exit {
            Exit::Code(code) => {
                tagged(out, RETURNED, *key);
                put_i32(out, code);
            }
            Exit::Signal { signal, core } => {
                tagged(out, KILLED, *key);
                put_i32(out, signal.as_raw());
                out.push(u8::from(core));
            }
        },
        Report::Suspended { key } => tagged(out, SUSPENDED, *key),
        Report::Continued { key } => tagged(out, CONTINUED, *key),
        Report::Gone { .. } => {}
    });
}

/// Reads an order's body.
pub(super) fn decode_request(body: &[u8]) -> Result<Request, Malformed> {
    let mut fields = Fields(body);
    let request = match fields.u8()? {
        SPAWN => Request::Spawn(Program {
            key: fields.key()?,
            name: fields.text()?,
            args: (0..fields.u64()?)
                .map(|_| fields.text())
                .collect::<Result<_, _>>()?,
            env: (0..fields.u64()?)
                .map(|_| Ok((fields.text()?, fields.text()?)))
                .collect::<Result<_, _>>()?,
            cwd: PathBuf::from(fields.text()?),
            has_channel: fields.u8()? != 0,
            has_stdin: fields.u8()? != 0,
        }),
        SIGNAL => Request::Signal {
            key: fields.key()?,
            signal: Signal::from_raw(fields.i32()?),
            tree: fields.u8()? != 0,
        },
        _ => return Err(Malformed),
    };
    fields.end().map(|()| request)
}

/// Reads a report's body.
pub(super) fn decode_report(body: &[u8]) -> Result<Report, Malformed> {
    let mut fields = Fields(body);
    let tag = fields.u8()?;
    let key = fields.key()?;
    let report = match tag {
        SPAWNED => Report::Spawned {
            key,
            pid: u32::from_le_bytes(fields.array()?),
        },
        FAILED => Report::Failed {
            key,
            errno: fields.i32()?,
            what: fields.text()?.to_string_lossy().into_owned(),
        },
        RETURNED => Report::Exited {
            key,
            exit: Exit::Code(fields.i32()?),
        },
        KILLED => Report::Exited {
            key,
            exit: Exit::Signal {
                signal: Signal::from_raw(fields.i32()?),
                core: fields.u8()? != 0,
            },
        },
        SUSPENDED => Report::Suspended { key },
        CONTINUED => Report::Continued { key },
        _ => return Err(Malformed),
    };
    fields.end().map(|()| report)
}

/// Cuts a byte stream into bodies.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    bytes: Vec<u8>,
    taken: usize,
}

impl Bodies {
    /// Takes what was read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..std::mem::take(&mut self.taken));
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole body.
    ///
    /// # Errors
    /// [`Malformed`] when its length cannot be meant.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Malformed> {
        let rest = self.bytes.get(self.taken..).unwrap_or_default();
        let Some((&length, rest)) = rest.split_first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(length) as usize;
        if length > MAX_BODY {
            return Err(Malformed);
        }
        let Some(body) = rest.get(..length) else {
            return Ok(None);
        };
        self.taken += 4 + length;
        Ok(Some(body))
    }
}

fn frame(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let mark = out.len();
    out.extend_from_slice(&[0; 4]);
    body(out);
    let length = u32::try_from(out.len() - mark - 4).unwrap_or(u32::MAX);
    if let Some(field) = out.get_mut(mark..mark + 4) {
        field.copy_from_slice(&length.to_le_bytes());
    }
}

fn put_u64(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn put_i32(out: &mut Vec<u8>, number: i32) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &OsStr) {
    put_u64(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (field, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*field)
    }

    fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    fn i32(&mut self) -> Result<i32, Malformed> {
        self.array().map(i32::from_le_bytes)
    }

    fn key(&mut self) -> Result<ProcessKey, Malformed> {
        self.u64().map(ProcessKey)
    }

    fn text(&mut self) -> Result<OsString, Malformed> {
        let length = usize::try_from(self.u64()?).map_err(|_| Malformed)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(OsString::from_vec(text.to_vec()))
    }

    fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }
}

#[cfg(test)]
#[path = "protocol_tests.rs"]
mod tests;
