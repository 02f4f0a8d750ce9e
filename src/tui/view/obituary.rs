//! How a worker's process ended, with what it said last.

use std::borrow::Cow;

use crate::model::{Board, Exited, LogLine, Stream, WorkerView};

/// How many of a worker's newest lines are looked through for its last words.
const LINES: usize = 40;

/// How long after its end what a process wrote may be read, in milliseconds.
const LATE: i64 = 500;

/// The newest exit that nobody asked for, of the workers that `is_meant` picks.
pub(crate) fn newest(
    board: &Board,
    is_meant: impl Fn(&WorkerView) -> bool,
) -> Option<(&WorkerView, &Exited)> {
    board
        .workers()
        .filter(|worker| is_meant(worker))
        .filter_map(|worker| Some((worker, worker.exits.last()?)))
        .filter(|(_, exit)| !exit.planned)
        .max_by_key(|(_, exit)| exit.now.mono)
}

/// Why a process ended, and its last words where it had some.
pub(crate) fn cause(worker: &WorkerView, exit: &Exited) -> String {
    match last_words(worker, exit) {
        Some(words) => format!("{}: {words}", exit.cause),
        None => exit.cause.to_string(),
    }
}

/// The newest line on standard error that names an error, else the newest one that says anything.
fn last_words<'a>(worker: &'a WorkerView, exit: &Exited) -> Option<Cow<'a, str>> {
    let end = exit.now.wall.0;
    let lived = i64::try_from(exit.uptime.as_millis()).unwrap_or(i64::MAX);
    let life = end.saturating_sub(lived)..=end.saturating_add(LATE);
    let said = |line: &&LogLine| line.stream == Stream::Stderr && life.contains(&line.at.0);
    let lines = || worker.logs.iter().rev().take(LINES).filter(said);
    let named = lines().map(LogLine::text).find(|text| names_error(text));
    let words = named.or_else(|| {
        lines()
            .map(LogLine::text)
            .find(|text| !text.trim().is_empty())
    })?;
    Some(match words {
        Cow::Borrowed(words) => Cow::Borrowed(words.trim()),
        Cow::Owned(words) => Cow::Owned(words.trim().to_owned()),
    })
}

/// Whether a line looks like the one of a stack trace that matters.
fn names_error(text: &str) -> bool {
    let is_indented = text.starts_with([' ', '\t']);
    let first = text.split(':').next().unwrap_or_default();
    !is_indented && (first.ends_with("Error") || first.ends_with("Exception"))
}
