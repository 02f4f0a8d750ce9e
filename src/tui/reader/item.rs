//! What stands in the list: lines, and what is told between them.

use crate::model::{LogLine, Note, Noted, WallTime, WorkerId};
use crate::tui::figures::{count, plural, wait};

/// A place in the list: the place of a line among everything the deck saw, or one after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Spot {
    /// The line's place.
    pub(crate) order: u64,
    /// 0 is the line itself; what is told between lines comes after the one that it follows.
    pub(crate) after: u64,
}

impl Spot {
    /// Behind everything.
    pub(crate) const END: Self = Self {
        order: u64::MAX,
        after: u64::MAX,
    };

    /// A line's.
    pub(crate) fn of(order: u64) -> Self {
        Self { order, after: 0 }
    }

    /// A note's.
    pub(crate) fn of_note(note: &Note) -> Self {
        Self {
            order: note.after,
            after: note.number.saturating_add(1),
        }
    }

    /// Right before a line; what is told there about one worker stands apart from what is told about others.
    pub(crate) fn before(order: u64) -> Self {
        Self {
            order: order.saturating_sub(1),
            after: u64::MAX - 1,
        }
    }

    /// Behind a line, all that is told after it and all marks there: where lines of one of several workers are gone.
    pub(crate) fn gap(order: u64, slot: usize) -> Self {
        Self {
            order,
            after: (u64::MAX / 4 * 3).saturating_add(slot as u64),
        }
    }

    /// Behind a line and all that is told after it; `number` is that of what stands there.
    pub(crate) fn behind(order: u64, number: u64) -> Self {
        Self {
            order,
            after: (u64::MAX / 2).saturating_add(number),
        }
    }
}

/// Something in the list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a> {
    /// Where it stands.
    pub(crate) spot: Spot,
    /// What it is.
    pub(crate) kind: Kind<'a>,
}

/// What something in the list is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind<'a> {
    /// A line of a worker.
    Line(&'a WorkerId, &'a LogLine),
    /// What happened to a worker.
    Note(&'a WorkerId, &'a Note),
    /// How many older lines of a worker are gone.
    Gone(&'a WorkerId, u64),
    /// How many lines of a worker are gone here, while the page before them is held.
    Hole(&'a WorkerId, u64),
    /// A line drawn by the person.
    Mark(WallTime),
    /// Where the person left.
    Left(WallTime),
}

impl Item<'_> {
    /// The text of what is told between lines.
    pub(crate) fn told(&self) -> Option<String> {
        Some(match self.kind {
            Kind::Line(..) => return None,
            Kind::Note(worker, note) => note_text(worker, &note.what),
            Kind::Gone(worker, lines) => {
                let is_are = if lines == 1 { "line is" } else { "lines are" };
                format!("… {} older {is_are} gone · {worker}", count(lines))
            }
            Kind::Hole(worker, lines) => {
                let is_are = if lines == 1 { "line is" } else { "lines are" };
                format!("… {} {is_are} gone · {worker}", count(lines))
            }
            Kind::Mark(_) => "mark".to_owned(),
            Kind::Left(_) => "you left here".to_owned(),
        })
    }

    /// When it was, where that is known.
    pub(crate) fn at(&self) -> Option<WallTime> {
        match self.kind {
            Kind::Line(_, line) => Some(line.at),
            Kind::Note(_, note) => Some(note.at),
            Kind::Mark(at) | Kind::Left(at) => Some(at),
            Kind::Gone(..) | Kind::Hole(..) => None,
        }
    }

    /// How many lines are gone where it stands.
    pub(crate) fn gone(&self) -> u64 {
        match self.kind {
            Kind::Gone(_, lines) | Kind::Hole(_, lines) => lines,
            Kind::Line(..) | Kind::Note(..) | Kind::Mark(_) | Kind::Left(_) => 0,
        }
    }

    /// Whose it is.
    pub(crate) fn worker(&self) -> Option<&WorkerId> {
        match self.kind {
            Kind::Line(worker, _)
            | Kind::Note(worker, _)
            | Kind::Gone(worker, _)
            | Kind::Hole(worker, _) => Some(worker),
            Kind::Mark(_) | Kind::Left(_) => None,
        }
    }
}

/// What a note says.
pub(crate) fn note_text(worker: &WorkerId, noted: &Noted) -> String {
    match noted {
        Noted::Dropped(lines) => {
            let lines = plural(usize::try_from(*lines).unwrap_or(usize::MAX), "line");
            format!("… {lines} dropped · {worker}")
        }
        Noted::Started { pid } => format!("{worker} started · pid {pid}"),
        Noted::Ended {
            pid, cause, uptime, ..
        } => {
            // The cause often tells the time already.
            let after = if cause.contains(" after ") {
                String::new()
            } else {
                format!(" after {}", wait(*uptime))
            };
            format!("{worker} ended: {cause}{after} · pid {pid}")
        }
    }
}
