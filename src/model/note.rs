//! What happened between the lines of a worker, kept in its place among them.
//!
//! Owned by the worker's view; clients are told the events themselves, never these. Called by the logs view.

use std::sync::Arc;
use std::time::Duration;

use crate::model::WallTime;
use crate::model::ring::Weigh;

/// Something that is not a line, and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The place of the newest thing that the board held when it happened: it stands after everything up to there.
    pub after: u64,
    /// Its place among the notes of the whole board.
    pub number: u64,
    /// When.
    pub at: WallTime,
    /// What.
    pub what: Noted,
}

/// What a note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noted {
    /// A bounded buffer let lines go.
    Dropped(u64),
    /// A process started.
    Started {
        /// Its pid.
        pid: u32,
    },
    /// A process ended.
    Ended {
        /// Its pid; it may be another's by now.
        pid: u32,
        /// The cause in a sentence fragment.
        cause: Arc<str>,
        /// Whether it was asked for.
        planned: bool,
        /// How long it lived.
        uptime: Duration,
    },
}

impl Weigh for Note {
    fn weight(&self) -> usize {
        let text = match &self.what {
            Noted::Ended { cause, .. } => cause.len(),
            Noted::Dropped(_) | Noted::Started { .. } => 0,
        };
        size_of::<Self>() + text
    }
}

/// When and where something happens that may leave a note.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment {
    /// The note's [`after`](Note::after).
    pub(crate) after: u64,
    /// The note's number.
    pub(crate) number: u64,
    /// When.
    pub(crate) at: WallTime,
}

impl Moment {
    /// The note of what happened then.
    pub(crate) fn note(self, what: Noted) -> Note {
        Note {
            after: self.after,
            number: self.number,
            at: self.at,
            what,
        }
    }
}
