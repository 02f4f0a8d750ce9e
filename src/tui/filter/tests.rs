//! The language of filters.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use crate::model::{Direction, Envelope, Incarnation, JobId, PoolName, WallTime, WorkerId};
use crate::tui::filter::{FORMS, Filter, Subject};
use crate::wire::Message;

fn filter(text: &str) -> Filter {
    let mut filter = Filter::default();
    filter.add(text);
    filter
}

fn worker() -> WorkerId {
    WorkerId::new(PoolName::new("resize").unwrap(), 2)
}

fn reply(json: &str) -> Envelope {
    Envelope {
        at: WallTime(0),
        incarnation: Incarnation(1),
        order: 1,
        seq: 2,
        direction: Direction::In,
        message: Message::from_frame(Bytes::from(json.to_owned())).unwrap(),
        bytes: 20_000,
        latency: Some(Duration::from_millis(150)),
        answers: Some(1),
        job: Some(JobId::new(WallTime(0), [7; 10])),
        handle: None,
        internal: false,
    }
}

fn admits(text: &str, json: &str) -> bool {
    let filter = filter(text);
    assert_eq!(filter.trouble(), None, "{text}");
    filter.admits_subject(&Subject::message(&worker(), &reply(json)))
}

#[test]
fn case_matters_once_there_is_a_capital() {
    let mut filter = Filter::default();
    assert!(filter.admits(b""));
    filter.add("err\n");
    assert!(filter.admits(b"an Error") && !filter.admits(b"er"));
    filter.add("O");
    assert!(filter.admits(b"errO") && !filter.admits(b"error"));
    filter.shorten();
    assert_eq!(filter.text(), "err");
}

#[test]
fn values_are_tested_where_a_pointer_says() {
    let json = r#"{"type":"image","ms":120.5,"ok":true,"n":null,"size":{"w":[1,2]},"at":"2026-05","id":"7","ü":"é\n"}"#;
    for text in [
        "/type",
        "/type = image",
        "/type=image",
        "/type == \"image\"",
        "/ms > 100",
        "/ms >= 120.5",
        "/ms < 1e3",
        "/ms != 100",
        "/ok = true",
        "/n = null",
        "/size/w/1 = 2",
        "/size = { \"w\": [1.0, 2] }",
        "/at > 2026-01",
        "/id = 7",
        "/id = \"7\"",
        "/missing != 1",
        "/ü = \"é\\n\"",
        "!/missing",
    ] {
        assert!(admits(text, json), "{text}");
    }
    for text in [
        "/missing",
        "/type = images",
        "/type > 5",
        "/ms > 120.5",
        "/ms = \"120.5\"",
        "/ok = \"true\"",
        "/ok > 1",
        "/missing < 1",
        "/size/w/2",
        "/type != image",
        "! /type",
    ] {
        assert!(!admits(text, json), "{text}");
    }
}

#[test]
fn what_a_message_has_beside_its_json_is_tested_by_name() {
    for (text, wanted) in [
        ("latency > 100ms", true),
        ("latency > 0.2s", false),
        ("latency<=150", true),
        ("size > 10kB", true),
        ("size > 20K", false),
        ("dir = in", true),
        ("dir = out", false),
        ("dir != out", true),
        ("worker = resize/2", true),
        ("worker = resize", true),
        ("worker = resize/*", true),
        ("worker = resize/22", false),
        ("worker != fetch", true),
        ("kind = reply", true),
        ("kind = bad", false),
        ("kind = job", true),
        ("job = zz", false),
        ("latency", false),
        ("a=b", false),
        ("ok && kind = reply", true),
        ("ok && /ok = false", false),
        ("!ok", false),
        ("true && !false", true),
        ("/O[KX]/", false),
        ("/o[kx]/", true),
        ("/\\Sk/", true),
        ("/ok\":true/", true),
    ] {
        assert_eq!(admits(text, "{\"ok\":true}"), wanted, "{text}");
    }
}

#[test]
fn lines_of_json_can_be_tested_too_and_other_lines_have_no_values() {
    let filter = filter("/level = warn");

    assert!(filter.admits(b" {\"level\":\"warn\"}"));
    assert!(
        !filter.admits(b"level warn") && !filter.admits(b"{\"level") && !filter.admits(b"{\xff")
    );
}

#[test]
fn what_is_no_filter_yet_says_why_and_leaves_the_last_one_in_force() {
    for (text, why) in [
        ("/type =", "follows"),
        ("/ok~2 = 1", "~"),
        ("/(/", "no pattern"),
        ("/a{1000}{1000}{1000}/", "no pattern"),
        ("/", "key"),
        ("//", "slashes"),
        ("latency > fast", "100ms"),
        ("size > x", "10kB"),
        ("dir > in", "only ="),
        ("dir = up", "worker"),
        ("kind = x", "bad"),
        ("worker =", "name"),
        ("ok &&", "&&"),
        ("!", "left out"),
    ] {
        let filter = filter(text);
        let trouble = filter.trouble().unwrap_or_default().to_owned();
        assert!(trouble.contains(why), "{text}: {trouble}");
    }
    let mut filter = filter("kind = bad");
    filter.shorten();
    assert!(filter.trouble().is_some());
    assert_eq!(
        (filter.text(), filter.in_force()),
        ("kind = ba", "kind = bad")
    );
    assert!(!filter.admits(b"ba"));
}

#[test]
fn the_forms_that_are_shown_are_filters() {
    for (form, _) in FORMS {
        assert_eq!(filter(form).trouble(), None, "{form}");
    }
}

proptest! {
    #[test]
    fn nothing_that_is_typed_breaks_it(text in "[/!=<>& a-c0-9.\"{}\\[\\]\\\\~(|)*+?µé日-]{0,24}", line: Vec<u8>) {
        let filter = filter(&text);
        filter.admits(&line);
        filter.admits_subject(&Subject::message(&worker(), &reply("{\"a\":[1,{\"b\":\"c\\\\\"}]}")));
        prop_assert!(filter.trouble().is_none() || filter.in_force() != filter.text());
    }

    #[test]
    fn no_field_with_any_value_breaks_it(
        name in "latency|size|dir|worker|job|kind|/a|/a/0",
        sign in "=|!=|<|<=|>|>=|==",
        value in ".{0,12}",
    ) {
        let filter = filter(&format!("{name} {sign} {value}"));
        filter.admits_subject(&Subject::message(&worker(), &reply("{\"a\":[1,-2.5e300]}")));
    }
}
