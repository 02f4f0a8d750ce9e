//! The columns of the workers table: what each is called, and how wide it is. Called by `sort` and the views.

use crate::tui::jobs;
use crate::tui::screen::Screen;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Column {
    /// The worker's name, or the pool's; always the first.
    Worker,
    /// What it is doing; always the second.
    State,
    /// The process.
    Pid,
    /// Processor use over time and now; never left out.
    Cpu,
    /// Resident memory.
    Memory,
    /// Messages waiting in the deck.
    Mailbox,
    /// Bytes that the worker has not read.
    Unread,
    /// Jobs that wait for the pool.
    Queue,
    /// Jobs a second.
    Jobs,
    /// Messages a second.
    Messages,
    /// Median of recent reply latencies.
    P50,
    /// Their 99th percentile.
    P99,
    /// How often it was started again.
    Restarts,
    /// How long the process has lived.
    Uptime,
    /// Jobs that it has.
    InFlight,
    /// Dead jobs of the pool.
    Dead,
    /// The oldest job that it has.
    Job,
    /// Messages given to it.
    Sent,
    /// Messages from it.
    Received,
    /// What executes it.
    Runtime,
    /// How often it ended without being asked to.
    Exits,
}

/// Each column with its name in the config, its title, and its width with the gap before it.
const COLUMNS: [(Column, &str, &str, usize); 21] = [
    (Column::Worker, "worker", "worker", 0),
    (Column::State, "state", "state", 0),
    (Column::Pid, "pid", "pid", 8),
    (Column::Cpu, "cpu", "cpu", 6),
    (Column::Memory, "memory", "mem", 7),
    (Column::Mailbox, "mailbox", "mailbox", 8),
    (Column::Unread, "unread", "unread", 7),
    (Column::Queue, "queue", "queue", 8),
    (Column::Jobs, "jobs", "job/s", 7),
    (Column::Messages, "messages", "msg/s", 7),
    (Column::P50, "p50", "p50", 7),
    (Column::P99, "p99", "p99", 7),
    (Column::Restarts, "restarts", "↻", 4),
    (Column::Uptime, "uptime", "up", 7),
    (Column::InFlight, "in-flight", "active", 8),
    (Column::Dead, "dead", "dead", 6),
    (Column::Job, "job", "job", 16),
    (Column::Sent, "sent", "sent", 7),
    (Column::Received, "received", "rcvd", 7),
    (Column::Runtime, "runtime", "runtime", 10),
    (Column::Exits, "exits", "exits", 7),
];

impl Column {
    /// The names of all columns, as the config has them.
    pub(crate) const NAMES: [&'static str; 21] = {
        let mut names = [""; 21];
        let mut at = 0;
        while at < names.len() {
            #[expect(
                clippy::indexing_slicing,
                reason = "both have 21 items; the compiler looks"
            )]
            let name = COLUMNS[at].1;
            #[expect(clippy::indexing_slicing, reason = "the loop ends at its length")]
            {
                names[at] = name;
            }
            at += 1;
        }
        names
    };

    /// Finds a column by its name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let found = COLUMNS.iter().find(|(_, known, _, _)| *known == name);
        found.map(|(column, ..)| *column)
    }

    fn row(self) -> (&'static str, &'static str, usize) {
        let found = COLUMNS.iter().find(|(column, ..)| *column == self);
        found.map_or(("", "", 0), |(_, name, title, width)| {
            (*name, *title, *width)
        })
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.row().0
    }

    /// Its title in the table's head.
    pub(crate) fn title(self) -> &'static str {
        self.row().1
    }

    /// Its width with the gap before it; of CPU without its history, of the name and the state as the table says.
    pub(crate) fn width(self) -> usize {
        self.row().2
    }

    /// Whether it stands at the left edge of its cells.
    pub(crate) fn is_text(self) -> bool {
        self == Self::Runtime
    }
}

/// The columns that are wanted, in their order: name and state first, CPU never left out.
pub(crate) fn columns(screen: &Screen) -> Vec<Column> {
    let mut columns = vec![Column::Worker, Column::State];
    match &screen.columns {
        Some(chosen) => columns.extend(chosen),
        None => columns.extend(usual(screen)),
    }
    let mut seen = Vec::new();
    columns.retain(|column| {
        let is_new = !seen.contains(column);
        seen.push(*column);
        is_new
    });
    if !columns.contains(&Column::Cpu) {
        columns.insert(2, Column::Cpu);
    }
    columns
}

/// What is shown unless the config says otherwise: a deck without jobs has no columns about them.
fn usual(screen: &Screen) -> Vec<Column> {
    let jobs = jobs::of_deck(&screen.board);
    let (any, dead) = (jobs::had_jobs(&jobs), jobs.dead > 0);
    let all = COLUMNS.iter().map(|(column, ..)| *column);
    all.filter(|column| match column {
        Column::Queue | Column::Jobs | Column::InFlight | Column::Job => any,
        Column::Messages => !any,
        Column::Dead => dead,
        Column::Sent | Column::Received | Column::Runtime | Column::Exits => false,
        _ => true,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_by_the_name_it_has() {
        for name in Column::NAMES {
            assert_eq!(Column::from_name(name).map(Column::name), Some(name));
        }
        assert_eq!(Column::from_name("nope"), None);
    }
}
