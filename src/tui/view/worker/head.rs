//! What has to be seen first: what the worker does, and why it ended last.

use ratatui::style::Style;

use crate::model::{Exited, State, WorkerView};
use crate::tui::action::Action;
use crate::tui::figures::{plural, since_wall, span, wait};
use crate::tui::hint::key;
use crate::tui::screen::Screen;
use crate::tui::theme::mark;
use crate::tui::view::obituary;
use crate::tui::view::sheet::Sheet;

/// How many of the last lines before an exit are shown.
const LAST_LINES: usize = 6;

/// Adds the state, and the last exit that nobody asked for with what was said before it.
pub(super) fn add(screen: &Screen, worker: &WorkerView, sheet: &mut Sheet) {
    sheet.parts("state", &state(screen, worker));
    sheet.parts("restarts", &restarts(screen, worker));
    let told = worker.reason.as_deref();
    let last = worker.exits.last().filter(|exit| !exit.planned);
    match last {
        Some(exit) => death(screen, worker, exit, sheet),
        None => {
            if let Some(reason) = told {
                sheet.long("why", reason, screen.theme.text());
            }
        }
    }
}

fn state(screen: &Screen, worker: &WorkerView) -> Vec<(String, Style)> {
    let theme = screen.theme;
    let style = theme.state(worker.state);
    let lasts = wait(screen.now.mono.since(worker.since));
    let state = format!("{} {} for {lasts}", mark(worker.state), worker.state);
    let mut parts = vec![(state, style)];
    if let Some(until) = worker.until {
        let left = wait(until.since(screen.now.mono));
        parts.push(match worker.state {
            State::Backoff => (format!("starts again in {left}"), theme.strong()),
            State::Stopping => (format!("SIGKILL in {left}"), theme.strong()),
            _ => (format!("{left} left"), theme.text()),
        });
    }
    match worker.state {
        State::Stalled => {
            let why = "its event loop does not read what it is sent";
            parts.push((why.to_owned(), theme.text()));
        }
        State::Failed => {
            let starts = starts(screen, &[Action::Restart, Action::StopStart]);
            parts.extend(starts.map(|text| (text, theme.text())));
        }
        State::Stopped | State::Finished => {
            let starts = starts(screen, &[Action::StopStart]);
            parts.extend(starts.map(|text| (text, theme.text())));
        }
        _ => {}
    }
    if let Some(pid) = worker.pid {
        parts.push((format!("pid {pid}"), theme.text()));
    }
    let uptime = worker.uptime(screen.now.mono);
    parts.extend(uptime.map(|up| (format!("up {}", span(up)), theme.text())));
    if worker.incarnation.0 > 0 {
        parts.push((format!("life {}", worker.incarnation.0), theme.text()));
    }
    parts
}

/// `r or s starts it`; none where none of them has a key.
fn starts(screen: &Screen, actions: &[Action]) -> Option<String> {
    let keys = actions.iter().filter_map(|action| key(screen, *action));
    let keys: Vec<String> = keys.collect();
    (!keys.is_empty()).then(|| format!("{} starts it", keys.join(" or ")))
}

fn restarts(screen: &Screen, worker: &WorkerView) -> Vec<(String, Style)> {
    let theme = screen.theme;
    let (used, of) = worker.budget;
    let detail = screen.inspected.worker(&worker.id);
    let within = detail.map(|detail| detail.pool.restart.intensity.within);
    let within = within.map_or_else(String::new, |within| format!(" in {}", exact(within)));
    let style = if used == 0 {
        theme.text()
    } else {
        theme.warning()
    };
    let mut parts = vec![(format!("{used} of {of}{within}"), style)];
    parts.push((format!("{} in all", worker.restarts), theme.text()));
    let row = obituary::in_a_row(worker);
    if row > 1 {
        parts.push((format!("the same exit {row} times in a row"), theme.bad()));
    }
    parts
}

/// A time as people write it: `30 s`, `10 min`, `250 ms`.
pub(super) fn exact(time: std::time::Duration) -> String {
    let millis = time.as_millis();
    match millis {
        0 => "0 s".to_owned(),
        _ if millis.is_multiple_of(3_600_000) => format!("{} h", millis / 3_600_000),
        _ if millis.is_multiple_of(60_000) => format!("{} min", millis / 60_000),
        _ if millis.is_multiple_of(1000) => format!("{} s", millis / 1000),
        _ => format!("{millis} ms"),
    }
}

/// An exit with the last lines of standard error before it.
fn death(screen: &Screen, worker: &WorkerView, exit: &Exited, sheet: &mut Sheet) {
    let theme = screen.theme;
    let ago = wait(since_wall(exit.now.wall, screen.now.wall));
    let time = exit.now.wall.time_of_day();
    let time = time.get(..8).unwrap_or(&time);
    let mut parts = vec![
        (format!("✖ {}", exit.cause), theme.bad()),
        (format!("{time}, {ago} ago"), theme.text()),
        (format!("life {}", exit.incarnation.0), theme.dim()),
        (format!("pid {}", exit.pid), theme.dim()),
    ];
    if exit.escalated {
        parts.insert(1, ("its grace ran out".to_owned(), theme.bad()));
    }
    sheet.parts("last exit", &parts);
    let lines = obituary::last_lines(worker, exit, LAST_LINES);
    if lines.is_empty() {
        sheet.fact("", |painter, theme| {
            painter.text("It said nothing on standard error.", theme.dim());
        });
        return;
    }
    let many = lines.len();
    for (place, line) in lines.into_iter().enumerate() {
        let name = if place == 0 { "its last" } else { "" };
        let name = match (place, many) {
            (1, _) => plural(many, "line"),
            _ => name.to_owned(),
        };
        sheet.fact(&name, |painter, theme| {
            painter.text("│ ", theme.bad());
            painter.output(&line.bytes, theme.text(), theme.has_color());
        });
    }
}
