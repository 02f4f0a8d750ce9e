//! When the deck is asked for jobs: once the view opens or what it shows changes, and while it is open about twice a second
//! where a job of the pools changed or became due; less often where the answer takes long. One question at a time.

use std::time::Duration;

use crate::model::{
    Board, Command, JobCommand, JobFilter, JobId, JobView, MonoTime, Now, PoolName,
};
use crate::tui::figures::since_wall;
use crate::tui::jobs::list::LIMIT;
use crate::tui::jobs::sum;
use crate::tui::screen::{Overlay, Screen};

/// The shortest time between two questions that only changes ask for.
const PAUSE: Duration = Duration::from_millis(500);

/// How many times as long as an answer took the next question waits: a deck that has to look through very many jobs has
/// other things to do.
const RESTS: u32 = 8;

/// After how long an answer counts as lost.
const LOST: Duration = Duration::from_secs(10);

/// The changes of the pools that are shown, and how many of these are paused.
type Figures = (u64, usize);

/// What was asked when.
#[derive(Debug, Default)]
pub(crate) struct Refresh {
    /// Whether to ask at once.
    is_wanted: bool,
    /// When the question that waits for its answer was asked.
    waits: Option<MonoTime>,
    /// When the last question was asked, and the figures of then.
    last: Option<(MonoTime, Figures)>,
    /// How long its answer took.
    took: Duration,
    /// When the first of the jobs that were told becomes ready.
    ready_at: Option<MonoTime>,
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
    pub(crate) fn answered(&mut self, now: MonoTime) {
        self.took = self.waits.take().map_or(Duration::ZERO, |at| now.since(at));
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

    /// Notes when the first of these jobs that is not due yet becomes ready.
    pub(crate) fn note_due<'a>(&mut self, jobs: impl Iterator<Item = &'a JobView>, now: Now) {
        let due = jobs.filter_map(|job| job.due.filter(|due| *due > now.wall));
        self.ready_at = due.min().map(|due| now.mono + since_wall(now.wall, due));
    }

    /// `is_asked` unless the last question was about something else than what is shown.
    fn due_at(&self, figures: Figures, is_asked: bool) -> Option<MonoTime> {
        match (self.waits, self.last) {
            (Some(since), _) => Some(since + LOST),
            _ if self.is_wanted => Some(MonoTime::ZERO),
            // A text that is being written is searched for as fast as the deck can.
            (None, Some((at, _))) if !is_asked => Some(at + self.took * RESTS),
            (None, Some((at, before))) => {
                let soonest = at + PAUSE.max(self.took * RESTS);
                if before == figures {
                    self.ready_at.map(|due| due.max(soonest))
                } else {
                    Some(soonest)
                }
            }
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
    let is_asked = opened(screen).is_some() || jobs.refresh.asked == jobs.narrowed.filter();
    let figures = figures(&screen.board, pool);
    jobs.refresh.due_at(figures, is_asked)
}

/// The job that is shown whole, if there still is one.
fn opened(screen: &Screen) -> Option<JobId> {
    screen.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Job { opened, .. } if opened.gone.is_none() => Some(opened.job.job),
        _ => None,
    })
}

/// The question that is due, which then waits for its answer: for the list, or for the job that is shown whole.
pub(crate) fn ask(screen: &mut Screen) -> Option<Command> {
    let now = screen.now.mono;
    if due_at(screen).is_none_or(|at| at > now) {
        return None;
    }
    let opened = opened(screen);
    let jobs = &mut screen.jobs;
    let figures = figures(&screen.board, jobs.narrowed.pool.as_ref());
    let refresh = &mut jobs.refresh;
    refresh.is_wanted = false;
    refresh.waits = Some(now);
    refresh.last = Some((now, figures));
    refresh.ready_at = None;
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
    let pools = sum::pools(board, pool);
    let changes = pools.iter().map(|pool| pool.jobs.changes).sum();
    let paused = pools.iter().filter(|pool| pool.jobs.paused).count();
    (changes, paused)
}
