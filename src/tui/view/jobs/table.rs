//! The table of jobs: which columns fit, and what stands in them.

use ratatui::style::Style;

use crate::model::{JobState, JobView, WallTime};
use crate::tui::figures::{latency, since_wall, span, wait};
use crate::tui::jobs::short;
use crate::tui::json;
use crate::tui::sanitize::Painter;
use crate::tui::theme::{Theme, job_mark};

/// The cells of the mark, the id and the state, which always stay.
const FIXED: usize = 2 + 9 + 12;

/// The fewest cells of a payload.
const PAYLOAD: usize = 16;

/// A column that goes when the screen is narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Age,
    Tries,
    Worker,
    Run,
    Pool,
    Priority,
}

impl Column {
    /// Those that matter most first.
    const ALL: [Self; 6] = [
        Self::Age,
        Self::Tries,
        Self::Worker,
        Self::Run,
        Self::Pool,
        Self::Priority,
    ];

    /// In the order in which they stand.
    const STANDING: [Self; 6] = [
        Self::Priority,
        Self::Tries,
        Self::Age,
        Self::Run,
        Self::Pool,
        Self::Worker,
    ];

    /// Its title and its width with the gap before it.
    fn head(self) -> (&'static str, usize) {
        match self {
            Self::Age => ("age", 8),
            Self::Tries => ("tries", 6),
            Self::Worker => ("worker", 14),
            Self::Run => ("run", 7),
            Self::Pool => ("pool", 12),
            Self::Priority => ("prio", 5),
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Self::Worker | Self::Pool)
    }
}

/// The columns that fit.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    wide: usize,
    theme: Theme,
    now: WallTime,
}

impl Table {
    /// A table of `wide` cells; with pools where it has several pools' jobs, and with workers where jobs have any.
    pub(crate) fn new(
        wide: usize,
        (with_pool, with_worker): (bool, bool),
        theme: Theme,
        now: WallTime,
    ) -> Self {
        let mut rest = wide.saturating_sub(FIXED + PAYLOAD);
        let mut fitting = Vec::new();
        for column in Column::ALL {
            let is_empty = match column {
                Column::Pool => !with_pool,
                Column::Worker => !with_worker,
                _ => false,
            };
            if is_empty {
                continue;
            }
            let Some(left) = rest.checked_sub(column.head().1) else {
                break;
            };
            rest = left;
            fitting.push(column);
        }
        let standing = Column::STANDING.into_iter();
        Self {
            columns: standing.filter(|column| fitting.contains(column)).collect(),
            wide,
            theme,
            now,
        }
    }

    /// Paints the head.
    pub(crate) fn head(&self) -> Painter {
        let dim = self.theme.dim();
        let mut painter = Painter::new(self.wide);
        painter.pad(2).left("job", 9, dim).left("state", 12, dim);
        for column in &self.columns {
            let (title, cells) = column.head();
            cell(&mut painter, *column, title, cells, dim);
        }
        painter.pad(1).text("payload", dim);
        painter
    }

    /// Paints a job's row.
    pub(crate) fn row(&self, job: &JobView, is_selected: bool) -> Painter {
        let theme = self.theme;
        let mut painter = Painter::new(self.wide);
        painter.text(if is_selected { "▌" } else { " " }, theme.border(true));
        let name = if is_selected {
            theme.strong()
        } else {
            theme.text()
        };
        painter.pad(1).left(&short(job.job), 9, name);
        let (state, style) = state(theme, job);
        painter.left(&state, 12, style);
        for column in &self.columns {
            let (text, style) = self.text(*column, job);
            cell(&mut painter, *column, &text, column.head().1, style);
        }
        painter.pad(1);
        if let Some(error) = job.error.as_deref().filter(|_| job.state == JobState::Dead) {
            painter.text(error, theme.bad()).pad(2);
        }
        json::paint(&mut painter, json::head(&job.payload), theme);
        painter
    }

    fn text(&self, column: Column, job: &JobView) -> (String, Style) {
        let theme = self.theme;
        match column {
            Column::Age => (age(job, self.now), theme.text()),
            Column::Tries => {
                let style = if job.attempts > 1 {
                    theme.warning()
                } else {
                    theme.dim()
                };
                (format!("{}/{}", job.attempts, job.max_attempts), style)
            }
            Column::Worker => {
                let worker = job.worker.as_ref().map(ToString::to_string);
                (worker.unwrap_or_default(), theme.text())
            }
            Column::Run => match running(job, self.now) {
                Some(lasts) => (lasts, theme.strong()),
                None => (job.run.map_or_else(String::new, latency), theme.text()),
            },
            Column::Pool => (job.pool.to_string(), theme.text()),
            Column::Priority => (job.priority.to_string(), theme.dim()),
        }
    }
}

/// What a job is doing, in at most twelve cells.
pub(crate) fn state(theme: Theme, job: &JobView) -> (String, Style) {
    let mark = job_mark(job.state);
    if job.cancelling {
        (format!("{mark} cancelling"), theme.warning())
    } else {
        (format!("{mark} {}", job.state), theme.job(job.state))
    }
}

fn cell(painter: &mut Painter, column: Column, text: &str, cells: usize, style: Style) {
    if column.is_text() {
        painter.pad(1).left(text, cells.saturating_sub(1), style);
    } else {
        painter.right(text, cells, style);
    }
}

/// For how long a job has been there, or when a scheduled one becomes ready.
fn age(job: &JobView, now: WallTime) -> String {
    match (job.state, job.due) {
        (JobState::Scheduled, Some(due)) => format!("in {}", wait(since_wall(now, due))),
        _ => span(since_wall(job.created, now)),
    }
}

/// For how long a job has been running.
pub(crate) fn running(job: &JobView, now: WallTime) -> Option<String> {
    let started = job.started.filter(|_| job.state == JobState::Running)?;
    Some(wait(since_wall(started, now)))
}
