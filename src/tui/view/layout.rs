//! Which region goes where: comfortable at 120x40, complete at 80x24, one pane at a time below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::figures::cells;
use crate::tui::place::Place;
use crate::tui::rows;
use crate::tui::screen::{Pane, Screen};
use crate::tui::view::routes;

/// The smallest screen that shows anything: columns and rows.
const SMALLEST: (u16, u16) = (20, 5);

/// Below this there is one pane at a time.
const PANES: (u16, u16) = (60, 16);

/// From this height on the composer has its place while it is closed.
const ROOMY: u16 = 30;

/// Where everything is.
#[derive(Debug)]
pub(crate) struct Layout {
    /// One line.
    pub(crate) header: Rect,
    /// The panes that are visible.
    pub(crate) panes: Vec<(Pane, Rect)>,
    /// The view that is shown instead of the deck's panes.
    pub(crate) instead: Option<Rect>,
    /// The composer, where it has a place.
    pub(crate) composer: Option<Rect>,
    /// One line.
    pub(crate) footer: Rect,
    /// All between header and footer.
    pub(crate) body: Rect,
}

/// Arranges the screen; none when it is too small.
pub(crate) fn arrange(screen: &Screen, area: Rect) -> Option<Layout> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    let header = Rect { height: 1, ..area };
    let footer = Rect {
        y: area.bottom() - 1,
        height: 1,
        ..area
    };
    let body = Rect {
        y: area.y + 1,
        height: area.height - 2,
        ..area
    };
    let is_small = area.width < PANES.0 || area.height < PANES.1;
    let composer = composer(screen, area, body);
    let mut rest = body;
    if let Some(composer) = composer {
        rest.height -= composer.height.min(rest.height);
    }
    let is_deck = screen.place == Place::Deck;
    let panes = if !is_deck {
        Vec::new()
    } else if screen.is_zoomed || is_small {
        vec![(screen.focus, rest)]
    } else {
        divide(screen, rest)
    };
    Some(Layout {
        header,
        panes,
        instead: (!is_deck).then_some(rest),
        composer,
        footer,
        body,
    })
}

fn composer(screen: &Screen, area: Rect, body: Rect) -> Option<Rect> {
    let height = if screen.composer.is_open() {
        let most = (area.height / 3).clamp(3, 12);
        cells(screen.composer.area().lines().len() + 2).clamp(3, most)
    } else if area.height >= ROOMY
        && area.width >= PANES.0
        && !screen.is_zoomed
        && screen.place == Place::Deck
    {
        3
    } else {
        return None;
    };
    let height = height.min(body.height);
    Some(Rect {
        y: body.bottom() - height,
        height,
        ..body
    })
}

fn divide(screen: &Screen, rest: Rect) -> Vec<(Pane, Rect)> {
    let routes = routes::lines(screen, usize::from(rest.width).saturating_sub(2)).len();
    let wanted = rows::count(&screen.board, &screen.table) + routes;
    let wanted = cells(wanted).saturating_add(3);
    let most = (rest.height / 2).max(6);
    let table = Rect {
        height: wanted.clamp(4, most).min(rest.height),
        ..rest
    };
    let below = Rect {
        y: table.bottom(),
        height: rest.height - table.height,
        ..rest
    };
    let left = below.width / 2;
    let messages = Rect {
        width: left,
        ..below
    };
    let logs = Rect {
        x: below.x + left,
        width: below.width - left,
        ..below
    };
    vec![
        (Pane::Workers, table),
        (Pane::Messages, messages),
        (Pane::Logs, logs),
    ]
}

/// Says that there is no room.
pub(crate) fn too_small(area: Rect, buffer: &mut Buffer) {
    let words = ["forkdeck needs", "20 x 5 cells"];
    for (line, words) in words.iter().enumerate() {
        let y = area.y.saturating_add(cells(line));
        if y < area.bottom() {
            buffer.set_stringn(area.x, y, words, usize::from(area.width), Style::new());
        }
    }
}
