//! The columns of the workers table: which ones fit, and how wide they are.

use std::time::Duration;

use ratatui::style::Style;

use crate::model::JobId;
use crate::tui::figures;
use crate::tui::jobs::short;
use crate::tui::sanitize::Painter;
use crate::tui::sort::Sort;
use crate::tui::theme::Theme;
use crate::tui::view::spark;

/// The widest history of CPU: a minute.
const WIDEST_SPARK: usize = 60;

/// A column that goes when the screen is narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// The process.
    Pid,
    /// Jobs that it has.
    InFlight,
    /// Jobs that wait for the pool.
    Queue,
    /// Dead jobs of the pool.
    Dead,
    /// Resident memory.
    Memory,
    /// Messages waiting in the deck.
    Mailbox,
    /// Bytes that the worker has not read.
    Unread,
    /// Restarts.
    Restarts,
    /// Messages a second.
    Rate,
    /// Median of recent reply latencies.
    P50,
    /// Their 99th percentile.
    P99,
    /// How long the process has lived.
    Uptime,
    /// The oldest job that it has.
    Job,
}

/// The columns in the order in which they stand; the last go first.
const COLUMNS: [Column; 13] = [
    Column::Pid,
    Column::InFlight,
    Column::Queue,
    Column::Dead,
    Column::Memory,
    Column::Mailbox,
    Column::Unread,
    Column::Restarts,
    Column::Rate,
    Column::P50,
    Column::P99,
    Column::Uptime,
    Column::Job,
];

impl Column {
    fn title(self) -> &'static str {
        match self {
            Self::Pid => "pid",
            Self::InFlight => "jobs",
            Self::Queue => "queue",
            Self::Dead => "dead",
            Self::Job => "job",
            Self::Memory => "mem",
            Self::Mailbox => "mailbox",
            Self::Unread => "unread",
            Self::Restarts => "↻",
            Self::Rate => "msg/s",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::Uptime => "up",
        }
    }

    /// Its width with the gap before it.
    fn width(self) -> usize {
        match self {
            Self::Pid | Self::Mailbox => 8,
            Self::Restarts => 4,
            Self::InFlight | Self::Dead => 6,
            Self::Job => 16,
            Self::Queue
            | Self::Memory
            | Self::Unread
            | Self::Rate
            | Self::P50
            | Self::P99
            | Self::Uptime => 7,
        }
    }
}

/// The column that shows what rows are sorted by; none is CPU.
fn by(sort: Sort) -> Option<Column> {
    match sort {
        Sort::Cpu => None,
        Sort::Memory => Some(Column::Memory),
        Sort::Mailbox => Some(Column::Mailbox),
        Sort::Unread => Some(Column::Unread),
        Sort::Restarts => Some(Column::Restarts),
        Sort::Rate => Some(Column::Rate),
    }
}

/// Which columns about jobs there are: a deck without jobs has none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WithJobs {
    /// Whether any pool has had jobs.
    pub(crate) any: bool,
    /// Whether any has dead ones.
    pub(crate) dead: bool,
}

impl WithJobs {
    fn has(self, column: Column) -> bool {
        match column {
            Column::InFlight | Column::Queue | Column::Job => self.any,
            Column::Dead => self.dead,
            _ => true,
        }
    }
}

/// How wide everything is.
#[derive(Debug)]
pub(crate) struct Widths {
    /// The name with its mark.
    pub(crate) name: usize,
    /// The state.
    pub(crate) state: usize,
    /// The history of CPU, without its number.
    pub(crate) spark: usize,
    /// The columns that fit.
    pub(crate) columns: Vec<Column>,
    /// Everything.
    pub(crate) whole: usize,
}

impl Widths {
    /// Divides a table's width, the longest name being known.
    pub(crate) fn of(whole: usize, longest: usize, jobs: WithJobs) -> Self {
        let name = longest.clamp(8, (whole / 3).clamp(10, 28));
        let state = match whole {
            0..50 => 11,
            50..100 => 14,
            _ => 16,
        };
        // Marks, name, state and the number of CPU always stay.
        let mut rest = whole.saturating_sub(2 + name + 1 + state + 6);
        let mut spark = rest.min(7);
        rest -= spark;
        let mut columns = Vec::new();
        for column in COLUMNS.into_iter().filter(|column| jobs.has(*column)) {
            let Some(left) = rest.checked_sub(column.width()) else {
                break;
            };
            rest = left;
            columns.push(column);
        }
        let grown = (spark + rest).min(WIDEST_SPARK);
        spark = if spark < 7 { spark } else { grown };
        Self {
            name,
            state,
            spark,
            columns,
            whole,
        }
    }

    /// How wide the columns left and right of CPU are.
    pub(crate) fn after_state(&self) -> usize {
        self.whole.saturating_sub(2 + self.name + 1 + self.state)
    }

