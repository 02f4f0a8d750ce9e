//! Short words to the person, above the footer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::tui::figures::cells;
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::Screen;

/// Draws the toasts, the newest at the bottom.
pub(crate) fn render(screen: &Screen, body: Rect, buffer: &mut Buffer) {
    for (above, toast) in screen.toasts.iter().rev().enumerate() {
        let Some(y) = body
            .bottom()
            .checked_sub(cells(above + 1))
            .filter(|y| *y > body.y)
        else {
            return;
        };
        let theme = screen.theme;
        let (mark, style) = if toast.is_bad {
            ("✖ ", theme.bad())
        } else {
            ("● ", theme.accent())
        };
        let wide = cells(width(&toast.text) + 4).min(body.width);
        let area = Rect {
            x: body.right() - wide,
            y,
            width: wide,
            height: 1,
        };
        Clear.render(area, buffer);
        let mut painter = Painter::new(usize::from(wide).saturating_sub(1));
        painter
            .pad(1)
            .text(mark, style)
            .text(&toast.text, theme.strong());
        buffer.set_line(area.x, area.y, &painter.finish(), wide);
    }
}
