//! Frames of V8's structured clone: what a worker wrote on a channel in advanced mode.
//!
//! Owns the partial frame between two reads: four bytes of length, the highest first, and a body. Bodies become JSON text
//! with marks (`v8`). Never reads; called by `process`, one per channel and process.

use bytes::Bytes;

use crate::wire::foreign::{self, Recognized};
use crate::wire::node::Classifier;
use crate::wire::uncaught;
use crate::wire::v8::{V8Error, shifted, to_json_within};
use crate::wire::{Fault, FaultKind, Frame, InternalKind, Message};

/// How much of a frame that is no message is shown.
const HEAD: usize = 32;

/// The size of a length.
const LENGTH: usize = 4;

/// How much of a frame tells what it is: its length, and V8's mark and version.
const TELLING: usize = LENGTH + 2;

/// Node reads lengths with a sign (node, `lib/internal/child_process/serialization.js`).
const NONSENSE: u32 = 1 << 31;

const NO_LENGTH: &str = "its length is 2 GiB or more, so where the next message begins is not known: nothing of this channel is read any more";

const EMPTY: &str = "an empty frame";

const LONG_TEXT: &str = "its JSON text is longer than twice max_frame";

/// Cuts a channel into frames. Frames do not depend on where reads cut the bytes, but for how much of a mismatch is shown.
///
/// Holds at most `max_frame` bytes of a partial frame (a growing buffer may have twice that at hand), nothing between two
/// frames, and nothing of a frame that is too long. The text of a message is at most twice as long as `max_frame`.
///
/// Another serialization is told once, as [`FaultKind::Mismatch`]; a length that can be none, as
/// [`FaultKind::Invalid`]. What comes after either is passed over in silence: nothing tells where a message begins.
#[derive(Debug)]
pub struct FrameDecoder {
    max_frame: usize,
    /// The beginning of a frame, its length included.
    kept: Vec<u8>,
    skipped: Option<Skipped>,
    /// Whether it is not known any more where a frame begins.
    is_lost: bool,
    classifier: Classifier,
}

/// A frame that is too long: only counted.
#[derive(Debug)]
struct Skipped {
    left: u64,
    bytes: u64,
    head: Vec<u8>,
}

/// What the beginning of a frame tells.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// Not enough is there.
    Little,
    /// So many bytes belong to it.
    Frame(usize),
    /// So many bytes belong to it, too many.
    TooLong(u64),
    /// No frame begins here.
    Foreign(Recognized),
    /// A length that is none.
    Nonsense,
}

impl FrameDecoder {
    /// Makes a decoder for frames of at most `max_frame` bytes, their lengths not counted.
    pub fn new(max_frame: usize) -> Self {
        Self {
            max_frame,
            kept: Vec::new(),
            skipped: None,
            is_lost: false,
            classifier: Classifier::new(),
        }
    }

