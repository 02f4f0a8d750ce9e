//! Moving: through the workers table, through messages and logs, by keys and by mouse. Called by `update`.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::model::{Board, LogLine, Traffic};
use crate::tui::action::Action;
use crate::tui::filtering;
use crate::tui::merge::{self, Ordered, Sought};
use crate::tui::place::Place;
use crate::tui::rows::{self, Row};
use crate::tui::screen::{Overlay, Pane, Screen, Tail};
use crate::tui::{inspector, jobs, offload, reader};

/// How many lines one notch of the wheel moves.
const NOTCH: usize = 3;

/// Moves in the focused pane.
pub(crate) fn glide(screen: &mut Screen, action: Action) {
    if screen.jobs.is_open() {
        jobs::glide(screen, action);
        return;
    }
    let pane = screen.focus;
    let height = page(screen, pane);
    match action {
        Action::Up => step(screen, pane, 1, true),
        Action::Down => step(screen, pane, 1, false),
        Action::PageUp => step(screen, pane, height, true),
        Action::PageDown => step(screen, pane, height, false),
        Action::Top => step(screen, pane, usize::MAX, true),
        Action::Bottom => step(screen, pane, usize::MAX, false),
        // The other actions do not move.
        _ => {}
    }
}

/// Shows what is newest in the focused pane.
pub(crate) fn follow(screen: &mut Screen) {
    match screen.focus {
        Pane::Messages => screen.messages = Tail::default(),
        Pane::Logs => screen.logs = Tail::default(),
        Pane::Workers => {}
    }
}

fn page(screen: &Screen, pane: Pane) -> usize {
    let area = match pane {
        Pane::Workers => screen.view.rows,
        Pane::Messages => screen.view.messages.0,
        Pane::Logs => screen.view.logs.0,
    };
    usize::from(area.height).saturating_sub(1).max(1)
}

fn step(screen: &mut Screen, pane: Pane, by: usize, is_up: bool) {
    let sought = screen.sought(pane);
    match pane {
        Pane::Workers => {
            let last = rows::count(&screen.board, &screen.table).saturating_sub(1);
            let at = screen.selected_index();
            let to = if is_up {
                at.saturating_sub(by)
            } else {
                at.saturating_add(by).min(last)
            };
            select(screen, to);
        }
        Pane::Messages => {
            let shown = screen.view.messages.1.clone();
            screen.messages =
                moved::<Traffic>(&screen.board, &sought, screen.messages, &shown, by, is_up);
        }
        Pane::Logs => {
            let shown = screen.view.logs.1.clone();
            screen.logs = moved::<LogLine>(&screen.board, &sought, screen.logs, &shown, by, is_up);
        }
    }
}

fn select(screen: &mut Screen, index: usize) {
    let row = rows::at(&screen.board, &screen.table, index);
    if row == screen.selected {
        return;
    }
    screen.selected = row;
    if !screen.shows_all {
        screen.messages = Tail::default();
        screen.logs = Tail::default();
    }
}

/// Where a list is after its chosen line moved; at the newest line it follows again.
fn moved<T: Ordered>(
    board: &Board,
    sought: &Sought,
    tail: Tail,
    shown: &[u64],
    by: usize,
    is_up: bool,
) -> Tail {
    let height = shown.len().max(1);
    let newest = merge::until::<T>(board, sought, None, 1);
    let Some(newest) = newest.first().map(|(_, item)| item.order()) else {
        return Tail::default();
    };
    let here = tail.cursor.or(tail.bottom).unwrap_or(newest);
    if by == usize::MAX {
        if !is_up {
            return Tail::default();
        }
        let first = merge::since::<T>(board, sought, 0, height);
        return Tail {
            bottom: first.last().map(|(_, item)| item.order()),
            cursor: first.first().map(|(_, item)| item.order()),
        };
    }
    if is_up {
        let above = merge::until::<T>(board, sought, Some(here), by.saturating_add(1));
        let cursor = above.first().map_or(here, |(_, item)| item.order());
        let bottom = tail.bottom.or(shown.last().copied()).unwrap_or(newest);
        let top = shown.first().copied().unwrap_or(cursor);
        let bottom = if cursor < top {
            let below = merge::since::<T>(board, sought, cursor.saturating_sub(1), height);
            below.last().map_or(bottom, |(_, item)| item.order())
        } else {
            bottom
        };
        return Tail {
            bottom: Some(bottom),
            cursor: Some(cursor),
        };
    }
    let below = merge::since::<T>(board, sought, here, by);
    let cursor = below.last().map_or(newest, |(_, item)| item.order());
    if cursor >= newest {
        return Tail::default();
    }
    let bottom = tail.bottom.unwrap_or(newest).max(cursor);
    Tail {
        bottom: Some(bottom),
        cursor: Some(cursor),
    }
}

