//! The composer's field, with what it would send in its title.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::tui::composer::Verdict;
use crate::tui::rows::Row;
use crate::tui::sanitize::plain;
use crate::tui::screen::Screen;
use crate::tui::target::{Target, whom};
use crate::tui::view::frame::{Frame, empty};

/// Draws the composer, open or closed.
pub(crate) fn render(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    Clear.render(area, buffer);
    if !screen.composer.is_open() {
        closed(screen, area, buffer);
        return;
    }
    let target = screen.composer.target();
    let (title, tab) = match target {
        Some(Target::Job(pool)) => (format!("New job for {pool}"), "pool"),
        Some(Target::Message(to)) => (format!("Send to {}", whom(to)), "target"),
        None => ("Send".to_owned(), "target"),
    };
    let below = format!("Tab {tab} · Alt-Enter new line · ↑ Ctrl-R history · Esc closes");
    let frame = Frame {
        title: &title,
        note: Some(note(screen, area.width)),
        below: Some(below),
        is_focused: true,
        ..Frame::default()
    };
    let inner = frame.render(screen.theme, area, buffer);
    let field = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    screen.composer.area().render(field, buffer);
}

fn closed(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let inner = Frame {
        title: "Send",
        ..Frame::default()
    }
    .render(screen.theme, area, buffer);
    let draft = screen.composer.text();
    let text = match &screen.selected {
        _ if !draft.trim().is_empty() => {
            format!(
                "m goes on with the draft: {}",
                plain(&draft.replace('\n', " "), 60)
            )
        }
        Some(Row::Worker(id)) => format!(
            "m writes to {id} · b to all of {} · B to every worker",
            id.pool
        ),
        Some(Row::Pool(pool)) => {
            format!("m writes to one of {pool} · b to all of {pool} · B to every worker")
        }
        None => "m writes a message".to_owned(),
    };
    empty(screen.theme, inner, &text, buffer);
}

fn note(screen: &Screen, columns: u16) -> (String, Style) {
    let theme = screen.theme;
    let is_narrow = columns < 70;
    let sends = match screen.composer.target() {
        Some(Target::Job(_)) => "submits",
        _ => "sends",
    };
    match screen.composer.verdict() {
        Verdict::Empty if sends == "submits" => ("a JSON job".to_owned(), theme.dim()),
        Verdict::Empty => ("a JSON message".to_owned(), theme.dim()),
        Verdict::Valid(_) if is_narrow => ("valid".to_owned(), theme.good()),
        Verdict::Valid(_) => (format!("valid JSON · Enter {sends}"), theme.good()),
        Verdict::Word(message) => {
            let again = if screen.composer.is_armed() {
                format!("Enter again {sends}")
            } else {
                format!("not JSON · Enter twice {sends}")
            };
            let room = if is_narrow { 12 } else { 30 };
            let text = format!("{again} {}", plain(message.as_str(), room));
            (text, theme.warning())
        }
        Verdict::Invalid(line, column, _) if is_narrow => {
            (format!("error at {line}:{column}"), theme.bad())
        }
        Verdict::Invalid(line, column, reason) => (
            format!("line {line}, column {column}: {}", plain(reason, 50)),
            theme.bad(),
        ),
    }
}
