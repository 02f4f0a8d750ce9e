//! What is listed while traffic goes on.

use crossterm::event::{KeyCode, KeyEvent};

use crate::model::Direction;
use crate::tui::fixture::{Fixture, worker};
use crate::tui::inspector::tests::fixture::{chosen, inspector, listed, one};
use crate::tui::update::Msg;

/// More than a history keeps.
const FLOOD: usize = 10_100;

#[test]
fn a_filter_lists_what_it_lets_through_as_it_is_typed() {
    let mut fixture = inspector();
    assert_eq!(listed(&fixture).len(), 7);
    fixture.press("/kind = bad");
    assert_eq!(listed(&fixture), [""]);
    fixture.press("\n");
    fixture.message(&one(), Direction::In, "1", None);
    fixture.fault(&one());
    fixture.draw(80, 24);
    assert_eq!(listed(&fixture).len(), 2);
    fixture.press("\u{1b}");
    assert_eq!(listed(&fixture).len(), 9);
}

#[test]
fn while_a_filter_is_wrong_the_last_one_stays_in_force() {
    let mut fixture = inspector();
    fixture.press("//ok");
    assert_eq!(listed(&fixture).len(), 3);
    fixture.press(" = ");
    assert_eq!(listed(&fixture).len(), 3);
    fixture.press("true");
    assert_eq!(listed(&fixture).len(), 2);
}

#[test]
fn of_a_message_that_the_filter_hides_its_neighbour_is_chosen() {
    let mut fixture = inspector();
    fixture.press("g/dog\n");
    assert_eq!(chosen(&fixture), r#"{"path":"dog.jpg","w":320}"#);
}

#[test]
fn what_is_chosen_is_not_forgotten_while_a_filter_hides_it_for_a_moment() {
    let mut fixture = inspector();
    fixture.press("↑↑↑");
    let before = chosen(&fixture).to_owned();
    fixture.press("/kind = bad && zzz");
    assert!(fixture.screen.inspector.opened().is_none());
    for _ in 0..20 {
        fixture.send(Msg::Key(KeyEvent::from(KeyCode::Backspace)));
    }
    assert_eq!(chosen(&fixture), before);
}

#[test]
fn messages_of_several_workers_stand_in_the_order_in_which_they_came() {
    let mut fixture = inspector();
    fixture.press("a");
    for number in [2, 1, 4, 3, 1] {
        let id = worker("resize", number);
        fixture.message(&id, Direction::In, &number.to_string(), None);
    }
    fixture.draw(80, 24);
    let all = listed(&fixture);
    assert_eq!(all[all.len() - 5..], ["2", "1", "4", "3", "1"]);
}

#[test]
fn what_is_paused_stays_whatever_comes() {
    let mut fixture = inspector();
    fixture.press(" ");
    let before = listed(&fixture);
    let scope = fixture.screen.scope();
    for number in 0..FLOOD {
        fixture.message(&one(), Direction::In, &number.to_string(), None);
    }
    fixture.draw(80, 24);
    assert_eq!(listed(&fixture), before);
    let paused = fixture
        .screen
        .inspector
        .paused(&fixture.screen.board, &scope);
    assert_eq!(paused, Some(FLOOD as u64));
    fixture.press("gp");
    assert_eq!(chosen(&fixture), r#"{"ok":true,"bytes":18233}"#);

    fixture.press(" f");
    assert_eq!(chosen(&fixture), (FLOOD - 1).to_string());
    assert_eq!(listed(&fixture).len(), 10_000);
}

#[test]
fn what_is_looked_at_stays_when_the_history_lets_it_go() {
    let mut fixture = inspector();
    fixture.press("↑");
    for number in 0..FLOOD {
        fixture.message(&one(), Direction::In, &number.to_string(), None);
        if number % 1_000 == 0 {
            fixture.draw(80, 24);
        }
    }
    assert!(fixture.draw(80, 24).contains("no longer kept"));
    assert_eq!(chosen(&fixture), r#"{"path":"eel.jpg"}"#);
    let all = listed(&fixture);
    assert_eq!((all.len(), all[0].as_str()), (10_000, "100"));
    fixture.press("↓");
    assert_eq!(chosen(&fixture), "101");
}

#[test]
fn rows_stay_where_they_are_while_others_come() {
    let mut fixture = inspector();
    for number in 0..100 {
        fixture.message(&one(), Direction::In, &number.to_string(), None);
    }
    fixture.draw(80, 24);
    fixture.press("↑↑");
    let first = |text: &str| text.lines().nth(2).unwrap().to_owned();
    let before = first(&fixture.draw(80, 24));
    for number in 100..200 {
        fixture.message(&one(), Direction::In, &number.to_string(), None);
    }
    assert_eq!(first(&fixture.draw(80, 24)), before);
}

#[test]
fn a_request_counts_as_answered_once_its_reply_came() {
    let mut fixture = inspector();
    fixture.message(&one(), Direction::Out, r#"{"n":1}"#, None);
    let text = fixture.draw(80, 24);
    let row = |text: &str| {
        text.lines()
            .find(|line| line.contains(r#"{"n":1}"#))
            .unwrap()
            .to_owned()
    };
    assert!(
        row(&text).contains("→") && text.contains("no reply yet"),
        "{text}"
    );
    fixture.press("/n\n");
    fixture.message(&one(), Direction::In, "2", Some(5));
    let text = fixture.draw(80, 24);
    assert!(
        row(&text).contains("↔") && text.contains("in 5.0ms"),
        "{text}"
    );
}

#[test]
fn the_slowest_are_looked_for_anew_when_the_filter_changes() {
    let mut fixture = inspector();
    fixture.press("S//ok = true\n");
    assert_eq!(fixture.screen.inspector.len(), 2);
    fixture.press("\u{1b}");
    assert_eq!(fixture.screen.inspector.len(), 3);
}

#[test]
fn another_board_is_listed_from_its_beginning() {
    let mut fixture = inspector();
    fixture.press("a");
    let mut other = Fixture::new(&[("resize", 2)]);
    other.message(&one(), Direction::In, "1", None);
    fixture.send(Msg::Snapshot(Box::new(other.screen.board)));
    fixture.draw(80, 24);
    assert_eq!(listed(&fixture), ["1"]);
}

#[test]
fn the_decks_pane_lists_what_its_filter_lets_through() {
    let mut fixture = inspector();
    fixture.press("1\t//ok\n");
    let shown = |text: &str| text.matches("\"ok\":").count();
    assert_eq!(shown(&fixture.draw(120, 40)), 3);
    fixture.message(&one(), Direction::In, r#"{"ok":1}"#, None);
    fixture.message(&one(), Direction::In, "2", None);
    assert_eq!(shown(&fixture.draw(120, 40)), 4);
    fixture.press("↑↑");
    let text = fixture.draw(120, 40);
    assert_eq!(shown(&text), 4);
    assert!(
        text.contains("▌12:04:31.119 ← {\"ok\":true,\"bytes\":20110}"),
        "{text}"
    );
}

#[test]
fn where_the_filter_hides_everything_the_slowest_say_so_too() {
    let mut fixture = inspector();
    fixture.press("/qqq\n");
    for _ in 0..3 {
        let text = fixture.draw(80, 24);
        let wanted = "Nothing passes the filter · Esc shows all";
        assert!(text.contains(wanted), "{text}");
        fixture.press("S");
    }
    fixture.press("\u{1b}S");
    assert!(!fixture.draw(80, 24).contains("Nothing passes"));
}
