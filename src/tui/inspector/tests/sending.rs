//! What leaves the view.

use serde_json::Value;

use crate::model::{Address, Command, Direction};
use crate::tui::inspector::tests::fixture::{chosen, inspector, one};
use crate::tui::tests::issued;
use crate::tui::update::Request;
use crate::wire::Message;

fn send(json: &str) -> Request {
    Request::Issue(Command::Send {
        to: Address::Worker(one()),
        message: Message::parse(json).unwrap(),
        wait: None,
    })
}

#[test]
fn a_message_is_sent_again_and_of_a_reply_its_request() {
    let mut fixture = inspector();
    assert_eq!(fixture.press("."), [send(r#"{"path":"eel.jpg"}"#)]);
    assert!(fixture.screen.toasts[0].text.contains("resize/1"));
    fixture.press("↑");
    assert_eq!(fixture.press("."), [send(r#"{"path":"eel.jpg"}"#)]);
    assert!(
        fixture.screen.inspector.follows(),
        "its reply is to be seen"
    );
}

#[test]
fn what_nobody_sent_is_not_sent_again() {
    let mut fixture = inspector();
    fixture.message(&one(), Direction::In, "1", None);
    fixture.draw(120, 40);
    assert_eq!(fixture.press("."), []);
    assert!(fixture.screen.toasts[0].text.contains("e writes to it"));
    fixture.fault(&one());
    fixture.draw(120, 40);
    assert_eq!(fixture.press(".e"), []);
    assert!(fixture.screen.toasts[1].text.contains("was no message"));
    assert!(!fixture.screen.composer.is_open());
}

#[test]
fn a_copy_is_edited_and_sent_to_the_same_worker() {
    let mut fixture = inspector();
    fixture.press("Se");
    assert_eq!(fixture.screen.composer.text(), r#"{"path":"eel.jpg"}"#);
    let requests = fixture.press(" \n");
    let sent = issued(requests).into_iter().map(Request::Issue).next();
    assert_eq!(sent, Some(send(r#"{"path":"eel.jpg"}"#)));
    assert!(fixture.screen.inspector.follows());
    let long = format!("[\"{}\"]", "x".repeat(70_000));
    fixture.message(&one(), Direction::Out, &long, None);
    fixture.draw(120, 40);
    fixture.press("e");
    assert!(!fixture.screen.composer.is_open());
}

#[test]
fn the_message_is_copied_or_what_is_chosen_in_its_tree() {
    let mut fixture = inspector();
    let copy = |text: &str, what: &str| {
        [Request::Copy {
            text: text.to_owned(),
            what: what.to_owned(),
        }]
    };
    let reply = r#"{"ok":false}"#;
    assert_eq!(fixture.press("y"), copy(reply, "message from resize/1"));
    assert_eq!(fixture.press("\ty"), copy(reply, "message from resize/1"));
    assert_eq!(fixture.press("↓y"), copy("false", "/ok of resize/1"));
    fixture.press("\u{1b}f");
    fixture.fault(&one());
    fixture.draw(120, 40);
    let bytes = "68 65 6c 6c 6f 1b 5b 32 4a 20 77 6f";
    assert_eq!(fixture.press("y"), copy(bytes, "bytes from resize/1"));
}

#[test]
fn what_is_listed_is_written_as_lines_of_json() {
    let mut fixture = inspector();
    let Request::Save { what, ending, text } = fixture.press("w").remove(0) else {
        panic!("nothing is written");
    };
    assert_eq!((what, ending), ("messages", "jsonl"));
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[0]["worker"], "resize/1");
    assert_eq!(lines[0]["direction"], "out");
    assert_eq!(lines[0]["message"]["path"], "cat.jpg");
    assert_eq!(lines[1]["latency_ms"], 17.0);
    assert_eq!(lines[1]["at"], "2026-01-31T12:00:31.051Z");
    assert_eq!(
        (&lines[4]["bad"], &lines[4]["bytes"]),
        (&"invalid".into(), &12.into())
    );

    fixture.press("/zzz\n");
    assert_eq!(fixture.press("w"), []);
    assert!(fixture.screen.toasts[0].text.contains("nothing to write"));
}

#[test]
fn nothing_is_chosen_where_there_is_nothing() {
    let mut fixture = inspector();
    fixture.press("]");
    fixture.draw(80, 24);
    assert!(fixture.screen.inspector.opened().is_none());
    assert_eq!(fixture.press(".eypSSStx\t\n←→↑↓gG w "), []);
    fixture.press("[");
    assert_eq!(chosen(&fixture), r#"{"ok":false}"#);
}
