//! What stands before a line's text: whether it is chosen, its time, its worker, its stream, how serious it is.

use std::time::Duration;

use crate::model::{Stream, WallTime, WorkerId, WorkerView};
use crate::tui::figures::since_wall;
use crate::tui::reader::{self, Level, Stamps};
use crate::tui::rows::Scope;
use crate::tui::sanitize::{Painter, plain, width};
use crate::tui::screen::Screen;

/// Below this many cells times are short and so are names.
const NARROW: usize = 60;

/// How lines begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gutter {
    stamps: Stamps,
    is_narrow: bool,
    /// The moment the deck started.
    start: WallTime,
    /// The cells for a worker's name; 0 where all lines are one worker's.
    names: usize,
    /// Whether the number alone names a worker.
    is_by_number: bool,
}

impl Gutter {
    /// How lines of these workers begin in a view of `columns` cells.
    pub(super) fn new(
        screen: &Screen,
        scope: &Scope,
        workers: &[&WorkerView],
        columns: usize,
    ) -> Self {
        let is_narrow = columns < NARROW;
        let is_by_number = is_narrow && matches!(scope, Scope::Pool(_));
        let name = |worker: &&WorkerView| name_width(&worker.id, is_by_number);
        let most = if is_narrow { 10 } else { 18 };
        let names = match scope {
            Scope::Worker(_) => 0,
            _ => workers.iter().map(name).max().unwrap_or(0).min(most),
        };
        let since = screen.now.mono.since_start().as_millis();
        let start = screen.now.wall.0 - i64::try_from(since).unwrap_or(0);
        Self {
            stamps: screen.reader.stamps,
            is_narrow,
            start: WallTime(start),
            names,
            is_by_number,
        }
    }

    /// The cells it takes.
    pub(super) fn wide(&self) -> usize {
        let names = if self.names > 0 { self.names + 1 } else { 0 };
        1 + self.time_wide() + names + 3
    }

    fn time_wide(&self) -> usize {
        match (self.stamps, self.is_narrow) {
            (Stamps::Off, _) => 0,
            (Stamps::Time | Stamps::SinceStart, false) => 13,
            (Stamps::Time | Stamps::SinceStart, true) => 9,
            (Stamps::Date, false) => 24,
            (Stamps::Date, true) => 15,
        }
    }

    /// Paints the mark of the chosen item and a time.
    pub(super) fn begin(
        &self,
        screen: &Screen,
        at: Option<WallTime>,
        is_chosen: bool,
        painter: &mut Painter,
    ) {
        let mark = if is_chosen { "▌" } else { " " };
        painter.text(mark, screen.theme.border(true));
        let wide = self.time_wide();
        if wide > 0 {
            let time = at.map_or_else(String::new, |at| self.time(at));
            painter.left(&time, wide - 1, screen.theme.dim()).pad(1);
        }
    }

    fn time(&self, at: WallTime) -> String {
        let mut time = match self.stamps {
            Stamps::Time => at.time_of_day(),
            Stamps::Date => at.date_and_time(),
            Stamps::SinceStart => since(since_wall(self.start, at)),
            Stamps::Off => return String::new(),
        };
        if self.is_narrow {
            // Without milliseconds, and a date without its year.
            time.truncate(time.len().saturating_sub(4));
            if self.stamps == Stamps::Date {
                time = time.split_off(5.min(time.len()));
            }
        }
        time
    }

    /// Paints the worker, the stream and the level of a line.
    pub(super) fn tell(
        &self,
        screen: &Screen,
        worker: &WorkerId,
        stream: Stream,
        level: Option<Level>,
        painter: &mut Painter,
    ) {
        let theme = screen.theme;
        if self.names > 0 {
            let name = self.name(worker);
            painter.left(&name, self.names, theme.name(worker.number as usize));
            painter.pad(1);
        }
        match stream {
            Stream::Stdout => painter.pad(1),
            Stream::Stderr => painter.text("!", theme.bad()),
        };
        match level {
            Some(level) => painter.text(level.mark(), reader::mark(level, theme)),
            None => painter.pad(1),
        };
        painter.pad(1);
    }

    /// A worker's name; one that is too long keeps its number.
    fn name(&self, worker: &WorkerId) -> String {
        let number = format!("/{}", worker.number);
        if self.is_by_number {
            return number;
        }
        let room = self.names.saturating_sub(width(&number));
        format!("{}{number}", plain(worker.pool.as_str(), room))
    }
}

fn name_width(worker: &WorkerId, is_by_number: bool) -> usize {
    let digits = worker.number.checked_ilog10().unwrap_or(0) as usize + 1;
    let pool = if is_by_number {
        0
    } else {
        width(worker.pool.as_str())
    };
    pool + 1 + digits
}

/// A time since the start, always as wide as a time of day: `+0:02:41.107`.
fn since(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let time = format!(
        "{}:{:02}:{:02}.{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        duration.subsec_millis()
    );
    format!("{:>12}", format!("+{time}"))
}
