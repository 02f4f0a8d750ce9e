//! The help: every key out of the one table, to be searched, what works here first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::model::{Direction, JobState, State};
use crate::tui::action::{Action, Context};
use crate::tui::field::Field;
use crate::tui::keymap::Bound;
use crate::tui::place::{self, Place};
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::theme::{job_mark, mark};
use crate::tui::view::frame::{dialog, line, scrolled};

/// The widest the help gets.
const WIDEST: usize = 92;

/// The cells of the keys.
const KEYS: usize = 14;

/// What keys do while something is written; they are those of text fields, not of the table.
const WRITING: &[(&str, &str)] = &[
    (
        "Enter",
        "Send the message or submit the job; a word that is no JSON wants it twice",
    ),
    ("Alt-Enter", "Begin a new line"),
    (
        "Tab",
        "Complete a key or a named message; else go to the next target",
    ),
    ("Shift-Tab", "Go to the previous target"),
    ("↑ ↓", "Go through what was sent before"),
    ("Ctrl-R", "Search what was sent before"),
    (
        "Ctrl-L",
        "Send it many times, at a rate, as messages or as jobs; any key stops that",
    ),
    ("{{seq}}", "1, 2, 3, … in each message the next"),
    ("{{uuid}}", "A random UUID"),
    (
        "{{now}}",
        "Milliseconds since 1970; within a string the time in RFC 3339",
    ),
    ("{{rand 1 6}}", "A random number, both ends included"),
    ("Esc", "Close; the draft stays"),
];

/// Draws the help; how far it can be scrolled.
pub(crate) fn render(
    screen: &Screen,
    (query, top): (&Field, usize),
    body: Rect,
    buffer: &mut Buffer,
) -> usize {
    let theme = screen.theme;
    let wide = usize::from(body.width).saturating_sub(4).min(WIDEST);
    let found = Found::new(screen, query.text(), wide);
    let size = (wide, usize::from(body.height));
    let inner = dialog(theme, "Keys", "Esc closes", size, body, buffer);
    let mut field = Painter::new(usize::from(inner.width));
    field.text("search: ", theme.dim());
    query.paint(&mut field, theme);
    if query.text().is_empty() {
        field.text("type a word or a key", theme.dim());
    }
    line(buffer, inner, 0, &field.finish());
    let rest = Rect {
        y: inner.y + inner.height.min(1),
        height: inner.height.saturating_sub(1),
        ..inner
    };
    scrolled(&found.lines(), top, rest, buffer)
}

/// The lines that contain every word that is sought.
struct Found<'a> {
    screen: &'a Screen,
    words: Vec<String>,
    wide: usize,
    lines: Vec<Line<'static>>,
}

impl<'a> Found<'a> {
    fn new(screen: &'a Screen, query: &str, wide: usize) -> Self {
        let words = query.split_whitespace().map(str::to_owned).collect();
        Self {
            screen,
            words,
            wide,
            lines: Vec::new(),
        }
    }

