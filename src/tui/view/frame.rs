//! A pane's frame: rounded border with titles in it, and lines within.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Widget};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::tui::figures::cells;
use crate::tui::sanitize::{Painter, plain, width};
use crate::tui::theme::Theme;
use crate::tui::view::sought;

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
            let foot = sought::fitted(foot, room - 2).unwrap_or_else(|| {
                let shorter = foot.rsplit_once(" · ").map_or("", |(first, _)| first);
                let is_too_long = width(foot) + 2 > room && !shorter.is_empty();
                plain(if is_too_long { shorter } else { foot }, room - 2)
            });
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
    let (area, row) = (area.intersection(buffer.area), cells(row));
    if row >= area.height {
        return;
    }
    let mut x = area.x;
    for span in &line.spans {
        let style = line.style.patch(span.style);
        for c in span.content.chars() {
            let Some(next) = put_char(buffer, (x, area.y + row), area, (c, style)) else {
                return;
            };
            x = next;
        }
    }
}

/// Puts a character into its cells and tells the next cell; none where it has no place. Lines are harmless and measured
/// by character already: what ratatui does by grapheme would be half of a frame's cost.
fn put_char(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    area: Rect,
    (c, style): (char, Style),
) -> Option<u16> {
    let wide = match c {
        ' '..='~' => 1,
        c => match c.width() {
            Some(wide) => wide,
            // A control character.
            None => return Some(x),
        },
    };
    if wide == 0 {
        mark(buffer, (x, y), area, c);
        return Some(x);
    }
    let next = x
        .checked_add(cells(wide))
        .filter(|next| *next <= area.right())?;
    buffer.cell_mut((x, y))?.set_char(c).set_style(style);
    for hidden in x + 1..next {
        buffer.cell_mut((hidden, y))?.reset();
    }
    Some(next)
}

/// Puts a combining mark to the character before it.
fn mark(buffer: &mut Buffer, (x, y): (u16, u16), area: Rect, c: char) {
    // Of a wide character the second cell is blank.
    let is_wide = |x: u16| {
        buffer
            .cell((x, y))
            .is_some_and(|cell| cell.symbol().width() == 2)
    };
    let before = match x.checked_sub(2) {
        Some(two) if two >= area.x && is_wide(two) => two,
        _ if x > area.x => x - 1,
        _ => return,
    };
    if let Some(cell) = buffer.cell_mut((before, y)) {
        let symbol = format!("{}{c}", cell.symbol());
        cell.set_symbol(&symbol);
    }
}

/// Puts the selection's colour behind a line that was drawn.
pub(crate) fn choose(theme: Theme, area: Rect, row: usize, buffer: &mut Buffer) {
    let row = cells(row);
    if row < area.height {
        let line = Rect {
            y: area.y + row,
            height: 1,
            ..area
        };
        buffer.set_style(line.intersection(buffer.area), theme.selection());
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

#[cfg(test)]
mod tests {
    use ratatui::buffer::Cell;
    use ratatui::style::Color;
    use ratatui::text::Span;

    use super::*;

    #[test]
    fn a_line_is_drawn_as_ratatui_would() {
        let red = Style::new().fg(Color::Red);
        for text in [
            "plain text",
            "日本語 mixed 画",
            "e\u{301}e\u{301}\u{302} 日\u{301}x",
            "한글 \u{1112}\u{1161}",
            "🚀 and 👍",
            "",
        ] {
            for wide in 0..20 {
                let line = Line::from(Span::styled(text, red));
                let area = Rect::new(0, 0, 24, 2);
                let within = Rect::new(1, 0, wide, 2);
                let (mut ours, mut theirs) = (Buffer::empty(area), Buffer::empty(area));
                super::line(&mut ours, within, 1, &line);
                theirs.set_line(1, 1, &line, wide);
                assert_eq!(ours, theirs, "{text} in {wide}");
            }
        }
    }

    #[test]
    fn a_line_stays_in_its_place() {
        let area = Rect::new(0, 0, 4, 1);
        let mut buffer = Buffer::empty(area);
        let line = Line::raw("\u{301}a\u{1b}[2Jbcdef");
        super::line(&mut buffer, Rect::new(2, 0, 9, 5), 0, &line);
        super::line(&mut buffer, Rect::new(2, 0, 9, 5), 3, &line);
        let shown: String = buffer.content.iter().map(Cell::symbol).collect();
        assert_eq!(shown, "  a[");
    }
}
