//! What a pool's row shows of its workers together.

use std::time::Duration;

use ratatui::style::Style;

use crate::model::{PoolView, State};
use crate::tui::jobs::had_jobs;
use crate::tui::sanitize::{Painter, width};
use crate::tui::sort;
use crate::tui::theme::{Theme, mark};
use crate::tui::view::numbers::{Numbers, Waiting};
use crate::tui::view::spark;

/// How many latencies a pool's percentiles are taken from.
const LATENCIES: usize = 512;

/// The numbers of a pool.
#[expect(
    clippy::cast_precision_loss,
    reason = "numbers to be drawn, not to be added up"
)]
pub(crate) fn numbers(pool: &PoolView, width: usize) -> Numbers {
    let workers = &pool.workers;
    let add = |sum: Option<f32>, more: Option<f32>| match (sum, more) {
        (Some(sum), Some(more)) => Some(sum + more),
        (sum, more) => sum.or(more),
    };
    let mut numbers = Numbers {
        is_pool: true,
        full: 100.0 * workers.len().max(1) as f32,
        spark: spark::sum(workers, width),
        latency: percentiles(pool),
        in_flight: had_jobs(&pool.jobs).then_some(pool.jobs.in_flight),
        jobs: had_jobs(&pool.jobs).then_some(pool.jobs.rate),
        waiting: waiting(pool),
        ..Numbers::default()
    };
    for worker in workers {
        numbers.cpu = add(numbers.cpu, worker.sampled.cpu_percent);
        numbers.messages = add(numbers.messages, worker.rate.last());
        numbers.passed.0 += worker.sent;
        numbers.passed.1 += worker.received;
        numbers.exits += sort::unplanned(worker);
        numbers.mailbox += worker.sampled.mailbox;
        numbers.unread += worker.sampled.unread_bytes;
        numbers.restarts = numbers.restarts.saturating_add(worker.restarts);
        if let Some(bytes) = worker.sampled.memory_bytes {
            numbers.memory = Some(numbers.memory.unwrap_or(0) + bytes);
        }
    }
    numbers
}

/// Percentiles over the newest replies of all workers, as many of each.
fn percentiles(pool: &PoolView) -> Option<(Duration, Duration)> {
    let share = (LATENCIES / pool.workers.len().max(1)).max(4);
    let workers = pool.workers.iter();
    let mut all: Vec<Duration> = workers
        .flat_map(|worker| worker.latencies().rev().take(share))
        .collect();
    all.sort_unstable();
    let last = all.len().checked_sub(1)?;
    let at = |percent: usize| all.get((last * percent).div_ceil(100)).copied();
    at(50).zip(at(99))
}

/// Paints the state of a pool: a word where its workers agree, else how many are in which.
pub(crate) fn state(painter: &mut Painter, pool: &PoolView, cells: usize, theme: Theme) {
    let mut part = Painter::new(cells);
    let counts: Vec<(State, usize)> = State::ALL
        .iter()
        .map(|state| {
            let workers = pool.workers.iter();
            (
                *state,
                workers.filter(|worker| worker.state == *state).count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    if let [(state, _)] = counts.as_slice() {
        part.text(mark(*state), theme.state(*state));
        part.text(&format!(" {state}"), theme.state(*state));
    } else {
        for (state, count) in counts {
            part.text(mark(state), theme.state(state));
            part.text(&format!("{count} "), theme.text());
        }
    }
    let part = paused(rolling(part, pool, cells, theme), pool, cells, theme);
    let left = cells.saturating_sub(part.used());
    painter.append(part).pad(left);
}

/// What waits for a pool, where it has had jobs.
pub(crate) fn waiting(pool: &PoolView) -> Option<Waiting> {
    had_jobs(&pool.jobs).then(|| Waiting {
        queue: pool.jobs.queue,
        full: fullness(pool),
        dead: pool.jobs.dead,
    })
}

/// How full a pool's queue is, from 0 to 1, by count or by bytes, whichever is more; where its bounds are known.
#[expect(clippy::cast_precision_loss, reason = "shares to be drawn")]
pub(crate) fn fullness(pool: &PoolView) -> Option<f32> {
    let room = pool.room?;
    let share = |used: u64, of: usize| used as f32 / of.max(1) as f32;
    let jobs = share(pool.jobs.queue, room.capacity);
    Some(jobs.max(share(pool.jobs.bytes, room.bytes)).min(1.0))
}

/// A state that also says whether the pool is paused; where both have no place, that it is.
pub(crate) fn paused(part: Painter, pool: &PoolView, cells: usize, theme: Theme) -> Painter {
    if pool.jobs.paused {
        beside(part, "PAUSED", cells, theme.loud())
    } else {
        part
    }
}

/// A state that also says how far a rolling restart is; where both have no place, that alone.
fn rolling(part: Painter, pool: &PoolView, cells: usize, theme: Theme) -> Painter {
    match &pool.rolling {
        Some(rolling) => {
            let word = format!("↻ {} of {}", rolling.restarted + 1, rolling.of);
            beside(part, &word, cells, theme.warning())
        }
        None => part,
    }
}

fn beside(part: Painter, word: &str, cells: usize, style: Style) -> Painter {
    let mut both = Painter::new(cells);
    if part.used() + 1 + width(word) <= cells {
        both.append(part);
        both.pad(usize::from(both.used() > 0));
    }
    both.text(word, style);
    both
}
