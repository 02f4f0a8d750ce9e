//! How the worker's processes ended, the newest first, each with what it said last.

use std::collections::HashMap;

use crate::model::{Exited, Incarnation, WorkerView};
use crate::tui::figures::{plural, wait};
use crate::tui::sanitize::Painter;
use crate::tui::theme::Theme;
use crate::tui::view::obituary;
use crate::tui::view::sheet::Sheet;

/// How many exits are listed.
const LISTED: usize = 30;

/// Adds the exits of a worker.
pub(super) fn add(worker: &WorkerView, sheet: &mut Sheet) {
    if worker.exits.is_empty() {
        sheet.heading("Exits", "none so far");
        return;
    }
    let unplanned = worker.exits.iter().filter(|exit| !exit.planned).count();
    let of_itself = match unplanned {
        0 => "all asked for".to_owned(),
        _ => format!("{unplanned} not asked for"),
    };
    let exits = plural(worker.exits.len(), "exit");
    sheet.heading("Exits", &format!("{exits} · {of_itself}"));
    let words = obituary::words_of_lives(worker);
    for exit in worker.exits.iter().rev().take(LISTED) {
        sheet.line(|painter, theme| ending(painter, theme, exit));
        said(&words, exit, sheet);
    }
}

/// Adds an exit of a pool's worker, its name first.
pub(super) fn of_pool(name: &str, exit: &Exited, sheet: &mut Sheet) {
    sheet.line(|painter, theme| {
        painter.text(name, theme.strong()).pad(1);
        ending(painter, theme, exit);
    });
}

fn ending(painter: &mut Painter, theme: Theme, exit: &Exited) {
    let time = exit.now.wall.time_of_day();
    painter.text(time.get(..8).unwrap_or(&time), theme.dim());
    let style = if exit.planned {
        theme.text()
    } else {
        theme.warning()
    };
    painter.pad(1).text(&exit.cause, style);
    let mut lived = format!(" · life {}", exit.incarnation.0);
    // Most causes say it themselves.
    if !exit.cause.contains(" after ") {
        lived.extend([" of ", &wait(exit.uptime)]);
    }
    lived.extend([", pid ", &exit.pid.to_string()]);
    painter.text(&lived, theme.dim());
    if exit.escalated {
        painter.text(", its grace ran out", theme.bad());
    }
}

fn said(words: &HashMap<Incarnation, String>, exit: &Exited, sheet: &mut Sheet) {
    let Some(words) = words.get(&exit.incarnation).filter(|_| !exit.planned) else {
        return;
    };
    sheet.line(|painter, theme| {
        painter.pad(9).text("│ ", theme.dim());
        painter.output(words.as_bytes(), theme.text(), theme.has_color());
    });
}
