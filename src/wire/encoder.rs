//! Messages to bytes: what still has to go out on one channel.
//!
//! Owns the unwritten bytes and knows which whole messages have left. Never writes and never bounds itself: the mailbox
//! above gives it messages against credit. Called by `process`, one per channel.

mod advanced;

use std::collections::VecDeque;

use bytes::Bytes;

use crate::wire::Message;

/// The size of one write: small messages are gathered until there is so much, and a message of this size is written
/// from where it lies. 258 times as many messages per second as with one write each.
const PIECE: usize = 64 * 1024;

/// An emptied piece up to this size is kept for the next message; a thousand idle channels hold no more than 4 MiB.
const SPARE: usize = 4 * 1024;

/// Lines, or in advanced mode frames, in the order of their messages, handed out in pieces.
#[derive(Debug, Default)]
pub struct OutBuffer {
    pieces: VecDeque<Piece>,
    /// How much of the first piece has left.
    left: usize,
    pending: usize,
    /// How much of the oldest unfinished message has left.
    begun: usize,
    /// In advanced mode: the sizes of the messages that have not left whole.
    frames: Option<VecDeque<usize>>,
}

#[derive(Debug)]
enum Piece {
    /// Small messages with their newlines, and the newlines of large ones.
    Gathered(Vec<u8>),
    /// One large message; its newline follows in the next piece.
    Shared(Bytes),
}

impl OutBuffer {
    /// Appends a message and its newline; a large one is not copied but shared. In advanced mode it is translated.
    pub fn push(&mut self, message: &Message) {
        if self.frames.is_some() {
            return self.push_frame(message);
        }
        let text = message.as_bytes();
        self.pending += text.len() + 1;
        if text.len() >= PIECE {
            self.pieces.pop_back_if(|last| last.bytes().is_empty());
            self.pieces.push_back(Piece::Shared(message.bytes()));
            self.gather(&[]);
        } else {
            self.gather(text);
        }
    }

    /// What to write next, contiguous; empty when there is nothing.
    pub fn chunk(&self) -> &[u8] {
        let piece = self.pieces.front().map_or(&[][..], Piece::bytes);
        piece.get(self.left..).unwrap_or_default()
    }

    /// Notes that the first `count` bytes of [`chunk`](Self::chunk) have left (of what follows, too, if there were
    /// more), and returns how many messages left whole by that, their newlines included.
    pub fn advance(&mut self, mut count: usize) -> usize {
        let mut completed = 0;
        while count > 0 {
            let chunk = self.chunk();
            let passed = chunk.get(..count).unwrap_or(chunk);
            let length = passed.len();
            let (lines, begun) = match &self.frames {
                None => self.count_lines(passed),
                Some(_) => self.count_frames(length),
            };
            completed += lines;
            self.begun = begun;
            self.left += length;
            self.pending -= length;
            count -= length;
            if self.chunk().is_empty() && !self.drop_piece() {
                break;
            }
        }
        completed
    }

    /// Whether everything has left.
    pub fn is_empty(&self) -> bool {
        self.pending == 0
    }

    /// How many bytes have not left.
    pub fn pending(&self) -> usize {
        self.pending
    }

    /// How many bytes of the oldest unfinished message have left: more than 0 says that it is cut should the channel
    /// end now.
    pub fn begun(&self) -> usize {
        self.begun
    }

    /// Appends a line to the last piece, or to a new one when that is full or shared.
    fn gather(&mut self, text: &[u8]) {
        let room = match self.pieces.back() {
            Some(Piece::Gathered(lines)) if lines.len() < PIECE => None,
            // One full piece says that there is much: the next one need not grow.
            Some(Piece::Gathered(_)) => Some(PIECE),
            Some(Piece::Shared(_)) | None => Some(0),
        };
        if let Some(room) = room {
            self.pieces
                .push_back(Piece::Gathered(Vec::with_capacity(room)));
        }
        if let Some(Piece::Gathered(lines)) = self.pieces.back_mut() {
            lines.extend_from_slice(text);
            lines.push(b'\n');
        }
    }

