//! One job whole: what it is, what became of each attempt, what it was given and what it answered.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::model::{JobState, JobView, WallTime};
use crate::tui::figures::{count, latency, plural, since_wall, wait};
use crate::tui::jobs::{Opened, short};
use crate::tui::screen::Screen;
use crate::tui::theme::{Theme, job_mark};
use crate::tui::view::frame::{Frame, dialog, line, scrolled};
use crate::tui::view::jobs::table::running;
use crate::tui::view::sheet::Sheet;

/// The widest it gets.
const WIDEST: usize = 110;

/// Draws the job on top; how far it can be scrolled.
pub(crate) fn render(
    screen: &Screen,
    opened: &Opened,
    top: usize,
    body: Rect,
    buffer: &mut Buffer,
) -> usize {
    let wide = usize::from(body.width).saturating_sub(4).min(WIDEST);
    let lines = lines(screen, opened, wide);
    let title = format!("Job {}", short(opened.job.job));
    let size = (wide, lines.len());
    let inner = dialog(screen.theme, &title, "Esc closes", size, body, buffer);
    scrolled(&lines, top, inner, buffer)
}

/// Draws the beginning of the selected job below the list.
pub(crate) fn preview(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let Some(job) = screen.jobs.selected() else {
        return;
    };
    let title = format!("Job {}", short(job.job));
    let frame = Frame {
        title: &title,
        below: Some("Enter opens".to_owned()),
        ..Frame::default()
    };
    let inner = frame.render(screen.theme, area, buffer);
    let wide = usize::from(inner.width).saturating_sub(2);
    let inside = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let opened = Opened::beginning(job, usize::from(inner.height));
    let lines = lines(screen, &opened, wide);
    for (row, text) in lines.iter().take(usize::from(inside.height)).enumerate() {
        line(buffer, inside, row, text);
    }
}

fn lines(screen: &Screen, opened: &Opened, wide: usize) -> Vec<Line<'static>> {
    let job = &opened.job;
    let theme = screen.theme;
    let mut sheet = Sheet::new(wide, theme);
    if opened.is_gone {
        sheet.fact("", |painter, theme| {
            painter.text("The deck has forgotten it.", theme.warning());
        });
    }
    let now = screen.now.wall;
    sheet.parts("state", &state(theme, job, now));
    sheet.parts("pool", &place(theme, job));
    sheet.parts("times", &times(theme, job, now));
    if let Some(error) = &job.error
        && job.causes.last().is_none_or(|cause| cause.error != *error)
    {
        sheet.long("error", error, theme.bad());
    }
    causes(job, &mut sheet, theme);
    sheet.long("id", &job.job.to_string(), theme.text());
    if let Some(key) = &job.key {
        sheet.long("key", key, theme.text());
    }
    sheet.json("payload", &opened.payload);
    if !opened.result.is_empty() {
        sheet.json("result", &opened.result);
    }
    sheet.finish()
}

fn state(theme: Theme, job: &JobView, now: WallTime) -> Vec<(String, Style)> {
    let mut state = format!("{} {}", job_mark(job.state), job.state);
    if let Some(lasts) = running(job, now) {
        state.extend([" for ", &lasts]);
    }
    if let Some(due) = job.due.filter(|_| job.state == JobState::Scheduled) {
        state.extend([", ready in ", &wait(since_wall(now, due))]);
    }
    let tries = format!("attempt {} of {}", job.attempts, job.max_attempts);
    let mut parts = vec![(state, theme.job(job.state)), (tries, theme.text())];
    if job.kills > 0 {
        let kills = usize::try_from(job.kills).unwrap_or(usize::MAX);
        let kills = format!("{} died under it", plural(kills, "worker"));
        parts.push((kills, theme.bad()));
    }
    parts
}

fn place(theme: Theme, job: &JobView) -> Vec<(String, Style)> {
    let worker = job.worker.as_ref();
    let bytes = count(job.payload.len() as u64);
    vec![
        (job.pool.to_string(), theme.text()),
        (
            worker.map_or_else(String::new, ToString::to_string),
            theme.text(),
        ),
        (format!("priority {}", job.priority), theme.text()),
        (format!("{bytes} bytes"), theme.dim()),
    ]
}

fn times(theme: Theme, job: &JobView, now: WallTime) -> Vec<(String, Style)> {
    let ago = wait(since_wall(job.created, now));
    let submitted = format!("submitted {}, {ago} ago", clock(job.created));
    let mut parts = vec![(submitted, theme.text())];
    for (name, at) in [("given", job.started), ("ended", job.finished)] {
        parts.extend(at.map(|at| (format!("{name} {}", clock(at)), theme.text())));
    }
    for (name, lasted) in [("waited", job.wait), ("ran", job.run)] {
        parts.extend(lasted.map(|lasted| (format!("{name} {}", latency(lasted)), theme.text())));
    }
    parts
}

/// A moment of the day.
fn clock(at: WallTime) -> String {
    at.time_of_day().chars().take(8).collect()
}

fn causes(job: &JobView, sheet: &mut Sheet, theme: Theme) {
    for cause in job.causes.iter().rev() {
        let worker = cause.worker.as_ref().map(ToString::to_string);
        // Most causes name the worker themselves.
        let worker = worker.filter(|worker| !cause.error.contains(worker.as_str()));
        let worker = worker.map_or_else(String::new, |worker| format!("{worker}: "));
        let text = format!("{} {worker}{}", clock(cause.at), cause.error);
        sheet.long(&format!("attempt {}", cause.attempt), &text, theme.bad());
    }
}
