//! One worker whole: what it runs, whether its ends are open, how it ended before, how fast it answers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::model::{Exited, Fact, WorkerId, WorkerView};
use crate::tui::figures::{bytes, count, latency, percent, since_wall, span, wait};
use crate::tui::jobs::short;
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::theme::{Theme, mark};
use crate::tui::view::frame::{dialog, scrolled};
use crate::tui::view::sheet::Sheet;
use crate::tui::view::spark;

/// The widest it gets.
const WIDEST: usize = 92;

/// How many exits are listed.
const EXITS: usize = 50;

/// Draws the worker; how far it can be scrolled.
pub(crate) fn render(
    screen: &Screen,
    id: &WorkerId,
    top: usize,
    body: Rect,
    buffer: &mut Buffer,
) -> usize {
    let wide = usize::from(body.width).saturating_sub(4).min(WIDEST);
    let lines = match screen.board.worker(id) {
        Some(worker) => lines(screen, worker, wide),
        None => vec![Line::from("It is no longer part of the deck.")],
    };
    let size = (wide, lines.len());
    let title = format!("Worker {id}");
    let inner = dialog(screen.theme, &title, "Esc closes", size, body, buffer);
    scrolled(&lines, top, inner, buffer)
}

fn lines(screen: &Screen, worker: &WorkerView, wide: usize) -> Vec<Line<'static>> {
    let mut sheet = Sheet::new(wide, screen.theme);
    let pool = screen.board.pools.get(&worker.id.pool);
    sheet.text("command", pool.map_or("", |pool| &pool.command));
    if let Some(runtime) = worker.runtime {
        sheet.text("runtime", runtime.as_str());
    }
    state(screen, worker, &mut sheet);
    liveness(worker, &mut sheet);
    load(worker, &mut sheet);
    traffic(worker, &mut sheet);
    jobs(screen, worker, &mut sheet);
    let (used, of) = worker.budget;
    let restarts = count(u64::from(worker.restarts));
    sheet.text(
        "restarts",
        &format!("{restarts} in all · {used} of {of} of the budget used"),
    );
    exits(worker, &mut sheet);
    sheet.finish()
}

fn state(screen: &Screen, worker: &WorkerView, sheet: &mut Sheet) {
    sheet.fact("state", |painter, theme| {
        let style = theme.state(worker.state);
        painter.text(mark(worker.state), style).pad(1);
        painter.text(worker.state.as_str(), style);
        let lasts = screen.now.mono.since(worker.since);
        painter.text(&format!(" for {}", wait(lasts)), theme.text());
        if let Some(until) = worker.until {
            let left = wait(until.since(screen.now.mono));
            painter.text(&format!(", {left} left"), theme.text());
        }
        if let Some(reason) = &worker.reason {
            painter.text(&format!(" · {reason}"), theme.text());
        }
    });
    let pid = worker
        .pid
        .map_or_else(|| "none".to_owned(), |pid| format!("pid {pid}"));
    let uptime = worker.uptime(screen.now.mono);
    let uptime = uptime.map_or_else(String::new, |up| format!(", up {}", span(up)));
    sheet.text(
        "process",
        &format!("{pid}{uptime}, life {}", worker.incarnation.0),
    );
}

fn liveness(worker: &WorkerView, sheet: &mut Sheet) {
    let facts = [
        ("process", worker.liveness.process),
        ("channel", worker.liveness.channel),
        ("stdout", worker.liveness.stdout),
        ("stderr", worker.liveness.stderr),
    ];
    sheet.fact("liveness", |painter, theme| {
        for (name, fact) in facts {
            let (sign, style): (_, Style) = match fact {
                Fact::Open => ("●", theme.good()),
                Fact::Closed => ("○", theme.dim()),
            };
            painter
                .text(sign, style)
                .text(&format!(" {name}  "), theme.text());
        }
        if let Some(pid) = worker.held_by {
            painter.text(&format!("held open by pid {pid}"), theme.warning());
        }
    });
}

