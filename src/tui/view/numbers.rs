//! What the columns of the workers table show of a worker or a pool, and how it is painted.

use std::time::Duration;

use ratatui::style::Style;

use crate::model::{JobId, Runtime};
use crate::tui::figures;
use crate::tui::jobs::short;
use crate::tui::sanitize::Painter;
use crate::tui::theme::Theme;
use crate::tui::view::column::Widths;
use crate::tui::view::spark;
use crate::tui::worker::Column;

/// What waits for a pool.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Waiting {
    /// Jobs that wait.
    pub(crate) queue: u64,
    /// How full the queue is, from 0 to 1, where that is known.
    pub(crate) full: Option<f32>,
    /// Dead jobs.
    pub(crate) dead: u64,
}

/// What the columns show.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// Whether it is a pool, which has neither a process nor an age.
    pub(crate) is_pool: bool,
    /// Newest CPU in percent of one core.
    pub(crate) cpu: Option<f32>,
    /// What is a full load.
    pub(crate) full: f32,
    /// Of so many cores CPU is a share; 1 shows it as it is.
    pub(crate) cores: f32,
    /// CPU over time.
    pub(crate) spark: Vec<Option<f32>>,
    /// The process.
    pub(crate) pid: Option<u32>,
    /// Of what has had jobs: those given and not yet answered.
    pub(crate) in_flight: Option<u64>,
    /// Of a pool that has had jobs.
    pub(crate) waiting: Option<Waiting>,
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
    /// Exits that nobody asked for.
    pub(crate) exits: u64,
    /// Jobs a second, where it has had any.
    pub(crate) jobs: Option<f32>,
    /// Messages a second.
    pub(crate) messages: Option<f32>,
    /// Percentiles of latency: 50 and 99.
    pub(crate) latency: Option<(Duration, Duration)>,
    /// How long the process has lived.
    pub(crate) uptime: Option<Duration>,
    /// Messages given to it, and from it.
    pub(crate) passed: (u64, u64),
    /// What executes it.
    pub(crate) runtime: Option<Runtime>,
}

impl Numbers {
    /// Paints the cells of all columns that fit.
    pub(crate) fn paint(&self, painter: &mut Painter, widths: &Widths, theme: Theme) {
        for column in &widths.columns {
            match column {
                Column::Cpu => self.paint_cpu(painter, theme),
                Column::Queue => self.paint_queue(painter, *column, theme),
                column => {
                    let (text, style) = self.cell(*column, theme);
                    if column.is_text() {
                        painter.pad(1).left(&text, column.width() - 1, style);
                    } else {
                        painter.right(&text, column.width(), style);
                    }
                }
            }
        }
    }

    fn cell(&self, column: Column, theme: Theme) -> (String, Style) {
        let known = |text: Option<String>| match text {
            Some(text) => (text, theme.text()),
            None => ("—".to_owned(), theme.dim()),
        };
        let counted =
            |number: u64, style: Style| zero(number, figures::short(number), style, theme);
        let nothing = (String::new(), theme.dim());
        match column {
            Column::Pid | Column::Uptime | Column::Runtime if self.is_pool => nothing,
            Column::Pid => known(self.pid.map(|pid| pid.to_string())),
            Column::Memory => known(self.memory.map(figures::bytes)),
            Column::Mailbox => counted(self.mailbox, theme.strong()),
            Column::Unread => {
                let style = theme.warning();
                zero(self.unread, figures::bytes(self.unread), style, theme)
            }
            Column::Restarts => {
                let text = self.restarts.min(999).to_string();
                zero(self.restarts.into(), text, theme.warning(), theme)
            }
            Column::Exits => counted(self.exits, theme.warning()),
            Column::Jobs => self
                .jobs
                .map_or(nothing, |jobs| (figures::rate(jobs), theme.text())),
            Column::Messages => known(self.messages.map(figures::rate)),
            Column::P50 => known(self.latency.map(|(p50, _)| figures::latency(p50))),
            Column::P99 => known(self.latency.map(|(_, p99)| figures::latency(p99))),
            Column::Uptime => known(self.uptime.map(figures::span)),
            Column::InFlight => match self.in_flight {
                Some(jobs) => counted(jobs, theme.strong()),
                None => nothing,
            },
            Column::Dead => match self.waiting {
                Some(waiting) => counted(waiting.dead, theme.bad()),
                None => nothing,
            },
            Column::Job => self.job.map_or(nothing, |(job, lasts)| {
                let text = format!("{} {:>5}", short(job), figures::wait(lasts));
                (text, theme.text())
            }),
            Column::Sent => counted(self.passed.0, theme.text()),
            Column::Received => counted(self.passed.1, theme.text()),
            Column::Runtime => known(self.runtime.map(|runtime| runtime.to_string())),
            // These are painted otherwise.
            Column::Worker | Column::State | Column::Cpu | Column::Queue => nothing,
        }
    }

    fn paint_cpu(&self, painter: &mut Painter, theme: Theme) {
        painter.pad(1);
        spark::paint(painter, &self.spark, self.full, theme);
        let (text, style) = match self.cpu {
            Some(cpu) => {
                let style = theme.load(cpu / self.full.max(1.0) * 100.0);
                (
                    figures::share(cpu / self.cores.max(1.0), self.cores > 1.0),
                    style,
                )
            }
            None => ("—".to_owned(), theme.dim()),
        };
        painter.right(&text, Column::Cpu.width() - 1, style);
    }

    /// How many jobs wait, and how full the queue is.
    fn paint_queue(&self, painter: &mut Painter, column: Column, theme: Theme) {
        let cells = column.width();
        let Some(waiting) = self.waiting else {
            painter.pad(cells);
            return;
        };
        let queue = figures::short(waiting.queue);
        let (text, style) = zero(waiting.queue, queue, theme.strong(), theme);
        painter.right(&text, cells - 1, style);
        match waiting.full {
            Some(full) if waiting.queue > 0 => {
                painter.text(spark::block(full), theme.load(full * 100.0));
            }
            _ => drop(painter.pad(1)),
        }
    }
}

fn zero(number: u64, text: String, loud: Style, theme: Theme) -> (String, Style) {
    match number {
        0 => ("0".to_owned(), theme.dim()),
        _ => (text, loud),
    }
}
