//! What belongs to the chosen message: the request that it answers, or its reply.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::model::Direction;
use crate::tui::action::Action;
use crate::tui::hint::key;
use crate::tui::inspector::{Counterpart, Opened};
use crate::tui::json;
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::view::frame::{Frame, line};
use crate::tui::view::messages::exact;

/// Draws it in a frame of its own.
pub(super) fn framed(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let Some(opened) = screen.inspector.opened() else {
        return;
    };
    let Some(envelope) = opened.pair.envelope() else {
        return;
    };
    let latency = latency(opened);
    let title = match (&opened.pair, latency) {
        (Counterpart::Reply(_), Some(latency)) => {
            format!("← answered by this in {}", exact(latency))
        }
        (Counterpart::Reply(_), None) => "← answered by this".to_owned(),
        (_, Some(latency)) => format!("→ answers this after {}", exact(latency)),
        (_, None) => "→ answers this".to_owned(),
    };
    let theme = screen.theme;
    let goes = key(screen, Action::Counterpart);
    let frame = Frame {
        title: &title,
        note: goes.map(|key| (format!("{key} goes there"), theme.dim())),
        below: Some(envelope.at.time_of_day()),
        ..Frame::default()
    };
    let inner = frame.render(theme, area, buffer);
    let height = usize::from(inner.height);
    let lines = json::beginning(&envelope.message, height.saturating_sub(1));
    for (row, text) in lines.iter().take(height).enumerate() {
        let mut painter = Painter::new(usize::from(inner.width));
        painter.pad(1);
        json::paint(&mut painter, text, theme);
        line(buffer, inner, row, &painter.finish());
    }
}

/// The same in a line; none where nothing is to be said.
pub(super) fn short(screen: &Screen, opened: &Opened, columns: u16) -> Option<Line<'static>> {
    let theme = screen.theme;
    let mut painter = Painter::new(usize::from(columns));
    painter.pad(1);
    let goes = key(screen, Action::Counterpart);
    let goes = goes.map_or_else(String::new, |key| format!(" · {key}"));
    let after = latency(opened).map(exact).unwrap_or_default();
    match &opened.pair {
        Counterpart::Reply(_) => {
            painter.text("← ", theme.direction(Direction::In));
            painter.text(&format!("in {after}{goes} "), theme.accent());
        }
        Counterpart::Request(_) => {
            painter.text("→ ", theme.direction(Direction::Out));
            painter.text(&format!("{after} before{goes} "), theme.accent());
        }
        Counterpart::Awaited => {
            painter.text("no reply yet", theme.warning());
        }
        Counterpart::Lost => {
            painter.text("its process ended without a reply", theme.warning());
        }
        Counterpart::Forgotten => {
            painter.text("what it answers is no longer kept", theme.dim());
        }
        Counterpart::Nothing => {
            opened.envelope()?;
            painter.text("answers no message", theme.dim());
        }
    }
    if let Some(envelope) = opened.pair.envelope() {
        json::paint(&mut painter, json::head(&envelope.message), theme);
    }
    Some(painter.finish())
}

/// How long after the request the reply came.
fn latency(opened: &Opened) -> Option<Duration> {
    match &opened.pair {
        Counterpart::Reply(reply) => reply.latency,
        _ => opened.envelope()?.latency,
    }
}
