//! Lines of JSON to frames: what a worker wrote on its channel.
//!
//! Owns the partial line between two reads and says what every line is. Accepts whatever a worker could have meant, and
//! never buffers what it will not use. Never reads; called by `process`, one per channel and process.

pub(super) mod advanced;
pub(super) mod either;

use std::borrow::Cow;
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use memchr::{memchr, memchr_iter, memrchr};

use crate::wire::foreign::{self, Recognized};
use crate::wire::node::Classifier;
use crate::wire::uncaught;
use crate::wire::{Fault, FaultKind, Frame, InternalKind, Message};

/// How much of a line that is no message is shown.
const HEAD: usize = 32;

/// Bun's cluster writes its own messages with this byte before the JSON (observed with bun 1.4).
const BUN_INTERNAL: u8 = 0x02;

const EMPTY_LINE: &str = "an empty line; bun writes one for a message that is a function";

const SPREAD: &str = "a message is one line: have it write each value on one, as jq does with -c";

const PRINTED: &str =
    "its standard output is its channel: what is no message belongs on standard error";

/// Cuts a channel into frames. Frames do not depend on where reads cut the bytes, but for how much of a mismatch is shown.
///
/// Holds at most `max_frame` bytes of a partial line (a growing buffer may have twice that at hand), nothing between two
/// lines, and nothing of a line that cannot become a message.
///
/// Another serialization than JSON is told once, as [`FaultKind::Mismatch`], as soon as its first bytes are there. From
/// then on lines that are no messages are passed over in silence, until one is a message.
#[derive(Debug)]
pub struct LineDecoder {
    max_frame: usize,
    partial: Partial,
    /// Whether a mismatch was told and no message came since.
    is_foreign: bool,
    /// Whether it reads what a program prints.
    is_stdout: bool,
    classifier: Classifier,
}

/// The line whose newline has not come yet.
#[derive(Debug)]
enum Partial {
    Kept(BytesMut),
    Skipped(Skipped),
}

/// A line that can no longer become a message: only counted.
#[derive(Debug)]
struct Skipped {
    bytes: u64,
    head: Vec<u8>,
    /// Whether nothing is to be told at its end, because a mismatch was told within it.
    is_told: bool,
}

impl LineDecoder {
    /// Makes a decoder for lines of at most `max_frame` bytes, newline not counted.
    pub fn new(max_frame: usize) -> Self {
        Self {
            max_frame,
            partial: Partial::default(),
            is_foreign: false,
            is_stdout: false,
            classifier: Classifier::new(),
        }
    }

    /// The same for a filter's standard output: what is no message is explained by what programs print.
    #[must_use]
    pub fn of_stdout(mut self) -> Self {
        self.is_stdout = true;
        self
    }

    /// Takes what one read brought and appends the frames that it completed. All messages of one read share one buffer,
    /// which lives as long as any of them, unless they are less than half of it: keep a [`Message::detached`] copy of a
    /// single one.
    pub fn push(&mut self, bytes: &[u8], frames: &mut Vec<Frame>) {
        let Some(last) = memrchr(b'\n', bytes) else {
            self.keep(bytes, frames);
            return;
        };
        let (lines, rest) = bytes.split_at(last + 1);
        let lines = self.complete(lines, frames);
        if !lines.is_empty() {
            let lines = Bytes::copy_from_slice(lines);
            let before = frames.len();
            let mut start = 0;
            for end in memchr_iter(b'\n', &lines) {
                self.line(&lines, start..end, frames);
                start = end + 1;
            }
            detach_few(lines.len(), frames.get_mut(before..).unwrap_or_default());
        }
        self.keep(rest, frames);
    }

    /// Tells what was cut off when the channel has ended; `None` when it ended with a newline. A whole value without its
    /// newline counts as cut off too: every runtime writes the newline.
    pub fn finish(&mut self) -> Option<Fault> {
        let (bytes, head) = match std::mem::take(&mut self.partial) {
            Partial::Kept(rest) if rest.is_empty() => return None,
            Partial::Kept(rest) => (rest.len() as u64, head_of(&rest)),
            Partial::Skipped(skipped) if skipped.is_told || self.is_foreign => return None,
            Partial::Skipped(skipped) => (skipped.bytes, skipped.head),
        };
        let kind = if bytes > self.max_frame as u64 {
            FaultKind::TooLong
        } else {
            FaultKind::Truncated
        };
        Some(Fault {
            kind,
            bytes,
            head,
            hint: None,
        })
    }

