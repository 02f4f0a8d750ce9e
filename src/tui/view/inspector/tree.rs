//! A message as a tree.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::figures::{count, plural};
use crate::tui::inspector::{Focus, Label, Opened, Row, RowKind, indent};
use crate::tui::json::{self, Token};
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::Screen;
use crate::tui::view::frame::line;

/// How much of a key or value is looked at, in bytes.
const HEAD: usize = 1024;

/// Draws the rows that are visible; the first of them.
pub(super) fn render(
    screen: &Screen,
    opened: &Opened,
    top: usize,
    area: Rect,
    buffer: &mut Buffer,
) -> usize {
    let Some(tree) = opened.tree() else {
        return 0;
    };
    let height = usize::from(area.height).max(1);
    let at = tree.at();
    let end = tree.rows().len().saturating_sub(height);
    let lowest = (at + 1).saturating_sub(height);
    let top = top.clamp(lowest, at.max(lowest)).min(end);
    let is_focused = screen.inspector.focus == Focus::Detail;
    let shown = tree.rows().iter().enumerate().skip(top);
    for (row, (place, node)) in shown.take(height).enumerate() {
        let is_chosen = is_focused && place == at;
        let glance = tree.glance(opened.text(), node).map(|glance| glance.words);
        let shown = Shown {
            text: opened.text(),
            glance: glance.as_deref(),
        };
        let painted = paint(screen, shown, node, is_chosen, area.width);
        line(buffer, area, row, &painted);
    }
    top
}

/// What a row is about.
#[derive(Clone, Copy)]
struct Shown<'a> {
    /// The whole message.
    text: &'a str,
    /// What the row's value stands for, where that is not what it is.
    glance: Option<&'a str>,
}

fn paint(
    screen: &Screen,
    shown: Shown<'_>,
    row: &Row,
    is_chosen: bool,
    columns: u16,
) -> Line<'static> {
    let theme = screen.theme;
    let mut painter = Painter::new(usize::from(columns));
    let mark = if is_chosen { "▌" } else { " " };
    painter.text(mark, theme.border(true));
    painter.pad(indent(row.depth, columns) - 1);
    let mark = match row.kind {
        RowKind::Open => "▾ ",
        RowKind::Closed => "▸ ",
        RowKind::Leaf => "  ",
        RowKind::More(left) => {
            let left = left.map_or_else(
                || "more".to_owned(),
                |left| format!("{} more", count(left as u64)),
            );
            painter.text(&format!("… {left} · Enter shows on"), theme.warning());
            return painter.finish();
        }
    };
    painter.text(mark, theme.accent());
    label(screen, shown.text, row, &mut painter);
    match shown.glance {
        Some(words) => {
            painter.text(words, theme.token(Token::Word));
        }
        None => value(screen, shown.text, row, &mut painter),
    }
    painter.finish()
}

fn label(screen: &Screen, text: &str, row: &Row, painter: &mut Painter) {
    let theme = screen.theme;
    match &row.label {
        Label::Root => {}
        Label::Item(index) => {
            painter.text(&format!("{index}: "), theme.dim());
        }
        Label::Key(key) => {
            let json = head(text, key.start, key.end);
            let name = json.strip_prefix('"').unwrap_or(json);
            let name = name.strip_suffix('"').unwrap_or(name);
            painter.text(name, theme.token(Token::Key));
            painter.text(": ", theme.dim());
        }
    }
}

fn value(screen: &Screen, text: &str, row: &Row, painter: &mut Painter) {
    let theme = screen.theme;
    let json = head(text, row.value.start, row.value.end);
    let is_object = json.starts_with('{');
    let size = row.count.map(|count| {
        let one = if is_object { "key" } else { "item" };
        plural(count, one)
    });
    match row.kind {
        RowKind::Open => {
            painter.text(if is_object { "{} " } else { "[] " }, theme.dim());
            painter.text(&size.unwrap_or_default(), theme.dim());
        }
        RowKind::Closed => {
            let size = size.unwrap_or_default();
            let room = painter.left_over().saturating_sub(width(&size) + 1);
            let mut preview = Painter::new(room);
            json::paint(&mut preview, json, theme);
            painter.append(preview).pad(1).text(&size, theme.dim());
        }
        RowKind::Leaf | RowKind::More(_) => json::paint(painter, json, theme),
    }
}

/// The beginning of a part of the text.
fn head(text: &str, start: usize, end: usize) -> &str {
    let end = end.min(text.len()).min(start.saturating_add(HEAD));
    let end = text.floor_char_boundary(end);
    text.get(start..end).unwrap_or_default()
}
