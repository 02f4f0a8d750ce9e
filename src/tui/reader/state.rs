//! What is shown, and how.

use std::collections::VecDeque;

use ratatui::layout::Rect;

use crate::model::WallTime;
use crate::tui::filter::Filter;
use crate::tui::reader::find::Jump;
use crate::tui::reader::frozen::Frozen;
use crate::tui::reader::item::Spot;
use crate::tui::reader::narrowed::Narrowed;
use crate::tui::reader::sieve::Sieve;
use crate::tui::rows::Scope;

/// How many marks are kept; the oldest go first.
const MARKS: usize = 100;

/// This view's part of the model.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// Where the list is held; none follows the newest line.
    pub(crate) hold: Option<Hold>,
    /// What narrows the lines.
    pub(crate) narrowed: Narrowed,
    /// What is searched for.
    pub(crate) search: Filter,
    /// What is being written.
    pub(crate) writing: Option<Writing>,
    /// How times are shown.
    pub(crate) stamps: Stamps,
    /// Whether long lines go on in the next row.
    pub(crate) is_wrapped: bool,
    /// Whether JSON lines are shown by their message.
    pub(crate) is_brief: bool,
    /// How many cells of each line are left of the screen.
    pub(crate) column: usize,
    /// Lines that the person drew, oldest first.
    pub(crate) marks: VecDeque<Mark>,
    /// Where the person left.
    pub(crate) left: Option<Mark>,
    /// What filters let through.
    pub(crate) sieve: Sieve,
    /// What the search finds.
    pub(crate) found: Sieve,
    /// Where the search is to go once it has looked far enough.
    pub(crate) jump: Option<Jump>,
    /// The lines on the screen while it is held: the histories may let go of them.
    pub(crate) frozen: Frozen,
    /// Whose lines were shown last.
    pub(crate) scope: Option<Scope>,
    drawn: u64,
}

/// Where the list is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    /// The topmost item.
    pub(crate) top: Spot,
    /// How many of its rows are above the screen.
    pub(crate) skip: usize,
    /// The chosen item.
    pub(crate) cursor: Spot,
    /// How many lines there were when it began.
    pub(crate) lines: u64,
}

/// A line that was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Where it stands.
    pub(crate) spot: Spot,
    /// When it was drawn.
    pub(crate) at: WallTime,
}

/// What is being written: it works at once, and is taken back by Escape.
#[derive(Debug)]
pub(crate) struct Writing {
    /// Which text.
    pub(crate) field: Field,
    /// What it was before.
    pub(crate) before: Filter,
    /// Where the list was held then, and the lines of that page.
    pub(crate) page: Option<(Hold, Frozen)>,
}

/// The texts that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// What is searched for.
    Search,
    /// What lines contain.
    With,
    /// What lines do not contain.
    Without,
}

/// How times are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stamps {
    /// The time of day.
    #[default]
    Time,
    /// With the date.
    Date,
    /// Since the deck started.
    SinceStart,
    /// Not at all.
    Off,
}

impl Stamps {
    /// The next way.
    pub(crate) fn turn(self) -> Self {
        match self {
            Self::Time => Self::Date,
            Self::Date => Self::SinceStart,
            Self::SinceStart => Self::Off,
            Self::Off => Self::Time,
        }
    }
}

/// What was drawn where.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drawn {
    /// The rows of the list.
    pub(crate) area: Rect,
    /// The cells of a line's text.
    pub(crate) wide: usize,
    /// Of each row, the item that stands there.
    pub(crate) rows: Vec<Spot>,
    /// How many rows of the first one are above the screen.
    pub(crate) skip: usize,
    /// The item that is chosen.
    pub(crate) cursor: Option<Spot>,
}

impl Drawn {
    /// How many rows there are.
    pub(crate) fn height(&self) -> usize {
        usize::from(self.area.height).max(1)
    }

    /// How many rows one line may take, so that some of its neighbours stay in sight.
    pub(crate) fn most_rows(&self) -> usize {
        (self.height() * 2 / 3).max(1)
    }
}

impl Reader {
    /// A text that can be written.
    pub(crate) fn text(&self, field: Field) -> &Filter {
        match field {
            Field::Search => &self.search,
            Field::With => &self.narrowed.with,
            Field::Without => &self.narrowed.without,
        }
    }

    /// The same, to be changed.
    pub(crate) fn text_mut(&mut self, field: Field) -> &mut Filter {
        match field {
            Field::Search => &mut self.search,
            Field::With => &mut self.narrowed.with,
            Field::Without => &mut self.narrowed.without,
        }
    }

    /// Draws a line behind everything that there is up to now.
    pub(crate) fn mark(&mut self, latest: u64, at: WallTime) {
        self.drawn += 1;
        if self.marks.len() >= MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back(Mark {
            spot: Spot::behind(latest, self.drawn),
            at,
        });
    }

    /// Notes where the person leaves.
    pub(crate) fn leave(&mut self, latest: u64, at: WallTime) {
        self.left = Some(Mark {
            spot: Spot::behind(latest, 0),
            at,
        });
    }

    /// Shows the newest line and stays there.
    pub(crate) fn follow(&mut self) {
        self.hold = None;
        self.jump = None;
        self.frozen.clear();
    }
}
