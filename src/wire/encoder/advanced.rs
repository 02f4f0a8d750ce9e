//! Messages to frames of V8's structured clone.
//!
//! A message's length is known only once it is written, so it is written into the buffer and its length put before it.

use std::collections::VecDeque;

use crate::wire::encoder::{OutBuffer, PIECE, Piece};
use crate::wire::v8::{from_json, shifted};
use crate::wire::{Message, Serialization};

/// What a message that cannot be written becomes, which runtimes pass over: who counts messages goes on counting. Whoever
/// takes messages from outside asks `v8::check` before.
const UNWRITABLE: &str = r#"{"cmd":"NODE_FORKDECK_UNWRITABLE"}"#;

/// What a message with a handle is within.
const HANDLE: &str = r#"{"cmd":"NODE_HANDLE","#;

impl OutBuffer {
    /// Makes a buffer for a channel of this serialization.
    pub fn new(serialization: Serialization) -> Self {
        Self {
            frames: match serialization {
                Serialization::Json => None,
                Serialization::Advanced => Some(VecDeque::new()),
            },
            ..Self::default()
        }
    }

    /// Appends a message as a frame.
    pub(super) fn push_frame(&mut self, message: &Message) {
        let is_full = |piece: &Piece| piece.bytes().len() >= PIECE;
        if self.pieces.back().is_none_or(is_full) {
            self.pieces.push_back(Piece::Gathered(Vec::new()));
        }
        let Some(Piece::Gathered(piece)) = self.pieces.back_mut() else {
            return;
        };
        let start = piece.len();
        write(message.as_str(), piece);
        let length = piece.len() - start;
        self.pending += length;
        if let Some(frames) = &mut self.frames {
            frames.push_back(length);
        }
    }

    /// How many frames end in the next bytes, so many of which have left; and how much of the next frame has.
    pub(super) fn count_frames(&mut self, mut passed: usize) -> (usize, usize) {
        let mut begun = self.begun;
        let mut completed = 0;
        let Some(frames) = &mut self.frames else {
            return (0, begun);
        };
        while let Some(length) = frames.front()
            && passed >= length - begun
        {
            passed -= length - begun;
            begun = 0;
            completed += 1;
            frames.pop_front();
        }
        (completed, begun + passed)
    }
}

/// Appends a text's frame.
fn write(text: &str, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    // A message within another one counts its references from where it begins itself.
    let moved = text.starts_with(HANDLE).then(|| shifted(text, 1)).flatten();
    let written = from_json(moved.as_deref().unwrap_or(text), out);
    let length = i32::try_from(out.len() - start - 4).ok();
    if let (Ok(()), Some(length), Some(header)) = (written, length, out.get_mut(start..start + 4)) {
        header.copy_from_slice(&length.to_be_bytes());
        return;
    }
    out.truncate(start);
    if text != UNWRITABLE {
        write(UNWRITABLE, out);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(text: &str) -> Message {
        Message::parse(text).unwrap()
    }

    #[test]
    fn frames_have_their_lengths_before_them() {
        let mut out = OutBuffer::new(Serialization::Advanced);

        out.push(&message("1"));
        out.push(&message(r#"{"$undefined":true}"#));

        assert_eq!(out.chunk(), b"\0\0\0\x04\xff\x0fI\x02\0\0\0\x03\xff\x0f_");
        assert_eq!((out.advance(7), out.begun()), (0, 7));
        assert_eq!((out.advance(3), out.begun()), (1, 2));
        assert_eq!((out.advance(5), out.begun()), (1, 0));
        assert!(out.is_empty());
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_passed_over_by_runtimes() {
        let mut out = OutBuffer::new(Serialization::Advanced);

        out.push(&message(r#"{"$nope":1}"#));

        let length = out.chunk().len();
        assert!(out.chunk().windows(5).any(|five| five == b"NODE_"));
        assert_eq!(out.advance(length), 1);
        assert!(out.is_empty());
    }

    proptest! {
        #[test]
        fn whatever_the_kernel_takes_all_frames_leave_whole(
            lengths in prop::collection::vec(prop_oneof![0..200_usize, 60_000..140_000_usize], 1..10),
            takes in prop::collection::vec(1..100_000_usize, 1..20),
        ) {
            let mut out = OutBuffer::new(Serialization::Advanced);
            let mut ends = Vec::new();
            for &length in &lengths {
                out.push(&message(&format!("\"{}\"", "x".repeat(length))));
                ends.push(out.pending());
            }
            let whole = out.pending();
            let (mut written, mut completed) = (0, 0);
            for take in takes.iter().cycle() {
                if out.is_empty() {
                    break;
                }
                let taken = out.chunk().len().min(*take);
                prop_assert!(taken > 0);
                written += taken;
                completed += out.advance(taken);
                let ended = ends.iter().filter(|end| **end <= written).count();
                let begun = written - ends[..ended].last().copied().unwrap_or(0);
                prop_assert_eq!((completed, out.begun(), out.pending()), (ended, begun, whole - written));
            }
            prop_assert_eq!(completed, lengths.len());
        }
    }
}
