//! The jobs view's regions: figures, the choice of states, the list, and the selected job below where there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::model::JobState;
use crate::tui::action::Action;
use crate::tui::figures::{cells, plural};
use crate::tui::hint::{hint, key};
use crate::tui::jobs;
use crate::tui::sanitize::Painter;
use crate::tui::screen::{Screen, ViewState};
use crate::tui::theme::job_mark;
use crate::tui::view::frame::{Frame, empty, line};
use crate::tui::view::jobs::table::Table;
use crate::tui::view::jobs::{charts, detail, figures};
use crate::tui::view::sought;

/// From this height on the selected job stands below the list.
const ROOMY: u16 = 30;

/// From this width and height on there are charts.
const CHARTED: (usize, u16) = (70, 24);

/// How high it is there.
const PREVIEW: u16 = 12;

/// Draws the view.
pub(crate) fn render(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    let has_preview = area.height >= ROOMY && !screen.is_zoomed && screen.jobs.selected().is_some();
    let below = if has_preview { PREVIEW } else { 0 };
    let above = Rect {
        height: area.height - below,
        ..area
    };
    let inner = frame(screen, above, buffer);
    let wide = usize::from(inner.width);
    let most = match inner.height {
        0..10 => 1,
        10..18 => 2,
        _ => 6,
    };
    let has_charts = inner.height >= CHARTED.1 && wide >= CHARTED.0 && had_jobs(screen);
    let mut lines = figures::lines(screen, (wide, most), has_charts);
    if has_charts {
        lines.extend(charts::lines(screen, wide));
    }
    let (chosen, places) = states(screen, wide);
    let row = cells(lines.len());
    let place = |(from, long, state)| {
        let area = Rect {
            x: inner.x + cells(from),
            y: inner.y + row,
            width: cells(long),
            height: 1,
        };
        (area.intersection(inner), state)
    };
    view.job_states = places.into_iter().map(place).collect();
    lines.push(chosen);
    let with_pool = screen.jobs.narrowed.pool.is_none();
    let with_worker = screen.jobs.shown().any(|job| job.worker.is_some());
    let columns = (with_pool, with_worker);
    let table = Table::new(wide, columns, screen.theme, screen.now.wall);
    if screen.jobs.count() > 0 && inner.height >= 8 {
        lines.push(table.head().finish());
    }
    for (row, text) in lines.iter().enumerate() {
        line(buffer, inner, row, text);
    }
    let mut rest = inner;
    let used = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .min(rest.height);
    rest.y += used;
    rest.height -= used;
    if !has_preview && rest.height > 3 && error(screen, rest, buffer) {
        rest.height -= 1;
    }
    list(screen, view, &table, rest, buffer);
    if has_preview {
        let area = Rect {
            y: above.bottom(),
            height: below,
            ..area
        };
        detail::preview(screen, area, buffer);
    }
}

fn frame(screen: &Screen, area: Rect, buffer: &mut Buffer) -> Rect {
    let narrowed = &screen.jobs.narrowed;
    let title = match &narrowed.pool {
        Some(pool) => format!("Jobs · {pool}"),
        None => "Jobs · all pools".to_owned(),
    };
    let theme = screen.theme;
    let foot = sought::plain_foot(&narrowed.text, screen.is_filtering, theme);
    let frame = Frame {
        title: &title,
        note: paused(screen).or_else(|| idle(screen)),
        below: Some(below(screen)),
        foot,
        is_focused: true,
    };
    frame.render(theme, area, buffer)
}

/// Whether there is anything to be drawn.
fn had_jobs(screen: &Screen) -> bool {
    let pools = screen.jobs.pools(&screen.board);
    pools.iter().any(|pool| jobs::had_jobs(&pool.jobs))
}

/// Which of the pools that are shown give out no jobs.
fn paused(screen: &Screen) -> Option<(String, Style)> {
    let pools = screen.jobs.pools(&screen.board);
    let paused = pools.iter().filter(|pool| pool.jobs.paused);
    let names: Vec<&str> = paused.map(|pool| pool.name.as_str()).collect();
    let text = match (names.as_slice(), pools.len()) {
        ([], _) => return None,
        (_, 1) => format!("PAUSED{}", hint(screen, Action::Pause, "goes on")),
        (names, _) => format!("PAUSED · {}", names.join(" · ")),
    };
    Some((text, screen.theme.loud()))
}

/// Which of the pools that are shown have jobs that wait, and no worker for them.
fn idle(screen: &Screen) -> Option<(String, Style)> {
    let pools = screen.jobs.pools(&screen.board);
    let mut idle = pools.iter().filter(|pool| pool.jobs.queue > 0);
    let why = idle.find_map(|pool| jobs::held_up(screen, &pool.name))?;
    Some((why, screen.theme.warning()))
}

fn below(screen: &Screen) -> String {
    let shown = screen.jobs.count();
    let jobs = plural(shown, "job");
    if screen.jobs.is_cut() {
        format!("the first {jobs} · more are not listed")
    } else {
        jobs
    }
}

