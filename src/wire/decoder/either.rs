//! The decoder that a channel has.

use crate::wire::{Fault, Frame, FrameDecoder, LineDecoder, Serialization};

/// Cuts a channel into frames, in either serialization.
#[derive(Debug)]
pub enum Decoder {
    /// Lines of JSON.
    Lines(LineDecoder),
    /// V8's structured clone.
    Frames(FrameDecoder),
}

impl Decoder {
    /// Makes a decoder for messages of at most `max_frame` bytes.
    pub fn new(max_frame: usize, serialization: Serialization) -> Self {
        match serialization {
            Serialization::Json => Self::Lines(LineDecoder::new(max_frame)),
            Serialization::Advanced => Self::Frames(FrameDecoder::new(max_frame)),
        }
    }

    /// Takes what one read brought and appends the frames that it completed.
    pub fn push(&mut self, bytes: &[u8], frames: &mut Vec<Frame>) {
        match self {
            Self::Lines(decoder) => decoder.push(bytes, frames),
            Self::Frames(decoder) => decoder.push(bytes, frames),
        }
    }

    /// Whether nothing that still comes can be read: it is not known where a message begins.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Lines(_) => false,
            Self::Frames(decoder) => decoder.is_lost(),
        }
    }

    /// Tells what was cut off when the channel has ended.
    pub fn finish(&mut self) -> Option<Fault> {
        match self {
            Self::Lines(decoder) => decoder.finish(),
            Self::Frames(decoder) => decoder.finish(),
        }
    }
}