    /// Paints the table's head.
    pub(crate) fn head(&self, theme: Theme, sort: Option<Sort>) -> Painter {
        let look = |column: Option<Column>| match sort {
            Some(sort) if by(sort) == column => ("▼", theme.accent()),
            _ => ("", theme.dim()),
        };
        let mut painter = Painter::new(self.whole);
        painter.pad(2).left("worker", self.name + 1, theme.dim());
        painter.left("state", self.state, theme.dim());
        self.cells(&mut painter, |painter, column| {
            let (mark, style) = look(column);
            if let Some(column) = column {
                let title = format!("{}{mark}", column.title());
                painter.right(&title, column.width(), style);
            } else {
                let title = format!("cpu{mark}");
                painter.pad(1).left(&title, self.spark + 5, style);
            }
        });
        painter
    }

    /// Calls `paint` for each column in its place; none is CPU.
    pub(crate) fn cells(
        &self,
        painter: &mut Painter,
        mut paint: impl FnMut(&mut Painter, Option<Column>),
    ) {
        let mut columns = self.columns.iter().peekable();
        if columns.next_if(|column| **column == Column::Pid).is_some() {
            paint(painter, Some(Column::Pid));
        }
        paint(painter, None);
        for column in columns {
            paint(painter, Some(*column));
        }
    }
}

/// What the columns show of a worker or a pool.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// Whether it is a pool, which has neither a process nor an age.
    pub(crate) is_pool: bool,
    /// Newest CPU in percent of one core.
    pub(crate) cpu: Option<f32>,
    /// What is a full load.
    pub(crate) full: f32,
    /// CPU over time.
    pub(crate) spark: Vec<Option<f32>>,
    /// The process.
    pub(crate) pid: Option<u32>,
    /// Of what has had jobs: those given and not yet answered.
    pub(crate) in_flight: Option<u64>,
    /// Of a pool that has had jobs: those that wait, and dead ones.
    pub(crate) queue: Option<(u64, u64)>,
    /// The oldest job it has, and for how long.
    pub(crate) job: Option<(JobId, Duration)>,
    /// Resident memory.
    pub(crate) memory: Option<u64>,
    /// Messages waiting.
    pub(crate) mailbox: u64,
    /// Unread bytes.
    pub(crate) unread: u64,
    /// Restarts.
    pub(crate) restarts: u32,
    /// Messages a second.
    pub(crate) rate: Option<f32>,
    /// Percentiles of latency: 50 and 99.
    pub(crate) latency: Option<(Duration, Duration)>,
    /// How long the process has lived.
    pub(crate) uptime: Option<Duration>,
}

impl Numbers {
    /// Paints one cell.
    pub(crate) fn paint(&self, painter: &mut Painter, column: Option<Column>, theme: Theme) {
        let Some(column) = column else {
            self.paint_cpu(painter, theme);
            return;
        };
        let zero = |number: u64, text: String, loud| match number {
            0 => ("0".to_owned(), theme.dim()),
            _ => (text, loud),
        };
        let known = |text: Option<String>| match text {
            Some(text) => (text, theme.text()),
            None => ("—".to_owned(), theme.dim()),
        };
        let (text, style) = match column {
            Column::Pid | Column::Uptime if self.is_pool => (String::new(), theme.dim()),
            Column::InFlight => self.in_flight.map_or_else(
                || (String::new(), theme.dim()),
                |number| zero(number, figures::short(number), theme.strong()),
            ),
            Column::Queue | Column::Dead => self.queued(column == Column::Dead, theme),
            Column::Job => {
                let job = self
                    .job
                    .map(|(job, lasts)| format!("{} {:>5}", short(job), figures::wait(lasts)));
                (job.unwrap_or_default(), theme.text())
            }
            Column::Pid => known(self.pid.map(|pid| pid.to_string())),
            Column::Memory => known(self.memory.map(figures::bytes)),
            Column::Mailbox => zero(self.mailbox, figures::short(self.mailbox), theme.strong()),
            Column::Unread => zero(self.unread, figures::bytes(self.unread), theme.warning()),
            Column::Restarts => {
                let restarts = u64::from(self.restarts);
                let text = if restarts > 999 {
                    "999".to_owned()
                } else {
                    restarts.to_string()
                };
                zero(restarts, text, theme.warning())
            }
            Column::Rate => known(self.rate.map(figures::rate)),
            Column::P50 => known(self.latency.map(|(p50, _)| figures::latency(p50))),
            Column::P99 => known(self.latency.map(|(_, p99)| figures::latency(p99))),
            Column::Uptime => known(self.uptime.map(figures::span)),
        };
        painter.right(&text, column.width(), style);
    }
    fn paint_cpu(&self, painter: &mut Painter, theme: Theme) {
        painter.pad(1);
        spark::paint(painter, &self.spark, self.full, theme);
        let (text, style) = match self.cpu {
            Some(cpu) => (
                figures::percent(cpu),
                theme.load(cpu / self.full.max(1.0) * 100.0),
            ),
            None => ("—".to_owned(), theme.dim()),
        };
        painter.right(&text, 5, style);
    }

    /// What waits for a pool, or what of it is dead.
    fn queued(&self, is_dead: bool, theme: Theme) -> (String, Style) {
        let style = if is_dead { theme.bad() } else { theme.strong() };
        match self.queue {
            None => (String::new(), theme.dim()),
            Some((queue, dead)) => match if is_dead { dead } else { queue } {
                0 => ("0".to_owned(), theme.dim()),
                number => (figures::short(number), style),
            },
        }
    }
}
