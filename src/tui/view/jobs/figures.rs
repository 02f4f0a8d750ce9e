//! How a pool's jobs are doing, in a few lines.

use ratatui::text::Line;

use crate::model::{History, JobFigures, Percentiles, PoolView};
use crate::tui::figures::{bytes, count, latency, rate, since_wall, wait};
use crate::tui::jobs::{had_jobs, of_pools};
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use crate::tui::view::flow::Flow;
use crate::tui::view::spark;

/// How many seconds the charts show.
const CHART: usize = 10;

/// From this weight of waiting jobs on, in bytes, it is told: queues are bounded by it.
const HEAVY: u64 = 1 << 20;

/// From this width on there are charts.
const CHARTED: usize = 90;

/// The figures of the pools that are shown, on at most `most` lines; without small charts where there are large ones.
pub(crate) fn lines(
    screen: &Screen,
    (wide, most): (usize, usize),
    has_charts: bool,
) -> Vec<Line<'static>> {
    let pools = screen.jobs.pools(&screen.board);
    let mut flow = Flow::new(wide);
    let together = of_pools(&pools);
    counts(
        screen,
        &mut flow,
        &together,
        charts(&pools, wide).filter(|_| !has_charts),
    );
    if let [_] = pools.as_slice() {
        flow.next_line();
        latencies(screen.theme, &mut flow, &together, wide >= CHARTED);
    }
    let mut lines = flow.finish();
    if pools.len() > 1 {
        let busy = pools.iter().filter(|pool| had_jobs(&pool.jobs));
        lines.extend(busy.map(|pool| one_line(screen, pool, wide)));
    }
    lines.truncate(most);
    lines
}

/// Waiting jobs and those that came to their end, a second, over time; nothing where there is no room.
fn charts(pools: &[&PoolView], wide: usize) -> Option<[Vec<Option<f32>>; 2]> {
    (wide >= CHARTED).then(|| {
        [
            over_time(pools, |pool| &pool.queue),
            over_time(pools, |pool| &pool.rate),
        ]
    })
}

fn over_time(pools: &[&PoolView], of: impl Fn(&PoolView) -> &History) -> Vec<Option<f32>> {
    let mut sums: Vec<Option<f32>> = vec![None; CHART];
    for pool in pools {
        for (sum, sample) in sums.iter_mut().zip(spark::newest(of(pool), CHART)) {
            *sum = match (*sum, sample) {
                (Some(sum), Some(sample)) => Some(sum + sample),
                (sum, sample) => sum.or(sample),
            };
        }
    }
    sums
}

fn counts(
    screen: &Screen,
    flow: &mut Flow,
    jobs: &JobFigures,
    charts: Option<[Vec<Option<f32>>; 2]>,
) {
    let theme = screen.theme;
    let [queue, ended] = charts.unwrap_or_default();
    flow.add(|painter| {
        named(painter, theme, "queue", &count(jobs.queue));
        chart(painter, &queue, theme);
    });
    flow.add(|painter| named(painter, theme, "in flight", &count(jobs.in_flight)));
    if jobs.dead > 0 {
        flow.add(|painter| {
            painter.text("dead ", theme.dim());
            painter.text(&count(jobs.dead), theme.bad());
        });
    }
    flow.add(|painter| named(painter, theme, "done", &count(jobs.done)));
    flow.add(|painter| {
        painter.text(&rate(jobs.rate), theme.strong());
        painter.text("/s", theme.dim());
        chart(painter, &ended, theme);
    });
    if let Some(oldest) = jobs.oldest {
        let waits = wait(since_wall(oldest, screen.now.wall));
        flow.add(|painter| named(painter, theme, "oldest", &waits));
    }
    warned(flow, theme, "retried", jobs.failed);
    if jobs.bytes >= HEAVY {
        flow.add(|painter| named(painter, theme, "weighs", &bytes(jobs.bytes)));
    }
}

fn warned(flow: &mut Flow, theme: Theme, name: &str, number: u64) {
    if number > 0 {
        flow.add(|painter| {
            painter.text(name, theme.dim()).pad(1);
            painter.text(&count(number), theme.warning());
        });
    }
}

fn latencies(theme: Theme, flow: &mut Flow, jobs: &JobFigures, with_most: bool) {
    let all = [
        ("wait", jobs.wait),
        ("run", jobs.run),
        ("total", jobs.total),
    ];
    for (name, percentiles) in all {
        if let Some(percentiles) = percentiles {
            flow.add(|painter| spread(painter, theme, name, percentiles, with_most));
        }
    }
    warned(flow, theme, "stale", jobs.stale);
}

fn spread(
    painter: &mut Painter,
    theme: Theme,
    name: &str,
    percentiles: Percentiles,
    with_most: bool,
) {
    painter.text(name, theme.dim());
    let all = [
        ("p50", percentiles.p50),
        ("p99", percentiles.p99),
        ("max", percentiles.max),
    ];
    let shown = if with_most { 3 } else { 2 };
    for (name, lasted) in all.into_iter().take(shown) {
        painter.pad(1).text(name, theme.dim()).pad(1);
        painter.text(&latency(lasted), theme.strong());
    }
}

/// One pool among several.
fn one_line(screen: &Screen, pool: &PoolView, wide: usize) -> Line<'static> {
    let theme = screen.theme;
    let jobs = &pool.jobs;
    let mut painter = Painter::new(wide);
    painter
        .pad(1)
        .left(pool.name.as_str(), 14, theme.text())
        .pad(1);
    if jobs.paused {
        painter.text("PAUSED", theme.loud()).pad(2);
    }
    let facts = [
        ("queue ", jobs.queue),
        ("in flight ", jobs.in_flight),
        ("dead ", jobs.dead),
        ("done ", jobs.done),
    ];
    for (name, number) in facts
        .into_iter()
        .filter(|(name, number)| *number > 0 || *name != "dead ")
    {
        painter.text(name, theme.dim());
        painter.text(&count(number), theme.text()).pad(2);
    }
    painter.text(&rate(jobs.rate), theme.text());
    painter.text("/s  ", theme.dim());
    for (name, percentiles) in [("wait p99 ", jobs.wait), ("run p99 ", jobs.run)] {
        if let Some(percentiles) = percentiles {
            painter.text(name, theme.dim());
            painter.text(&latency(percentiles.p99), theme.text()).pad(2);
        }
    }
    painter.finish()
}

fn named(painter: &mut Painter, theme: Theme, name: &str, text: &str) {
    painter.text(name, theme.dim()).pad(1);
    painter.text(text, theme.strong());
}

fn chart(painter: &mut Painter, samples: &[Option<f32>], theme: Theme) {
    if samples.iter().any(Option::is_some) {
        painter.pad(1);
        spark::plain(painter, samples, theme);
    }
}
