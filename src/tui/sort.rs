//! By what the workers table is sorted. Called by `rows`.

use std::cmp::Ordering;
use std::time::Duration;

use crate::model::{PoolView, State, WorkerView};
use crate::tui::worker::Column;

/// A column by which rows are sorted, and the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    /// The column.
    pub(crate) by: Column,
    /// Whether the least comes first.
    pub(crate) is_rising: bool,
}

impl Sort {
    /// Sorts by a column in the direction that is usual for it: the highest number, but the first word, comes first.
    pub(crate) fn by(column: Column) -> Self {
        let is_rising = matches!(
            column,
            Column::Worker | Column::State | Column::Pid | Column::Runtime
        );
        Self {
            by: column,
            is_rising,
        }
    }

    /// What comes after a sort among these columns, or before it; none is the order of the config.
    pub(crate) fn turn(sort: Option<Self>, columns: &[Column], is_back: bool) -> Option<Self> {
        let at = sort.and_then(|sort| columns.iter().position(|column| *column == sort.by));
        let next = match (at, is_back) {
            (None, false) => Some(0),
            (None, true) => columns.len().checked_sub(1),
            (Some(at), false) => Some(at + 1),
            (Some(at), true) => at.checked_sub(1),
        };
        next.and_then(|next| columns.get(next))
            .copied()
            .map(Self::by)
    }

    /// As it is remembered: `-cpu` has the most first, `+cpu` the least.
    pub(crate) fn to_text(self) -> String {
        let sign = if self.is_rising { '+' } else { '-' };
        format!("{sign}{}", self.by.name())
    }

    /// What was remembered.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let rising = text.strip_prefix('+');
        let by = Column::from_name(rising.or_else(|| text.strip_prefix('-'))?)?;
        Some(Self {
            by,
            is_rising: rising.is_some(),
        })
    }

    /// The other direction.
    #[must_use]
    pub(crate) fn reversed(self) -> Self {
        Self {
            is_rising: !self.is_rising,
            ..self
        }
    }

    /// The direction as the table's head shows it.
    pub(crate) fn mark(self) -> &'static str {
        if self.is_rising { "▲" } else { "▼" }
    }

    /// Puts the workers of a pool in order; equal ones stay in theirs.
    pub(crate) fn workers(self, workers: &mut [&WorkerView]) {
        workers.sort_by_cached_key(|worker| Key::new(self, self.of(worker)));
    }

    /// Puts pools in order: by what their workers have together, or the most that one has.
    pub(crate) fn pools(self, pools: &mut [&PoolView]) {
        if self.by == Column::Worker {
            pools.sort_by(|a, b| self.turned(a.name.as_str().cmp(b.name.as_str())));
        } else {
            pools.sort_by_cached_key(|pool| Key::new(self, self.of_pool(pool)));
        }
    }

    fn turned(self, order: Ordering) -> Ordering {
        if self.is_rising {
            order
        } else {
            order.reverse()
        }
    }

    fn of_pool(self, pool: &PoolView) -> Option<f64> {
        let numbers = pool.workers.iter().filter_map(|worker| self.of(worker));
        match self.by {
            Column::Queue => Some(number(pool.jobs.queue)),
            Column::Dead => Some(number(pool.jobs.dead)),
            Column::InFlight => Some(number(pool.jobs.in_flight)),
            Column::P50 | Column::P99 | Column::Uptime | Column::Job => numbers.reduce(f64::max),
            Column::Worker | Column::State | Column::Pid | Column::Runtime => {
                numbers.reduce(f64::min)
            }
            Column::Cpu
            | Column::Memory
            | Column::Mailbox
            | Column::Unread
            | Column::Jobs
            | Column::Messages
            | Column::Restarts
            | Column::Sent
            | Column::Received
            | Column::Exits => numbers.reduce(|sum, more| sum + more),
        }
    }

    fn of(self, worker: &WorkerView) -> Option<f64> {
        let sampled = &worker.sampled;
        let seconds = |time: Duration| time.as_secs_f64();
        Some(match self.by {
            Column::Worker => f64::from(worker.id.number),
            Column::State => place(&State::ALL, &worker.state),
            Column::Runtime => f64::from(worker.runtime.map(|runtime| runtime as u8)?),
            Column::Pid => f64::from(worker.pid?),
            Column::Cpu => f64::from(sampled.cpu_percent?),
            Column::Memory => number(sampled.memory_bytes?),
            Column::Mailbox => number(sampled.mailbox),
            Column::Unread => number(sampled.unread_bytes),
            Column::InFlight => number(sampled.in_flight),
            Column::Sent => number(worker.sent),
            Column::Received => number(worker.received),
            Column::Restarts => f64::from(worker.restarts),
            Column::Exits => number(unplanned(worker)),
            Column::Jobs => f64::from(worker.job_rate.last()?),
            Column::Messages => f64::from(worker.rate.last()?),
            Column::P50 => seconds(worker.latency_percentile(50)?),
            Column::P99 => seconds(worker.latency_percentile(99)?),
            // What has lived longest started first.
            Column::Uptime => -worker.started?.since_start().as_secs_f64(),
            Column::Job => {
                let (_, since) = sampled.jobs.current?;
                -f64::from(u32::try_from(since.0 / 1000).unwrap_or(u32::MAX))
            }
            // These are a pool's.
            Column::Queue | Column::Dead => 0.0,
        })
    }
}

/// How often a worker ended without being asked to, as far as that is held.
pub(crate) fn unplanned(worker: &WorkerView) -> u64 {
    let exits = worker.exits.iter();
    exits.filter(|exit| !exit.planned).count() as u64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number to be compared, not to be added up"
)]
fn number(number: u64) -> f64 {
    number as f64
}

fn place<T: PartialEq>(all: &[T], one: &T) -> f64 {
    let at = all.iter().position(|other| other == one);
    number(at.unwrap_or(all.len()) as u64)
}

/// What rows are put in order by; what is not known comes last in either direction.
#[derive(Clone, Copy, Debug)]
struct Key {
    number: Option<f64>,
    is_rising: bool,
}

impl Key {
    fn new(sort: Sort, number: Option<f64>) -> Self {
        Self {
            number,
            is_rising: sort.is_rising,
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.number, other.number) {
            (Some(one), Some(other)) if self.is_rising => one.total_cmp(&other),
            (Some(one), Some(other)) => other.total_cmp(&one),
            (one, other) => other.is_some().cmp(&one.is_some()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_comes_last_in_either_direction() {
        for sort in [Sort::by(Column::Cpu), Sort::by(Column::Cpu).reversed()] {
            let mut keys = [None, Some(1.0), Some(2.0)].map(|number| Key::new(sort, number));
            keys.sort();
            assert_eq!(keys[2].number, None);
            assert_eq!(keys[0].number, Some(if sort.is_rising { 1.0 } else { 2.0 }));
        }
    }

    #[test]
    fn sorting_goes_round_through_the_order_of_the_config() {
        let columns = [Column::Worker, Column::Cpu];
        let mut sort = None;
        let mut seen = Vec::new();
        for _ in 0..4 {
            sort = Sort::turn(sort, &columns, false);
            seen.push(sort.map(|sort| sort.by));
        }
        assert_eq!(
            seen,
            [
                Some(Column::Worker),
                Some(Column::Cpu),
                None,
                Some(Column::Worker)
            ]
        );
        assert_eq!(Sort::turn(sort, &columns, true), None);
        assert_eq!(Sort::turn(None, &[], true), None);
    }
}
