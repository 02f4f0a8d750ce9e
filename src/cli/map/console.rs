//! Standard error: lines of workers and of failed jobs, and below them on a terminal one line of progress.
//!
//! Owns when the progress is drawn and taken away, so that no line tears it. Called by `flow`.

use std::io::{self, IsTerminal};

use crate::cli::args::Color;
use crate::cli::map::pen::Pen;
use crate::control::sanitise;
use crate::model::{LogLine, WorkerId};

/// Takes a line away: to its beginning, and erases to its end (ECMA-48, EL).
const CLEAR: &[u8] = b"\r\x1b[K";

/// How many columns a terminal has that does not say.
const COLUMNS: usize = 80;

/// Standard error, whatever it is.
#[derive(Debug)]
pub(super) struct Console {
    pub(super) pen: Pen,
    style: Style,
    /// The line of progress.
    progress: Option<String>,
    is_drawn: bool,
}

/// What standard error can show.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    /// Whether it is a terminal.
    pub(super) is_terminal: bool,
    /// Whether the workers' own colours are kept on it.
    pub(super) has_colour: bool,
    /// Whether its cursor can be moved.
    pub(super) is_movable: bool,
}

impl Style {
    /// What this process's standard error can show.
    pub(super) fn of_this_process(color: Color) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        Self {
            is_terminal,
            has_colour: match color {
                Color::Auto => is_terminal && !is_dumb && !is_set("NO_COLOR"),
                Color::Always => true,
                Color::Never => false,
            },
            is_movable: is_terminal && !is_dumb,
        }
    }
}

impl Console {
    /// Nothing is drawn yet.
    pub(super) fn new(pen: Pen, style: Style) -> Self {
        Self {
            pen,
            style,
            progress: None,
            is_drawn: false,
        }
    }

    /// Prints whole lines, each with its newline.
    pub(super) fn lines(&mut self, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        self.take_away();
        if !self.style.is_terminal {
            self.pen.text().extend_from_slice(lines);
            return;
        }
        let mut clean = String::new();
        for line in String::from_utf8_lossy(lines).lines() {
            sanitise(line, false, &mut clean);
            clean.push('\n');
        }
        self.pen.text().extend_from_slice(clean.as_bytes());
    }

    /// Prints what a worker printed, as `WORKER: line`.
    pub(super) fn log(&mut self, worker: &WorkerId, line: &LogLine) {
        self.take_away();
        let out = self.pen.text();
        out.extend_from_slice(format!("{worker}: ").as_bytes());
        if self.style.is_terminal {
            let mut clean = String::new();
            sanitise(&line.text(), self.style.has_colour, &mut clean);
            out.extend_from_slice(clean.as_bytes());
        } else {
            out.extend_from_slice(&line.bytes);
        }
        if line.cut > 0 {
            out.extend_from_slice(format!(" ({} bytes cut)", line.cut).as_bytes());
        }
        out.push(b'\n');
    }

    /// Shows this progress from now on, or none.
    pub(super) fn show(&mut self, progress: Option<String>) {
        if self.progress != progress {
            self.take_away();
            self.progress = progress;
        }
    }

    /// Draws the progress below all that was printed; to be called once all of a turn was.
    pub(super) fn settle(&mut self) {
        if let (Some(progress), false) = (&self.progress, self.is_drawn) {
            self.pen.text().extend_from_slice(progress.as_bytes());
            self.is_drawn = true;
        }
    }

    /// How many columns there are.
    pub(super) fn columns() -> usize {
        let size = rustix::termios::tcgetwinsize(io::stderr());
        match size.map(|size| usize::from(size.ws_col)) {
            Ok(columns @ 1..) => columns,
            _ => COLUMNS,
        }
    }

    fn take_away(&mut self) {
        if self.is_drawn {
            self.pen.text().extend_from_slice(CLEAR);
            self.is_drawn = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::{Incarnation, PoolName, Stream, WallTime};

    fn console(style: Style) -> Console {
        Console::new(Pen::start("test", io::sink()).unwrap(), style)
    }

    fn shown(console: &mut Console) -> String {
        String::from_utf8(std::mem::take(console.pen.text())).unwrap()
    }

    fn log(text: &str) -> LogLine {
        LogLine {
            at: WallTime(0),
            incarnation: Incarnation(1),
            order: 0,
            stream: Stream::Stdout,
            bytes: Bytes::copy_from_slice(text.as_bytes()),
            cut: 0,
        }
    }

    fn worker() -> WorkerId {
        WorkerId::new(PoolName::new("a").unwrap(), 1)
    }

    #[test]
    fn no_line_tears_the_progress() {
        let mut console = console(Style {
            is_terminal: true,
            has_colour: false,
            is_movable: true,
        });

        console.show(Some("1 done".to_owned()));
        console.settle();
        console.settle();
        assert_eq!(shown(&mut console), "1 done");
        console.log(&worker(), &log("hi"));
        console.lines(b"{}\n");
        console.settle();
        assert_eq!(shown(&mut console), "\r\x1b[Ka/1: hi\n{}\n1 done");
        console.show(Some("1 done".to_owned()));
        console.settle();
        assert_eq!(shown(&mut console), "", "the same is not drawn again");
        console.show(None);
        console.settle();
        assert_eq!(shown(&mut console), "\r\x1b[K");
    }

    #[test]
    fn a_terminal_obeys_no_worker_and_a_file_gets_every_byte() {
        let text = "a\x1b]0;x\x07\x1b[31mb";
        let mut terminal = console(Style {
            is_terminal: true,
            ..Style::default()
        });
        let mut file = console(Style::default());

        terminal.log(&worker(), &log(text));
        terminal.lines("{\"job\":\"\u{202e}\"}\n".as_bytes());
        file.log(&worker(), &log(text));

        assert_eq!(shown(&mut terminal), "a/1: ab\n{\"job\":\"\u{fffd}\"}\n");
        assert_eq!(shown(&mut file), format!("a/1: {text}\n"));
    }
}
