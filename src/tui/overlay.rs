//! What lies on top: how it is opened, and what keys do there. Called by `update`.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::{Address, Command, Direction, LogLine, Traffic};
use crate::tui::act;
use crate::tui::action::{Action, Context};
use crate::tui::jobs;
use crate::tui::json;
use crate::tui::merge;
use crate::tui::palette;
use crate::tui::reader;
use crate::tui::screen::{Overlay, Pane, Screen};
use crate::tui::update::Request;
use crate::tui::worker;

/// A question before something that cannot be taken back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    /// What it is about.
    pub(crate) title: String,
    /// The question.
    pub(crate) text: String,
    /// What Enter does: `drops it`.
    pub(crate) agree: &'static str,
    /// What the deck is told then.
    pub(crate) command: Command,
}

/// How many texts of the history are listed.
pub(crate) const LISTED: usize = 50;

/// Shows what is chosen in the focused pane whole.
pub(crate) fn open(screen: &mut Screen) {
    let opened = match screen.focus {
        Pane::Workers => return worker::open(screen),
        Pane::Messages => message(screen),
        Pane::Logs => line(screen),
    };
    screen.overlays.extend(opened);
}

fn message(screen: &Screen) -> Option<Overlay> {
    let at = screen.messages.cursor.or(screen.messages.bottom);
    let found = merge::until::<Traffic>(&screen.board, &screen.sought(Pane::Messages), at, 1);
    let (worker, item) = found.first()?;
    let (title, lines) = match item {
        Traffic::Message(envelope) => {
            let lines = json::whole(envelope.message.as_str());
            let way = match envelope.direction {
                Direction::Out => "to",
                Direction::In => "from",
            };
            let when = envelope.at.time_of_day();
            (
                format!(
                    "Message {way} {} · {when} · {} bytes",
                    worker.id, envelope.bytes
                ),
                lines,
            )
        }
        Traffic::Fault(fault) => (
            format!("Bad frame from {} · {} bytes", worker.id, fault.bytes),
            vec![
                fault
                    .hint
                    .as_deref()
                    .unwrap_or("it is no JSON message")
                    .to_owned(),
                String::new(),
                String::from_utf8_lossy(&fault.head).into_owned(),
                hex(&fault.head),
            ],
        ),
    };
    Some(Overlay::Text {
        title,
        lines: lines.into(),
        top: 0,
    })
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

fn line(screen: &Screen) -> Option<Overlay> {
    let at = screen.logs.cursor.or(screen.logs.bottom);
    let found = merge::until::<LogLine>(&screen.board, &screen.sought(Pane::Logs), at, 1);
    let (worker, line) = found.first()?;
    Some(Overlay::Text {
        title: format!("Line of {} · {}", worker.id, line.at.time_of_day()),
        lines: reader::spread(line).into(),
        top: 0,
    })
}

/// A text cut into lines of some width: once, not each frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pieces {
    of: Option<(Arc<[String]>, usize)>,
    lines: Vec<String>,
}

impl Pieces {
    /// The pieces of a text, cut unless that is done already.
    pub(crate) fn of(
        &mut self,
        text: &Arc<[String]>,
        wide: usize,
        cut: impl Fn(&[String]) -> Vec<String>,
    ) -> &[String] {
        let is_same = |(of, at): &(Arc<[String]>, usize)| Arc::ptr_eq(of, text) && *at == wide;
        if !self.of.as_ref().is_some_and(is_same) {
            self.lines = cut(text);
            self.of = Some((Arc::clone(text), wide));
        }
        &self.lines
    }
}

/// What a key does in the topmost overlay.
pub(crate) fn press(screen: &mut Screen, key: KeyEvent) -> Vec<Request> {
    let end = screen.view.overlay_end;
    if let Some(requests) = jobs::press(screen, &key) {
        return requests;
    }
    if let Some(requests) = worker::press(screen, &key) {
        return requests;
    }
    let Some(top) = screen.overlays.last_mut() else {
        return Vec::new();
    };
    match top {
        Overlay::Help { .. } => {
            help(screen, key, end);
            Vec::new()
        }
        Overlay::Text { title, lines, .. }
            if matches!(key.code, KeyCode::Char('y' | 'w')) && key.modifiers.is_empty() =>
        {
            vec![taken(title, lines, key.code == KeyCode::Char('y'))]
        }
        Overlay::Worker { top, .. } | Overlay::Pool { top, .. } | Overlay::Text { top, .. } => {
            if !scroll(top, end, key) {
                screen.overlays.pop();
            }
            Vec::new()
        }
        Overlay::Job { top, .. } => {
            if !scroll(top, end, key) {
                screen.overlays.pop();
                screen.jobs.refresh.want();
            }
            Vec::new()
        }
        Overlay::Sure(question) => {
            let command = question.command.clone();
            answer(screen, key, |screen| {
                screen.overlays.pop();
                vec![Request::Issue(command)]
            })
        }
        Overlay::History { .. } => {
            search(screen, key);
            Vec::new()
        }
        Overlay::Palette(_) => palette::press(screen, &key),
        Overlay::Quit => answer(screen, key, act::stop_all),
        Overlay::KillPool(pool) => {
            let to = Address::PoolAll(pool.clone());
            answer(screen, key, |screen| {
                screen.overlays.pop();
                vec![Request::Issue(Command::Kill { to })]
            })
        }
        Overlay::Stopping { .. } => stopping(screen, key),
    }
}

