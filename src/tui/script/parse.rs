//! The language: one step a line.

use std::path::PathBuf;
use std::time::Duration;

use crate::tui::picture::Paint;
use crate::tui::script::keys;

/// The largest screen, in columns and rows.
const LARGEST: (u16, u16) = (500, 200);

/// What a script does, line by line.
#[derive(Clone, Debug)]
pub struct Script {
    /// The file's name.
    pub(crate) name: String,
    pub(crate) steps: Vec<Line>,
    /// The folder into which pictures go.
    pub(crate) frames: PathBuf,
}

/// A step and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The line, from 1.
    pub(crate) number: usize,
    /// The line's text.
    pub(crate) text: String,
    /// What is to be done.
    pub(crate) step: Step,
}

/// One step.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The screen has so many columns and rows from now on.
    Size(u16, u16),
    /// Pictures have this background.
    Background(Paint),
    /// How long what follows waits at the most.
    Within(Duration),
    /// Waits for a text.
    Until(String),
    /// Waits for a text to be gone.
    Gone(String),
    /// Lets time pass.
    Wait(Duration),
    /// Sends bytes as a keyboard would.
    Press(Vec<u8>),
    /// Writes the screen.
    Frame(String),
    /// Begins a film.
    Film(String),
    /// Ends it.
    Cut,
}

/// What is wrong with a script.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ScriptError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it, and what would be right.
    pub what: String,
}

impl Script {
    /// Reads a script of that name whose pictures go into `frames`.
    ///
    /// # Errors
    /// A line that is no step.
    pub fn parse(name: &str, text: &str, frames: PathBuf) -> Result<Self, ScriptError> {
        let mut steps = Vec::new();
        let mut is_filming = false;
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |what: String| ScriptError { line: number, what };
            let before = steps.len();
            let mut push = |step| {
                let text = line.to_owned();
                steps.push(Line { number, text, step });
            };
            steps_of(line, &mut push).map_err(wrong)?;
            match steps.get(before).map(|line| &line.step) {
                Some(Step::Film(_)) if is_filming => {
                    return Err(wrong("the film before it has no `cut`".to_owned()));
                }
                Some(Step::Film(_)) => is_filming = true,
                Some(Step::Cut) if !is_filming => {
                    return Err(wrong("there is no film to cut".to_owned()));
                }
                Some(Step::Cut) => is_filming = false,
                _ => {}
            }
        }
        Ok(Self {
            name: name.to_owned(),
            steps,
            frames,
        })
    }
}

fn steps_of(line: &str, push: &mut impl FnMut(Step)) -> Result<(), String> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    match verb {
        "size" => {
            let (columns, rows) = size(rest)?;
            push(Step::Size(columns, rows));
        }
        "background" => push(Step::Background(match rest {
            "dark" => Paint::DARK,
            "light" => Paint::LIGHT,
            _ => return Err(format!("`{rest}` is no background: `dark` or `light`")),
        })),
        "within" => push(Step::Within(duration(rest)?)),
        "wait" => push(Step::Wait(duration(rest)?)),
        "until" => push(Step::Until(some(rest, "until ready")?)),
        "gone" => push(Step::Gone(some(rest, "gone starting")?)),
        "type" => {
            // One sign at a time, as people do: a burst could count as a key sequence.
            for sign in some(rest, "type {\"hello\":\"world\"}")?.chars() {
                push(Step::Press(sign.to_string().into_bytes()));
            }
        }
        "key" => {
            for name in some(rest, "key Enter")?.split_whitespace() {
                let bytes = keys::bytes(name);
                let bytes = bytes.ok_or_else(|| format!("`{name}` is no key"))?;
                push(Step::Press(bytes));
            }
        }
        "click" => {
            let place = rest.split_once(' ').and_then(|(column, row)| {
                Some((column.trim().parse().ok()?, row.trim().parse().ok()?))
            });
            let (column, row) = place.ok_or("a click has a column and a row: `click 10 4`")?;
            push(Step::Press(keys::click(column, row)));
        }
        "frame" => push(Step::Frame(name(rest)?)),
        "film" => push(Step::Film(name(rest)?)),
        "cut" if rest.is_empty() => push(Step::Cut),
        _ => return Err(unknown(verb)),
    }
    Ok(())
}

fn unknown(verb: &str) -> String {
    format!(
        "`{verb}` is no step: size, background, within, until, gone, wait, type, key, click, frame, film, cut"
    )
}

fn some(rest: &str, example: &str) -> Result<String, String> {
    if rest.is_empty() {
        return Err(format!("something is missing: `{example}`"));
    }
    Ok(rest.to_owned())
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let parts = text.split_once('x');
    let parts = parts.and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)));
    parts
        .filter(|(columns, rows)| *columns <= LARGEST.0 && *rows <= LARGEST.1)
        .ok_or_else(|| {
            let (columns, rows) = LARGEST;
            format!("`{text}` is no size: `120x40`, at most {columns}x{rows}")
        })
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: `2s` or `500ms`");
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s').ok_or_else(wrong)?, 1.0),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * factor)
        .ok()
        .filter(|time| *time <= Duration::from_hours(1))
        .ok_or_else(wrong)
}

/// The name of a file, without its ending.
fn name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if text.is_empty() || !text.chars().all(is_plain) {
        return Err(format!("`{text}` is no name: letters, digits, `-` and `_`"));
    }
    Ok(text.to_owned())
}
