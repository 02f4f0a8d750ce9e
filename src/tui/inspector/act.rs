//! What keys do here.

use crate::tui::action::Action;
use crate::tui::filter::Filter;
use crate::tui::filtering;
use crate::tui::inspector::glide::glide;
use crate::tui::inspector::opened::Shape;
use crate::tui::inspector::send;
use crate::tui::inspector::slowest::Span;
use crate::tui::inspector::state::Focus;
use crate::tui::place::{self, Place};
use crate::tui::rows;
use crate::tui::screen::{Overlay, Pane, Screen};
use crate::tui::update::Request;

/// Does what a key asked for; none where it is nothing of this view's own.
pub(crate) fn act(screen: &mut Screen, action: Action) -> Option<Vec<Request>> {
    match action {
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::Top
        | Action::Bottom => glide(screen, action),
        Action::NextPane | Action::PreviousPane => turn(screen),
        Action::Open => open(screen),
        Action::Back => back(screen),
        Action::FoldNode => fold(screen),
        Action::UnfoldNode => unfold(screen),
        Action::Filter => {
            screen.inspector.focus = Focus::List;
            filtering::begin(screen);
        }
        Action::FollowMessages => screen.inspector.follow(),
        Action::PauseMessages => pause(screen),
        Action::Slowest => slowest(screen),
        Action::AsText => screen.inspector.show_as(Shape::Text),
        Action::AsBytes => screen.inspector.show_as(Shape::Bytes),
        Action::Counterpart => jump(screen),
        Action::NextWorker => turn_worker(screen, false),
        Action::PreviousWorker => turn_worker(screen, true),
        Action::EditAgain => send::edit(screen),
        Action::SendAgain => return Some(send::send(screen)),
        Action::CopyMessage => return Some(send::copy(screen)),
        Action::WriteMessages => return Some(send::save(screen)),
        // The others are the same everywhere.
        _ => return None,
    }
    Some(Vec::new())
}

/// Enters the view, at the message that was chosen on the deck.
pub(crate) fn enter(screen: &mut Screen) {
    screen.inspector.focus = Focus::List;
    if screen.focus == Pane::Messages
        && let Some(cursor) = screen.messages.cursor
    {
        screen.inspector.follow();
        screen.inspector.cursor = Some(cursor);
    }
}

/// Takes in what is new, while the view is on the screen.
pub(crate) fn settle(screen: &mut Screen) {
    if screen.place == Place::Messages {
        let sought = screen.sought(Pane::Messages);
        let inspector = &mut screen.inspector;
        inspector.settle(&screen.board, &sought, screen.now, screen.is_filtering);
        if inspector.opened().is_none() {
            inspector.focus = Focus::List;
        }
    }
}

/// A message was sent: it and its reply are to be seen.
pub(crate) fn sent(screen: &mut Screen) {
    if screen.place == Place::Messages {
        screen.inspector.follow();
        screen.inspector.focus = Focus::List;
    }
}

fn turn(screen: &mut Screen) {
    match screen.inspector.focus {
        Focus::List => enter_detail(screen),
        Focus::Detail => screen.inspector.focus = Focus::List,
    }
}

/// What is looked at must not change under the eye.
fn enter_detail(screen: &mut Screen) {
    if screen.inspector.opened().is_some() {
        screen.inspector.pin();
        screen.inspector.focus = Focus::Detail;
    }
}

/// Goes to the chosen message; there folds and unfolds, and shows a value whole.
fn open(screen: &mut Screen) {
    if screen.inspector.focus == Focus::List {
        enter_detail(screen);
        return;
    }
    if screen.inspector.shape != Shape::Tree {
        return;
    }
    let Some(opened) = screen.inspector.opened_mut() else {
        return;
    };
    if let Some((tree, text)) = opened.tree_mut()
        && !tree.toggle(text)
        && let Some((title, lines)) = send::node(opened)
    {
        screen.overlays.push(Overlay::Text {
            title,
            lines: lines.into(),
            top: 0,
        });
    }
}

/// Leaves the chosen message; in the list takes away what narrows it, one after the other; then leaves the view.
fn back(screen: &mut Screen) {
    if screen.inspector.focus == Focus::Detail {
        screen.inspector.focus = Focus::List;
    } else if !screen.messages_filter.is_empty() {
        screen.messages_filter = Filter::default();
    } else if screen.inspector.slowest().is_some() {
        screen.inspector.show_slowest(None);
    } else if screen.is_zoomed {
        screen.is_zoomed = false;
    } else {
        place::go(screen, Place::Deck);
    }
}

fn fold(screen: &mut Screen) {
    let shape = screen.inspector.shape;
    if screen.inspector.focus == Focus::List {
        return;
    }
    let folded = screen
        .inspector
        .opened_mut()
        .filter(|opened| opened.shape(shape) == Shape::Tree)
        .and_then(|opened| Some(opened.tree_mut()?.0.fold()));
    if folded != Some(true) {
        screen.inspector.focus = Focus::List;
    }
}

fn unfold(screen: &mut Screen) {
    if screen.inspector.focus == Focus::List {
        enter_detail(screen);
    } else if screen.inspector.shape == Shape::Tree
        && let Some((tree, text)) = screen
            .inspector
            .opened_mut()
            .and_then(|opened| opened.tree_mut())
    {
        tree.unfold(text);
    }
}

fn pause(screen: &mut Screen) {
    if screen.inspector.is_paused() {
        screen.inspector.go_on();
    } else {
        screen.inspector.pause(&screen.board);
    }
}

/// The slowest of the last minute, then of all, then the messages as they came.
fn slowest(screen: &mut Screen) {
    let next = match screen.inspector.slowest() {
        None => Some(Span::Minute),
        Some(Span::Minute) => Some(Span::All),
        Some(Span::All) => None,
    };
    screen.inspector.show_slowest(next);
    screen.inspector.focus = Focus::List;
}

/// Goes to the chosen message's request or reply.
pub(super) fn jump(screen: &mut Screen) {
    let Some(opened) = screen.inspector.opened() else {
        return;
    };
    let Some(order) = opened.pair.envelope().map(|pair| pair.order) else {
        screen.say("Neither a request nor a reply of it is known", false);
        return;
    };
    // Requests are not among the slowest replies.
    if screen.inspector.slowest().is_some() && screen.inspector.find(order).is_err() {
        screen.inspector.show_slowest(None);
    }
    if screen.inspector.find(order).is_ok() {
        screen.inspector.cursor = Some(order);
    } else if screen.messages_filter.is_empty() {
        screen.say("It is no longer kept", false);
    } else {
        screen.say("The filter hides it · Esc shows all", false);
    }
}

/// Shows the next row's messages of the workers table, or those of the row before.
fn turn_worker(screen: &mut Screen, is_back: bool) {
    let count = rows::count(&screen.board, &screen.table);
    let by = if is_back { count.saturating_sub(1) } else { 1 };
    let next = (screen.selected_index() + by) % count.max(1);
    screen.selected = rows::at(&screen.board, &screen.table, next);
    screen.shows_all = false;
    screen.inspector.cursor = None;
}
