//! The workers table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::{Board, PoolView, State, WorkerId, WorkerView};
use crate::tui::figures::{bytes, cells, percent, plural, short, since_wall, wait};
use crate::tui::jobs;
use crate::tui::rows::{self, Row};
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::{Pane, Screen, ViewState};
use crate::tui::theme::{Theme, mark};
use crate::tui::view::column::{Numbers, Widths, WithJobs};
use crate::tui::view::frame::{Frame, empty, line};
use crate::tui::view::{obituary, pool, routes, spark};

/// Draws the table.
pub(crate) fn render(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    let title = match screen.table.sort {
        Some(sort) => format!("Workers by {}", sort.title()),
        None => "Workers".to_owned(),
    };
    let frame = Frame {
        title: &title,
        note: Some(note(screen, area.width)),
        below: Some(below(screen)),
        foot: newest_death(screen),
        is_focused: screen.focus == Pane::Workers,
    };
    let inner = frame.render(screen.theme, area, buffer);
    let count = rows::count(&screen.board, &screen.table);
    if count == 0 {
        view.rows = Rect::default();
        empty(screen.theme, inner, "No workers yet.", buffer);
        return;
    }
    let widths = widths(screen, usize::from(inner.width));
    line(
        buffer,
        inner,
        0,
        &widths.head(screen.theme, screen.table.sort).finish(),
    );
    let list = Rect {
        y: inner.y + inner.height.min(1),
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let list = routes(screen, list, count, buffer);
    view.rows = list;
    let height = usize::from(list.height);
    let at = screen.selected_index();
    let most = count.saturating_sub(height);
    view.rows_top = view
        .rows_top
        .clamp((at + 1).saturating_sub(height.max(1)), at)
        .min(most);
    for place in 0..height.min(count - view.rows_top) {
        let index = view.rows_top + place;
        if let Some(row) = rows::at(&screen.board, &screen.table, index) {
            let next = rows::at(&screen.board, &screen.table, index + 1);
            let is_last = next.is_none_or(|next| next.pool() != row.pool());
            let painter = paint(screen, &widths, &row, (index == at, is_last));
            line(buffer, list, place, &painter.finish());
        }
    }
}

fn widths(screen: &Screen, whole: usize) -> Widths {
    let jobs = jobs::of_deck(&screen.board);
    let with_jobs = WithJobs {
        any: jobs::had_jobs(&jobs),
        dead: jobs.dead > 0,
    };
    Widths::of(whole, longest(&screen.board), with_jobs)
}

/// Draws the routes at the bottom: on one line where the rows would not fit otherwise, nowhere where few rows are left.
fn routes(screen: &Screen, list: Rect, rows: usize, buffer: &mut Buffer) -> Rect {
    let mut lines = routes::lines(screen, usize::from(list.width));
    lines.truncate(usize::from(list.height).saturating_sub(rows).max(1));
    let left = usize::from(list.height).saturating_sub(lines.len());
    if left < rows.min(4) {
        return list;
    }
    for (row, text) in lines.iter().enumerate() {
        line(buffer, list, left + row, text);
    }
    Rect {
        height: cells(left),
        ..list
    }
}

fn note(screen: &Screen, columns: u16) -> (String, Style) {
    let workers = screen.board.workers();
    let cpu: f32 = workers
        .filter_map(|worker| worker.sampled.cpu_percent)
        .sum();
    let text = if columns < 60 {
        format!("cpu {}", percent(cpu))
    } else {
        format!("cpu {} of {}%", percent(cpu), screen.cores * 100)
    };
    (text, screen.theme.dim())
}

fn below(screen: &Screen) -> String {
    let (mailbox, unread) = screen.in_flight();
    let workers = plural(screen.board.workers().count(), "worker");
    match (mailbox, unread) {
        (0, 0) => workers,
        _ => format!(
            "{workers} · mailbox {} · unread {}",
            short(mailbox),
            bytes(unread)
        ),
    }
}

/// Who died last without being asked to, and why: a restart must not wipe the cause off the screen.
fn newest_death(screen: &Screen) -> Option<(String, Style)> {
    // A row without a process says it itself.
    let is_untold = |worker: &WorkerView| {
        worker.state.is_live() || screen.table.folded.contains(&worker.id.pool)
    };
    let (worker, exit) = obituary::newest(&screen.board, is_untold)?;
    let time = exit.now.wall.time_of_day();
    let text = format!(
        "✖ {} {} · {}",
        worker.id,
        obituary::cause(worker, exit),
        time.get(..8).unwrap_or(&time)
    );
    Some((text, screen.theme.warning()))
}

/// The width of the longest name in the table, its mark included.
fn longest(board: &Board) -> usize {
    let names = board.pools.values().map(|pool| {
        let digits = pool.workers.len().to_string().len();
        width(pool.name.as_str()) + 3 + digits + usize::from(pool.workers.len() > 1)
    });
    names.max().unwrap_or(0)
}

fn paint(
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
    } else if let Row::Worker(id) = row {
        match screen.news(id) {
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
    let is_folded = screen.table.folded.contains(&pool.name);
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
    let numbers = pool::numbers(pool, widths.spark);
    widths.cells(painter, |painter, column| {
        numbers.paint(painter, column, theme);
    });
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
    let numbers = numbers(screen, widths, pool, worker);
    widths.cells(painter, |painter, column| {
        numbers.paint(painter, column, theme);
    });
}

fn numbers(screen: &Screen, widths: &Widths, pool: &PoolView, worker: &WorkerView) -> Numbers {
    // A pool of one has no row of its own.
    let is_pool = pool.workers.len() == 1;
    let job = worker.sampled.jobs.current.as_ref();
    Numbers {
        is_pool: false,
        cpu: worker.sampled.cpu_percent,
        full: 100.0,
        spark: spark::newest(&worker.cpu, widths.spark),
        pid: worker.pid,
        memory: worker.sampled.memory_bytes,
        mailbox: worker.sampled.mailbox,
        unread: worker.sampled.unread_bytes,
        restarts: worker.restarts,
        rate: worker.rate.last(),
        latency: worker
            .latency_percentile(50)
            .zip(worker.latency_percentile(99)),
        uptime: worker.uptime(screen.now.mono),
        in_flight: jobs::had_jobs(&pool.jobs).then_some(worker.sampled.in_flight),
        queue: pool::queue(pool).filter(|_| is_pool),
        job: job.map(|(job, since)| (*job, since_wall(*since, screen.now.wall))),
    }
}

/// What a row without a process says instead of numbers.
fn why(worker: &WorkerView) -> Option<String> {
    if worker.state.is_live() || worker.state == State::Starting {
        return None;
    }
    let told = worker.reason.as_deref();
    let mut text = match worker.exits.last() {
        Some(exit) if told.is_none_or(|told| told == &*exit.cause) => obituary::cause(worker, exit),
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
        _ => None,
    }
}
