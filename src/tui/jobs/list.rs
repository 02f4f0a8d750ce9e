//! The list: what the deck told of its jobs, which of them are shown, and which one is selected.

use std::sync::Arc;

use crate::model::{Board, JobFilter, JobId, JobState, JobView, Now, PoolName, PoolView};
use crate::tui::filter::Filter;
use crate::tui::jobs::bulk::Bulk;
use crate::tui::jobs::refresh::Refresh;
use crate::tui::jobs::sum;

/// How many jobs are asked for at the most.
pub(crate) const LIMIT: usize = 500;

/// What narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Narrowed {
    /// To one pool.
    pub(crate) pool: Option<PoolName>,
    /// To one state.
    pub(crate) state: Option<JobState>,
    /// To those that contain a text.
    pub(crate) text: Filter,
}

impl Narrowed {
    /// What the deck is asked for.
    pub(crate) fn filter(&self) -> JobFilter {
        JobFilter {
            ids: Vec::new(),
            pool: self.pool.clone(),
            states: self.state.into_iter().collect(),
            text: Some(self.text.text())
                .filter(|text| !text.is_empty())
                .map(Arc::from),
        }
    }

    /// Whether a job that was told is shown until the deck has answered. What contains the text only the deck knows.
    fn admits(&self, job: &JobView) -> bool {
        self.pool.as_ref().is_none_or(|pool| *pool == job.pool)
            && self.state.is_none_or(|state| state == job.state)
    }
}

/// The jobs view's model.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    is_open: bool,
    /// Whether jobs that wait when the deck ends are kept for its next run.
    pub(crate) are_kept: bool,
    /// What narrows the list.
    pub(crate) narrowed: Narrowed,
    list: Vec<JobView>,
    /// The places in the list of those that are shown, for what narrows it.
    shown: Option<(Narrowed, Vec<usize>)>,
    selected: Option<JobId>,
    at: usize,
    /// What is to be done with all jobs of a filter, once the deck has counted them.
    pub(crate) bulk: Option<(Bulk, JobFilter)>,
    /// When the deck is asked.
    pub(crate) refresh: Refresh,
}

impl Jobs {
    /// Opens on a pool, or on all.
    pub(crate) fn open(&mut self, pool: Option<PoolName>) {
        if !self.is_open {
            self.is_open = true;
            self.narrowed.pool = pool;
            self.refresh.begin();
        }
    }

    /// Closes and forgets the jobs.
    pub(crate) fn close(&mut self) {
        self.is_open = false;
        self.bulk = None;
        self.narrowed.text = Filter::default();
        self.list = Vec::new();
        self.shown = None;
    }

    /// Whether the view is on the screen.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Shows the jobs in the next state, or in the one before; after the last state come all.
    pub(crate) fn turn_state(&mut self, is_back: bool) {
        let states: Vec<Option<JobState>> = std::iter::once(None)
            .chain(JobState::ALL.into_iter().map(Some))
            .collect();
        self.show_state(turned(&states, &self.narrowed.state, is_back).flatten());
    }

    /// Shows the jobs in a state, or in all.
    pub(crate) fn show_state(&mut self, state: Option<JobState>) {
        self.narrowed.state = state;
        self.go_to(0);
        self.refresh.want();
    }

    /// Shows the next pool's jobs, or those of the one before; after the last pool come all.
    pub(crate) fn turn_pool(&mut self, board: &Board, is_back: bool) {
        let pools: Vec<Option<PoolName>> = std::iter::once(None)
            .chain(board.pools.keys().cloned().map(Some))
            .collect();
        let pool = turned(&pools, &self.narrowed.pool, is_back);
        self.show_pool(pool.flatten());
    }

    /// Shows a pool's jobs, or all.
    pub(crate) fn show_pool(&mut self, pool: Option<PoolName>) {
        self.narrowed.pool = pool;
        self.go_to(0);
        self.refresh.want();
    }

    /// The pools whose jobs are shown.
    pub(crate) fn pools<'a>(&self, board: &'a Board) -> Vec<&'a PoolView> {
        sum::pools(board, self.narrowed.pool.as_ref())
    }

    /// The pool that keys mean: the one that is shown, else the selected job's, else the only one.
    pub(crate) fn pool(&self, board: &Board) -> Option<PoolName> {
        let selected = || self.selected().map(|job| job.pool.clone());
        let only = || match board.pools.len() {
            1 => board.pools.keys().next().cloned(),
            _ => None,
        };
        self.narrowed.pool.clone().or_else(selected).or_else(only)
    }

    /// Takes what the deck told.
    pub(crate) fn take(&mut self, list: Vec<JobView>, now: Now) {
        self.refresh.note_due(list.iter(), now);
        self.list = list;
        self.shown = None;
    }

    /// Takes what the deck told of one job.
    pub(crate) fn take_one(&mut self, job: &JobView) {
        if let Some(old) = self.list.iter_mut().find(|old| old.job == job.job) {
            *old = job.clone();
            self.shown = None;
        }
    }

    /// Whether there may be more jobs than the deck told of.
    pub(crate) fn is_cut(&self) -> bool {
        self.list.len() >= LIMIT
    }

    /// Finds anew what is shown, where that may have changed, and keeps the selection on its job, else at its place.
    pub(crate) fn arrange(&mut self, board: &Board) {
        if let Some(pool) = &self.narrowed.pool
            && !board.pools.contains_key(pool)
        {
            self.narrowed.pool = None;
            self.refresh.want();
        }
        if matches!(&self.shown, Some((narrowed, _)) if *narrowed == self.narrowed) {
            return;
        }
        let jobs = self.list.iter().enumerate();
        let shown = jobs
            .filter(|(_, job)| self.narrowed.admits(job))
            .map(|(place, _)| place)
            .collect();
        self.shown = Some((self.narrowed.clone(), shown));
        let selected = self.selected;
        let place = self.shown().position(|job| Some(job.job) == selected);
        self.select(place.unwrap_or(self.at));
    }

    /// The jobs that are shown.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &JobView> {
        let places = self.shown.iter().flat_map(|(_, places)| places);
        places.filter_map(|place| self.list.get(*place))
    }

    /// How many are shown.
    pub(crate) fn count(&self) -> usize {
        self.shown.as_ref().map_or(0, |(_, places)| places.len())
    }

    /// The selected job.
    pub(crate) fn selected(&self) -> Option<&JobView> {
        let (_, places) = self.shown.as_ref()?;
        self.list.get(*places.get(self.at)?)
    }

    /// Its place among those that are shown.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Selects the job at a place, or the last one.
    pub(crate) fn select(&mut self, place: usize) {
        self.at = place.min(self.count().saturating_sub(1));
        self.selected = self.selected().map(|job| job.job);
    }

    /// Forgets which job was selected: what comes is looked at from `place`.
    fn go_to(&mut self, place: usize) {
        self.at = place;
        self.selected = None;
    }
}

/// What follows `here` in a circle, or what comes before it.
fn turned<T: Clone + PartialEq>(all: &[T], here: &T, is_back: bool) -> Option<T> {
    let at = all.iter().position(|one| one == here).unwrap_or(0);
    let by = if is_back {
        all.len().saturating_sub(1)
    } else {
        1
    };
    all.get((at + by) % all.len().max(1)).cloned()
}

/// The end of a job's id: it begins with the time, which many have in common.
pub(crate) fn short(job: JobId) -> String {
    let text = job.to_string();
    let end = text.len().saturating_sub(8);
    text.get(end..).unwrap_or_default().to_owned()
}
