//! One job whole: what it is, what became of each attempt, what it was given and what it answered.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::model::{Cause, JobState, JobView, WallTime};
use crate::tui::figures::{count, latency, plural, since_wall, wait};
use crate::tui::jobs::{Opened, short};
use crate::tui::sanitize::Painter;
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
    state(screen, job, &mut sheet);
    sheet.fact("times", |painter, theme| {
        times(painter, theme, job, screen.now.wall)
    });
    sheet.text("id", &job.job.to_string());
    if let Some(key) = &job.key {
        sheet.text("key", key);
    }
    if let Some(error) = &job.error
        && job.causes.last().is_none_or(|cause| cause.error != *error)
    {
        sheet.long("error", error, theme.bad());
    }
    causes(job, &mut sheet, theme);
    sheet.json("payload", &opened.payload);
    if !opened.result.is_empty() {
        sheet.json("result", &opened.result);
    }
    sheet.finish()
}

fn state(screen: &Screen, job: &JobView, sheet: &mut Sheet) {
    let now = screen.now.wall;
    sheet.fact("state", |painter, theme| {
        let style = theme.job(job.state);
        painter.text(&format!("{} {}", job_mark(job.state), job.state), style);
        if let Some(lasts) = running(job, now) {
            painter.text(&format!(" for {lasts}"), theme.text());
        }
        if let Some(due) = job.due.filter(|_| job.state == JobState::Scheduled) {
            let left = wait(since_wall(now, due));
            painter.text(&format!(", ready in {left}"), theme.text());
        }
        let tries = format!(" · attempt {} of {}", job.attempts, job.max_attempts);
        painter.text(&tries, theme.text());
        if job.kills > 0 {
            let kills = usize::try_from(job.kills).unwrap_or(usize::MAX);
            painter.text(" · ", theme.text());
            painter.text(
                &format!("{} died under it", plural(kills, "worker")),
                theme.bad(),
            );
        }
    });
    sheet.fact("pool", |painter, theme| {
        painter.text(job.pool.as_str(), theme.text());
        painter.text(&format!(" · priority {}", job.priority), theme.text());
        if let Some(worker) = &job.worker {
            painter.text(&format!(" · {worker}"), theme.text());
        }
        painter.text(
            &format!(" · {} bytes", count(job.payload.len() as u64)),
            theme.dim(),
        );
    });
}

fn times(painter: &mut Painter, theme: Theme, job: &JobView, now: WallTime) {
    let ago = wait(since_wall(job.created, now));
    let moments = [
        ("submitted", Some(job.created)),
        ("given", job.started),
        ("ended", job.finished),
    ];
    for (name, at) in moments {
        if let Some(at) = at {
            let time = at.time_of_day();
            let time = time.get(..8).unwrap_or(&time);
            painter.text(name, theme.dim());
            painter.text(&format!(" {time} "), theme.text());
        }
        if name == "submitted" {
            painter.text(&format!("{ago} ago "), theme.dim());
        }
    }
    for (name, lasted) in [("waited", job.wait), ("ran", job.run)] {
        if let Some(lasted) = lasted {
            painter.text(name, theme.dim());
            painter.text(&format!(" {} ", latency(lasted)), theme.text());
        }
    }
}

fn causes(job: &JobView, sheet: &mut Sheet, theme: Theme) {
    for Cause {
        attempt,
        worker,
        at,
        error,
    } in job.causes.iter().rev()
    {
        let time = at.time_of_day();
        let time = time.get(..8).unwrap_or(&time);
        let who = worker
            .as_ref()
            .map_or_else(String::new, |id| format!("{id} "));
        let text = format!("{time} {who}{error}");
        sheet.long(&format!("attempt {attempt}"), &text, theme.bad());
    }
}