    /// Gives the partial line its newline, the first in `lines`, and returns the lines after it.
    fn complete<'a>(&mut self, lines: &'a [u8], frames: &mut Vec<Frame>) -> &'a [u8] {
        if matches!(&self.partial, Partial::Kept(rest) if rest.is_empty()) {
            return lines;
        }
        let end = memchr(b'\n', lines).unwrap_or(lines.len());
        let (line, after) = lines.split_at(end);
        self.keep(line, frames);
        match std::mem::take(&mut self.partial) {
            Partial::Kept(line) => {
                let line = line.freeze();
                self.line(&line, 0..line.len(), frames);
            }
            Partial::Skipped(skipped) if skipped.is_told => {}
            Partial::Skipped(skipped) => self.tell(&skipped.head, skipped.bytes, frames),
        }
        after.get(1..).unwrap_or_default()
    }

    /// Appends to the partial line, or stops keeping it once it cannot become a message.
    fn keep(&mut self, bytes: &[u8], frames: &mut Vec<Frame>) {
        if let Partial::Kept(rest) = &mut self.partial {
            let can_begin = rest.first().or(bytes.first()).is_none_or(|&b| begins(b));
            if can_begin && rest.len() + bytes.len() <= self.max_frame {
                rest.extend_from_slice(bytes);
                return;
            }
            self.partial = Partial::Skipped(Skipped {
                bytes: rest.len() as u64,
                head: head_of(rest),
                is_told: false,
            });
        }
        let Partial::Skipped(skipped) = &mut self.partial else {
            return;
        };
        skipped.bytes += bytes.len() as u64;
        let room = HEAD - skipped.head.len();
        skipped.head.extend(bytes.iter().take(room));
        if skipped.is_told {
            return;
        }
        if let Some(recognized) = foreign::recognize(&skipped.head) {
            skipped.is_told = true;
            let head = skipped.head.clone();
            self.mismatch(&recognized, head, frames);
        }
    }

    /// Says what a whole line is: the part `range` of what was read, its newline left out.
    fn line(&mut self, read: &Bytes, range: Range<usize>, frames: &mut Vec<Frame>) {
        let line = read.get(range.clone()).unwrap_or_default();
        let length = line.len();
        if length > self.max_frame {
            self.tell(line, length as u64, frames);
            return;
        }
        let is_bun = line.first() == Some(&BUN_INTERNAL);
        let text = read.slice(range.start + usize::from(is_bun)..range.end);
        let Ok(message) = Message::from_frame(text) else {
            self.tell(line, length as u64, frames);
            return;
        };
        self.is_foreign = false;
        let kind = if is_bun {
            Some(InternalKind::Other)
        } else {
            self.classifier.classify(message.as_bytes())
        };
        let bytes = length + 1;
        frames.push(match kind {
            None => Frame::Message { message, bytes },
            Some(InternalKind::Error) => Frame::Fault(uncaught::fault(&message, bytes)),
            Some(kind) => Frame::Internal {
                message,
                bytes,
                kind,
            },
        });
    }

    /// Tells of a whole line that is no message; `length` leaves its newline out, `line` may be only its beginning.
    fn tell(&mut self, line: &[u8], length: u64, frames: &mut Vec<Frame>) {
        if self.is_foreign && !line.first().is_some_and(|&b| begins(b)) {
            return;
        }
        let head = head_of(line);
        let recognized = foreign::recognize(&head).or_else(|| foreign::recognize_cut(line));
        if let Some(recognized) = recognized {
            self.mismatch(&recognized, head, frames);
            return;
        }
        let kind = if length > self.max_frame as u64 {
            FaultKind::TooLong
        } else if self.is_foreign {
            return;
        } else {
            FaultKind::Invalid
        };
        frames.push(Frame::Fault(Fault {
            kind,
            bytes: length + 1,
            head,
            hint: self.hint(line).map(Cow::Borrowed),
        }));
    }

    /// What may be the matter with a line that is no message.
    fn hint(&self, line: &[u8]) -> Option<&'static str> {
        if !self.is_stdout {
            return line.is_empty().then_some(EMPTY_LINE);
        }
        Some(if is_part_of_value(line) {
            SPREAD
        } else {
            PRINTED
        })
    }

    fn mismatch(&mut self, recognized: &Recognized, head: Vec<u8>, frames: &mut Vec<Frame>) {
        if self.is_foreign {
            return;
        }
        self.is_foreign = true;
        frames.push(Frame::Fault(Fault {
            kind: FaultKind::Mismatch,
            bytes: recognized.bytes,
            head,
            hint: Some(recognized.hint.into()),
        }));
    }
}

impl Default for Partial {
    fn default() -> Self {
        Self::Kept(BytesMut::new())
    }
}

/// Whether a line is one of those of a value that was printed for people: a bracket alone, or indented.
fn is_part_of_value(line: &[u8]) -> bool {
    let is_bracket = matches!(line.trim_ascii_end(), [b'{' | b'[' | b'}' | b']']);
    is_bracket || matches!(line, [b' ' | b'\t', rest @ ..] if !rest.trim_ascii().is_empty())
}

/// Whether a line that begins so may be a message: JSON's first characters, the white space before them, and bun's mark.
fn begins(byte: u8) -> bool {
    matches!(
        byte,
        b'{' | b'[' | b'"' | b'-' | b'0'
            ..=b'9' | b't' | b'f' | b'n' | b' ' | b'\t' | b'\r' | BUN_INTERNAL
    )
}

/// Gives a user's messages memory of their own when they are little of what was read: a worker that writes one byte of
/// message to each 64 KiB of anything else would otherwise have 64 KiB kept for each byte.
fn detach_few(read: usize, frames: &mut [Frame]) {
    let sizes = frames.iter().map(|frame| match frame {
        Frame::Message { bytes, .. } => *bytes,
        Frame::Internal { .. } | Frame::Fault(_) => 0,
    });
    if sizes.sum::<usize>() >= read / 2 {
        return;
    }
    for frame in frames {
        if let Frame::Message { message, .. } = frame {
            *message = message.detached();
        }
    }
}

fn head_of(line: &[u8]) -> Vec<u8> {
    line.iter().take(HEAD).copied().collect()
}

#[cfg(test)]
mod tests;
