//! What passed between the worker and the deck: messages, output, jobs.

use ratatui::style::Style;

use crate::model::{Percentiles, WorkerView};
use crate::tui::figures::{count, latency, rate, since_wall, wait};
use crate::tui::jobs::short;
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use crate::tui::view::sheet::Sheet;

/// Adds all of it.
pub(super) fn add(screen: &Screen, worker: &WorkerView, sheet: &mut Sheet) {
    let theme = screen.theme;
    let sampled = &worker.sampled;
    sheet.heading("Traffic", "");
    let passed = [
        (worker.sent, "sent", theme.text()),
        (worker.received, "received", theme.text()),
        (sampled.mailbox, "in the mailbox", theme.strong()),
        (sampled.unread_bytes, "bytes unread", theme.warning()),
        (worker.frame_errors, "bad frames", theme.bad()),
        (worker.dropped_messages, "lost", theme.bad()),
    ];
    let mut parts = numbers(&passed, 2);
    if let Some(now) = worker.rate.last().filter(|now| *now > 0.0) {
        parts.push((format!("{}/s", rate(now)), theme.text()));
    }
    sheet.parts("messages", &parts);
    let lines = [
        (worker.log_lines, "lines", theme.text()),
        (worker.stderr_lines, "on standard error", theme.text()),
        (worker.dropped_lines, "dropped", theme.warning()),
    ];
    sheet.parts("output", &numbers(&lines, 1));
    jobs(screen, worker, sheet);
}

fn jobs(screen: &Screen, worker: &WorkerView, sheet: &mut Sheet) {
    let theme = screen.theme;
    let sampled = &worker.sampled;
    let jobs = &sampled.jobs;
    if jobs.done + jobs.failed + sampled.in_flight == 0 {
        return;
    }
    let facts = [
        (jobs.done, "done", theme.text()),
        (jobs.failed, "failed", theme.bad()),
        (sampled.in_flight, "in flight", theme.strong()),
    ];
    let mut parts = numbers(&facts, 1);
    if let Some(now) = worker.job_rate.last().filter(|now| *now > 0.0) {
        parts.push((format!("{}/s", rate(now)), theme.text()));
    }
    sheet.parts("jobs", &parts);
    if let Some((job, since)) = jobs.current {
        let lasts = wait(since_wall(since, screen.now.wall));
        let text = format!("{} for {lasts}", short(job));
        sheet.text("oldest", &text);
    }
    for (name, spread) in [
        ("wait", jobs.wait),
        ("run", jobs.run),
        ("total", jobs.total),
    ] {
        if let Some(spread) = spread {
            sheet.parts(name, &percentiles(theme, spread));
        }
    }
}

/// The first `always` of these numbers, and those others that are not zero.
pub(super) fn numbers(facts: &[(u64, &str, Style)], always: usize) -> Vec<(String, Style)> {
    let facts = facts.iter().enumerate();
    let told = facts.filter(|(place, (number, ..))| *place < always || *number > 0);
    told.map(|(_, (number, word, style))| {
        let one = word.strip_suffix('s').filter(|_| *number == 1);
        (
            format!("{} {}", count(*number), one.unwrap_or(word)),
            *style,
        )
    })
    .collect()
}

/// How long things took.
pub(super) fn percentiles(theme: Theme, spread: Percentiles) -> Vec<(String, Style)> {
    let all = [
        ("p50", spread.p50),
        ("p90", spread.p90),
        ("p99", spread.p99),
        ("max", spread.max),
    ];
    all.map(|(name, time)| (format!("{name} {}", latency(time)), theme.text()))
        .into()
}
