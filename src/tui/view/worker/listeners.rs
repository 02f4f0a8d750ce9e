//! What the workers of a cluster listen on, and what becomes of their connections.

use ratatui::style::Style;

use crate::model::{Api, ListenerView, PoolDetail, Schedule};
use crate::tui::figures::{count, plural};
use crate::tui::theme::Theme;
use crate::tui::view::sheet::Sheet;

/// Adds a cluster's listeners; nothing for any other pool.
pub(super) fn listeners(pool: &PoolDetail, sheet: &mut Sheet) {
    if pool.api != Api::Cluster {
        return;
    }
    let note = match pool.schedule {
        Schedule::RoundRobin => "the deck accepts, workers take turns",
        Schedule::Shared => "each worker accepts by itself",
    };
    sheet.heading("Cluster", note);
    if pool.listeners.is_empty() {
        sheet.text("listens", "on nothing so far");
    }
    for (place, listener) in pool.listeners.iter().enumerate() {
        let name = if place == 0 { "listens" } else { "" };
        sheet.parts(name, &parts(listener, sheet.theme()));
    }
}

fn parts(listener: &ListenerView, theme: Theme) -> Vec<(String, Style)> {
    let mut parts = vec![
        (listener.address.clone(), theme.strong()),
        (plural(listener.workers.len(), "worker"), theme.text()),
    ];
    if !listener.awaited.is_empty() {
        let text = format!("{} to come back", listener.awaited.len());
        parts.push((text, theme.warning()));
    }
    if listener.schedule == Schedule::Shared {
        parts.push(("shared".to_owned(), theme.text()));
        return parts;
    }
    let taken = format!("{} handed over", count(listener.handed_over));
    parts.push((taken, theme.text()));
    let waiting = listener.waiting as u64;
    let told = [
        (waiting, "waiting", theme.warning()),
        (listener.refused, "refused", theme.text()),
        (listener.reoffered, "offered again", theme.text()),
        (listener.dropped, "dropped", theme.bad()),
    ];
    let told = told.into_iter().filter(|(number, ..)| *number > 0);
    parts.extend(told.map(|(number, what, style)| (format!("{} {what}", count(number)), style)));
    parts
}