fn load(worker: &WorkerView, sheet: &mut Sheet) {
    let memory = worker
        .sampled
        .memory_bytes
        .map_or_else(|| "—".to_owned(), bytes);
    let cpu = worker
        .sampled
        .cpu_percent
        .map_or_else(|| "—".to_owned(), percent);
    sheet.fact("cpu", |painter, theme| {
        spark::paint(painter, &spark::newest(&worker.cpu, 40), 100.0, theme);
        painter.text(&format!(" {cpu}"), theme.text());
    });
    sheet.text("memory", &memory);
}

fn traffic(worker: &WorkerView, sheet: &mut Sheet) {
    let mut text = format!(
        "{} sent, {} received",
        count(worker.sent),
        count(worker.received)
    );
    for (number, what) in [
        (worker.sampled.mailbox, "in the mailbox"),
        (worker.sampled.unread_bytes, "bytes unread"),
        (worker.frame_errors, "bad frames"),
        (worker.dropped_messages, "lost"),
    ] {
        if number > 0 {
            text.extend([", ", &count(number), " ", what]);
        }
    }
    sheet.text("messages", &text);
    let at = |percent| {
        worker
            .latency_percentile(percent)
            .map_or_else(|| "—".to_owned(), latency)
    };
    let text = format!(
        "p50 {}  p90 {}  p99 {}  max {}",
        at(50),
        at(90),
        at(99),
        at(100)
    );
    sheet.text("latency", &text);
    let mut text = format!(
        "{} lines, {} on standard error",
        count(worker.log_lines),
        count(worker.stderr_lines)
    );
    if worker.dropped_lines > 0 {
        text.extend([", ", &count(worker.dropped_lines), " dropped"]);
    }
    sheet.text("output", &text);
}

fn jobs(screen: &Screen, worker: &WorkerView, sheet: &mut Sheet) {
    let sampled = &worker.sampled;
    let jobs = &sampled.jobs;
    if jobs.done + jobs.failed + sampled.in_flight == 0 {
        return;
    }
    let mut text = format!("{} done", count(jobs.done));
    for (number, what) in [(jobs.failed, "failed"), (sampled.in_flight, "in flight")] {
        if number > 0 {
            text.extend([", ", &count(number), " ", what]);
        }
    }
    if let Some((job, since)) = jobs.current {
        let lasts = wait(since_wall(since, screen.now.wall));
        text.extend([", the oldest ", &short(job), " for ", &lasts]);
    }
    sheet.text("jobs", &text);
    if let Some(run) = jobs.run {
        let text = format!(
            "p50 {}  p90 {}  p99 {}  max {}",
            latency(run.p50),
            latency(run.p90),
            latency(run.p99),
            latency(run.max)
        );
        sheet.text("run", &text);
    }
}

fn exits(worker: &WorkerView, sheet: &mut Sheet) {
    if worker.exits.is_empty() {
        sheet.text("exits", "none so far");
        return;
    }
    let newest = worker.exits.iter().rev().take(EXITS);
    for (place, exit) in newest.enumerate() {
        let name = if place == 0 { "exits" } else { "" };
        sheet.fact(name, |painter, theme| ending(painter, theme, exit));
    }
}

fn ending(painter: &mut Painter, theme: Theme, exit: &Exited) {
    let time = exit.now.wall.time_of_day();
    painter.text(time.get(..8).unwrap_or(&time), theme.dim());
    let style = if exit.planned {
        theme.text()
    } else {
        theme.warning()
    };
    painter.pad(1).text(&exit.cause, style);
    let lived = format!(
        " · life {} of {}, pid {}",
        exit.incarnation.0,
        wait(exit.uptime),
        exit.pid
    );
    painter.text(&lived, theme.dim());
    if exit.escalated {
        painter.text(", its grace ran out", theme.bad());
    }
}
