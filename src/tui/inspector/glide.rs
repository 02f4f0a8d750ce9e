//! Moving: through the list, through the tree, through text and bytes.

use crate::tui::action::Action;
use crate::tui::inspector::opened::Shape;
use crate::tui::inspector::state::Focus;
use crate::tui::screen::Screen;

/// Moves in the half that takes the keys.
pub(super) fn glide(screen: &mut Screen, action: Action) {
    let drawn = &screen.view.inspector;
    let area = match screen.inspector.focus {
        Focus::List => drawn.list,
        Focus::Detail => drawn.detail,
    };
    let page = usize::from(area.height).saturating_sub(1).max(1);
    let (by, is_up) = match action {
        Action::Up => (1, true),
        Action::Down => (1, false),
        Action::PageUp => (page, true),
        Action::PageDown => (page, false),
        Action::Top => (usize::MAX, true),
        Action::Bottom => (usize::MAX, false),
        // The other actions do not move.
        _ => return,
    };
    step(screen, screen.inspector.focus, by, is_up);
}

/// Moves by so many lines in one half.
pub(super) fn step(screen: &mut Screen, half: Focus, by: usize, is_up: bool) {
    let end = screen.view.inspector.end;
    let inspector = &mut screen.inspector;
    match half {
        Focus::List => {
            let at = inspector.at().unwrap_or(0);
            inspector.go(moved(at, by, is_up));
        }
        Focus::Detail => {
            let shape = inspector.shape;
            let Some(opened) = inspector.opened_mut() else {
                return;
            };
            if opened.shape(shape) == Shape::Tree {
                if let Some((tree, _)) = opened.tree_mut() {
                    tree.go(moved(tree.at(), by, is_up));
                }
            } else {
                opened.top = moved(opened.top.min(end), by, is_up).min(end);
            }
        }
    }
}

fn moved(at: usize, by: usize, is_up: bool) -> usize {
    if is_up {
        at.saturating_sub(by)
    } else {
        at.saturating_add(by)
    }
}