/// The states that can be chosen, the chosen one in brackets; and which cells each has.
fn states(screen: &Screen, wide: usize) -> (Line<'static>, Vec<(usize, usize, Option<JobState>)>) {
    let theme = screen.theme;
    let chosen = screen.jobs.narrowed.state;
    let mut painter = Painter::new(wide);
    let mut places = Vec::new();
    let all = std::iter::once(None).chain(JobState::ALL.into_iter().map(Some));
    for state in all {
        let is_chosen = state == chosen;
        let before = painter.used();
        let word = state.map_or("all", JobState::as_str);
        let text = match state {
            Some(state) if wide >= 70 => format!("{} {word}", job_mark(state)),
            _ => word.to_owned(),
        };
        if is_chosen {
            painter
                .text("[", theme.accent())
                .text(&text, theme.accent());
            painter.text("]", theme.accent());
        } else if wide >= 56 {
            painter.pad(1).text(&text, theme.dim()).pad(1);
        }
        if painter.used() > before {
            places.push((before, painter.used() - before, state));
        }
    }
    if wide < 56 {
        painter.text(" ← → other states", theme.dim());
    }
    (painter.finish(), places)
}

/// Says why the selected job failed; whether there is anything to say.
fn error(screen: &Screen, area: Rect, buffer: &mut Buffer) -> bool {
    let Some(error) = screen.jobs.selected().and_then(|job| job.error.as_deref()) else {
        return false;
    };
    let mut painter = Painter::new(usize::from(area.width));
    painter.text("✖ ", screen.theme.bad());
    painter.text(error, screen.theme.warning());
    line(
        buffer,
        area,
        usize::from(area.height) - 1,
        &painter.finish(),
    );
    true
}

fn list(screen: &Screen, view: &mut ViewState, table: &Table, area: Rect, buffer: &mut Buffer) {
    view.jobs = area;
    let jobs = &screen.jobs;
    if jobs.count() == 0 {
        view.jobs = Rect::default();
        nothing_at_all(screen, area, buffer);
        return;
    }
    let height = usize::from(area.height);
    let at = jobs.at();
    let most = jobs.count().saturating_sub(height);
    view.jobs_top = view
        .jobs_top
        .clamp((at + 1).saturating_sub(height.max(1)), at)
        .min(most);
    let shown = jobs.shown().enumerate().skip(view.jobs_top).take(height);
    for (row, (place, job)) in shown.enumerate() {
        let painter = table.row(job, place == at);
        line(buffer, area, row, &painter.finish());
    }
}

/// Draws what an empty list says, and how jobs come to be.
fn nothing_at_all(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let text = nothing(screen);
    let no_jobs = format!("No jobs yet{}", hint(screen, Action::New, "writes one"));
    let is_new = text.is_none();
    empty(screen.theme, area, &text.unwrap_or(no_jobs), buffer);
    if !is_new || area.height < 6 {
        return;
    }
    let key = key(screen, Action::New).unwrap_or_default();
    let ways = [
        (
            key.as_str(),
            "writes one here: any JSON, which a worker answers",
        ),
        (
            "as = \"job\"",
            "in a route of the config makes jobs of a pool's messages",
        ),
        (
            "submit",
            "from another program, where the deck runs with --rpc",
        ),
        (
            "forkdeck map",
            "does a whole file of them: SCRIPT < jobs.jsonl > results.jsonl",
        ),
    ];
    let ways = ways.into_iter().filter(|(name, _)| !name.is_empty());
    for (row, (name, what)) in ways.enumerate() {
        let mut painter = Painter::new(usize::from(area.width));
        painter.pad(1).left(name, 14, screen.theme.accent());
        painter.text(what, screen.theme.text());
        line(buffer, area, row + 2, &painter.finish());
    }
}

/// What an empty list says; none where there never was a job.
fn nothing(screen: &Screen) -> Option<String> {
    let narrowed = &screen.jobs.narrowed;
    if !screen.jobs.refresh.has_told(&narrowed.filter()) {
        return Some(match screen.jobs.refresh.refused() {
            Some(why) => format!("The deck does not tell its jobs: {why}"),
            None => "Asking for the jobs…".to_owned(),
        });
    }
    match narrowed.state {
        _ if !narrowed.text.is_empty() => Some(contained(screen)),
        Some(state) => Some(format!("No {state} job · → shows other states")),
        None => None,
    }
}

/// What is said where no job contains the text: people may have meant something else by it.
fn contained(screen: &Screen) -> String {
    let text = screen.jobs.narrowed.text.text();
    let is_state = JobState::ALL.iter().any(|state| state.as_str() == text);
    let meant = match text.strip_prefix('/') {
        _ if is_state => hint(screen, Action::NextState, "shows other states"),
        Some(rest) if rest.ends_with('/') => " · a text, no pattern".to_owned(),
        _ => String::new(),
    };
    let all = hint(screen, Action::Back, "shows all");
    format!("Nothing contains that{all}{meant}")
}
