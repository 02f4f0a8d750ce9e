//! One pool whole: what it is to be, its jobs, its routes, and how its workers ended.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::model::{Exited, PoolName, PoolView, RouteForm, RouteView, State};
use crate::tui::action::Action;
use crate::tui::figures::{bytes, count, plural, rate, short, since_wall, wait};
use crate::tui::hint::then;
use crate::tui::jobs::had_jobs;
use crate::tui::screen::Screen;
use crate::tui::theme::mark;
use crate::tui::view::pool::fullness;
use crate::tui::view::sheet::Sheet;
use crate::tui::view::spark;
use crate::tui::view::worker::listeners::listeners;
use crate::tui::view::worker::render::{Lines, Wide, draw};
use crate::tui::view::worker::traffic::{numbers, percentiles};
use crate::tui::view::worker::{exits, policy};

/// How many exits are listed.
const EXITS: usize = 50;

/// The cells of the queue's gauge.
const GAUGE: usize = 20;

/// Draws the pool; how far it can be scrolled.
pub(crate) fn render_pool(
    screen: &Screen,
    name: &PoolName,
    top: usize,
    body: Rect,
    buffer: &mut Buffer,
) -> usize {
    let wide = Wide::of(body);
    let lines = match screen.board.pools.get(name) {
        Some(pool) => lines(screen, pool, wide),
        None => Lines {
            above: vec![Line::from("It is no longer part of the deck.")],
            ..Lines::default()
        },
    };
    draw(
        screen,
        &format!("Pool {name}"),
        &lines,
        (wide, top),
        body,
        buffer,
    )
}

fn lines(screen: &Screen, pool: &PoolView, wide: Wide) -> Lines {
    let theme = screen.theme;
    let mut above = Sheet::new(wide.whole, theme);
    above.parts("workers", &states(screen, pool));
    above.long("command", &pool.command, theme.text());
    let mut left = Sheet::new(wide.left, theme);
    jobs(screen, pool, &mut left);
    routes(screen, pool, &mut left);
    let mut right = Sheet::new(wide.right.unwrap_or(wide.left), theme);
    if let Some(detail) = screen.inspected.pool(&pool.name) {
        let instances = plural(detail.instances as usize, "worker");
        let facts = [
            (detail.cwd.clone(), theme.text()),
            (instances + " by the config", theme.text()),
        ];
        above.parts("folder", &facts);
        listeners(detail, &mut right);
        policy::rules(detail, &mut right);
    } else {
        let refused = screen.inspected.refused();
        let text = refused.map_or_else(
            || "being read…".to_owned(),
            |why| format!("not told: {why}"),
        );
        right.long("rules", &text, theme.dim());
    }
    if wide.right.is_none() {
        left.lines(std::iter::once(Line::default()));
        left.lines(right.finish());
        right = Sheet::new(0, theme);
    }
    ends(pool, &mut left);
    let (above, mut left, mut right) = (above.finish(), left.finish(), right.finish());
    left.insert(0, Line::default());
    if wide.right.is_some() {
        right.insert(0, Line::default());
    }
    Lines { above, left, right }
}

fn states(screen: &Screen, pool: &PoolView) -> Vec<(String, Style)> {
    let theme = screen.theme;
    let mut parts = vec![(plural(pool.workers.len(), "worker"), theme.strong())];
    for state in State::ALL {
        let workers = pool.workers.iter();
        let number = workers.filter(|worker| worker.state == state).count();
        if number > 0 {
            let text = format!("{} {number} {state}", mark(state));
            parts.push((text, theme.state(state)));
        }
    }
    if let Some(runtime) = pool.runtime {
        parts.push((runtime.to_string(), theme.text()));
    }
    parts
}

fn jobs(screen: &Screen, pool: &PoolView, sheet: &mut Sheet) {
    let theme = screen.theme;
    let jobs = &pool.jobs;
    if !had_jobs(jobs) {
        let writes = then(screen, Action::Jobs, Action::New, "writes one");
        sheet.heading("Jobs", &format!("none so far{writes}"));
        return;
    }
    let note = if jobs.paused { "PAUSED" } else { "" };
    sheet.heading("Jobs", note);
    sheet.fact("queue", |painter, theme| {
        painter.text(&count(jobs.queue), theme.strong()).pad(1);
        if let (Some(full), Some(room)) = (fullness(pool), pool.room) {
            painter.text(&spark::gauge(full, GAUGE), theme.load(full * 100.0));
            let of = u64::try_from(room.capacity).unwrap_or(u64::MAX);
            painter.text(&format!(" of {}", short(of)), theme.dim());
        }
        if jobs.bytes > 0 {
            painter.text(&format!(" · {}", bytes(jobs.bytes)), theme.text());
        }
    });
    sheet.fact("", |painter, theme| {
        spark::plain(painter, &spark::newest(&pool.queue, 40), theme);
    });
    let facts = [
        (jobs.in_flight, "in flight", theme.strong()),
        (jobs.done, "done", theme.good()),
        (jobs.failed, "tried again", theme.warning()),
        (jobs.dead, "dead", theme.bad()),
        (jobs.stale, "stale", theme.warning()),
        (jobs.forgotten, "forgotten", theme.dim()),
    ];
    sheet.parts("so far", &numbers(&facts, 2));
    sheet.fact("a second", |painter, theme| {
        painter.text(&rate(jobs.rate), theme.strong()).pad(1);
        spark::plain(painter, &spark::newest(&pool.rate, 40), theme);
    });
    if let Some(oldest) = jobs.oldest {
        let waits = wait(since_wall(oldest, screen.now.wall));
        sheet.text("oldest", &format!("waits for {waits}"));
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

fn routes(screen: &Screen, pool: &PoolView, sheet: &mut Sheet) {
    let all = screen.board.routes.iter();
    let meant = |route: &&RouteView| route.from == pool.name || route.to == pool.name;
    let routes: Vec<&RouteView> = all.filter(meant).collect();
    if routes.is_empty() {
        return;
    }
    sheet.heading("Routes", "");
    for route in routes {
        let is_out = route.from == pool.name;
        let (name, other) = if is_out {
            ("out", &route.to)
        } else {
            ("in", &route.from)
        };
        sheet.fact(name, |painter, theme| {
            painter.text(if is_out { "→ " } else { "← " }, theme.accent());
            painter.text(other.as_str(), theme.text());
            if route.form == RouteForm::Job {
                painter.text(" as job", theme.dim());
            }
            let now = route.rate.last().map_or_else(|| "—".to_owned(), rate);
            painter.text(&format!(" {now}/s of {}", count(route.count)), theme.text());
            if route.refused > 0 {
                let refused = format!(" ✖ {} refused", count(route.refused));
                painter.text(&refused, theme.bad());
            }
        });
    }
}

/// How its workers ended, the newest first.
fn ends(pool: &PoolView, sheet: &mut Sheet) {
    let workers = pool.workers.iter();
    let mut exits: Vec<&Exited> = workers.flat_map(|worker| worker.exits.iter()).collect();
    exits.sort_by_key(|exit| std::cmp::Reverse(exit.now.mono));
    let unplanned = exits.iter().filter(|exit| !exit.planned).count();
    let note = match (exits.len(), unplanned) {
        (0, _) => "none so far".to_owned(),
        (_, 0) => "all asked for".to_owned(),
        _ => format!("{unplanned} not asked for"),
    };
    sheet.heading("Exits", &note);
    for exit in exits.into_iter().take(EXITS) {
        exits::of_pool(&exit.worker.to_string(), exit, sheet);
    }
}
