//! Who is still alive while the deck stops.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::MonoTime;
use crate::tui::action::Action;
use crate::tui::figures::{plural, span};
use crate::tui::hint::key;
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::view::frame::{dialog, line};

/// Draws the list.
pub(crate) fn render(screen: &Screen, since: MonoTime, at: usize, body: Rect, buffer: &mut Buffer) {
    let alive = screen.alive();
    let theme = screen.theme;
    let title = format!("Stopping for {}", span(screen.now.mono.since(since)));
    let size = (56, alive.len().clamp(1, 14) + 1);
    let kills = key(screen, Action::Kill);
    let kills = kills.map_or_else(String::new, |key| format!("{key} ends the chosen one now"));
    let inner = dialog(theme, &title, &kills, size, body, buffer);
    let mut head = Painter::new(usize::from(inner.width));
    let text = if alive.is_empty() {
        "Every worker is gone.".to_owned()
    } else {
        format!("{} still alive", plural(alive.len(), "worker"))
    };
    head.text(&text, theme.text());
    line(buffer, inner, 0, &head.finish());
    let height = usize::from(inner.height).saturating_sub(1);
    let at = at.min(alive.len().saturating_sub(1));
    let first = (at + 1).saturating_sub(height);
    for (row, id) in alive.iter().enumerate().skip(first).take(height) {
        let Some(worker) = screen.board.worker(id) else {
            continue;
        };
        let mut painter = Painter::new(usize::from(inner.width));
        let is_chosen = row == at;
        painter.text(if is_chosen { "▌ " } else { "  " }, theme.border(true));
        painter.left(&id.to_string(), 18, theme.text()).pad(1);
        painter.left(worker.state.as_str(), 10, theme.state(worker.state));
        let lasts = screen.now.mono.since(worker.since.max(since));
        painter.right(&span(lasts), 7, theme.text());
        if let Some(until) = worker.until {
            // Rounded up: what is not over yet is never told as nothing.
            let left = until.since(screen.now.mono) + Duration::from_millis(999);
            let text = format!(", killed in {}", span(left));
            painter.text(&text, theme.dim());
        }
        line(buffer, inner, row - first + 1, &painter.finish());
    }
}
