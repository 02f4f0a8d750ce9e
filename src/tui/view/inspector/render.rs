//! Which region goes where.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::inspector::{Counterpart, Focus};
use crate::tui::screen::{Screen, ViewState};
use crate::tui::view::inspector::{detail, list, pair};

/// Below this, columns and rows, there is one half at a time.
const HALVES: (u16, u16) = (60, 14);

/// From this width on the halves stand side by side.
const BESIDE: u16 = 100;

/// From this height on the chosen message's request or reply has a frame of its own below it.
const PAIR: u16 = 18;

/// Draws the view.
pub(crate) fn render(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    let drawn = &mut view.inspector;
    drawn.list = Rect::default();
    drawn.detail = Rect::default();
    drawn.pair = Rect::default();
    let is_small = area.width < HALVES.0 || area.height < HALVES.1;
    drawn.is_alone = is_small || screen.is_zoomed;
    if drawn.is_alone {
        match screen.inspector.focus {
            Focus::List => list::render(screen, drawn, area, buffer),
            Focus::Detail => chosen(screen, view, area, buffer),
        }
        return;
    }
    let (above, below) = if area.width >= BESIDE {
        beside(area)
    } else {
        stacked(area)
    };
    list::render(screen, drawn, above, buffer);
    chosen(screen, view, below, buffer);
}

fn beside(area: Rect) -> (Rect, Rect) {
    let width = area.width - (area.width * 2 / 5).min(90);
    let list = Rect { width, ..area };
    let detail = Rect {
        x: area.x + width,
        width: area.width - width,
        ..area
    };
    (list, detail)
}

fn stacked(area: Rect) -> (Rect, Rect) {
    let height = area.height * 9 / 20;
    let list = Rect { height, ..area };
    let detail = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    (list, detail)
}

/// Draws the chosen message, and what belongs to it below.
fn chosen(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    let pair = screen.inspector.opened().map(|opened| &opened.pair);
    let is_known = matches!(pair, Some(Counterpart::Request(_) | Counterpart::Reply(_)));
    if area.height < PAIR || !is_known {
        detail::render(screen, &mut view.inspector, area, buffer);
        return;
    }
    let below = (area.height / 3).clamp(6, 14);
    let above = Rect {
        height: area.height - below,
        ..area
    };
    let below = Rect {
        y: above.bottom(),
        height: below,
        ..area
    };
    view.inspector.pair = below;
    detail::render(screen, &mut view.inspector, above, buffer);
    pair::framed(screen, below, buffer);
}
