//! What keys and the mouse do in the off-load view, by value.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::{Address, Command, PoolName, Signal};
use crate::tui::fixture::{Fixture, pool, worker};
use crate::tui::offload::fixture::{drawing, half_done, look, shown};
use crate::tui::offload::{Mode, Order, Studio};
use crate::tui::place::Place;
use crate::tui::update::{Msg, Request};

/// The orders that keys come to.
fn orders(fixture: &mut Fixture, keys: &str) -> Vec<Order> {
    let requests = fixture.press(keys).into_iter();
    let orders = requests.filter_map(|request| match request {
        Request::Paint(order) => Some(order),
        _ => None,
    });
    orders.collect()
}

/// A picture at work on a screen of 120 by 40; what was ordered of it is done.
fn at_work() -> (Fixture, Studio) {
    let (mut fixture, studio) = drawing();
    half_done(&mut fixture, &studio, (120, 40));
    drop(fixture.press("?\u{1b}"));
    (fixture, studio)
}

#[test]
fn only_a_deck_that_draws_has_the_view() {
    let mut fixture = Fixture::busy();
    fixture.press("5");
    assert_eq!(fixture.screen.place, Place::Deck);

    let (mut fixture, _) = drawing();
    fixture.press("1");
    assert_eq!(fixture.screen.place, Place::Deck);
    fixture.press("5");
    assert_eq!(fixture.screen.place, Place::OffLoad);
}

#[test]
fn the_picture_is_ordered_as_large_as_there_is_room_for_once() {
    let (mut fixture, studio) = drawing();
    drop(fixture.draw(120, 40));
    let room = fixture.screen.view.picture;

    assert_eq!(orders(&mut fixture, "?"), [Order::Size(room)]);
    assert_eq!(orders(&mut fixture, "\u{1b}"), []);
    studio.order(Order::Size(room));
    look(&mut fixture, &studio);
    drop(fixture.draw(80, 24));
    let smaller = fixture.screen.view.picture;
    assert_ne!(smaller, room);
    assert_eq!(orders(&mut fixture, "?"), [Order::Size(smaller)]);
}

#[test]
fn keys_move_and_switch_the_picture() {
    let (mut fixture, _studio) = at_work();

    assert_eq!(
        orders(&mut fixture, "←→↑↓[]0 o"),
        [
            Order::Move((-1, 0)),
            Order::Move((1, 0)),
            Order::Move((0, -1)),
            Order::Move((0, 1)),
            Order::Farther,
            Order::Nearer,
            Order::Whole,
            Order::Tour,
            Order::Switch,
        ]
    );
}

#[test]
fn the_wheel_goes_nearer_and_a_click_brings_a_place_to_the_middle() {
    let (mut fixture, _studio) = at_work();
    let area = fixture.screen.view.canvas;
    let side = shown(&fixture).side();
    let mut mouse = |kind, column, row| {
        fixture.send(Msg::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }))
    };
    let middle = (area.x + area.width / 2, area.y + area.height / 2);
    let click = MouseEventKind::Down(MouseButton::Left);

    let nearer = mouse(MouseEventKind::ScrollUp, middle.0, middle.1);
    let moved = mouse(click, middle.0 + side, middle.1 - side);
    let outside = mouse(click, area.right() + 5, 5);

    assert_eq!(nearer, [Request::Paint(Order::Nearer)]);
    assert_eq!(moved, [Request::Paint(Order::Move((1, -2)))]);
    assert_eq!(outside, []);
}

#[test]
fn the_worker_that_computes_is_killed_from_outside() {
    let (mut fixture, _studio) = at_work();

    let requests = fixture.press("x");

    let kill = Command::Signal {
        to: Address::Worker(worker("rust", 1)),
        signal: Signal::KILL,
    };
    assert_eq!(requests, [Request::Issue(kill)]);
    assert!(fixture.draw(120, 40).contains("rust/1 gets SIGKILL"));
}

#[test]
fn inside_the_parent_there_is_nobody_to_kill() {
    let (mut fixture, studio) = drawing();
    studio.order(Order::Switch);
    look(&mut fixture, &studio);
    assert_eq!(shown(&fixture).mode(), Mode::Inside);

    assert_eq!(fixture.press("x"), []);
    assert!(fixture.draw(120, 40).contains("no worker to kill"));
}

#[test]
fn pools_grow_and_shrink_in_turn_down_to_one_worker() {
    let (mut fixture, _studio) = at_work();
    let mut sizes = |keys: &str| -> Vec<(PoolName, u32)> {
        let requests = fixture.press(keys).into_iter();
        let scaled = requests.filter_map(|request| match request {
            Request::Issue(Command::Scale { pool, instances }) => Some((pool, instances)),
            _ => None,
        });
        scaled.collect()
    };

    assert_eq!(sizes("++"), [(pool("rust"), 3), (pool("node"), 3)]);
    assert_eq!(
        sizes("-------"),
        [
            (pool("node"), 2),
            (pool("rust"), 2),
            (pool("node"), 1),
            (pool("rust"), 1),
            (pool("node"), 0),
        ]
    );
}

#[test]
fn what_keeps_still_says_so_to_the_painter_once() {
    let (mut fixture, _studio) = at_work();
    fixture.screen.offload.is_still = true;

    assert_eq!(orders(&mut fixture, "?"), [Order::Still]);
    assert_eq!(orders(&mut fixture, "\u{1b}"), []);
    assert_eq!(fixture.screen.offload.step_at(), None);
}

#[test]
fn a_size_from_the_palette_is_where_the_keys_go_on() {
    let (mut fixture, _studio) = at_work();
    fixture.press(":scale rust 7\n");
    assert_eq!(fixture.screen.size_of(&pool("rust")), 7);
    assert_eq!(fixture.screen.scalings, 1);

    fixture.press("-");

    assert_eq!(fixture.screen.size_of(&pool("rust")), 6);
    assert_eq!(fixture.screen.scalings, 2);
}

#[test]
fn escape_leaves_the_filter_of_the_hidden_deck_alone() {
    let (mut fixture, _studio) = at_work();
    fixture.screen.table.filter.add("rust");

    fixture.press("\u{1b}");

    assert_eq!(fixture.screen.place, Place::Deck);
    assert!(!fixture.screen.table.filter.is_empty());
    fixture.press("\u{1b}");
    assert!(fixture.screen.table.filter.is_empty());
}
