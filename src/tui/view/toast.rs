//! Short words to the person: what went wrong above the footer, everything else in the header, where it hides no row and
//! nothing that is being written.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::tui::figures::cells;
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::{Screen, Toast};
use crate::tui::theme::Theme;
use crate::tui::view::layout::Layout;

/// Draws the toasts: those that went wrong with the newest at the bottom, of the others the newest.
pub(crate) fn render(screen: &Screen, layout: &Layout, buffer: &mut Buffer) {
    let newest = || screen.toasts.iter().rev();
    if let Some(toast) = newest().find(|toast| !toast.is_bad) {
        paint(screen.theme, toast, layout.header, buffer);
    }
    let mut body = layout.body;
    if screen.composer.is_open()
        && let Some(composer) = layout.composer
    {
        body.height = composer.y.saturating_sub(body.y);
    }
    for (above, toast) in newest().filter(|toast| toast.is_bad).enumerate() {
        let y = body.bottom().checked_sub(cells(above + 1));
        let Some(y) = y.filter(|y| *y > body.y) else {
            return;
        };
        let line = Rect {
            y,
            height: 1,
            ..body
        };
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
