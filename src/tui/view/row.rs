//! One row of the workers table: a worker, or a pool with what its workers have together.

use ratatui::style::Style;

use crate::model::{PoolView, State, WorkerId, WorkerView};
use crate::tui::figures::{short, since_wall, wait};
use crate::tui::rows::Row;
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::{Pane, Screen};
use crate::tui::theme::{Theme, mark};
use crate::tui::view::column::Widths;
use crate::tui::view::numbers::Numbers;
use crate::tui::view::{obituary, pool, spark};
use crate::tui::{jobs, sort};

/// Paints a row: of the selected one the first cell is a bar; of others it says whether there is something new.
pub(crate) fn paint(
    screen: &Screen,
    widths: &Widths,
    row: &Row,
    (is_selected, is_last): (bool, bool),
) -> Painter {
    let mut painter = Painter::new(widths.whole);
    let theme = screen.theme;
    let is_focused = screen.focus == Pane::Workers;
    if is_selected {
        painter.text("▌", theme.border(is_focused));
    } else {
        match news(screen, row) {
            (_, true) => painter.text("!", theme.bad()),
            (true, false) => painter.text("◆", theme.dim()),
            (false, false) => painter.pad(1),
        };
    }
    painter.pad(2_usize.saturating_sub(painter.used()));
    let name = if is_selected {
        theme.strong()
    } else {
        theme.text()
    };
    let Some(pool) = screen.board.pools.get(row.pool()) else {
        return painter;
    };
    match row {
        Row::Pool(_) => pool_row(screen, widths, pool, name, &mut painter),
        Row::Worker(id) => {
            label(widths, pool, (id, is_last), (theme, name), &mut painter);
            if let Some(worker) = screen.board.worker(id) {
                worker_row(screen, widths, (pool, worker), &mut painter);
            }
        }
    }
    painter
}

/// Whether something was said since it was looked at, and on standard error; of a folded pool by any of its workers.
fn news(screen: &Screen, row: &Row) -> (bool, bool) {
    let pool = match row {
        Row::Worker(id) => return screen.news(id),
        Row::Pool(pool) if screen.table.is_folded(pool) => screen.board.pools.get(pool),
        Row::Pool(_) => None,
    };
    let workers = pool.iter().flat_map(|pool| &pool.workers);
    workers.fold((false, false), |(any, loud), worker| {
        let (one, is_loud) = screen.news(&worker.id);
        (any || one, loud || is_loud)
    })
}

fn label(
    widths: &Widths,
    pool: &PoolView,
    (id, is_last): (&WorkerId, bool),
    (theme, name): (Theme, Style),
    painter: &mut Painter,
) {
    let tree = match pool.workers.len() {
        0 | 1 => "  ",
        _ if is_last => "╰ ",
        _ => "├ ",
    };
    let mut label = Painter::new(widths.name);
    // The number tells a pool's workers apart: it is never what does not fit.
    let number = format!("/{}", id.number);
    let room = widths.name.saturating_sub(2 + width(&number));
    let mut text = Painter::new(room);
    text.text(id.pool.as_str(), name);
    label.text(tree, theme.dim()).append(text);
    label.text(&number, name);
    let pad = widths.name + 1 - label.used();
    painter.append(label).pad(pad);
}

fn pool_row(screen: &Screen, widths: &Widths, pool: &PoolView, name: Style, painter: &mut Painter) {
    let theme = screen.theme;
    let is_folded = screen.table.is_folded(&pool.name);
    let fold = if is_folded { "▸ " } else { "▾ " };
    let mut label = Painter::new(widths.name);
    label.text(fold, theme.accent());
    let count = format!(" ×{}", pool.workers.len());
    let room = widths.name.saturating_sub(2 + width(&count));
    let mut text = Painter::new(room);
    text.text(pool.name.as_str(), name);
    label.append(text).text(&count, theme.dim());
    let pad = widths.name + 1 - label.used();
    painter.append(label).pad(pad);
    pool::state(painter, pool, widths.state, theme);
    let mut numbers = pool::numbers(pool, widths.spark);
    machine_share(screen, &mut numbers);
    numbers.paint(painter, widths, theme);
}

