//! How a worker's process ended, with what it said last.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::{Board, Exited, Incarnation, LogLine, Stream, WorkerView};

/// How many of a worker's newest lines are looked through for its last words.
const LINES: usize = 40;

/// How many lines are looked through for those of one life.
const LIFE_LINES: usize = 5000;

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
    let said = |line: &&LogLine| is_of(line, exit);
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

/// Whether a line was written to standard error in the life that ended so.
fn is_of(line: &LogLine, exit: &Exited) -> bool {
    line.stream == Stream::Stderr && line.incarnation == exit.incarnation
}

/// The last lines that a process wrote to standard error, oldest first, as far as they are held.
pub(crate) fn last_lines<'a>(
    worker: &'a WorkerView,
    exit: &Exited,
    most: usize,
) -> Vec<&'a LogLine> {
    let newest = worker.logs.iter().rev().take(LIFE_LINES);
    let mut lines: Vec<&LogLine> = newest.filter(|line| is_of(line, exit)).take(most).collect();
    lines.reverse();
    lines
}

/// What each life said last on standard error, of the newest lines: the line that names an error, else the last one.
pub(crate) fn words_of_lives(worker: &WorkerView) -> HashMap<Incarnation, String> {
    let mut words: HashMap<Incarnation, (bool, String)> = HashMap::new();
    for line in worker.logs.iter().rev().take(LIFE_LINES) {
        if line.stream != Stream::Stderr {
            continue;
        }
        let held = words.get(&line.incarnation);
        if held.is_some_and(|(names_it, _)| *names_it) {
            continue;
        }
        let text = line.text();
        let names_it = names_error(&text);
        if text.trim().is_empty() || (held.is_some() && !names_it) {
            continue;
        }
        words.insert(line.incarnation, (names_it, text.trim().to_owned()));
    }
    words
        .into_iter()
        .map(|(life, (_, text))| (life, text))
        .collect()
}

/// How many of a worker's newest exits nobody asked for had the same cause, one after the other.
pub(crate) fn in_a_row(worker: &WorkerView) -> usize {
    let mut newest = worker.exits.iter().rev();
    let Some(first) = newest.next().filter(|exit| !exit.planned) else {
        return 0;
    };
    1 + newest
        .take_while(|exit| !exit.planned && exit.exit == first.exit)
        .count()
}

/// Whether a line looks like the one of a stack trace that matters.
fn names_error(text: &str) -> bool {
    let is_indented = text.starts_with([' ', '\t']);
    let first = text.split(':').next().unwrap_or_default();
    !is_indented && (first.ends_with("Error") || first.ends_with("Exception"))
}
