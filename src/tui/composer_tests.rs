//! What a text would send, while it is typed.

use super::*;
use crate::model::{Address, PoolName};

fn typed(text: &str) -> Composer {
    let mut composer = Composer::new(vec!["1".into(), "2".into()]);
    for c in text.chars() {
        composer.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    }
    composer
}

#[test]
fn an_error_is_placed_while_typing() {
    assert!(matches!(typed("{\"a\":1}").verdict(), Verdict::Valid(_)));
    assert!(matches!(typed("{a").verdict(), Verdict::Invalid(1, 2, _)));
    assert_eq!(*typed("  ").verdict(), Verdict::Empty);
}

#[test]
fn what_is_missing_is_typed_on_after_an_early_enter() {
    let mut composer = typed("{\"ä\":");
    assert!(matches!(composer.verdict(), Verdict::Invalid(1, 6, _)));
    assert_eq!(composer.submit(), None);
    for c in "1}".chars() {
        composer.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    }
    assert_eq!(composer.submit().unwrap().as_str(), "{\"ä\":1}");
}

#[test]
fn a_word_is_sent_as_a_string_by_a_second_enter() {
    let mut composer = typed("hello");
    assert_eq!(composer.submit(), None);
    assert!(composer.is_armed());
    assert_eq!(composer.submit().unwrap().as_str(), "\"hello\"");
}

#[test]
fn typing_after_the_first_enter_disarms() {
    let mut composer = typed("hello");
    composer.submit();
    composer.key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE));
    assert_eq!(composer.submit(), None);
}

#[test]
fn ctrl_u_empties_the_line() {
    let mut composer = typed("hello");
    composer.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
    assert_eq!(*composer.verdict(), Verdict::Empty);
}

#[test]
fn history_is_walked_and_the_draft_comes_back() {
    let up = KeyEvent::new(KeyCode::Up, KeyModifiers::NONE);
    let down = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
    let mut composer = typed("3");
    let mut seen = Vec::new();
    for key in [up, up, up, down, down] {
        composer.key(key);
        seen.push(composer.text());
    }
    assert_eq!(seen, ["2", "1", "1", "2", "3"]);
}

#[test]
fn pasted_controls_do_not_reach_the_field() {
    let mut composer = typed("");
    composer.paste("\"a\x1b[2J\u{202e}\"\r\n");
    assert_eq!(composer.text(), "\"a[2J\\u202e\"\n");
}

#[test]
fn an_edited_text_is_sent_once_and_the_draft_comes_back() {
    let target = Target::Job(PoolName::new("a").unwrap());
    let mut composer = typed("");
    composer.open(target.clone());
    composer.paste("[1");
    composer.close();

    composer.edit(target.clone(), "\"a\u{202e}b\u{7f}\"");

    assert_eq!(composer.text(), "\"a\\u202eb\\u007f\"");
    composer.edit(target.clone(), "7");
    assert_eq!(composer.submit().unwrap().as_str(), "7");
    assert_eq!(composer.sent(), "7");
    assert!(!composer.is_open());
    assert_eq!(composer.text(), "[1");
    composer.edit(target, "8");
    composer.close();
    assert_eq!(composer.text(), "[1");
}

#[test]
fn messages_and_jobs_have_a_draft_each() {
    let pool = PoolName::new("a").unwrap();
    let message = || Target::Message(Address::All);
    let mut composer = typed("1");
    composer.open(message());
    composer.close();
    composer.open(Target::Job(pool.clone()));
    assert_eq!(composer.text(), "");
    composer.paste("2");
    composer.close();
    composer.open(message());
    assert_eq!(composer.text(), "1");
    composer.close();
    composer.edit(Target::Job(pool.clone()), "3");
    composer.close();
    composer.open(Target::Job(pool));
    assert_eq!(composer.text(), "2");
}
