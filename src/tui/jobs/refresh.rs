//! When the deck is asked for jobs: once the view opens or what it shows changes, and while it is open about twice a second
//! where the pools' figures changed. One question at a time.

use std::time::Duration;

use crate::model::{Board, Command, JobCommand, JobFilter, MonoTime, PoolName};
use crate::tui::jobs::list::LIMIT;
use crate::tui::jobs::sum;
use crate::tui::screen::{Overlay, Screen};

/// The shortest time between two questions that only figures ask for.
const PAUSE: Duration = Duration::from_millis(500);

/// After how long an answer counts as lost.
const LOST: Duration = Duration::from_secs(10);

/// The figures by which a list may have changed.
type Figures = [u64; 6];

/// What was asked when.
#[derive(Debug, Default)]
pub(crate) struct Refresh {
    /// Whether to ask at once.
    is_wanted: bool,
    /// When the question that waits for its answer was asked.
    waits: Option<MonoTime>,
    /// When the last question was asked, and the figures of then.
    last: Option<(MonoTime, Figures)>,
    /// What the question was about.
    asked: JobFilter,
    /// Why the last list was refused.
    refused: Option<String>,
    /// What the list tells of.
    told: Option<JobFilter>,
}

impl Refresh {
    /// What is shown is not what is to be shown.
    pub(crate) fn want(&mut self) {
        self.is_wanted = true;
    }

    /// The view opens: nothing that was told is there any more.
    pub(crate) fn begin(&mut self) {
        self.is_wanted = true;
        self.told = None;
        self.refused = None;
    }

    /// An answer came.
    pub(crate) fn answered(&mut self) {
        self.waits = None;
    }

    /// The list that was asked for came, or why it does not.
    pub(crate) fn listed(&mut self, refused: Option<String>) {
        if refused.is_none() {
            self.told = Some(self.asked.clone());
        }
        self.refused = refused;
    }

    /// Why there is no list.
    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// Whether the list tells of what this asks for.
    pub(crate) fn has_told(&self, filter: &JobFilter) -> bool {
        self.told.as_ref() == Some(filter)
    }

    fn due_at(&self, figures: Figures) -> Option<MonoTime> {
        match (self.waits, self.last) {
            (Some(since), _) => Some(since + LOST),
            _ if self.is_wanted => Some(MonoTime::ZERO),
            (None, Some((at, before))) => (before != figures).then(|| at + PAUSE),
            (None, None) => Some(MonoTime::ZERO),
        }
    }
}

/// When the next question is due; never while the view is closed.
pub(crate) fn due_at(screen: &Screen) -> Option<MonoTime> {
    let jobs = &screen.jobs;
    if !jobs.is_open() || screen.board.deck.is_going_down {
        return None;
    }
    let pool = jobs.narrowed.pool.as_ref();
    jobs.refresh.due_at(figures(&screen.board, pool))
}

/// The question that is due, which then waits for its answer: for the list, or for the job that is shown whole.
pub(crate) fn ask(screen: &mut Screen) -> Option<Command> {
    let now = screen.now.mono;
    if due_at(screen).is_none_or(|at| at > now) {
        return None;
    }
    let opened = screen.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Job { opened, .. } if !opened.is_gone => Some(opened.job.job),
        _ => None,
    });
    let jobs = &mut screen.jobs;
    let figures = figures(&screen.board, jobs.narrowed.pool.as_ref());
    let refresh = &mut jobs.refresh;
    refresh.is_wanted = false;
    refresh.waits = Some(now);
    refresh.last = Some((now, figures));
    if let Some(job) = opened {
        return Some(Command::Jobs(JobCommand::Look(job)));
    }
    let filter = jobs.narrowed.filter();
    jobs.refresh.asked = filter.clone();
    Some(Command::Jobs(JobCommand::List {
        filter,
        limit: LIMIT,
    }))
}

fn figures(board: &Board, pool: Option<&PoolName>) -> Figures {
    let mut figures = [0; 6];
    for pool in sum::pools(board, pool) {
        let jobs = &pool.jobs;
        let numbers = [
            jobs.queue,
            jobs.in_flight,
            jobs.done,
            jobs.failed,
            jobs.dead,
            u64::from(jobs.paused),
        ];
        for (figure, number) in figures.iter_mut().zip(numbers) {
            *figure += number;
        }
    }
    figures
}
