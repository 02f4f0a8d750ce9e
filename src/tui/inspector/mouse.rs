//! The mouse: a click selects and folds, the wheel scrolls what is under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::tui::inspector::glide::step;
use crate::tui::inspector::opened::Shape;
use crate::tui::inspector::state::Focus;
use crate::tui::inspector::{act, tree::Tree};
use crate::tui::screen::Screen;

/// How many lines one notch of the wheel moves.
const NOTCH: usize = 3;

/// The cells before a row's fold mark, where rows have so many columns: what is deep still has room to be read.
pub(crate) fn indent(depth: usize, columns: u16) -> usize {
    1 + depth.saturating_mul(2).min(usize::from(columns / 3))
}

/// Takes what the mouse did.
pub(crate) fn mouse(screen: &mut Screen, mouse: MouseEvent) {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::ScrollUp => wheel(screen, at, true),
        MouseEventKind::ScrollDown => wheel(screen, at, false),
        MouseEventKind::Down(MouseButton::Left) => click(screen, at),
        _ => {}
    }
}

fn wheel(screen: &mut Screen, at: Position, is_up: bool) {
    let drawn = &screen.view.inspector;
    if drawn.list.contains(at) {
        step(screen, Focus::List, NOTCH, is_up);
    } else if drawn.detail.contains(at) {
        screen.inspector.pin();
        step(screen, Focus::Detail, NOTCH, is_up);
    }
}

fn click(screen: &mut Screen, at: Position) {
    let drawn = &screen.view.inspector;
    let (first, top) = (drawn.first.0, drawn.top);
    if let Some(line) = line_of(drawn.list, at) {
        screen.inspector.focus = Focus::List;
        if first + line < screen.inspector.len() {
            screen.inspector.go(first + line);
        }
    } else if let Some(line) = line_of(drawn.detail, at) {
        let (column, width) = (at.x - drawn.detail.x, drawn.detail.width);
        screen.inspector.pin();
        screen.inspector.focus = Focus::Detail;
        let shape = screen.inspector.shape;
        if let Some(opened) = screen.inspector.opened_mut()
            && opened.shape(shape) == Shape::Tree
            && let Some((tree, text)) = opened.tree_mut()
            && top + line < tree.rows().len()
        {
            tree.go(top + line);
            if is_mark(tree, column, width) {
                tree.toggle(text);
            }
        }
    } else if drawn.pair.contains(at) {
        act::jump(screen);
    }
}

/// Whether a column is where the chosen row has its fold mark.
fn is_mark(tree: &Tree, column: u16, columns: u16) -> bool {
    let mark = indent(tree.row().map_or(0, |row| row.depth), columns);
    (mark..mark + 2).contains(&usize::from(column))
}

fn line_of(area: Rect, at: Position) -> Option<usize> {
    area.contains(at).then(|| usize::from(at.y - area.y))
}
