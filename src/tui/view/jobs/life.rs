//! The life of a job from its submission on, a line for each thing that happened.

use ratatui::style::Style;

use crate::model::{Cause, JobState, JobView, WallTime};
use crate::tui::figures::{latency, since_wall, wait};
use crate::tui::jobs::held_up;
use crate::tui::screen::Screen;
use crate::tui::theme::job_mark;
use crate::tui::view::sheet::Sheet;

/// Adds the life of a job; `now` is when it was known last.
pub(super) fn add(screen: &Screen, job: &JobView, now: WallTime, sheet: &mut Sheet) {
    let theme = sheet.theme();
    let lasted = job.finished.map(|end| since_wall(job.created, end));
    let note = match lasted {
        Some(lasted) => format!("{} from first to last", wait(lasted)),
        None => format!("for {} so far", wait(since_wall(job.created, now))),
    };
    sheet.heading("Life", &note);
    let ago = wait(since_wall(job.created, now));
    let mark = ("+", theme.accent());
    event(
        sheet,
        Some(job.created),
        mark,
        &format!("submitted, {ago} ago"),
    );
    causes(job, sheet);
    let who = |word: &str| match &job.worker {
        Some(worker) => format!("{word} {worker}"),
        None => word.to_owned(),
    };
    let mark = (job_mark(job.state), theme.job(job.state));
    let waited = job.wait.map_or_else(String::new, |waited| {
        format!(" after {} in the queue", latency(waited))
    });
    let ran = job
        .run
        .map_or_else(String::new, |ran| format!(" in {}", latency(ran)));
    match job.state {
        JobState::Running => {
            let lasts = job.started.map_or_else(String::new, |since| {
                format!(", runs for {}", wait(since_wall(since, now)))
            });
            let text = format!(
                "attempt {} given{}{waited}{lasts}",
                job.attempts,
                who(" to")
            );
            event(sheet, job.started, mark, &text);
            if job.cancelling {
                let stopped = "being taken back: its worker is stopped for it";
                event(sheet, None, ("◇", theme.warning()), stopped);
            }
        }
        JobState::Ready => {
            let text = match held_up(screen, &job.pool) {
                Some(why) => format!("waits: {why}"),
                None => "waits for a free worker".to_owned(),
            };
            event(sheet, None, mark, &text);
        }
        JobState::Scheduled | JobState::Failed => {
            let due = job.due.map_or_else(String::new, |due| {
                format!(" in {}", wait(since_wall(now, due)))
            });
            event(sheet, None, mark, &format!("becomes ready{due}"));
        }
        JobState::Done => {
            if job.started.is_some() {
                let given = format!("attempt {} given{}{waited}", job.attempts, who(" to"));
                event(sheet, job.started, ("▸", theme.accent()), &given);
            }
            event(
                sheet,
                job.finished,
                mark,
                &format!("answered{}{ran}", who(" by")),
            );
        }
        JobState::Dead => {
            let tries = format!(
                "given up after {} of {} attempts",
                job.attempts, job.max_attempts
            );
            event(sheet, job.finished, mark, &tries);
        }
        JobState::Cancelled => event(sheet, job.finished, mark, "taken back"),
    }
}

fn causes(job: &JobView, sheet: &mut Sheet) {
    let theme = sheet.theme();
    let mut earlier = 0;
    for cause in &job.causes {
        // Attempts are counted anew once somebody has a job tried again that was given up.
        if cause.attempt <= earlier {
            sheet.text("", "── tried again from here on ──");
        }
        earlier = cause.attempt;
        let text = format!("attempt {} failed: {}", cause.attempt, told(cause));
        event(sheet, Some(cause.at), ("↻", theme.bad()), &text);
    }
}

/// Why an attempt failed, with its worker.
fn told(cause: &Cause) -> String {
    let worker = cause.worker.as_ref().map(ToString::to_string);
    // Most causes name the worker themselves.
    match worker.filter(|worker| !cause.error.contains(worker.as_str())) {
        Some(worker) => format!("{worker}: {}", cause.error),
        None => cause.error.to_string(),
    }
}

/// Adds one thing that happened, over as many lines as it needs.
fn event(sheet: &mut Sheet, at: Option<WallTime>, (mark, style): (&str, Style), text: &str) {
    let time = at.map_or_else(String::new, clock);
    let plain = sheet.theme().text();
    sheet.marked(&time, (mark, style), text, plain);
}

/// A moment of the day.
pub(super) fn clock(at: WallTime) -> String {
    at.time_of_day().chars().take(8).collect()
}