/// Copies a text that is shown whole, or saves it.
fn taken(title: &str, lines: &[String], is_copied: bool) -> Request {
    let text = lines.join("\n");
    if is_copied {
        let what = title.split(" · ").next().unwrap_or_default();
        let what = what.to_lowercase();
        return Request::Copy { text, what };
    }
    Request::Save {
        what: "text",
        ending: "txt",
        text: format!("{text}\n"),
    }
}

/// Arrows scroll, everything else is sought; Escape takes the word away, then closes.
fn help(screen: &mut Screen, key: KeyEvent, end: usize) {
    let Some(Overlay::Help { query, top }) = screen.overlays.last_mut() else {
        return;
    };
    let is_empty = query.text().is_empty();
    match key.code {
        KeyCode::Enter => drop(screen.overlays.pop()),
        KeyCode::Esc | KeyCode::Char('?') if is_empty => drop(screen.overlays.pop()),
        KeyCode::Esc => query.replace(""),
        KeyCode::Up
        | KeyCode::Down
        | KeyCode::PageUp
        | KeyCode::PageDown
        | KeyCode::Home
        | KeyCode::End => drop(scroll(top, end, key)),
        _ => {
            if query.key(&key) {
                *top = 0;
            }
        }
    }
}

/// Scrolls; false where the key closes instead.
fn scroll(top: &mut usize, end: usize, key: KeyEvent) -> bool {
    *top = match key.code {
        KeyCode::Up | KeyCode::Char('k') => top.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => (*top + 1).min(end),
        KeyCode::PageUp => top.saturating_sub(10),
        KeyCode::PageDown | KeyCode::Char(' ') => (*top + 10).min(end),
        KeyCode::Home | KeyCode::Char('g') => 0,
        KeyCode::End | KeyCode::Char('G') => end,
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q' | '?') => return false,
        // Other keys do nothing: what lies below must not act unseen.
        _ => *top,
    };
    true
}

fn answer(
    screen: &mut Screen,
    key: KeyEvent,
    agreed: impl FnOnce(&mut Screen) -> Vec<Request>,
) -> Vec<Request> {
    match key.code {
        KeyCode::Enter | KeyCode::Char('y') => agreed(screen),
        KeyCode::Esc | KeyCode::Char('n' | 'q') => {
            screen.overlays.pop();
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn search(screen: &mut Screen, key: KeyEvent) {
    let Some(Overlay::History { query, at }) = screen.overlays.last_mut() else {
        return;
    };
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Esc => drop(screen.overlays.pop()),
        KeyCode::Down => *at = at.saturating_sub(1),
        KeyCode::Up => *at += 1,
        KeyCode::Char('r') if is_control => *at += 1,
        KeyCode::Char(c) if !is_control => {
            query.push(c);
            *at = 0;
        }
        KeyCode::Backspace => {
            query.pop();
            *at = 0;
        }
        KeyCode::Enter => {
            let found = screen.composer.search(query, LISTED);
            let text = found
                .get(*at)
                .or(found.last())
                .map(|text| (*text).to_owned());
            screen.overlays.pop();
            if let Some(text) = text {
                screen.composer.replace(&text);
            }
        }
        _ => {}
    }
    let Some(Overlay::History { query, at }) = screen.overlays.last_mut() else {
        return;
    };
    let found = screen.composer.search(query, LISTED).len();
    *at = (*at).min(found.saturating_sub(1));
}

fn stopping(screen: &mut Screen, key: KeyEvent) -> Vec<Request> {
    let alive = screen.alive();
    // A key that the person chose comes before those that are fixed here.
    let kills = screen.keymap.find(&key, Context::Workers) == Some(Action::Kill);
    let Some(Overlay::Stopping { at, .. }) = screen.overlays.last_mut() else {
        return Vec::new();
    };
    *at = (*at).min(alive.len().saturating_sub(1));
    match key.code {
        _ if kills => {
            let command = alive.get(*at).map(|id| Command::Kill {
                to: Address::Worker(id.clone()),
            });
            return command.map(Request::Issue).into_iter().collect();
        }
        KeyCode::Up | KeyCode::Char('k') => *at = at.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => *at = (*at + 1).min(alive.len().saturating_sub(1)),
        _ => {}
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_once_for_each_width() {
        let texts = ["one".to_owned(), "two".to_owned()];
        let text: Arc<[String]> = Arc::from(texts.clone());
        let mut pieces = Pieces::default();
        let uncut = |_: &[String]| -> Vec<String> { panic!("it is cut already") };
        assert_eq!(pieces.of(&text, 9, <[String]>::to_vec), texts);
        assert_eq!(pieces.of(&text, 9, uncut), texts);
        let other: Arc<[String]> = Arc::from(texts);
        for (text, wide) in [(&text, 8), (&other, 8)] {
            let anew = |_: &[String]| vec!["anew".to_owned(), wide.to_string()];
            assert_eq!(pieces.of(text, wide, anew).len(), 2);
            assert_eq!(pieces.of(text, wide, uncut)[0], "anew");
        }
    }
}
