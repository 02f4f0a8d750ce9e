//! A pane's frame: rounded border with titles in it, and lines within.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use crate::tui::figures::cells;
use crate::tui::sanitize::{Painter, plain, width};
use crate::tui::theme::Theme;

/// What a frame says.
#[derive(Debug, Default)]
pub(crate) struct Frame<'a> {
    /// At the top left, to be read first.
    pub(crate) title: &'a str,
    /// At the top right.
    pub(crate) note: Option<(String, Style)>,
    /// At the bottom right.
    pub(crate) below: Option<String>,
    /// At the bottom left, in what room is left.
    pub(crate) foot: Option<(String, Style)>,
    /// Whether the pane takes the keys.
    pub(crate) is_focused: bool,
}

impl Frame<'_> {
    /// Draws the frame and returns what is within.
    pub(crate) fn render(&self, theme: Theme, area: Rect, buffer: &mut Buffer) -> Rect {
        let border = theme.border(self.is_focused);
        // Which pane takes the keys is to be seen without colours too.
        let shape = if self.is_focused && !theme.has_color() {
            BorderType::Thick
        } else {
            BorderType::Rounded
        };
        let block = Block::bordered().border_type(shape).border_style(border);
        let inner = block.inner(area);
        block.render(area, buffer);
        let room = usize::from(area.width).saturating_sub(4);
        let style = if self.is_focused {
            theme.accent()
        } else {
            theme.strong()
        };
        let title = plain(self.title, room.saturating_sub(2));
        put(buffer, area, 2, area.y, &format!(" {title} "), style);
        let left = room.saturating_sub(width(&title) + 3);
        if let Some((note, style)) = &self.note {
            right(buffer, area, area.y, note, left, *style);
        }
        if area.height > 1 {
            self.bottom(theme, area, room, buffer);
        }
        inner
    }
}

impl Frame<'_> {
    fn bottom(&self, theme: Theme, area: Rect, room: usize, buffer: &mut Buffer) {
        let y = area.bottom() - 1;
        let mut room = room;
        if let Some(below) = &self.below {
            right(buffer, area, y, below, room, theme.dim());
            room = room.saturating_sub(width(below) + 3);
        }
        if let Some((foot, style)) = &self.foot
            && room > 16
        {
            let shorter = foot.rsplit_once(" · ").map_or("", |(first, _)| first);
            let is_too_long = width(foot) + 2 > room && !shorter.is_empty();
            let foot = plain(if is_too_long { shorter } else { foot }, room - 2);
            put(buffer, area, 2, y, &format!(" {foot} "), *style);
        }
    }
}

fn put(buffer: &mut Buffer, area: Rect, x: u16, y: u16, text: &str, style: Style) {
    if area.width > x && area.height > 0 {
        let most = usize::from(area.width - x - 1);
        // A title is text: it takes nothing over from the border that it stands in.
        let style = Style::reset().patch(style);
        buffer.set_stringn(area.x + x, y, text, most, style);
    }
}

fn right(buffer: &mut Buffer, area: Rect, y: u16, text: &str, room: usize, style: Style) {
    // What is said last matters least: it goes first where there is no room.
    let mut text = text;
    while width(text) + 2 > room {
        let Some((shorter, _)) = text.rsplit_once(" · ") else {
            return;
        };
        text = shorter;
    }
    if text.is_empty() {
        return;
    }
    let taken = width(text) + 2;
    let x = area.width.saturating_sub(cells(taken) + 2);
    put(buffer, area, x, y, &format!(" {text} "), style);
}

/// Draws one line.
pub(crate) fn line(buffer: &mut Buffer, area: Rect, row: usize, line: &Line<'_>) {
    let row = cells(row);
    if row < area.height {
        buffer.set_line(area.x, area.y + row, line, area.width);
    }
}

/// Draws words in the middle of a pane that has nothing in it.
pub(crate) fn empty(theme: Theme, area: Rect, text: &str, buffer: &mut Buffer) {
    let mut painter = Painter::new(usize::from(area.width.saturating_sub(1)));
    painter.pad(1).text(text, theme.dim());
    line(buffer, area, 0, &painter.finish());
}

/// A box of this size in the middle of the body, cleared and framed; what is within it.
pub(crate) fn dialog(
    theme: Theme,
    title: &str,
    below: &str,
    size: (usize, usize),
    body: Rect,
    buffer: &mut Buffer,
) -> Rect {
    let wide = cells(size.0 + 4).min(body.width);
    let high = cells(size.1 + 2).min(body.height);
    let area = Rect {
        x: body.x + (body.width - wide) / 2,
        y: body.y + (body.height - high) / 2,
        width: wide,
        height: high,
    };
    Clear.render(area, buffer);
    let frame = Frame {
        title,
        below: Some(below.to_owned()),
        is_focused: true,
        ..Frame::default()
    };
    let inner = frame.render(theme, area, buffer);
    Rect {
        x: inner.x + inner.width.min(1),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// Draws lines from the one at `top` on; how far they can be scrolled.
pub(crate) fn scrolled(
    lines: &[Line<'static>],
    top: usize,
    area: Rect,
    buffer: &mut Buffer,
) -> usize {
    let end = lines.len().saturating_sub(usize::from(area.height));
    let shown = lines.iter().skip(top.min(end));
    for (row, text) in shown.take(usize::from(area.height)).enumerate() {
        line(buffer, area, row, text);
    }
    end
}
