//! The mouse beyond clicks and the wheel: keys of the footer, double clicks, and borders between panes that are dragged.
//!
//! Called by `update`; what a click selects and the wheel scrolls is in `glide`. Everything here has keys too.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::model::MonoTime;
use crate::tui::action::Action;
use crate::tui::place::Place;
use crate::tui::screen::{Pane, Screen};
use crate::tui::update::{Request, press};
use crate::tui::{act, glide};

/// Two clicks on one cell within this time are one double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// How much of the whole a pane keeps, in percent.
const LEAST: u16 = 10;

/// How far a key moves a border, in percent.
const STEP: u16 = 5;

/// What the mouse is in the middle of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pointer {
    border: Option<Border>,
    last: Option<(Position, MonoTime)>,
}

/// A border between panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Border {
    /// Below the workers table.
    Table,
    /// Between messages and logs.
    Middle,
}

/// Takes what the mouse did.
pub(crate) fn mouse(screen: &mut Screen, mouse: MouseEvent) -> Vec<Request> {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            let keys = screen.view.footer.iter();
            let key = keys.clone().find(|(area, _)| area.contains(at));
            if let Some((_, key)) = key {
                return press(screen, *key);
            }
            screen.pointer.border = border_at(screen, at);
            if is_double(screen, at) && screen.overlays.is_empty() {
                return act::act(screen, Action::Open);
            }
        }
        MouseEventKind::Drag(MouseButton::Left) => {
            screen.pointer.last = None;
            if let Some(border) = screen.pointer.border {
                drag(screen, border, at);
                return Vec::new();
            }
        }
        MouseEventKind::Up(MouseButton::Left) => screen.pointer.border = None,
        // The wheel is the lists' own.
        _ => {}
    }
    glide::mouse(screen, mouse);
    Vec::new()
}

/// Notes a click; whether it was the second one on the same cell.
fn is_double(screen: &mut Screen, at: Position) -> bool {
    let now = screen.now.mono;
    let earlier = screen.pointer.last.take();
    let is_second = earlier.is_some_and(|(place, when)| place == at && now.since(when) <= DOUBLE);
    screen.pointer.last = (!is_second).then_some((at, now));
    is_second
}

/// The deck's three panes, where they are on the screen.
fn panes(screen: &Screen) -> Option<(Rect, Rect, Rect)> {
    let is_plain = screen.place == Place::Deck && screen.overlays.is_empty();
    match screen.view.panes.as_slice() {
        [
            (Pane::Workers, table),
            (Pane::Messages, messages),
            (Pane::Logs, logs),
        ] if is_plain => Some((*table, *messages, *logs)),
        _ => None,
    }
}

fn border_at(screen: &Screen, at: Position) -> Option<Border> {
    let (_, messages, logs) = panes(screen)?;
    if at.y == messages.y || at.y + 1 == messages.y {
        return Some(Border::Table);
    }
    let is_between = at.x == logs.x || at.x + 1 == logs.x;
    (is_between && logs.rows().any(|row| row.y == at.y)).then_some(Border::Middle)
}

fn drag(screen: &mut Screen, border: Border, at: Position) {
    let Some((table, messages, logs)) = panes(screen) else {
        return;
    };
    match border {
        Border::Table => {
            let whole = table.height + messages.height;
            screen.splits.table = Some(percent(at.y + 1, table.y, whole));
        }
        Border::Middle => {
            let whole = messages.width + logs.width;
            screen.splits.left = percent(at.x + 1, messages.x, whole);
        }
    }
}

/// How far a place is into a whole.
fn percent(at: u16, from: u16, whole: u16) -> u16 {
    let share = u32::from(at.saturating_sub(from)) * 100 / u32::from(whole.max(1));
    let share = u16::try_from(share).unwrap_or(100);
    share.clamp(LEAST, 100 - LEAST)
}

/// Moves a border by a key; true where the action is one of these.
pub(crate) fn shift(screen: &mut Screen, action: Action) -> bool {
    let here = panes(screen).map(|(table, messages, _)| {
        let whole = table.height + messages.height;
        percent(table.bottom(), table.y, whole)
    });
    let table = screen.splits.table.or(here);
    if screen.place != Place::Deck {
        return false;
    }
    let splits = &mut screen.splits;
    let moved = |share: u16, is_more: bool| {
        let share = if is_more {
            share + STEP
        } else {
            share.saturating_sub(STEP)
        };
        share.clamp(LEAST, 100 - LEAST)
    };
    match action {
        Action::BorderUp => splits.table = table.map(|share| moved(share, false)),
        Action::BorderDown => splits.table = table.map(|share| moved(share, true)),
        Action::BorderLeft => splits.left = moved(splits.left, false),
        Action::BorderRight => splits.left = moved(splits.left, true),
        _ => return false,
    }
    true
}

#[cfg(test)]
#[path = "pointer_tests.rs"]
mod tests;
