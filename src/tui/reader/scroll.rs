//! Moving through the list: the chosen item, what is on the screen, and what is held there.

use crate::model::Board;
use crate::tui::action::Action;
use crate::tui::reader::body;
use crate::tui::reader::item::{Item, Spot};
use crate::tui::reader::list::List;
use crate::tui::reader::state::{Drawn, Hold, Reader};
use crate::tui::rows::Scope;
use crate::tui::screen::Screen;

/// The list that is shown.
pub(crate) fn list(screen: &Screen) -> List<'_> {
    List::new(screen.scope().workers(&screen.board), &screen.reader)
}

/// How many lines workers have written in all.
pub(crate) fn lines(board: &Board, scope: &Scope) -> u64 {
    let workers = scope.workers(board);
    workers.iter().map(|worker| worker.log_lines).sum()
}

/// Moves the chosen item; at the newest the list follows again.
pub(crate) fn glide(screen: &mut Screen, action: Action) {
    let page = screen.view.reader.height().saturating_sub(1).max(1);
    match action {
        Action::Up => step(screen, 1, true),
        Action::Down => step(screen, 1, false),
        Action::PageUp => step(screen, page, true),
        Action::PageDown => step(screen, page, false),
        Action::Top => {
            if let Some(first) = list(screen).below(Spot::default(), 1).first() {
                let spot = first.spot;
                choose(screen, spot);
            }
        }
        Action::Bottom => screen.reader.follow(),
        // The others do not move.
        _ => {}
    }
}

fn step(screen: &mut Screen, by: usize, is_up: bool) {
    let list = list(screen);
    let Some(newest) = list.newest() else {
        return;
    };
    let here = cursor(screen).unwrap_or(newest.spot);
    let items = if is_up {
        list.above(here, by.saturating_add(1))
    } else {
        list.below(here, by.saturating_add(1))
    };
    let to = if is_up { items.first() } else { items.last() };
    let Some(to) = to.map(|item| item.spot) else {
        return;
    };
    if !is_up && to >= newest.spot {
        screen.reader.follow();
    } else if to != here || screen.reader.hold.is_some() {
        choose(screen, to);
    }
}

/// The chosen item's place.
pub(crate) fn cursor(screen: &Screen) -> Option<Spot> {
    match screen.reader.hold {
        Some(_) => screen.view.reader.cursor,
        None => list(screen).newest().map(|item| item.spot),
    }
}

/// The chosen item.
pub(crate) fn chosen(screen: &Screen) -> Option<Item<'_>> {
    let spot = cursor(screen)?;
    list(screen).above(spot, 1).pop()
}

/// Holds the list where it is, without anything chosen anew.
fn held(screen: &Screen, cursor: Spot) -> Hold {
    let drawn = &screen.view.reader;
    let top = drawn.rows.first().copied().unwrap_or(cursor);
    screen.reader.hold.map_or_else(
        || Hold {
            top,
            skip: drawn.skip,
            cursor,
            lines: lines(&screen.board, &screen.scope()),
        },
        |hold| Hold { cursor, ..hold },
    )
}

/// Chooses an item and holds the list so that it is in sight.
pub(crate) fn choose(screen: &mut Screen, cursor: Spot) {
    let mut hold = held(screen, cursor);
    if cursor <= hold.top {
        (hold.top, hold.skip) = (cursor, 0);
    } else if !is_in_sight(screen, &hold) {
        let drawn = &screen.view.reader;
        (hold.top, hold.skip) = ending_with(&list(screen), &screen.reader, drawn, cursor);
    }
    hold_at(screen, hold);
}

/// Chooses an item that was found: with some of what stands before it, unless it is in sight.
pub(crate) fn choose_found(screen: &mut Screen, cursor: Spot) {
    let mut hold = held(screen, cursor);
    if cursor < hold.top || !is_in_sight(screen, &hold) {
        let before = screen.view.reader.height() / 3;
        let above = list(screen).above(cursor, before + 1);
        hold.top = above.first().map_or(cursor, |item| item.spot);
        hold.skip = 0;
    }
    hold_at(screen, hold);
}

/// Puts a hold in force. What comes from now on is counted, and the place is noted as where the person left.
fn hold_at(screen: &mut Screen, hold: Hold) {
    if screen.reader.hold.is_none() {
        screen.reader.leave(screen.board.latest(), screen.now.wall);
    }
    screen.view.reader.cursor = Some(hold.cursor);
    screen.reader.hold = Some(hold);
}

