//! Which region goes where: comfortable at 120x40, complete at 80x24, one pane at a time below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::figures::cells;
use crate::tui::place::Place;
use crate::tui::rows;
use crate::tui::screen::{Pane, Screen};
use crate::tui::view::overlay::words;
use crate::tui::view::{routes, toast};

/// The smallest screen that shows anything: columns and rows.
const SMALLEST: (u16, u16) = (20, 6);

/// Below this there is one pane at a time.
const PANES: (u16, u16) = (60, 16);

/// From this height on the composer has its place while it is closed.
const ROOMY: u16 = 30;

/// The lowest the workers table gets, and the lowest the panes below it.
const LOWEST_TABLE: u16 = 4;
const LOWEST_PANES: u16 = 4;

/// The narrowest that messages and logs get.
const NARROWEST: u16 = 20;

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
    /// All between header and toasts.
    pub(crate) body: Rect,
    /// The lines of the toasts, above the footer.
    pub(crate) toasts: Rect,
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
    let told = toast::height(screen, body.height);
    let toasts = Rect {
        y: body.bottom() - told,
        height: told,
        ..area
    };
    // A picture that gave way would be drawn anew: there they lie on top.
    let gives_way = screen.place != Place::OffLoad || screen.composer.is_open();
    let body = Rect {
        height: body.height - if gives_way { told } else { 0 },
        ..body
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
        toasts,
    })
}

fn composer(screen: &Screen, area: Rect, body: Rect) -> Option<Rect> {
    let height = if screen.composer.is_open() {
        let most = (area.height / 3).clamp(3, 12);
        cells(screen.composer.lines() + 2).clamp(3, most)
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
    let table = Rect {
        height: table_height(screen, rest),
        ..rest
    };
    let below = Rect {
        y: table.bottom(),
        height: rest.height - table.height,
        ..rest
    };
    let left = share(below.width, screen.splits.left, NARROWEST, NARROWEST);
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

/// As high as the person wants it, or as its rows need, up to half.
fn table_height(screen: &Screen, rest: Rect) -> u16 {
    if let Some(percent) = screen.splits.table {
        return share(rest.height, percent, LOWEST_TABLE, LOWEST_PANES);
    }
    let routes = routes::lines(screen, usize::from(rest.width).saturating_sub(2)).len();
    let wanted = rows::count(&screen.board, &screen.table) + routes;
    let wanted = cells(wanted).saturating_add(3);
    let most = (rest.height / 2).max(6);
    wanted.clamp(LOWEST_TABLE, most).min(rest.height)
}

/// So many percent of a length, to the nearest cell, with at least so much on each side where there is room for both.
fn share(whole: u16, percent: u16, before: u16, after: u16) -> u16 {
    let wanted = (u32::from(whole) * u32::from(percent) + 49) / 100;
    let most = whole.saturating_sub(after).max(before);
    let wanted = u16::try_from(wanted).unwrap_or(whole);
    wanted.clamp(before, most).min(whole)
}

/// Says that there is no room.
pub(crate) fn too_small(area: Rect, buffer: &mut Buffer) {
    let (columns, rows) = SMALLEST;
    let text = format!("Too small: forkdeck needs {columns} x {rows} cells.");
    for (line, words) in words(&text, area.width.into()).iter().enumerate() {
        let y = area.y.saturating_add(cells(line));
        if y < area.bottom() {
            buffer.set_stringn(area.x, y, words, usize::from(area.width), Style::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixture::Fixture;
    use crate::tui::memory::Splits;

    fn panes(splits: Splits, columns: u16, rows: u16) -> Vec<Rect> {
        let mut fixture = Fixture::busy();
        fixture.screen.splits = splits;
        let layout = arrange(&fixture.screen, Rect::new(0, 0, columns, rows)).unwrap();
        layout.panes.iter().map(|(_, area)| *area).collect()
    }

    #[test]
    fn panes_are_divided_as_the_person_wants() {
        for percent in 0..=100 {
            for (columns, rows) in [(60, 16), (80, 24), (121, 41), (200, 60)] {
                let table = Some(percent);
                let panes = panes(
                    Splits {
                        table,
                        left: percent,
                    },
                    columns,
                    rows,
                );
                let [table, messages, logs] = panes.as_slice() else {
                    panic!("{panes:?}");
                };
                assert!(table.height >= 4 && messages.height >= 4, "{panes:?}");
                assert!(messages.width >= 20 && logs.width >= 20, "{panes:?}");
                assert_eq!(messages.width + logs.width, columns);
                assert_eq!(table.bottom(), messages.y);
            }
        }
        let wide = Splits {
            table: Some(60),
            left: 70,
        };
        let panes = panes(wide, 200, 52);
        assert_eq!((panes[0].height, panes[1].width), (28, 140));
    }

    #[test]
    fn a_border_stays_where_it_was_put() {
        // What dragging does: the cell becomes percent, and the percent the cell again, but for what percents cannot say.
        for left in 20..=80 {
            let splits = Splits { table: None, left };
            assert_eq!(panes(splits, 100, 40)[1].width, left);
        }
    }
}
