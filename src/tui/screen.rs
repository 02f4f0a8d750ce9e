//! The dashboard's model: the board, what is selected and in focus, what lies on top, and what is being written.
//!
//! Changed by `update` only; views read it. The exception is [`ViewState`], where views note what they drew where, for the
//! mouse and for moving by pages.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::model::{Board, JobState, MonoTime, Now, PoolName, State, WorkerId};
use crate::tui::action::Context;
use crate::tui::composer::Composer;
use crate::tui::field::Field;
use crate::tui::filter::Filter;
use crate::tui::inspector::{Drawn, Inspector, List};
use crate::tui::jobs::{Folded, Jobs, Opened};
use crate::tui::keymap::Keymap;
use crate::tui::memory::Splits;
use crate::tui::merge::Sought;
use crate::tui::offload::Offload;
use crate::tui::options::Named;
use crate::tui::overlay::{Pieces, Question};
use crate::tui::palette::Palette;
use crate::tui::place::Place;
use crate::tui::pointer::Pointer;
use crate::tui::reader::{self, Reader};
use crate::tui::rows::{self, Row, Scope, Table};
use crate::tui::settle::Seen;
use crate::tui::theme::{Look, Theme};
use crate::tui::worker::{Column, Inspected};

/// How long a toast stays.
const TOAST: Duration = Duration::from_secs(5);

/// How many toasts stay at most; the oldest go first.
const TOASTS: usize = 3;

/// The panes between which the focus moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Pane {
    /// The workers table.
    Workers,
    /// What passed on channels.
    Messages,
    /// What workers printed.
    Logs,
}

impl Pane {
    /// Every pane, in the order of Tab.
    pub(crate) const ALL: [Self; 3] = [Self::Workers, Self::Messages, Self::Logs];
}

/// What lies on top of the panes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Overlay {
    /// The keys.
    Help {
        /// What is sought.
        query: Field,
        /// The first line shown.
        top: usize,
    },
    /// One worker whole.
    Worker {
        /// Which.
        id: WorkerId,
        /// The first line shown.
        top: usize,
    },
    /// A pool whole.
    Pool {
        /// Which.
        name: PoolName,
        /// The first line shown.
        top: usize,
    },
    /// A message or a line whole.
    Text {
        /// What it is.
        title: String,
        /// Its lines, not yet harmless.
        lines: Arc<[String]>,
        /// The first line shown.
        top: usize,
    },
    /// A job whole.
    Job {
        /// Which.
        opened: Box<Opened>,
        /// The first line shown.
        top: usize,
    },
    /// What was sent before.
    History {
        /// What it must contain.
        query: String,
        /// The chosen one, from the newest.
        at: usize,
    },
    /// A line of commands.
    Palette(Box<Palette>),
    /// A question before quitting.
    Quit,
    /// A question before killing a pool.
    KillPool(PoolName),
    /// A question before something that cannot be taken back.
    Sure(Box<Question>),
    /// Who is still alive while the deck stops.
    Stopping {
        /// Since when.
        since: MonoTime,
        /// The chosen worker among those alive.
        at: usize,
    },
}

/// How a list of lines is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tail {
    /// The place of the last line shown; none follows the newest.
    pub(crate) bottom: Option<u64>,
    /// The place of the chosen line; none is the newest.
    pub(crate) cursor: Option<u64>,
}

/// A short word to the person, for a few seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toast {
    /// What is said.
    pub(crate) text: String,
    /// Whether something went wrong.
    pub(crate) is_bad: bool,
    until: MonoTime,
}

