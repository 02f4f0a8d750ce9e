//! What passes between the deck and a worker: messages with their circumstances, and lines of output.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::model::{Incarnation, JobId, WallTime};
use crate::wire::{Handle, HandleKind, Message};

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the worker.
    In,
    /// To the worker.
    Out,
}

/// A message with its direction, time, size and latency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// When it was read from the worker, or given to the kernel.
    pub at: WallTime,
    /// Which of the worker's processes it came from or went to.
    pub incarnation: Incarnation,
    /// Its place among everything the deck saw, to merge what several workers said.
    pub order: u64,
    /// Its number among the worker's messages of both directions, from 1; never starts anew. 0 for internal ones.
    pub seq: u64,
    /// Which way it went.
    pub direction: Direction,
    /// The message itself, without its handle: what is kept holds no descriptor open.
    pub message: Message,
    /// The kind of the handle that went with it.
    pub handle: Option<HandleKind>,
    /// Its size on the channel in bytes, newline included.
    pub bytes: usize,
    /// On a reply: how long after the message it answers was given to the kernel.
    pub latency: Option<Duration>,
    /// On a reply: the number, among the worker's messages, of the message it answers. Not known of one that came before
    /// the deck was told that the kernel had taken what it answers.
    pub answers: Option<u64>,
    /// The job that it gives or answers.
    pub job: Option<JobId>,
    /// Whether it is a `NODE_…` message, which is never counted nor shown unless asked for.
    pub internal: bool,
}

impl Envelope {
    /// A message between runtimes, written past the mail.
    pub fn passed(at: WallTime, incarnation: Incarnation, message: &Message) -> Self {
        Self {
            at,
            incarnation,
            order: 0,
            seq: 0,
            direction: Direction::Out,
            message: message.clone().without_handle(),
            handle: message.handle().map(Handle::kind),
            bytes: message.len() + 1,
            latency: None,
            answers: None,
            job: None,
            internal: true,
        }
    }

    /// Whether it is a worker's answer to a job.
    pub fn is_answer(&self) -> bool {
        self.direction == Direction::In && self.job.is_some()
    }
}

/// Which of its two outputs a worker wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One line of a worker's output, as it was written: not sanitised, its newline left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When it was read.
    pub at: WallTime,
    /// Which of the worker's processes, or its descendants, wrote it.
    pub incarnation: Incarnation,
    /// Its place among everything the deck saw, to merge what several workers said.
    pub order: u64,
    /// Where it was written.
    pub stream: Stream,
    /// The bytes, at most 64 KiB.
    pub bytes: Bytes,
    /// How many further bytes of the line were left out.
    pub cut: u64,
}

impl LogLine {
    /// The line as text, bad UTF-8 replaced. Not fit for a terminal: escape sequences are still in it.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}
