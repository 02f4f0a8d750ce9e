//! What was sent before, to be searched.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::json;
use crate::tui::overlay::LISTED;
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::view::frame::{dialog, empty, line};

/// Draws the list, the newest at the bottom.
pub(crate) fn render(screen: &Screen, query: &str, at: usize, body: Rect, buffer: &mut Buffer) {
    let theme = screen.theme;
    let found = screen.composer.search(query, LISTED);
    let size = (
        usize::from(body.width).min(90),
        found.len().clamp(3, 12) + 1,
    );
    let inner = dialog(theme, "Sent before", "Enter takes it", size, body, buffer);
    let height = usize::from(inner.height).saturating_sub(1);
    let list = Rect {
        height: inner.height.saturating_sub(1),
        ..inner
    };
    if found.is_empty() {
        empty(theme, list, "Nothing contains that", buffer);
    }
    let first = (at + 1).saturating_sub(height);
    for (place, text) in found.iter().enumerate().skip(first).take(height) {
        let mut painter = Painter::new(usize::from(list.width));
        let is_chosen = place == at;
        painter.text(if is_chosen { "▌" } else { " " }, theme.border(true));
        json::paint(&mut painter, &text.replace('\n', " "), theme);
        let row = height - 1 - (place - first);
        line(buffer, list, row, &painter.finish());
    }
    let mut field = Painter::new(usize::from(inner.width));
    field
        .text("search: ", theme.dim())
        .text(query, theme.text());
    field.text(" ", theme.cursor());
    line(buffer, inner, height, &field.finish());
}
