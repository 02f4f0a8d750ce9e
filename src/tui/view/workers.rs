//! The workers table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::{Board, PoolView, WorkerView};
use crate::tui::action::Action;
use crate::tui::figures::{bytes, cells, percent, plural, share, short};
use crate::tui::hint::{hint, key};
use crate::tui::rows::{self, Row};
use crate::tui::sanitize::width;
use crate::tui::screen::{Pane, Screen, ViewState};
use crate::tui::view::column::Widths;
use crate::tui::view::frame::{Frame, choose, empty, line};
use crate::tui::view::{obituary, pool, routes, row, sought, spark};
use crate::tui::worker;

/// How many cells the gauge of the queue has.
const GAUGE: usize = 6;

/// Draws the table.
pub(crate) fn render(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    let inner = frame(screen, area, buffer);
    let count = rows::count(&screen.board, &screen.table);
    if count == 0 {
        view.rows = Rect::default();
        empty(screen.theme, inner, &nothing(screen), buffer);
        return;
    }
    let wanted = worker::columns(screen);
    let widths = Widths::of(usize::from(inner.width), longest(&screen.board), &wanted);
    let sorts = key(screen, Action::SortCpu).unwrap_or_default();
    let head = widths.head(screen.theme, screen.table.sort, &sorts);
    line(buffer, inner, 0, &head.finish());
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
    let mut next = rows::at(&screen.board, &screen.table, view.rows_top);
    for place in 0..height.min(count - view.rows_top) {
        let index = view.rows_top + place;
        let Some(row) = next else { break };
        next = rows::at(&screen.board, &screen.table, index + 1);
        let is_last = next.as_ref().is_none_or(|next| next.pool() != row.pool());
        let painter = row::paint(screen, &widths, &row, (index == at, is_last));
        line(buffer, list, place, &painter.finish());
        if index == at && screen.focus == Pane::Workers {
            choose(screen.theme, list, place, buffer);
        }
    }
}

fn frame(screen: &Screen, area: Rect, buffer: &mut Buffer) -> Rect {
    let title = match screen.table.sort {
        Some(sort) => format!("Workers by {} {}", sort.by.name(), sort.mark()),
        None => "Workers".to_owned(),
    };
    let is_focused = screen.focus == Pane::Workers;
    let is_typed = is_focused && screen.is_filtering;
    let foot =
        sought::foot(&screen.table.filter, is_typed, screen.theme).or_else(|| newest_death(screen));
    let frame = Frame {
        title: &title,
        note: Some(note(screen, area.width)),
        below: Some(below(screen)).filter(|_| screen.table.filter.trouble().is_none()),
        foot,
        is_focused,
    };
    frame.render(screen.theme, area, buffer)
}

fn nothing(screen: &Screen) -> String {
    if screen.table.filter.is_empty() {
        "No workers yet.".to_owned()
    } else {
        let all = hint(screen, Action::Back, "shows all");
        format!("No name or state contains that{all}")
    }
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

#[expect(clippy::cast_precision_loss, reason = "a share to be drawn")]
fn note(screen: &Screen, columns: u16) -> (String, Style) {
    let workers = screen.board.workers();
    let cpu: f32 = workers
        .filter_map(|worker| worker.sampled.cpu_percent)
        .sum();
    let cores = screen.cores.max(1);
    let whole = columns >= 60;
    let text = match (screen.table.is_share, whole) {
        (false, false) => format!("cpu {}", percent(cpu)),
        (false, true) => format!("cpu {} of {}%", percent(cpu), cores * 100),
        (true, _) => {
            let share = share(cpu / cores as f32, true);
            format!("cpu {share} of {}", plural(cores, "core"))
        }
    };
    (text, screen.theme.dim())
}

/// How many are listed and what waits: for the selected pool, in mailboxes, in the kernel.
fn below(screen: &Screen) -> String {
    let (mailbox, unread) = screen.in_flight();
    let all = screen.board.workers().count();
    let mut text = plural(all, "worker");
    if !screen.table.filter.is_empty() {
        text = format!("{} of {text}", screen.table.listed(&screen.board));
    }
    let pool = screen.selected.as_ref().map(Row::pool);
    let pool = pool.and_then(|pool| screen.board.pools.get(pool));
    if let Some(pool) = pool.filter(|pool| pool.jobs.queue > 0) {
        text.push_str(" · ");
        text.push_str(&queue(pool));
    }
    if (mailbox, unread) != (0, 0) {
        let waits = format!(" · mailbox {} · unread {}", short(mailbox), bytes(unread));
        text.push_str(&waits);
    }
    text
}

/// `queue 48 ▇▇▇▁▁▁ of 10.0k`.
fn queue(pool: &PoolView) -> String {
    let queue = short(pool.jobs.queue);
    match (pool::fullness(pool), pool.room) {
        (Some(full), Some(room)) => {
            let room = u64::try_from(room.capacity).unwrap_or(u64::MAX);
            format!(
                "queue {queue} {} of {}",
                spark::gauge(full, GAUGE),
                short(room)
            )
        }
        _ => format!("queue {queue}"),
    }
}

/// Who died last without being asked to, and why: a restart must not wipe the cause off the screen.
fn newest_death(screen: &Screen) -> Option<(String, Style)> {
    // A row without a process says it itself.
    let is_untold =
        |worker: &WorkerView| worker.state.is_live() || screen.table.is_folded(&worker.id.pool);
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
