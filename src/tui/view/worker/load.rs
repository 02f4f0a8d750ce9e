//! How the worker was loaded over the last minutes, and how fast it answers.

use std::time::Duration;

use ratatui::style::Style;
use ratatui::text::Span;

use crate::model::{History, WorkerView};
use crate::tui::figures::{bytes, count, latency, percent};
use crate::tui::screen::Screen;
use crate::tui::view::chart;
use crate::tui::view::sheet::Sheet;

/// How high a chart is.
const HIGH: usize = 3;

/// How long it is at the most: one sample a second, two a cell, as far back as they are held.
const CELLS: usize = 60;

/// How many bars the histogram has at the most.
const BARS: usize = 8;

/// The cells of what stands beside a bar.
const BESIDE: usize = 24;

/// The upper ends of the histogram's bars, in microseconds: 1, 2 and 5 of each power of ten.
const STEPS: [u64; 22] = [
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    u64::MAX,
];

/// Adds the charts and the histogram.
pub(super) fn add(_screen: &Screen, worker: &WorkerView, sheet: &mut Sheet) {
    let theme = sheet.theme();
    let now = worker.sampled.cpu_percent.map_or_else(unknown, percent);
    let top = (chart::most(&worker.cpu, 100.0) / 100.0).ceil() * 100.0;
    plot(
        sheet,
        "CPU",
        (&worker.cpu, top),
        &now,
        &percent(top),
        |share| theme.load(share),
    );
    let held = worker.sampled.memory_bytes.map_or_else(unknown, bytes);
    let top = chart::most(&worker.memory, 1.0);
    let most = bytes(whole(top));
    plot(sheet, "Memory", (&worker.memory, top), &held, &most, |_| {
        theme.accent()
    });
    let unread = worker.sampled.unread_bytes;
    let top = chart::most(&worker.unread, 0.0);
    if unread > 0 || top > 0.0 {
        let (now, most) = (bytes(unread), bytes(whole(top)));
        plot(
            sheet,
            "Unread bytes",
            (&worker.unread, top),
            &now,
            &most,
            |_| theme.warning(),
        );
    } else {
        sheet.heading("Unread bytes", "0");
    }
    latencies(worker, sheet);
}

fn unknown() -> String {
    "—".to_owned()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of bytes that was made a float to be drawn"
)]
fn whole(number: f32) -> u64 {
    number.max(0.0) as u64
}

fn plot(
    sheet: &mut Sheet,
    title: &str,
    (history, top): (&History, f32),
    now: &str,
    most: &str,
    style: impl Fn(f32) -> Style,
) {
    let has_any = history.iter().any(|sample| sample.is_some());
    let note = if has_any {
        format!("{now} · top {most}")
    } else {
        now.to_owned()
    };
    sheet.heading(title, &note);
    if has_any {
        let wide = sheet.wide();
        let cells = wide.min(CELLS);
        for mut line in chart::area(history, (cells, HIGH), top, style) {
            // The newest stands below the number of now.
            line.spans.insert(0, Span::raw(" ".repeat(wide - cells)));
            sheet.lines([line]);
        }
    }
}

fn latencies(worker: &WorkerView, sheet: &mut Sheet) {
    let mut all: Vec<Duration> = worker.latencies().collect();
    all.sort_unstable();
    let (Some(least), Some(most)) = (all.first(), all.last()) else {
        sheet.heading("Reply latency", "no replies yet");
        return;
    };
    let (from, to) = (step(*least), step(*most));
    sheet.heading(
        "Reply latency",
        &format!("{} replies", count(all.len() as u64)),
    );
    let at = |percent| {
        worker
            .latency_percentile(percent)
            .map_or_else(unknown, latency)
    };
    let text = format!(
        "p50 {}  p90 {}  p99 {}  max {}",
        at(50),
        at(90),
        at(99),
        latency(*most)
    );
    sheet.line(|painter, theme| {
        painter.text(&text, theme.text());
    });
    // Few bars, of equal width: neighbours are taken together where there are too many.
    let together = (to - from + 1).div_ceil(BARS);
    let mut bars: Vec<(u64, usize)> = Vec::new();
    for first in (from..=to).step_by(together) {
        let end = (first + together - 1).min(to);
        let within = all
            .iter()
            .filter(|one| (first..=end).contains(&step(**one)));
        let end = STEPS.get(end).copied().unwrap_or(u64::MAX);
        bars.push((end, within.count()));
    }
    let tallest = bars
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(1)
        .max(1);
    for (end, number) in bars {
        bar(sheet, end, (number, tallest, all.len()));
    }
}

/// Which bar a latency belongs to.
fn step(one: Duration) -> usize {
    let micros = u64::try_from(one.as_micros()).unwrap_or(u64::MAX);
    STEPS.iter().position(|end| micros <= *end).unwrap_or(0)
}

fn bar(sheet: &mut Sheet, end: u64, (number, tallest, all): (usize, usize, usize)) {
    let room = sheet.wide().saturating_sub(BESIDE).clamp(4, 60);
    let filled = (number * room).div_ceil(tallest);
    let name = match end {
        u64::MAX => "longer".to_owned(),
        end => format!("≤ {}", latency(Duration::from_micros(end))),
    };
    sheet.line(|painter, theme| {
        painter.right(&name, 9, theme.dim()).pad(1);
        painter.text(&"▇".repeat(filled), theme.accent());
        if number > 0 {
            let share = (number * 100).div_ceil(all.max(1));
            painter.pad(1).text(&number.to_string(), theme.text());
            painter.text(&format!("  {share}%"), theme.dim());
        }
    });
}
