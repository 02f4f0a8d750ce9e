//! Borders that are dragged, keys that are clicked, rows that are opened.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::tui::fixture::{Fixture, worker};
use crate::tui::keymap::{Keymap, parse};
use crate::tui::screen::Overlay;
use crate::tui::update::Msg;

const LEFT: MouseButton = MouseButton::Left;

fn at(fixture: &mut Fixture, kind: MouseEventKind, (column, row): (u16, u16)) {
    fixture.send(Msg::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
}

fn dragged(fixture: &mut Fixture, from: (u16, u16), to: (u16, u16)) {
    at(fixture, MouseEventKind::Down(LEFT), from);
    at(fixture, MouseEventKind::Drag(LEFT), to);
    at(fixture, MouseEventKind::Up(LEFT), to);
    // Nothing is held any more.
    at(fixture, MouseEventKind::Drag(LEFT), from);
}

fn areas(fixture: &mut Fixture) -> (Rect, Rect, Rect) {
    fixture.draw(120, 40);
    panes(&fixture.screen).unwrap()
}

#[test]
fn a_dragged_border_stays_where_it_was_let_go() {
    let mut fixture = Fixture::busy();
    let (table, messages, _) = areas(&mut fixture);
    let border = (30, table.bottom() - 1);
    dragged(&mut fixture, border, (30, 19));
    let (table, _, _) = areas(&mut fixture);
    assert!((18..=20).contains(&table.bottom()), "{table:?}");

    let border = (messages.right(), table.bottom() + 3);
    dragged(&mut fixture, border, (30, table.bottom() + 3));
    let (_, messages, logs) = areas(&mut fixture);
    assert!((29..=31).contains(&messages.right()) && logs.x == messages.right());
    dragged(&mut fixture, (messages.right(), 30), (0, 30));
    let (_, messages, _) = areas(&mut fixture);
    assert_eq!(messages.width, 20);
}

#[test]
fn keys_move_borders_too() {
    let mut fixture = Fixture::busy();
    let (before, messages, _) = areas(&mut fixture);
    for code in [KeyCode::Down, KeyCode::Down, KeyCode::Right] {
        fixture.send(Msg::Key(KeyEvent::new(code, KeyModifiers::CONTROL)));
    }
    let (after, wider, _) = areas(&mut fixture);
    assert!(after.height > before.height && wider.width > messages.width);
}

#[test]
fn a_double_click_opens_what_it_hits() {
    let mut fixture = Fixture::busy();
    fixture.draw(120, 40);
    let down = MouseEventKind::Down(LEFT);
    at(&mut fixture, down, (10, 5));
    at(&mut fixture, down, (10, 6));
    assert!(fixture.screen.overlays.is_empty());
    at(&mut fixture, down, (10, 6));
    let id = worker("resize", 3);
    assert_eq!(fixture.screen.overlays, [Overlay::Worker { id, top: 0 }]);
}

#[test]
fn two_slow_clicks_open_nothing() {
    let mut fixture = Fixture::busy();
    fixture.draw(120, 40);
    at(&mut fixture, MouseEventKind::Down(LEFT), (10, 6));
    fixture.send(Msg::Tick(crate::tui::fixture::at(500)));
    at(&mut fixture, MouseEventKind::Down(LEFT), (10, 6));
    assert!(fixture.screen.overlays.is_empty());
}

#[test]
fn a_click_on_a_key_of_the_footer_presses_it() {
    let mut fixture = Fixture::busy();
    let click = |fixture: &mut Fixture, word: &str| {
        let text = fixture.draw(120, 40);
        let footer = text.lines().last().unwrap();
        let column = footer.find(word).unwrap();
        let column = u16::try_from(footer[..column].chars().count()).unwrap();
        at(fixture, MouseEventKind::Down(LEFT), (column, 39));
    };
    click(&mut fixture, "? help");
    assert!(matches!(
        fixture.screen.overlays.last(),
        Some(Overlay::Help { .. })
    ));
    click(&mut fixture, "Esc close");
    assert!(fixture.screen.overlays.is_empty());
    click(&mut fixture, "message");
    assert!(fixture.screen.composer.is_open());
    click(&mut fixture, "Ctrl-L load");
    assert!(fixture.screen.composer.plan().is_some());
}

#[test]
fn a_click_on_a_key_that_the_config_gave_presses_it() {
    let mut fixture = Fixture::busy();
    let wanted = parse("F7").into_iter().collect();
    fixture.screen.keymap = Keymap::with(&[(Action::Message, wanted)]);
    let text = fixture.draw(120, 40);
    let footer = text.lines().last().unwrap();
    let column = u16::try_from(footer.find("F7 message").unwrap()).unwrap();
    at(&mut fixture, MouseEventKind::Down(LEFT), (column, 39));
    assert!(fixture.screen.composer.is_open());
}
