//! The composer's field, with what it would send in its title.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::tui::composer::{Fate, Run, Verdict};
use crate::tui::rows::Row;
use crate::tui::sanitize::plain;
use crate::tui::screen::Screen;
use crate::tui::target::{Target, whom};
use crate::tui::view::frame::{Frame, empty};
use crate::tui::view::load;

/// How much of an answer is shown, in cells.
const ANSWER: usize = 200;

/// Draws the composer, open or closed.
pub(crate) fn render(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    Clear.render(area, buffer);
    if !screen.composer.is_open() {
        closed(screen, area, buffer);
        return;
    }
    let composer = &screen.composer;
    let (told, below) = below(screen);
    let title = title(screen);
    let frame = Frame {
        title: &title,
        note: Some(note(screen, area.width)),
        below,
        foot: told,
        is_focused: true,
    };
    let inner = frame.render(screen.theme, area, buffer);
    let mut field = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    if let Some(plan) = composer.plan()
        && field.height > 0
    {
        field.height -= 1;
        let last = Rect {
            y: field.bottom(),
            height: 1,
            ..field
        };
        load::render(screen, plan, last, buffer);
    }
    composer.area().render(field, buffer);
}

fn title(screen: &Screen) -> String {
    let is_load = screen.composer.plan().is_some();
    match (screen.composer.target(), is_load) {
        (Some(Target::Job(pool)), false) => format!("New job for {pool}"),
        (Some(Target::Message(to)), false) => format!("Send to {}", whom(to)),
        (Some(Target::Job(pool)), true) => format!("Load of jobs for {pool}"),
        (Some(Target::Message(to)), true) => format!("Load on {}", whom(to)),
        (None, _) => "Send".to_owned(),
    }
}

/// What stands in the frame's last line: what came of the last sending, and what Tab puts in or which keys there are.
fn below(screen: &Screen) -> (Option<(String, Style)>, Option<String>) {
    let (composer, theme) = (&screen.composer, screen.theme);
    if composer.plan().is_some() {
        return (load::told(screen), None);
    }
    let offered = composer.offered();
    let offers = (!offered.is_empty()).then(|| format!("Tab: {}", offered.join(" · ")));
    let Some(sending) = composer.sending() else {
        let tab = match composer.target() {
            Some(Target::Job(_)) => "pool",
            _ => "target",
        };
        let keys = format!("Tab {tab} · Alt-Enter new line · Ctrl-L load · ↑ Ctrl-R history");
        return (None, Some(offers.unwrap_or(keys)));
    };
    let (mut text, json) = sending.words(screen.now.mono);
    if let Some(json) = json {
        text = format!("{text}: {}", plain(&json, ANSWER));
    }
    let style = match sending.fate {
        Fate::Waits => theme.dim(),
        Fate::Refused => theme.bad(),
        Fate::Job(ref job) => theme.job(job.state),
        Fate::Sent(_, ref replies) if replies.is_empty() => theme.warning(),
        Fate::Sent(..) => theme.good(),
    };
    (Some((text, style)), offers)
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
    if screen.composer.run().is_some_and(Run::is_running) {
        return ("any key stops it".to_owned(), theme.accent());
    }
    let sends = match screen.composer.target() {
        _ if screen.composer.plan().is_some() => "starts",
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
