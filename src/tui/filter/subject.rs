//! What a filter looks at: an item's text and its circumstances.

use std::time::Duration;

use crate::model::{Direction, Envelope, FrameFault, JobId, WorkerId};

/// An item with what can be asked of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    /// Its text.
    pub(crate) bytes: &'a [u8],
    /// Whose it is.
    pub(crate) worker: Option<&'a WorkerId>,
    /// What a message has beside its text.
    pub(crate) passed: Option<Passed>,
}

/// What passed on a channel, beside its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed {
    /// Which way it went.
    pub(crate) direction: Direction,
    /// Its size on the channel.
    pub(crate) bytes: u64,
    /// How late a reply came.
    pub(crate) latency: Option<Duration>,
    /// The job it gives or answers.
    pub(crate) job: Option<JobId>,
    /// Whether it was no message.
    pub(crate) is_bad: bool,
}

impl<'a> Subject<'a> {
    /// A line of text.
    pub(crate) fn text(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            worker: None,
            passed: None,
        }
    }

    /// A message of a worker.
    pub(crate) fn message(worker: &'a WorkerId, envelope: &'a Envelope) -> Self {
        Self {
            bytes: envelope.message.as_bytes(),
            worker: Some(worker),
            passed: Some(Passed {
                direction: envelope.direction,
                bytes: envelope.bytes as u64,
                latency: envelope.latency,
                job: envelope.job,
                is_bad: false,
            }),
        }
    }

    /// Something of a worker that was no message.
    pub(crate) fn fault(worker: &'a WorkerId, fault: &'a FrameFault) -> Self {
        Self {
            bytes: &fault.head,
            worker: Some(worker),
            passed: Some(Passed {
                direction: Direction::In,
                bytes: fault.bytes,
                latency: None,
                job: None,
                is_bad: true,
            }),
        }
    }

    /// Its JSON text, where it may be one.
    pub(crate) fn json(&self) -> Option<&'a str> {
        let is_message = self.passed.is_some_and(|passed| !passed.is_bad);
        let first = self.bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        let is_json = is_message || matches!(first, Some(b'{' | b'['));
        is_json.then(|| std::str::from_utf8(self.bytes).ok())?
    }
}
