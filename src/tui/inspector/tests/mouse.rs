//! The mouse.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::Direction;
use crate::tui::fixture::Fixture;
use crate::tui::inspector::Focus;
use crate::tui::inspector::tests::fixture::{chosen, inspector, one};
use crate::tui::update::Msg;

fn mouse(fixture: &mut Fixture, kind: MouseEventKind, column: u16, row: u16) {
    fixture.send(Msg::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
    fixture.draw(120, 40);
}

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

#[test]
fn a_click_selects_and_the_wheel_scrolls_what_is_under_it() {
    let mut fixture = inspector();
    mouse(&mut fixture, CLICK, 20, 3);
    assert_eq!(chosen(&fixture), r#"{"path":"cat.jpg","w":320}"#);
    mouse(&mut fixture, MouseEventKind::ScrollDown, 20, 3);
    assert_eq!(chosen(&fixture), r#"{"ok":true,"bytes":20110}"#);
    mouse(&mut fixture, CLICK, 20, 30);
    assert_eq!(chosen(&fixture), r#"{"ok":true,"bytes":20110}"#);
    let at = |fixture: &Fixture| {
        let opened = fixture.screen.inspector.opened().unwrap();
        opened.tree().unwrap().at()
    };
    mouse(&mut fixture, MouseEventKind::ScrollDown, 100, 5);
    assert_eq!(at(&fixture), 2);
    assert_eq!(fixture.screen.inspector.focus, Focus::List);
}

#[test]
fn a_click_on_a_fold_mark_folds() {
    let mut fixture = inspector();
    fixture.message(&one(), Direction::In, r#"{"a":{"b":1},"c":2}"#, None);
    fixture.draw(120, 40);
    let area = fixture.screen.view.inspector.detail;
    let rows = |fixture: &Fixture| {
        let opened = fixture.screen.inspector.opened().unwrap();
        opened.tree().unwrap().rows().len()
    };
    assert_eq!(rows(&fixture), 4);
    mouse(&mut fixture, CLICK, area.x + 20, area.y + 1);
    assert_eq!(
        (rows(&fixture), fixture.screen.inspector.focus),
        (4, Focus::Detail)
    );
    mouse(&mut fixture, CLICK, area.x + 3, area.y + 1);
    assert_eq!(rows(&fixture), 3);
    mouse(&mut fixture, CLICK, area.x + 3, area.y + 1);
    assert_eq!(rows(&fixture), 4);
}

#[test]
fn a_click_on_the_request_goes_there() {
    let mut fixture = inspector();
    let area = fixture.screen.view.inspector.pair;
    mouse(&mut fixture, CLICK, area.x + 2, area.y + 1);
    assert_eq!(chosen(&fixture), r#"{"path":"eel.jpg"}"#);
}