/// A click selects, the wheel scrolls what is under the pointer.
pub(crate) fn mouse(screen: &mut Screen, mouse: MouseEvent) {
    if screen.overlays.is_empty() {
        match screen.place {
            Place::Messages => return inspector::mouse(screen, mouse),
            Place::Logs => return reader::mouse(screen, mouse),
            Place::OffLoad => return offload::mouse(screen, mouse),
            Place::Deck | Place::Jobs => {}
        }
    }
    let at = Position::new(mouse.column, mouse.row);
    let is_up = match mouse.kind {
        MouseEventKind::ScrollUp => true,
        MouseEventKind::ScrollDown => false,
        MouseEventKind::Down(MouseButton::Left) => return click(screen, at),
        _ => return,
    };
    if let Some(top) = screen.overlays.last_mut() {
        if let Overlay::Help { top, .. }
        | Overlay::Worker { top, .. }
        | Overlay::Pool { top, .. }
        | Overlay::Job { top, .. }
        | Overlay::Text { top, .. } = top
        {
            *top = if is_up {
                top.saturating_sub(NOTCH)
            } else {
                (*top + NOTCH).min(screen.view.overlay_end)
            };
        }
        return;
    }
    if screen.jobs.is_open() {
        jobs::step(screen, NOTCH, is_up);
    } else if let Some(pane) = pane_at(screen, at) {
        let by = if pane == Pane::Workers { 1 } else { NOTCH };
        step(screen, pane, by, is_up);
    }
}

fn pane_at(screen: &Screen, at: Position) -> Option<Pane> {
    let pane = screen.view.panes.iter().find(|(_, area)| area.contains(at));
    pane.map(|(pane, _)| *pane)
}

fn click(screen: &mut Screen, at: Position) {
    if !screen.overlays.is_empty() {
        return;
    }
    if screen.jobs.is_open() {
        return jobs::click(screen, at);
    }
    let Some(pane) = pane_at(screen, at) else {
        return;
    };
    filtering::keep(screen);
    screen.focus = pane;
    match pane {
        Pane::Workers => {
            if let Some(line) = line_of(screen.view.rows, at) {
                let index = screen.view.rows_top + line;
                let row = rows::at(&screen.board, &screen.table, index);
                let Some(row) = row else { return };
                // The fold mark is in the first cells of a pool's row.
                if let Row::Pool(pool) = &row
                    && at.x < screen.view.rows.x + 4
                    && !screen.table.folded.remove(pool)
                {
                    screen.table.folded.insert(pool.clone());
                }
                select(screen, index);
            }
        }
        Pane::Messages => {
            let (area, shown) = &screen.view.messages;
            screen.messages = chosen(screen.messages, shown, line_of(*area, at));
        }
        Pane::Logs => {
            let (area, shown) = &screen.view.logs;
            screen.logs = chosen(screen.logs, shown, line_of(*area, at));
        }
    }
}

fn line_of(area: Rect, at: Position) -> Option<usize> {
    area.contains(at).then(|| usize::from(at.y - area.y))
}

fn chosen(tail: Tail, shown: &[u64], line: Option<usize>) -> Tail {
    match line.and_then(|line| shown.get(line)) {
        Some(order) => Tail {
            bottom: shown.last().copied(),
            cursor: Some(*order),
        },
        None => tail,
    }
}
