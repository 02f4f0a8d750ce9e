//! Keys that move and that change what is shown.

use std::time::Duration;

use crate::model::Direction;
use crate::tui::fixture::{Fixture, worker};
use crate::tui::inspector::tests::fixture::{chosen, inspector, one};
use crate::tui::inspector::{Focus, Shape, Span};
use crate::tui::place::Place;
use crate::tui::rows::Scope;
use crate::tui::screen::{Overlay, Pane};
use crate::tui::update::Msg;

#[test]
fn the_newest_is_followed_until_another_one_is_chosen() {
    let mut fixture = inspector();
    assert_eq!(chosen(&fixture), r#"{"ok":false}"#);
    fixture.message(&one(), Direction::In, "1", None);
    fixture.draw(120, 40);
    assert_eq!(chosen(&fixture), "1");

    fixture.press("↑");
    fixture.message(&one(), Direction::In, "2", None);
    fixture.draw(120, 40);
    assert_eq!(chosen(&fixture), r#"{"ok":false}"#);
    assert!(!fixture.screen.inspector.follows());

    fixture.press("f");
    assert_eq!(chosen(&fixture), "2");
    fixture.press("gk");
    assert_eq!(chosen(&fixture), r#"{"path":"cat.jpg","w":320}"#);
    fixture.press("G");
    assert!(fixture.screen.inspector.follows());
}

#[test]
fn the_message_that_was_chosen_on_the_deck_stays_chosen() {
    let mut fixture = inspector();
    fixture.press("1\t↑↑↑");
    assert_eq!(fixture.screen.focus, Pane::Messages);
    fixture.press("2");
    assert_eq!(chosen(&fixture), r#"{"ok":true,"bytes":20110}"#);
    fixture.press("32");
    assert_eq!(chosen(&fixture), r#"{"ok":true,"bytes":20110}"#);
    assert_eq!(fixture.screen.place, Place::Messages);
}

#[test]
fn a_reply_leads_to_its_request_and_back() {
    let mut fixture = inspector();
    fixture.press("p");
    assert_eq!(chosen(&fixture), r#"{"path":"eel.jpg"}"#);
    fixture.press("p");
    assert_eq!(chosen(&fixture), r#"{"ok":false}"#);

    fixture.message(&one(), Direction::In, "1", None);
    fixture.press("fp");
    assert_eq!(chosen(&fixture), "1");
    assert!(fixture.screen.toasts[0].text.contains("Neither a request"));
}

#[test]
fn a_request_that_the_filter_hides_is_not_gone_to() {
    let mut fixture = inspector();
    fixture.press("//ok\n");
    fixture.press("p");
    assert_eq!(chosen(&fixture), r#"{"ok":false}"#);
    assert!(
        fixture.screen.toasts[0]
            .text
            .contains("The filter hides it")
    );
}

#[test]
fn the_slowest_replies_come_first_and_the_slowest_is_chosen() {
    let mut fixture = inspector();
    fixture.press("S");
    assert_eq!(fixture.screen.inspector.slowest(), Some(Span::Minute));
    assert_eq!(chosen(&fixture), r#"{"ok":false}"#);
    assert_eq!(fixture.screen.inspector.len(), 3);

    fixture.press("↓S");
    assert_eq!(fixture.screen.inspector.slowest(), Some(Span::All));
    assert_eq!(chosen(&fixture), r#"{"ok":false}"#);
    fixture.press("p");
    assert_eq!(chosen(&fixture), r#"{"path":"eel.jpg"}"#);
    assert_eq!(fixture.screen.inspector.slowest(), None);
    fixture.press("SSS");
    assert_eq!(fixture.screen.inspector.slowest(), None);
    fixture.press("S\u{1b}");
    assert_eq!(fixture.screen.inspector.slowest(), None);
}

#[test]
fn a_slower_reply_goes_on_top_within_a_second_unless_one_is_chosen() {
    let mut fixture = inspector();
    fixture.press("S");
    fixture.message(&one(), Direction::Out, "1", None);
    fixture.message(&one(), Direction::In, "2", Some(900));
    let mut now = fixture.screen.now;
    now.mono = now.mono + Duration::from_secs(1);
    fixture.send(Msg::Tick(now));
    fixture.draw(120, 40);
    assert_eq!(chosen(&fixture), "2");

    fixture.press("↓");
    let before = chosen(&fixture).to_owned();
    fixture.message(&one(), Direction::Out, "3", None);
    fixture.message(&one(), Direction::In, "4", Some(5_000));
    now.mono = now.mono + Duration::from_secs(1);
    fixture.send(Msg::Tick(now));
    fixture.draw(120, 40);
    assert_eq!(chosen(&fixture), before);
}

#[test]
fn a_message_is_shown_as_tree_text_or_bytes() {
    let mut fixture = inspector();
    for (key, shape) in [
        ("t", Shape::Text),
        ("x", Shape::Bytes),
        ("x", Shape::Tree),
        ("t", Shape::Text),
        ("t", Shape::Tree),
    ] {
        fixture.press(key);
        assert_eq!(fixture.screen.inspector.shape, shape);
    }
}

#[test]
fn text_and_bytes_are_scrolled_to_their_end_and_no_further() {
    let mut fixture = inspector();
    let numbers: Vec<u32> = (0..500).collect();
    let json = serde_json::to_string(&numbers).unwrap();
    fixture.message(&one(), Direction::In, &json, None);
    for shape in ["t", "x"] {
        fixture.press(shape);
        fixture.draw(120, 40);
        fixture.press("\tG");
        assert!(
            fixture
                .draw(120, 40)
                .contains(if shape == "t" { " ]" } else { "99]" })
        );
        fixture.press("↑");
        let top = fixture.screen.inspector.opened().unwrap().top;
        assert!(top > 0);
        fixture.press("g\t");
        assert_eq!(fixture.screen.inspector.opened().unwrap().top, 0);
    }
}

#[test]
fn nodes_fold_and_a_value_is_shown_whole() {
    let mut fixture = inspector();
    fixture.message(&one(), Direction::In, r#"{"a":{"b":"c\nd"}}"#, None);
    fixture.draw(120, 40);
    let rows = |fixture: &Fixture| {
        let opened = fixture.screen.inspector.opened().unwrap();
        opened.tree().unwrap().rows().len()
    };
    fixture.press("→");
    assert_eq!(fixture.screen.inspector.focus, Focus::Detail);
    assert_eq!(rows(&fixture), 3);
    fixture.press("↓←");
    assert_eq!(rows(&fixture), 2);
    fixture.press("→→");
    assert_eq!(rows(&fixture), 3);
    fixture.press("\n");
    let Some(Overlay::Text { lines, .. }) = fixture.screen.overlays.last() else {
        panic!("{:?}", fixture.screen.overlays);
    };
    assert_eq!(**lines, ["c", "d"]);
    fixture.press("\u{1b}←\n");
    assert_eq!(rows(&fixture), 2);
    fixture.press("←←");
    assert_eq!(rows(&fixture), 1);
    fixture.press("←");
    assert_eq!(fixture.screen.inspector.focus, Focus::List);
}

#[test]
fn enter_and_tab_go_into_the_message_and_escape_leaves_it() {
    let mut fixture = inspector();
    fixture.press("\n");
    assert_eq!(fixture.screen.inspector.focus, Focus::Detail);
    fixture.message(&one(), Direction::In, "1", None);
    fixture.draw(120, 40);
    assert_eq!(
        chosen(&fixture),
        r#"{"ok":false}"#,
        "it stays under the eye"
    );
    fixture.press("\u{1b}");
    assert_eq!(fixture.screen.inspector.focus, Focus::List);
    fixture.press("\t\t");
    assert_eq!(fixture.screen.inspector.focus, Focus::List);
    fixture.press("z\u{1b}");
    assert!(!fixture.screen.is_zoomed && fixture.screen.place == Place::Messages);
    fixture.press("\u{1b}");
    assert_eq!(fixture.screen.place, Place::Deck);
}

#[test]
fn the_next_workers_messages_are_a_key_away() {
    let mut fixture = inspector();
    fixture.message(&worker("resize", 2), Direction::In, "2", None);
    fixture.press("]");
    assert_eq!(fixture.screen.scope(), Scope::Worker(worker("resize", 2)));
    assert_eq!(chosen(&fixture), "2");
    fixture.press("[[");
    assert_eq!(fixture.screen.scope().title(), "resize/*");
    fixture.press("[");
    assert_eq!(fixture.screen.scope(), Scope::Worker(worker("mail", 1)));
    fixture.press("a");
    assert_eq!(fixture.screen.scope(), Scope::Deck);
    assert_eq!(chosen(&fixture), "2");
}

#[test]
fn the_slowest_of_the_selection_tell_the_key_for_everyone() {
    let mut fixture = inspector();
    let hint = "a looks at the whole deck";
    assert!(!fixture.draw(120, 40).contains(hint));
    fixture.press("S");
    let text = fixture.draw(120, 40);
    assert!(text.contains(hint), "{text}");
    fixture.press("a");
    let text = fixture.draw(120, 40);
    assert!(
        text.contains("· whole deck ·") && !text.contains(hint),
        "{text}"
    );
}