/// What was drawn where.
#[derive(Clone, Debug, Default)]
pub(crate) struct ViewState {
    /// The panes on the screen.
    pub(crate) panes: Vec<(Pane, Rect)>,
    /// The lines of the workers table.
    pub(crate) rows: Rect,
    /// The first row shown.
    pub(crate) rows_top: usize,
    /// The lines of the messages pane, and the places of what stands there.
    pub(crate) messages: (Rect, Vec<u64>),
    /// What the filter of the messages pane lets through: found once, not each frame.
    pub(crate) filtered: List,
    /// The same of the logs pane.
    pub(crate) logs: (Rect, Vec<u64>),
    /// The lines of the jobs, and the first job shown.
    pub(crate) jobs: Rect,
    pub(crate) jobs_top: usize,
    /// The states that can be chosen there.
    pub(crate) job_states: Vec<(Rect, Option<JobState>)>,
    /// The payload and the result of the job on top, cut into lines.
    pub(crate) job: Folded,
    /// The lines of the logs view.
    pub(crate) reader: reader::Drawn,
    /// The keys in the footer.
    pub(crate) footer: Vec<(Rect, KeyEvent)>,
    /// The message inspector.
    pub(crate) inspector: Drawn,
    /// Where the picture of the off-load view is, and the pixels that there is room for.
    pub(crate) canvas: Rect,
    pub(crate) picture: (u16, u16),
    /// The text on top, cut into lines.
    pub(crate) text: Pieces,
    /// How far the overlay on top can be scrolled.
    pub(crate) overlay_end: usize,
}

/// The dashboard's model.
#[derive(Debug)]
pub(crate) struct Screen {
    /// The deck.
    pub(crate) board: Board,
    /// Both clocks.
    pub(crate) now: Now,
    /// How many cores there are.
    pub(crate) cores: usize,
    /// The look.
    pub(crate) theme: Theme,
    /// What decides about it.
    pub(crate) look: Look,
    /// Where the borders between panes are.
    pub(crate) splits: Splits,
    /// The keys in force.
    pub(crate) keymap: Keymap,
    /// The view on the screen.
    pub(crate) place: Place,
    /// The selected row.
    pub(crate) selected: Option<Row>,
    /// What is folded, by what the table is sorted, what is sought in it.
    pub(crate) table: Table,
    /// The columns of the table that the config asks for.
    pub(crate) columns: Option<Vec<Column>>,
    /// What the deck told of the worker or the pool that is shown whole.
    pub(crate) inspected: Inspected,
    /// The pane that takes the keys.
    pub(crate) focus: Pane,
    /// Whether it has the whole screen.
    pub(crate) is_zoomed: bool,
    /// What the mouse is in the middle of.
    pub(crate) pointer: Pointer,
    /// Whether messages and logs are the whole deck's.
    pub(crate) shows_all: bool,
    /// How messages are looked at.
    pub(crate) messages: Tail,
    /// How logs are looked at.
    pub(crate) logs: Tail,
    /// What messages must contain.
    pub(crate) messages_filter: Filter,
    /// What log lines must contain.
    pub(crate) logs_filter: Filter,
    /// Whether the focused pane's filter takes the keys.
    pub(crate) is_filtering: bool,
    /// What was in force when that began.
    pub(crate) filter_before: Filter,
    /// The message inspector.
    pub(crate) inspector: Inspector,
    /// The logs view.
    pub(crate) reader: Reader,
    /// The jobs view.
    pub(crate) jobs: Jobs,
    /// The off-load view.
    pub(crate) offload: Offload,
    /// What lies on top, the topmost last.
    pub(crate) overlays: Vec<Overlay>,
    /// What is being written.
    pub(crate) composer: Composer,
    /// The messages that have a name.
    pub(crate) named: Vec<Named>,
    /// The lines that the palette has done, the newest last.
    pub(crate) lines: Vec<String>,
    /// What is being said.
    pub(crate) toasts: Vec<Toast>,
    /// The sizes asked for and not yet told back.
    pub(crate) wanted: HashMap<PoolName, u32>,
    /// How many requests to scale are not answered: until then a pool's own count, which still has those that are
    /// leaving, says nothing about what is wanted.
    pub(crate) scalings: usize,
    /// What was drawn where.
    pub(crate) view: ViewState,
    /// What had been seen of each worker when it was last looked at.
    pub(super) seen: HashMap<WorkerId, Seen>,
}