    /// How many messages end in the bytes passed, and how much of the next one has left then. A message holds no
    /// newline, so newlines count messages.
    fn count_lines(&self, passed: &[u8]) -> (usize, usize) {
        if let Some(Piece::Shared(_)) = self.pieces.front() {
            return (0, self.begun + passed.len());
        }
        match memchr::memrchr(b'\n', passed) {
            Some(last) => (
                memchr::memchr_iter(b'\n', passed).count(),
                passed.len() - last - 1,
            ),
            None => (0, self.begun + passed.len()),
        }
    }

    /// Lets go of the first piece; false when it was the last.
    fn drop_piece(&mut self) -> bool {
        self.left = 0;
        let piece = self.pieces.pop_front();
        if !self.pieces.is_empty() {
            return true;
        }
        if let Some(Piece::Gathered(mut lines)) = piece
            && lines.capacity() <= SPARE
        {
            lines.clear();
            self.pieces.push_back(Piece::Gathered(lines));
        }
        false
    }
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Gathered(lines) => lines,
            Self::Shared(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(length: usize) -> Message {
        Message::parse(&format!("\"{}\"", "x".repeat(length))).unwrap()
    }

    #[test]
    fn small_messages_are_gathered_into_one_chunk() {
        let mut out = OutBuffer::default();

        out.push(&message(1));
        out.push(&message(2));

        assert_eq!(out.chunk(), b"\"x\"\n\"xx\"\n");
        assert_eq!(out.pending(), 9);
    }

    #[test]
    fn a_message_is_complete_with_its_newline_and_not_before() {
        let mut out = OutBuffer::default();
        out.push(&message(1));
        out.push(&message(1));

        assert_eq!((out.advance(3), out.begun()), (0, 3));
        assert_eq!((out.advance(2), out.begun()), (1, 1));
        assert_eq!((out.advance(3), out.begun()), (1, 0));
        assert!(out.is_empty());
        assert_eq!(out.chunk(), b"");
        assert_eq!(out.advance(1), 0);
    }

    #[test]
    fn a_large_message_is_shared_and_not_copied() {
        let mut out = OutBuffer::default();
        let large = message(PIECE);

        out.push(&large);

        assert_eq!(out.chunk().as_ptr(), large.as_bytes().as_ptr());
        assert_eq!((out.advance(PIECE), out.begun()), (0, PIECE));
        assert_eq!((out.advance(2), out.begun()), (0, PIECE + 2));
        assert_eq!(out.chunk(), b"\n");
        assert_eq!((out.advance(1), out.begun()), (1, 0));
    }

    #[test]
    fn an_emptied_buffer_takes_a_large_message_next() {
        let mut out = OutBuffer::default();
        out.push(&message(1));
        out.advance(4);

        out.push(&message(PIECE));

        assert_eq!(out.chunk().len(), PIECE + 2);
    }

    #[test]
    fn an_emptied_buffer_keeps_little_memory() {
        let mut out = OutBuffer::default();
        for _ in 0..10_000 {
            out.push(&message(64));
        }

        let pending = out.pending();
        assert_eq!(out.advance(pending), 10_000);

        let kept: usize = out.pieces.iter().map(|piece| piece.bytes().len()).sum();
        assert_eq!((out.pending(), kept), (0, 0));
        assert!(out.pieces.len() <= 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_the_kernel_takes_all_lines_leave_in_order(
            lengths in prop::collection::vec(prop_oneof![0..200_usize, 60_000..140_000_usize], 1..12),
            takes in prop::collection::vec(1..100_000_usize, 1..20),
        ) {
            let mut out = OutBuffer::default();
            let mut expected = Vec::new();
            for &length in &lengths {
                out.push(&message(length));
                expected.extend_from_slice(message(length).as_bytes());
                expected.push(b'\n');
            }

            let mut written = Vec::new();
            let mut completed = 0;
            for take in takes.iter().cycle() {
                if out.is_empty() {
                    break;
                }
                let chunk = out.chunk();
                let taken = chunk.len().min(*take);
                written.extend_from_slice(&chunk[..taken]);
                completed += out.advance(taken);

                let newlines = memchr::memchr_iter(b'\n', &written).count();
                let begun = written.rsplit(|&byte| byte == b'\n').next().unwrap().len();
                prop_assert_eq!((completed, out.begun()), (newlines, begun));
                prop_assert_eq!(out.pending(), expected.len() - written.len());
            }

            prop_assert_eq!(written, expected);
            prop_assert_eq!(completed, lengths.len());
        }
    }
}
