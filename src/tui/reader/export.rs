//! Lines for files and for the clipboard: as text, without escapes.

use std::fmt::Write;

use crate::model::Stream;
use crate::tui::reader::item::{Item, Kind, Spot};
use crate::tui::reader::list::List;
use crate::tui::reader::text;

/// How many lines are written at the most, the newest.
pub(crate) const MOST: usize = 100_000;

/// What is let through, as a file: time, worker, stream and text of each line; and how many lines are gone within.
pub(crate) fn file(list: &List<'_>) -> (String, u64) {
    let mut out = String::new();
    let mut gone = 0;
    for item in list.above(Spot::END, MOST) {
        // Writing to a string does not fail.
        let _ = row(&mut out, &item);
        gone += item.gone();
    }
    (out, gone)
}

fn row(out: &mut String, item: &Item<'_>) -> std::fmt::Result {
    match item.at() {
        Some(at) => write!(out, "{at} ")?,
        None => out.push_str("- "),
    }
    match item.worker() {
        Some(worker) => write!(out, "{worker} ")?,
        None => out.push_str("- "),
    }
    match item.kind {
        Kind::Line(_, line) => {
            let stream = match line.stream {
                Stream::Stdout => "stdout",
                Stream::Stderr => "stderr",
            };
            writeln!(out, "{stream} {}", text::plain(line))
        }
        _ => writeln!(out, "deck -- {}", told(item)),
    }
}

/// What an item says, as one line.
pub(crate) fn told(item: &Item<'_>) -> String {
    match item.kind {
        Kind::Line(_, line) => text::plain(line),
        _ => item.told().unwrap_or_default(),
    }
}