impl Screen {
    /// The screen of a deck that has told nothing yet.
    pub(crate) fn new(name: &str, theme: Theme, history: Vec<String>) -> Self {
        Self {
            board: Board::new(name, 0),
            now: Now::default(),
            cores: 1,
            theme,
            look: Look::default(),
            splits: Splits::default(),
            keymap: Keymap::default(),
            place: Place::default(),
            selected: None,
            table: Table::default(),
            columns: None,
            inspected: Inspected::default(),
            focus: Pane::Workers,
            is_zoomed: false,
            pointer: Pointer::default(),
            shows_all: false,
            messages: Tail::default(),
            logs: Tail::default(),
            messages_filter: Filter::default(),
            logs_filter: Filter::default(),
            is_filtering: false,
            filter_before: Filter::default(),
            inspector: Inspector::default(),
            reader: Reader::default(),
            jobs: Jobs::default(),
            offload: Offload::default(),
            overlays: Vec::new(),
            composer: Composer::new(history),
            named: Vec::new(),
            lines: Vec::new(),
            toasts: Vec::new(),
            wanted: HashMap::new(),
            scalings: 0,
            view: ViewState::default(),
            seen: HashMap::new(),
        }
    }

    /// The pane that takes the keys, as the table of keys names it.
    pub(crate) fn context(&self) -> Context {
        match (self.place, self.focus) {
            (Place::Messages, _) => Context::Inspector,
            (Place::Logs, _) => Context::Reader,
            (Place::Jobs, _) => Context::Jobs,
            (Place::OffLoad, _) => Context::OffLoad,
            (Place::Deck, Pane::Workers) => Context::Workers,
            (Place::Deck, Pane::Messages | Pane::Logs) => Context::Traffic,
        }
    }

    /// Whose messages and logs are shown.
    pub(crate) fn scope(&self) -> Scope {
        match &self.selected {
            Some(Row::Worker(id)) if !self.shows_all => Scope::Worker(id.clone()),
            Some(Row::Pool(pool)) if !self.shows_all => Scope::Pool(pool.clone()),
            _ => Scope::Deck,
        }
    }

    /// What a pane shows.
    pub(crate) fn sought(&self, pane: Pane) -> Sought {
        let filter = match pane {
            Pane::Workers => self.table.filter.clone(),
            Pane::Messages => self.messages_filter.clone(),
            Pane::Logs => self.logs_filter.clone(),
        };
        Sought {
            scope: self.scope(),
            filter,
        }
    }

    /// The filter of the focused pane, the list following again.
    pub(crate) fn refilter(&mut self) -> &mut Filter {
        match self.focus {
            _ if self.jobs.is_open() => &mut self.jobs.narrowed.text,
            _ if self.place == Place::Messages => &mut self.messages_filter,
            Pane::Workers => &mut self.table.filter,
            Pane::Messages => {
                self.messages = Tail::default();
                &mut self.messages_filter
            }
            Pane::Logs => {
                self.logs = Tail::default();
                &mut self.logs_filter
            }
        }
    }

    /// The index of the selected row.
    pub(crate) fn selected_index(&self) -> usize {
        self.selected
            .as_ref()
            .and_then(|row| rows::position(&self.board, &self.table, row))
            .unwrap_or(0)
    }

    /// Says something for a few seconds.
    pub(crate) fn say(&mut self, text: impl Into<String>, is_bad: bool) {
        let text = text.into();
        self.toasts.retain(|toast| toast.text != text);
        if self.toasts.len() >= TOASTS {
            self.toasts.remove(0);
        }
        self.toasts.push(Toast {
            text,
            is_bad,
            until: self.now.mono + TOAST,
        });
    }

    /// Moves time on.
    pub(crate) fn tick(&mut self, now: Now) {
        self.now = now;
        self.toasts.retain(|toast| toast.until > now.mono);
        self.composer.tick(now.mono);
    }

    /// Whether the deck is on its way down.
    pub(crate) fn is_stopping(&self) -> bool {
        self.overlays
            .iter()
            .any(|overlay| matches!(overlay, Overlay::Stopping { .. }))
    }

    /// Whether something shown runs by itself: a countdown, a wait, a toast.
    pub(crate) fn has_countdown(&self) -> bool {
        !self.toasts.is_empty()
            || self.is_stopping()
            || self.composer.waits()
            || self.jobs.shown().any(|job| !job.state.is_final())
            || self
                .board
                .workers()
                .any(|worker| worker.until.is_some() || worker.state == State::Stalled)
    }
}
