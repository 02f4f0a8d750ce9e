//! The slowest replies first.

use std::cmp::Reverse;
use std::time::Duration;

use crate::model::{Board, MonoTime, Now, Traffic, WallTime};
use crate::tui::inspector::list::{Entry, List};

/// How many are listed.
const MOST: usize = 1_000;

/// How long the order stands before it is made anew: rows that change places all the time cannot be read.
const STANDS: Duration = Duration::from_secs(1);

/// A minute in milliseconds.
const MINUTE: i64 = 60_000;

/// Of which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// The last minute.
    Minute,
    /// As far back as messages are kept.
    All,
}

/// The slowest replies.
#[derive(Debug)]
pub(super) struct Slowest {
    /// Of which time.
    pub(super) span: Span,
    /// Slowest first.
    pub(super) entries: Vec<Entry>,
    made: Option<MonoTime>,
}

impl Slowest {
    /// Those of a time, not yet looked for.
    pub(super) fn new(span: Span) -> Self {
        Self {
            span,
            entries: Vec::new(),
            made: None,
        }
    }

    /// Looks for them now, whenever that was done last.
    pub(super) fn hurry(&mut self) {
        self.made = None;
    }

    /// Looks for them, unless what was found still stands.
    pub(super) fn settle(&mut self, board: &Board, list: &List, now: Now) {
        if self.made.is_some_and(|made| now.mono - made < STANDS) {
            return;
        }
        self.made = Some(now.mono);
        let since = WallTime(now.wall.0.saturating_sub(MINUTE));
        let from = match self.span {
            Span::Minute => first_since(board, list, since),
            Span::All => 0,
        };
        let replies = list.iter().skip(from);
        self.entries = replies.filter(|entry| entry.latency().is_some()).collect();
        let slowness = |entry: &Entry| (Reverse(entry.latency()), Reverse(entry.order));
        if self.entries.len() > MOST {
            self.entries.select_nth_unstable_by_key(MOST, slowness);
            self.entries.truncate(MOST);
        }
        self.entries.sort_unstable_by_key(slowness);
    }
}

/// The place of the first message since a moment.
fn first_since(board: &Board, list: &List, since: WallTime) -> usize {
    let is_before = |place: usize| {
        let found = list.get(place).and_then(|entry| list.resolve(board, entry));
        // What is no longer kept is older than what is.
        found.is_none_or(|(_, item)| seen(item) < since)
    };
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = low.midpoint(high);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn seen(item: &Traffic) -> WallTime {
    match item {
        Traffic::Message(envelope) => envelope.at,
        Traffic::Fault(fault) => fault.at,
    }
}