fn worker_row(
    screen: &Screen,
    widths: &Widths,
    (pool, worker): (&PoolView, &WorkerView),
    painter: &mut Painter,
) {
    // A pool of one has no row of its own.
    let is_pool = pool.workers.len() == 1;
    let theme = screen.theme;
    let style = theme.state(worker.state);
    let mut part = Painter::new(widths.state);
    part.text(mark(worker.state), style);
    part.text(&format!(" {}", worker.state), style);
    if let Some(time) = countdown(screen, worker)
        && part.used() + width(&time) < widths.state
    {
        part.text(&format!(" {time}"), theme.text());
    }
    if is_pool {
        part = pool::paused(part, pool, widths.state, theme);
    }
    let pad = widths.state - part.used();
    painter.append(part).pad(pad);
    if let Some(mut why) = why(worker) {
        if is_pool && pool.jobs.queue > 0 {
            why = format!("queue {}  {why}", short(pool.jobs.queue));
        }
        let mut reason = Painter::new(widths.after_state().saturating_sub(2));
        reason.text(&why, theme.dim());
        painter.pad(2).append(reason);
        return;
    }
    let mut numbers = numbers(screen, widths, pool, worker);
    machine_share(screen, &mut numbers);
    numbers.paint(painter, widths, theme);
}

fn numbers(screen: &Screen, widths: &Widths, pool: &PoolView, worker: &WorkerView) -> Numbers {
    // A pool of one has no row of its own.
    let is_pool = pool.workers.len() == 1;
    let job = worker.sampled.jobs.current.as_ref();
    Numbers {
        is_pool: false,
        cpu: worker.sampled.cpu_percent,
        full: 100.0,
        cores: 1.0,
        spark: spark::newest(&worker.cpu, widths.spark),
        pid: worker.pid,
        memory: worker.sampled.memory_bytes,
        mailbox: worker.sampled.mailbox,
        unread: worker.sampled.unread_bytes,
        restarts: worker.restarts,
        exits: sort::unplanned(worker),
        jobs: jobs::had_jobs(&pool.jobs).then_some(worker.job_rate.last().unwrap_or(0.0)),
        messages: worker.rate.last(),
        latency: worker
            .latency_percentile(50)
            .zip(worker.latency_percentile(99)),
        uptime: worker.uptime(screen.now.mono),
        in_flight: jobs::had_jobs(&pool.jobs).then_some(worker.sampled.in_flight),
        waiting: pool::waiting(pool).filter(|_| is_pool),
        job: job.map(|(job, since)| (*job, since_wall(*since, screen.now.wall))),
        passed: (worker.sent, worker.received),
        runtime: worker.runtime,
    }
}

/// Where CPU is shown as a share of the machine, that is what a full load is.
#[expect(clippy::cast_precision_loss, reason = "a few cores")]
fn machine_share(screen: &Screen, numbers: &mut Numbers) {
    if screen.table.is_share {
        numbers.cores = screen.cores.max(1) as f32;
        numbers.full = 100.0 * numbers.cores;
    }
}

/// What a row without a process says instead of numbers.
fn why(worker: &WorkerView) -> Option<String> {
    if worker.state.is_live() || worker.state == State::Starting {
        return None;
    }
    let told = worker.reason.as_deref();
    let mut text = match worker.exits.last() {
        // `5 restarts within 30 s, then exit 1 after 1.6 s` ends with it.
        Some(exit) if told.is_none_or(|told| told.ends_with(&*exit.cause)) => {
            let all = told.unwrap_or_default();
            let before = all.strip_suffix(&*exit.cause).unwrap_or_default();
            format!("{before}{}", obituary::cause(worker, exit))
        }
        _ => told.unwrap_or_default().to_owned(),
    };
    if worker.restarts > 0 {
        text = format!("↻ {}  {text}", worker.restarts);
    }
    if worker.sampled.mailbox > 0 {
        text = format!("mailbox {}  {text}", short(worker.sampled.mailbox));
    }
    Some(text)
}

/// What runs in a state: the time until it ends, or for how long it lasts.
fn countdown(screen: &Screen, worker: &WorkerView) -> Option<String> {
    match worker.state {
        State::Backoff | State::Stopping => {
            worker.until.map(|until| wait(until.since(screen.now.mono)))
        }
        State::Stalled => worker.stalled.map(wait),
        // Only one that is waited for has an end.
        State::Starting => worker
            .until
            .map(|_| wait(screen.now.mono.since(worker.since))),
        _ => None,
    }
}