    fn lines(mut self) -> Vec<Line<'static>> {
        let here = self.screen.context();
        let is_deck = matches!(here, Context::Workers | Context::Traffic);
        // What is done with workers, on the deck; the section of the place itself, what else works here, all others.
        let rank = |context: &Context| match context {
            Context::Control if is_deck => 0,
            context if *context == here => 1,
            context if context.covers(here) => 2,
            _ => 3,
        };
        let mut sections = Context::ALL;
        sections.sort_by_key(rank);
        for context in sections {
            let way = (!context.covers(here)).then(|| self.way(context));
            self.section(context, way.as_deref());
        }
        self.named();
        self.writing();
        self.marks();
        if self.lines.is_empty() {
            let mut painter = Painter::new(self.wide);
            let words = self.words.join(" ");
            painter.text(&format!("No key does {words}"), self.screen.theme.dim());
            self.lines.push(painter.finish());
        }
        self.lines
    }

    fn fits(&self, texts: &[&str]) -> bool {
        let all = texts.join(" ");
        let lower = all.to_lowercase();
        let fits = |word: &String| {
            // A key is sought as it is written: K is not k.
            let is_key = all.split(' ').any(|key| key == word);
            let begins = |other: &str| other.starts_with(word.to_lowercase().as_str());
            match word.chars().count() {
                1 => is_key || lower.split(' ').any(begins),
                _ => lower.contains(word.to_lowercase().as_str()),
            }
        };
        self.words.iter().all(fits)
    }

    /// How to get where a section's keys work.
    fn way(&self, context: Context) -> String {
        let action = match context {
            Context::Inspector => Action::Messages,
            Context::Reader => Action::Logs,
            Context::Jobs => Action::Jobs,
            Context::OffLoad => Action::OffLoad,
            _ => Action::Deck,
        };
        let key = self.screen.keymap.key_of(action);
        key.map_or_else(|| "not here".to_owned(), |key| format!("{key} goes there"))
    }

    fn title(&mut self, text: &str, way: Option<&str>) {
        let theme = self.screen.theme;
        let mut title = Painter::new(self.wide);
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        match way {
            None => title.text(text, theme.strong()),
            Some(way) => title.text(&format!("{text} · {way}"), theme.dim()),
        };
        self.lines.push(title.finish());
    }

    fn row(&mut self, keys: &str, help: &str, style: Style) {
        let mut painter = Painter::new(self.wide);
        painter.pad(1).left(keys, KEYS, self.screen.theme.accent());
        painter.text(help, style);
        self.lines.push(painter.finish());
    }

    fn section(&mut self, context: Context, way: Option<&str>) {
        let screen = self.screen;
        let keys = |row: &Bound| {
            let keys: Vec<String> = row.keys.iter().map(ToString::to_string).collect();
            keys.join(" ")
        };
        let rows = screen.keymap.rows().iter();
        let rows: Vec<(String, &str)> = rows
            .filter(|row| row.binding.context == context)
            .filter(|row| place::is_offered(screen, row.binding.action))
            .map(|row| (keys(row), row))
            .filter(|(keys, row)| {
                let binding = row.binding;
                self.fits(&[keys, binding.help, binding.label, &binding.action.id()])
            })
            .map(|(keys, row)| (keys, row.binding.help))
            .collect();
        if rows.is_empty() {
            return;
        }
        self.title(context.title(), way);
        let theme = screen.theme;
        let style = if way.is_none() {
            theme.text()
        } else {
            theme.dim()
        };
        for (keys, help) in rows {
            self.row(&keys, help, style);
        }
    }

    fn named(&mut self) {
        let rows = self.screen.named.iter().map(|message| {
            let key = message.key.map_or_else(String::new, |key| key.to_string());
            let help = format!(
                ":say {} · to {}: {}",
                message.name, message.to, message.json
            );
            (key, help)
        });
        let rows: Vec<_> = rows.filter(|(key, help)| self.fits(&[key, help])).collect();
        if rows.is_empty() {
            return;
        }
        let way = (self.screen.place != Place::Deck).then(|| self.way(Context::Workers));
        self.title("Messages of the config", way.as_deref());
        let style = self.screen.theme.text();
        for (key, help) in rows {
            self.row(&key, &help, style);
        }
    }

    fn writing(&mut self) {
        let rows = WRITING.iter();
        let rows: Vec<_> = rows
            .filter(|(keys, help)| self.fits(&[keys, help]))
            .collect();
        if rows.is_empty() {
            return;
        }
        self.title("While a message or a job is written", None);
        let style = self.screen.theme.text();
        for (keys, help) in rows {
            self.row(keys, help, style);
        }
    }

    fn marks(&mut self) {
        let theme = self.screen.theme;
        let states = State::ALL.map(|state| (mark(state), theme.state(state), state.to_string()));
        let jobs = JobState::ALL.map(|state| {
            let style = theme.job(state);
            (job_mark(state), style, format!("{state} job"))
        });
        let news = [
            (
                "◆",
                theme.dim(),
                "said something since you looked".to_owned(),
            ),
            ("!", theme.bad(), "on standard error".to_owned()),
        ];
        let ways = [
            (
                "→",
                theme.direction(Direction::Out),
                "message to a worker".to_owned(),
            ),
            (
                "←",
                theme.direction(Direction::In),
                "message from a worker".to_owned(),
            ),
            (
                "↔",
                theme.direction(Direction::Out),
                "message with its reply".to_owned(),
            ),
            ("↻", theme.text(), "restarts".to_owned()),
        ];
        let all = states.into_iter().chain(jobs).chain(news).chain(ways);
        let all: Vec<_> = all
            .filter(|(mark, _, name)| self.fits(&[mark, name, "marks"]))
            .collect();
        if all.is_empty() {
            return;
        }
        self.title("Marks", None);
        let mut painter = Painter::new(self.wide);
        for (mark, style, name) in all {
            if painter.left_over() < name.chars().count() + 3 {
                let full = std::mem::replace(&mut painter, Painter::new(self.wide));
                self.lines.push(full.finish());
            }
            painter.pad(1).text(mark, style).pad(1);
            painter.left(&name, name.chars().count().max(14), theme.text());
        }
        self.lines.push(painter.finish());
    }
}