    /// Takes what one read brought and appends the frames that it completed.
    pub fn push(&mut self, bytes: &[u8], frames: &mut Vec<Frame>) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_lost {
            rest = if self.skipped.is_some() {
                self.skip(rest, frames)
            } else if self.kept.is_empty() {
                self.begin(rest, frames)
            } else {
                self.go_on(rest, frames)
            };
        }
    }

    /// Whether nothing that still comes can be read.
    pub fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Tells what was cut off when the channel has ended; `None` when it ended with a frame.
    pub fn finish(&mut self) -> Option<Fault> {
        let (kind, bytes, head) = match self.skipped.take() {
            Some(skipped) if skipped.bytes > self.max_frame as u64 => {
                (FaultKind::TooLong, skipped.bytes, skipped.head)
            }
            Some(skipped) => (FaultKind::Truncated, skipped.bytes, skipped.head),
            None if self.kept.is_empty() || self.is_lost => return None,
            None => (
                FaultKind::Truncated,
                self.kept.len() as u64,
                head_of(&self.kept),
            ),
        };
        self.kept = Vec::new();
        Some(Fault {
            kind,
            bytes,
            head,
            hint: None,
        })
    }

    /// Takes the frame with which these bytes begin, and returns what is after it.
    fn begin<'a>(&mut self, bytes: &'a [u8], frames: &mut Vec<Frame>) -> &'a [u8] {
        match self.tell(bytes) {
            Told::Frame(length) if length <= bytes.len() => {
                let (frame, rest) = bytes.split_at(length);
                self.frame(frame, frames);
                rest
            }
            Told::Little | Told::Frame(_) => {
                self.kept.extend_from_slice(bytes);
                &[]
            }
            told => self.refuse(&told, bytes, frames),
        }
    }

    /// Adds to the frame that has begun, and returns what is after it.
    fn go_on<'a>(&mut self, bytes: &'a [u8], frames: &mut Vec<Frame>) -> &'a [u8] {
        let wanted = match self.tell(&self.kept) {
            Told::Frame(length) => length,
            // Told once so much is there; byte by byte it is told as soon as it can be.
            _ => self.kept.len() + 1,
        };
        let missing = wanted.saturating_sub(self.kept.len()).min(bytes.len());
        let (part, rest) = bytes.split_at(missing);
        self.kept.extend_from_slice(part);
        match self.tell(&self.kept) {
            Told::Frame(length) if length <= self.kept.len() => {
                let frame = std::mem::take(&mut self.kept);
                self.frame(&frame, frames);
            }
            Told::Little | Told::Frame(_) => {}
            told => {
                let kept = std::mem::take(&mut self.kept);
                self.refuse(&told, &kept, frames);
            }
        }
        rest
    }

    fn tell(&self, bytes: &[u8]) -> Told {
        let Some(length) = bytes.first_chunk::<LENGTH>() else {
            return Told::Little;
        };
        let length = u32::from_be_bytes(*length);
        let is_short = (length as usize) < TELLING - LENGTH;
        if bytes.len() < TELLING && !is_short {
            return Told::Little;
        }
        let is_too_long = length as usize > self.max_frame;
        if !is_short && let Some(recognized) = foreign::recognize_for_advanced(bytes, is_too_long) {
            return Told::Foreign(recognized);
        }
        if length >= NONSENSE {
            return Told::Nonsense;
        }
        if is_too_long {
            return Told::TooLong(u64::from(length) + LENGTH as u64);
        }
        Told::Frame(length as usize + LENGTH)
    }

    /// Tells of what is no frame that can be kept, of which `bytes` is the beginning; returns what is still to be looked at.
    fn refuse<'a>(&mut self, told: &Told, bytes: &'a [u8], frames: &mut Vec<Frame>) -> &'a [u8] {
        let (kind, size, hint) = match *told {
            Told::TooLong(size) => {
                self.skipped = Some(Skipped {
                    left: size,
                    bytes: 0,
                    head: Vec::new(),
                });
                return self.skip(bytes, frames);
            }
            Told::Foreign(Recognized { bytes, hint }) => (FaultKind::Mismatch, bytes, hint),
            _ => (FaultKind::Invalid, LENGTH as u64, NO_LENGTH),
        };
        self.is_lost = true;
        frames.push(Frame::Fault(Fault {
            kind,
            bytes: size,
            head: head_of(bytes),
            hint: Some(hint.into()),
        }));
        &[]
    }

    /// Passes over a frame that is too long, and returns what is after it.
    fn skip<'a>(&mut self, bytes: &'a [u8], frames: &mut Vec<Frame>) -> &'a [u8] {
        let Some(skipped) = &mut self.skipped else {
            return bytes;
        };
        let length = usize::try_from(skipped.left)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        let (part, rest) = bytes.split_at(length);
        skipped.left -= length as u64;
        skipped.bytes += length as u64;
        let room = HEAD.saturating_sub(skipped.head.len());
        skipped.head.extend(part.iter().take(room));
        if skipped.left == 0
            && let Some(skipped) = self.skipped.take()
        {
            frames.push(Frame::Fault(Fault {
                kind: FaultKind::TooLong,
                bytes: skipped.bytes,
                head: skipped.head,
                hint: None,
            }));
        }
        rest
    }

    /// Says what a whole frame is.
    fn frame(&mut self, frame: &[u8], frames: &mut Vec<Frame>) {
        let body = frame.get(LENGTH..).unwrap_or_default();
        let bytes = frame.len();
        let most = self.max_frame.saturating_mul(2).saturating_add(1024);
        let fault = |kind, hint: &'static str| {
            Frame::Fault(Fault {
                kind,
                bytes: bytes as u64,
                head: head_of(frame),
                hint: Some(hint.into()),
            })
        };
        let text = match to_json_within(body, most) {
            Ok(text) => text,
            Err(V8Error::TooLong(_)) => return frames.push(fault(FaultKind::TooLong, LONG_TEXT)),
            Err(_) if body.is_empty() => return frames.push(fault(FaultKind::Invalid, EMPTY)),
            Err(error) => return frames.push(fault(FaultKind::Invalid, error.problem())),
        };
        let Ok(message) = Message::from_frame(Bytes::from(text)) else {
            return frames.push(fault(FaultKind::Invalid, EMPTY));
        };
        frames.push(match self.classifier.classify(message.as_bytes()) {
            None => Frame::Message { message, bytes },
            // What it carries is taken out of it, and its references are then counted from where it begins itself.
            Some(kind @ InternalKind::Handle) => Frame::Internal {
                message: shifted(message.as_str(), -1).map_or(message, Message::from_valid),
                bytes,
                kind,
            },
            Some(InternalKind::Error) => Frame::Fault(uncaught::fault(&message, bytes)),
            Some(kind) => Frame::Internal {
                message,
                bytes,
                kind,
            },
        });
    }
}

fn head_of(frame: &[u8]) -> Vec<u8> {
    frame.iter().take(HEAD).copied().collect()
}

#[cfg(test)]
#[path = "advanced_tests.rs"]
mod tests;
