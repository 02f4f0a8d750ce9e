//! How a pool's jobs went over the last minutes: what waits, what comes to its end, how long it takes.

use std::time::Duration;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::model::{History, JobFigures, PoolView};
use crate::tui::figures::{count, latency, rate, short};
use crate::tui::jobs::of_pools;
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::Screen;
use crate::tui::view::chart;
use crate::tui::view::spark;

/// How high a chart is, without its heading.
const HIGH: usize = 3;

/// How many samples are looked at.
const SAMPLES: usize = 120;

/// The cells between two charts.
const GAP: usize = 3;

/// One chart.
struct Chart {
    title: &'static str,
    note: String,
    history: History,
    style: Style,
}

/// The charts beside each other, over the whole width.
pub(crate) fn lines(screen: &Screen, wide: usize) -> Vec<Line<'static>> {
    let pools = screen.jobs.pools(&screen.board);
    let charts = charts(screen, &pools, &of_pools(&pools));
    let each = (wide.saturating_sub(2 + GAP * (charts.len() - 1))) / charts.len();
    let columns = charts.iter().map(|chart| column(screen, chart, each));
    let columns: Vec<Vec<Line<'static>>> = columns.collect();
    let lines = (0..=HIGH).map(|row| {
        let mut line = Line::from(" ");
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                line.spans.push(Span::raw(" ".repeat(GAP)));
            }
            let Some(part) = column.get(row) else {
                continue;
            };
            let pad = each.saturating_sub(part.width());
            line.spans.extend(part.spans.iter().cloned());
            line.spans.push(Span::raw(" ".repeat(pad)));
        }
        line
    });
    lines.collect()
}

fn charts(screen: &Screen, pools: &[&PoolView], jobs: &JobFigures) -> [Chart; 3] {
    let theme = screen.theme;
    let queue = over_time(pools, |pool| &pool.queue, |one, other| one + other);
    let ended = over_time(pools, |pool| &pool.rate, |one, other| one + other);
    let took = over_time(pools, |pool| &pool.latency, f32::max);
    let most = |history: &History| chart::most(history, 0.0);
    [
        Chart {
            title: "Throughput",
            note: format!("{}/s · top {}", rate(jobs.rate), rate(most(&ended))),
            history: ended,
            style: theme.good(),
        },
        Chart {
            title: "Waiting",
            note: format!("{} · top {}", count(jobs.queue), short(whole(most(&queue)))),
            history: queue,
            style: theme.accent(),
        },
        Chart {
            title: "Latency p99",
            note: match took.last() {
                Some(now) => format!("{} · top {}", time(now), time(most(&took))),
                None => "—".to_owned(),
            },
            history: took,
            style: theme.warning(),
        },
    ]
}

fn over_time(
    pools: &[&PoolView],
    of: impl Fn(&PoolView) -> &History,
    join: impl Fn(f32, f32) -> f32,
) -> History {
    let mut joined: Vec<Option<f32>> = vec![None; SAMPLES];
    for pool in pools {
        for (all, one) in joined.iter_mut().zip(spark::newest(of(pool), SAMPLES)) {
            *all = match (*all, one) {
                (Some(all), Some(one)) => Some(join(all, one)),
                (all, one) => all.or(one),
            };
        }
    }
    let mut history = History::default();
    for sample in joined {
        history.push(sample);
    }
    history
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count that was made a float to be drawn"
)]
fn whole(number: f32) -> u64 {
    number.max(0.0) as u64
}

fn time(millis: f32) -> String {
    latency(Duration::from_secs_f32((millis / 1000.0).max(0.0)))
}

fn column(screen: &Screen, chart: &Chart, wide: usize) -> Vec<Line<'static>> {
    let theme = screen.theme;
    let mut head = Painter::new(wide);
    head.text(chart.title, theme.strong()).pad(1);
    let rule = head.left_over().saturating_sub(width(&chart.note) + 1);
    head.text(&"─".repeat(rule), theme.dim()).pad(1);
    head.text(&chart.note, theme.text());
    let mut lines = vec![head.finish()];
    let top = chart::most(&chart.history, 1.0);
    lines.extend(chart::area(&chart.history, (wide, HIGH), top, |_| {
        chart.style
    }));
    lines
}