fn is_in_sight(screen: &Screen, hold: &Hold) -> bool {
    let height = screen.view.reader.height();
    let mut used = 0;
    for item in list(screen).below(hold.top, height + hold.skip) {
        let skipped = if item.spot == hold.top { hold.skip } else { 0 };
        used += rows(&screen.reader, &screen.view.reader, &item).saturating_sub(skipped);
        if item.spot >= hold.cursor {
            return used <= height;
        }
    }
    false
}

/// The topmost item, and its rows above the screen, where the last row is the last of `bottom`.
pub(crate) fn ending_with(
    list: &List<'_>,
    reader: &Reader,
    drawn: &Drawn,
    bottom: Spot,
) -> (Spot, usize) {
    let height = drawn.height();
    let mut used = 0;
    let mut top = bottom;
    for item in list.above(bottom, height).iter().rev() {
        used += rows(reader, drawn, item);
        top = item.spot;
        if used >= height {
            break;
        }
    }
    (top, used.saturating_sub(height))
}

/// How many rows an item takes.
fn rows(reader: &Reader, drawn: &Drawn, item: &Item<'_>) -> usize {
    if !reader.is_wrapped {
        return 1;
    }
    body::rows(item, reader.is_brief, drawn.wide, drawn.most_rows())
}

/// Moves what is on the screen by items; the chosen one stays in sight.
pub(crate) fn roll(screen: &mut Screen, by: usize, is_up: bool) {
    let list = list(screen);
    let Some(newest) = list.newest().map(|item| item.spot) else {
        return;
    };
    let drawn = &screen.view.reader;
    let Some(top) = drawn.rows.first().copied() else {
        return;
    };
    let items = if is_up {
        list.above(top, by + 1)
    } else {
        list.below(top, by + 1)
    };
    let moved = if is_up { items.first() } else { items.last() };
    let Some(moved) = moved.map(|item| item.spot) else {
        return;
    };
    let (lowest, _) = ending_with(&list, &screen.reader, drawn, newest);
    if !is_up && moved >= lowest {
        screen.reader.follow();
        return;
    }
    let is_still = moved == top && drawn.skip == 0;
    let was = cursor(screen).unwrap_or(newest);
    if is_still && screen.reader.hold.is_none() {
        return;
    }
    let mut hold = held(screen, was);
    (hold.top, hold.skip) = (moved, 0);
    let bottom = last_in_sight(screen, &hold).unwrap_or(moved);
    hold.cursor = was.clamp(moved, bottom);
    hold_at(screen, hold);
}

fn last_in_sight(screen: &Screen, hold: &Hold) -> Option<Spot> {
    let height = screen.view.reader.height();
    let mut used = 0;
    let mut last = None;
    for item in list(screen).below(hold.top, height) {
        used += rows(&screen.reader, &screen.view.reader, &item);
        if used > height {
            break;
        }
        last = Some(item.spot);
    }
    last
}

/// What is drawn: the items from the top on, and how many rows of the first are above the screen.
pub(crate) fn window<'a>(
    list: &List<'a>,
    reader: &Reader,
    drawn: &Drawn,
) -> (Vec<Item<'a>>, usize) {
    let Some(newest) = list.newest() else {
        return (Vec::new(), 0);
    };
    let height = drawn.height();
    let (end_top, end_skip) = ending_with(list, reader, drawn, newest.spot);
    let (top, skip) = match reader.hold {
        Some(hold) if hold.top <= end_top => (hold.top, hold.skip),
        _ => (end_top, end_skip),
    };
    let items = list.below(top, height + 1);
    let skip = if items.first().is_some_and(|item| item.spot == top) {
        skip
    } else {
        0
    };
    (items, skip)
}

/// Keeps the lines that are on the screen while it is held.
pub(crate) fn freeze(screen: &mut Screen) {
    if screen.reader.hold.is_none() {
        screen.reader.frozen.clear();
        return;
    }
    let list = list(screen);
    let (items, _) = window(&list, &screen.reader, &screen.view.reader);
    let frozen = screen.reader.frozen.of(list.workers(), &items);
    screen.reader.frozen = frozen;
}

/// Forgets what belongs to the list as it was, when others' lines are shown.
pub(crate) fn reset(reader: &mut Reader) {
    reader.follow();
    reader.column = 0;
    if let Some(writing) = &mut reader.writing {
        writing.page = None;
    }
}
