//! One job whole: what it is, what became of each attempt, what it was given and what it answered.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::{JobState, JobView, WallTime};
use crate::tui::figures::{latency, plural, since_wall, wait};
use crate::tui::jobs::{Folded, Opened, Texts, short};
use crate::tui::json;
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use crate::tui::view::frame::{Frame, dialog, line};
use crate::tui::view::jobs::life::{self, clock};
use crate::tui::view::jobs::table::{self, running};
use crate::tui::view::sheet::{self, Sheet};
use crate::wire::Message;

/// The widest it gets.
const WIDEST: usize = 110;

/// Cuts the payload and the result into lines that fit, unless that is done already.
fn fold(folded: &mut Folded, texts: &Arc<Texts>, wide: usize) {
    if Arc::ptr_eq(&folded.of, texts) && folded.wide == wide {
        return;
    }
    let payload = sheet::folded("payload", &texts.payload, wide);
    let result = sheet::folded("result", &texts.result, wide);
    *folded = Folded {
        of: Arc::clone(texts),
        wide,
        lines: payload.chain(result).collect(),
    };
}

/// Draws the job on top; how far it can be scrolled.
pub(crate) fn render(
    screen: &Screen,
    folded: &mut Folded,
    (opened, top): (&Opened, usize),
    body: Rect,
    buffer: &mut Buffer,
) -> usize {
    let theme = screen.theme;
    let wide = usize::from(body.width).saturating_sub(4).min(WIDEST);
    let facts = whole(screen, opened, wide).finish();
    fold(folded, &opened.texts, wide);
    let count = facts.len() + folded.lines.len();
    let title = format!("Job {}", short(opened.job.job));
    let inner = dialog(theme, &title, "Esc closes", (wide, count), body, buffer);
    let height = usize::from(inner.height);
    let end = count.saturating_sub(height);
    let top = top.min(end);
    for row in 0..height {
        let place = top + row;
        if let Some(fact) = facts.get(place) {
            line(buffer, inner, row, fact);
        } else if let Some((name, piece)) = folded.lines.get(place - facts.len()) {
            let mut sheet = Sheet::new(wide, theme);
            sheet.fact(name, |painter, theme| json::paint(painter, piece, theme));
            for text in sheet.finish() {
                line(buffer, inner, row, &text);
            }
        }
    }
    end
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
    let mut sheet = facts(screen, &opened, wide);
    sheet.json("payload", &opened.texts.payload);
    sheet.json("result", &opened.texts.result);
    let lines = sheet.finish();
    for (row, text) in lines.iter().take(usize::from(inside.height)).enumerate() {
        line(buffer, inside, row, text);
    }
}

/// All but its payload and its result, of a job that is shown whole.
fn whole(screen: &Screen, opened: &Opened, wide: usize) -> Sheet {
    let job = &opened.job;
    let theme = screen.theme;
    let mut sheet = Sheet::new(wide, theme);
    if opened.gone.is_some() {
        gone(&mut sheet);
    }
    let now = opened.gone.unwrap_or(screen.now.wall);
    sheet.parts("state", &state(theme, job, now));
    sheet.parts("pool", &place(theme, job));
    error(job, &mut sheet, theme);
    sheet.long("id", &job.job.to_string(), theme.text());
    if let Some(key) = &job.key {
        sheet.long("key", key, theme.text());
    }
    life::add(screen, job, now, &mut sheet);
    let bytes = |message: &Message| plural(message.len(), "byte");
    let note = match &job.result {
        Some(result) => format!("payload {}, result {}", bytes(&job.payload), bytes(result)),
        None => bytes(&job.payload),
    };
    sheet.heading("Content", &note);
    sheet
}

fn gone(sheet: &mut Sheet) {
    sheet.fact("gone", |painter, theme| {
        let text = "The deck has forgotten it. This is how it was last.";
        painter.text(text, theme.warning());
    });
}

/// Why it failed at last, unless that is its last attempt's cause.
fn error(job: &JobView, sheet: &mut Sheet, theme: Theme) {
    if let Some(error) = &job.error
        && job.causes.last().is_none_or(|cause| cause.error != *error)
    {
        sheet.long("error", error, theme.bad());
    }
}

/// The beginning of it, but for its payload and its result.
fn facts(screen: &Screen, opened: &Opened, wide: usize) -> Sheet {
    let job = &opened.job;
    let theme = screen.theme;
    let mut sheet = Sheet::new(wide, theme);
    let now = screen.now.wall;
    sheet.parts("state", &state(theme, job, now));
    sheet.parts("pool", &place(theme, job));
    sheet.parts("times", &times(theme, job, now));
    error(job, &mut sheet, theme);
    causes(job, &mut sheet, theme);
    sheet.long("id", &job.job.to_string(), theme.text());
    if let Some(key) = &job.key {
        sheet.long("key", key, theme.text());
    }
    sheet
}

fn state(theme: Theme, job: &JobView, now: WallTime) -> Vec<(String, Style)> {
    let (mut state, style) = table::state(theme, job);
    if let Some(lasts) = running(job, now) {
        state.extend([" for ", &lasts]);
    }
    if let Some(due) = job.due.filter(|_| job.state == JobState::Scheduled) {
        state.extend([", ready in ", &wait(since_wall(now, due))]);
    }
    let tries = format!("attempt {} of {}", job.attempts, job.max_attempts);
    let mut parts = vec![(state, style), (tries, theme.text())];
    if job.kills > 0 {
        let kills = usize::try_from(job.kills).unwrap_or(usize::MAX);
        let kills = format!("{} died under it", plural(kills, "worker"));
        parts.push((kills, theme.bad()));
    }
    parts
}

fn place(theme: Theme, job: &JobView) -> Vec<(String, Style)> {
    let worker = job.worker.as_ref();
    vec![
        (job.pool.to_string(), theme.text()),
        (
            worker.map_or_else(String::new, ToString::to_string),
            theme.text(),
        ),
        (format!("priority {}", job.priority), theme.text()),
        (plural(job.payload.len(), "byte"), theme.dim()),
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

fn causes(job: &JobView, sheet: &mut Sheet, theme: Theme) {
    let mut later = None;
    for cause in job.causes.iter().rev() {
        // Attempts are counted anew once somebody has a job tried again that was given up.
        if later.is_some_and(|later| later <= cause.attempt) {
            sheet.text("", "── tried again from here on ──");
        }
        later = Some(cause.attempt);
        let worker = cause.worker.as_ref().map(ToString::to_string);
        // Most causes name the worker themselves.
        let worker = worker.filter(|worker| !cause.error.contains(worker.as_str()));
        let worker = worker.map_or_else(String::new, |worker| format!("{worker}: "));
        let text = format!("{} {worker}{}", clock(cause.at), cause.error);
        sheet.long(&format!("attempt {}", cause.attempt), &text, theme.bad());
    }
}
