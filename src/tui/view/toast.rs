//! Short words to the person, above the footer, in lines of their own but where a picture is. The newest is at the bottom.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::tui::figures::cells;
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::{Screen, Toast};
use crate::tui::theme::Theme;

/// How many lines toasts take of a body of this height.
pub(crate) fn height(screen: &Screen, body: u16) -> u16 {
    let most = (body / 4).max(1).min(body.saturating_sub(2));
    cells(screen.toasts.len()).min(most)
}

/// Draws as many of the newest toasts as there are lines.
pub(crate) fn render(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let newest = screen.toasts.iter().rev();
    for (toast, line) in newest.zip(area.rows().rev()) {
        paint(screen.theme, toast, line, buffer);
    }
}

/// Draws one at the right end of a line.
fn paint(theme: Theme, toast: &Toast, line: Rect, buffer: &mut Buffer) {
    let (mark, style) = if toast.is_bad {
        ("✖ ", theme.bad())
    } else {
        ("● ", theme.accent())
    };
    let wide = cells(width(&toast.text) + 4).min(line.width);
    let area = Rect {
        x: line.right() - wide,
        width: wide,
        ..line
    };
    Clear.render(area, buffer);
    let mut painter = Painter::new(usize::from(wide).saturating_sub(1));
    painter
        .pad(1)
        .text(mark, style)
        .text(&toast.text, theme.strong());
    buffer.set_line(area.x, area.y, &painter.finish(), wide);
}
