//! How a worker's process ended, with what it said last.

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

/// What a life said last on standard error, of a worker's newest lines.
fn last_words(worker: &WorkerView, exit: &Exited) -> Option<String> {
    let mut words = Words::default();
    let newest = worker.logs.iter().rev().take(LINES);
    for line in newest.filter(|line| is_of(line, exit)) {
        words.take(&line.text());
    }
    words.said
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

/// What each life said last on standard error, of the newest lines.
pub(crate) fn words_of_lives(worker: &WorkerView) -> HashMap<Incarnation, String> {
    let mut lives: HashMap<Incarnation, Words> = HashMap::new();
    let newest = worker.logs.iter().rev().take(LIFE_LINES);
    for line in newest.filter(|line| line.stream == Stream::Stderr) {
        let words = lives.entry(line.incarnation).or_default();
        if words.worth < Some(Worth::Error) {
            words.take(&line.text());
        }
    }
    let said = lives.into_iter();
    said.filter_map(|(life, words)| Some((life, words.said?)))
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

/// How much a line tells of why a program ended; the most telling last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// A call of a stack trace, and what a runtime prints below it.
    Call,
    /// Anything else.
    Line,
    /// What stands above the calls.
    Head,
    /// What names an error.
    Error,
}

/// The most telling line, of equal ones the newest.
#[derive(Debug, Default)]
struct Words {
    worth: Option<Worth>,
    said: Option<String>,
    /// Whether the line below is a call.
    is_above_call: bool,
}

impl Words {
    /// Takes the line above the one before.
    fn take(&mut self, text: &str) {
        let words = text.trim();
        if words.is_empty() {
            return;
        }
        let worth = match worth(text) {
            Worth::Line if self.is_above_call => Worth::Head,
            worth => worth,
        };
        self.is_above_call = worth == Worth::Call && is_call(words);
        if Some(worth) > self.worth {
            self.worth = Some(worth);
            self.said = Some(thrown(words).to_owned());
        }
    }
}

fn worth(text: &str) -> Worth {
    let is_indented = text.starts_with([' ', '\t']);
    let is_last = ["Node.js v", "Bun v"]
        .iter()
        .any(|begin| text.starts_with(begin));
    let is_mark = !text.contains(char::is_alphanumeric);
    if is_indented || is_last || is_mark {
        return Worth::Call;
    }
    if names_error(text) {
        Worth::Error
    } else {
        Worth::Line
    }
}

/// `at f (a.js:1:2)`, as JavaScript writes it below the error; Python's error stands below its calls.
fn is_call(words: &str) -> bool {
    words.starts_with("at ")
}

/// Whether a line is the one of a stack trace that matters: `TypeError: …`, `Error [ERR_X]: …`, `MyFault [Error]: …`,
/// `error: …` of Bun and Deno.
fn names_error(text: &str) -> bool {
    let thrown = thrown(text);
    let head = thrown.split(": ").next().unwrap_or_default();
    let head = head.trim_end().trim_end_matches(':');
    let (name, kind) = match head.split_once(" [") {
        Some((name, kind)) => (name, kind.trim_end_matches(']')),
        None => (head, ""),
    };
    let is_named = |name: &str| name.ends_with("Error") || name.ends_with("Exception");
    thrown != text || head == "error" || is_named(name) || is_named(kind)
}

/// Without what a runtime says first of everything that nobody caught.
fn thrown(words: &str) -> &str {
    let rest = words.strip_prefix("error: ").unwrap_or(words);
    let Some(rest) = rest.strip_prefix("Uncaught ") else {
        return words;
    };
    rest.strip_prefix("(in promise) ").unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(trace: &str) -> String {
        let mut words = Words::default();
        for line in trace.lines().rev() {
            words.take(line);
        }
        words.said.unwrap()
    }

    #[test]
    fn the_error_is_told_not_where_it_was_thrown() {
        let node = "/a.js:1\nthrow new E\n^\n\n";
        let calls = "    at f (/a.js:1:21)\n    at Object.<anonymous> (/a.js:1:46)\n";
        let below = "\nNode.js v20.20.2\n";
        for (error, rest) in [
            ("Error: disk full", ""),
            ("Error [ERR_MODULE_NOT_FOUND]: no such thing", ""),
            ("MyFault [Error]: no", "second line\n"),
            ("MyFault: no", ""),
            ("MyFault", ""),
            (
                "Error: Cannot find module './b'",
                "Require stack:\n- /a.js\n",
            ),
        ] {
            let trace = format!("{node}{error}\n{rest}{calls}{below}");
            assert_eq!(words(&trace), error);
            let detailed = format!("{node}{error}\n{rest}{calls} {{\n  code: 'A'\n}}\n{below}");
            assert_eq!(words(&detailed), error);
        }
    }

    #[test]
    fn bun_deno_and_python_are_understood() {
        let bun =
            "1 | f();\n    ^\nerror: disk full\n      at f (/a.js:1:25)\n\nBun v1.4.5 (Linux x64)";
        assert_eq!(words(bun), "error: disk full");
        let deno =
            "error: Uncaught (in promise) TypeError: no x\nf();\n^\n    at file:///a.js:1:1\n";
        assert_eq!(words(deno), "TypeError: no x");
        let custom = "error: Uncaught MyFault: no x\nf();\n  ^\n    at file:///a.js:1:1\n";
        assert_eq!(words(custom), "MyFault: no x");
        let python =
            "Traceback (most recent call last):\n  File \"a.py\", line 2\n    f()\nBoom: x";
        assert_eq!(words(python), "Boom: x");
    }

    #[test]
    fn without_a_trace_the_last_line_is_told() {
        assert_eq!(words("one\n\nwrong arguments\n\n"), "wrong arguments");
        assert_eq!(words("    at f (/a.js:1:2)\n"), "at f (/a.js:1:2)");
    }
}
