use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::tests::{complaints, read, with};
use crate::model::{
    Dispatch, JobsSpec, Rate, ReplyRule, RouteForm, RouteSpec, StoreSpec, WhenFull,
};

fn jobs(line: &str) -> JobsSpec {
    read(&with(line)).unwrap().pools.remove(0).jobs
}

/// Two pools, `a` and `b`, and these routes, the first of which begins on line 5.
fn routed(routes: &str) -> String {
    format!("[pools.a]\ncommand = [\"a\"]\n[pools.b]\ncommand = [\"b\"]\n{routes}")
}

fn routes(text: &str) -> Vec<RouteSpec> {
    read(&routed(text)).unwrap().routes
}

#[test]
fn a_pool_that_says_nothing_of_jobs_has_the_documented_defaults() {
    let spec = read(&with("")).unwrap();

    assert_eq!(spec.pools[0].jobs, JobsSpec::default());
    assert_eq!(spec.pools[0].stop.drain, Duration::from_secs(30));
    assert_eq!(spec.store, StoreSpec::Memory);
    assert_eq!(spec.routes, []);
}

#[test]
fn every_key_of_jobs_is_understood() {
    let jobs = jobs(
        r#"concurrency = 16
        dispatch = "hash:/user/id"
        reply = "id:/id"
        failed_when = "/error"
        timeout = "30s"
        retries = 0
        retry_backoff = "10ms..1s"
        priority_levels = 3
        rate = "100/min"
        queue = { capacity = 7, bytes = "1kB", when_full = "block" }"#,
    );

    assert_eq!(jobs.concurrency, 16);
    assert!(matches!(&jobs.dispatch, Dispatch::Hash(at) if at.to_string() == "/user/id"));
    assert!(matches!(&jobs.reply, ReplyRule::Id(at) if at.to_string() == "/id"));
    assert_eq!(jobs.failed_when.unwrap().to_string(), "/error");
    assert_eq!(jobs.timeout, Some(Duration::from_secs(30)));
    assert_eq!(jobs.retries, 0);
    assert_eq!(jobs.retry_backoff.most, Duration::from_secs(1));
    assert_eq!(jobs.priority_levels, 3);
    let per = Duration::from_mins(1);
    assert_eq!(jobs.rate, Some(Rate { count: 100, per }));
    assert_eq!((jobs.queue.capacity, jobs.queue.bytes), (7, 1000));
    assert_eq!(jobs.queue.when_full, WhenFull::Block);
}

#[test]
fn the_plain_words_are_understood() {
    assert_eq!(
        jobs("dispatch = \"round-robin\"").dispatch,
        Dispatch::RoundRobin
    );
    assert_eq!(
        jobs("dispatch = \"least-busy\"").dispatch,
        Dispatch::LeastBusy
    );
    assert_eq!(
        jobs("reply = \"none\"\nconcurrency = 9").reply,
        ReplyRule::None
    );
    assert_eq!(jobs("reply = \"next\"").reply, ReplyRule::Next);
    let spec = read(&with("stop = { drain = \"0s\" }")).unwrap();
    assert_eq!(spec.pools[0].stop.drain, Duration::ZERO);
}

#[test]
fn a_store_is_memory_or_a_folder_beside_the_config() {
    let store = |value: &str| {
        let text = format!("[deck]\nstore = {value}\n{}", with(""));
        read(&text).map(|spec| spec.store)
    };
    let folder = |path: &str| Ok(StoreSpec::Folder(Path::new(path).to_owned()));

    assert_eq!(store("\"memory\""), Ok(StoreSpec::Memory));
    assert_eq!(store("\"jobs\""), folder("/srv/thumbs/jobs"));
    assert_eq!(store("\"./memory\""), folder("/srv/thumbs/./memory"));
    assert_eq!(store("\"/var/lib/x\""), folder("/var/lib/x"));
    let wrong = |value| store(value).unwrap_err().lines().next().unwrap().to_owned();
    assert_eq!(
        wrong("\"\""),
        "f:2:9: `store` must be \"memory\" or a folder"
    );
    assert_eq!(
        wrong("\"/dev/null\""),
        "f:2:9: `store` is not a folder: /dev/null"
    );
    assert_eq!(
        wrong("1"),
        "f:2:9: `store` must be a string, not an integer"
    );
}

#[test]
fn every_wrong_value_of_jobs_says_what_would_be_right() {
    let table = [
        (
            "concurrency = 0",
            "f:3:15: `concurrency` must be from 1 to 10000",
        ),
        (
            "concurrency = 2",
            "f:3:15: `concurrency` above 1 needs replies that name their job",
        ),
        (
            "reply = \"next\"\nconcurrency = 2",
            "f:4:15: `concurrency` above 1 needs replies that name their job",
        ),
        (
            "dispatch = \"least_busy\"",
            "f:3:12: `dispatch` must be \"least-busy\" or \"round-robin\" or \"hash:/pointer\"",
        ),
        (
            "dispatch = \"hash:user\"",
            "f:3:12: `dispatch` is no JSON pointer: a JSON pointer begins with `/`, as in `/user/id`",
        ),
        (
            "reply = \"id\"",
            "f:3:9: `reply` must be \"next\" or \"id:/pointer\" or \"none\"",
        ),
        (
            "reply = \"id:/a~b\"",
            "f:3:9: `reply` is no JSON pointer: in a JSON pointer `~` is written `~0`, and a `/` within a name `~1`",
        ),
        (
            "reply = 1",
            "f:3:9: `reply` must be a string, not an integer",
        ),
        (
            "failed_when = \"error\"",
            "f:3:15: `failed_when` is no JSON pointer: a JSON pointer begins with `/`, as in `/user/id`",
        ),
        (
            "failed_when = \"\"",
            "f:3:15: `failed_when` must not be empty: every reply would be a failure",
        ),
        (
            "timeout = \"0s\"",
            "f:3:11: `timeout` must be more than zero",
        ),
        (
            "timeout = 30",
            "f:3:11: `timeout` must be a duration such as \"30s\", not an integer",
        ),
        (
            "retries = -1",
            "f:3:11: `retries` must be from 0 to 1000000",
        ),
        (
            "retry_backoff = \"1s\"",
            "f:3:17: `retry_backoff` must be a range such as \"100ms..30s\", not \"1s\"",
        ),
        (
            "priority_levels = 101",
            "f:3:19: `priority_levels` must be from 1 to 100",
        ),
        (
            "rate = 100",
            "f:3:8: `rate` must be a rate such as \"100/s\", not an integer",
        ),
        ("rate = \"0/s\"", "f:3:8: `rate` must be more than zero"),
        (
            "rate = \"100 per s\"",
            "f:3:8: `rate` must be a rate such as \"100/s\", \"20/min\" or \"5/h\", not \"100 per s\"",
        ),
        (
            "queue = 5",
            "f:3:9: `queue` must be a table, not an integer",
        ),
        (
            "queue = { capacity = 0 }",
            "f:3:22: `capacity` must be from 1 to 10000000",
        ),
        (
            "queue = { when_full = \"wait\" }",
            "f:3:23: `when_full` must be \"reject\" or \"block\"",
        ),
        (
            "stop = { drain = \"soon\" }",
            "f:3:18: `drain` must be a duration such as \"30s\", \"100ms\" or \"10min\", not \"soon\"",
        ),
    ];
    for (line, expected) in table {
        assert_eq!(complaints(&with(line))[0], expected, "{line}");
    }
}

#[test]
fn without_replies_nothing_can_be_said_of_them() {
    let table = [
        ("failed_when = \"/error\"", "f:4:15: `failed_when`"),
        ("timeout = \"5s\"", "f:4:11: `timeout`"),
    ];
    for (line, expected) in table {
        let all = complaints(&with(&format!("reply = \"none\"\n{line}")));
        let about = "is about replies, and with `reply = \"none\"` there are none";
        assert_eq!(all[0], format!("{expected} {about}"), "{line}");
        assert!(all[1].starts_with("? remove"), "{all:?}");
    }
}

#[test]
fn unknown_keys_of_jobs_suggest_the_nearest() {
    let help = |line: &str| complaints(&with(line))[1].clone();

    assert_eq!(help("concurency = 2"), "? did you mean `concurrency`?");
    assert_eq!(
        help("queue = { capcity = 2 }"),
        "? did you mean `capacity`?"
    );
    assert_eq!(
        help("dispatch = \"least_busy\""),
        "? did you mean \"least-busy\"?"
    );
}

#[test]
fn a_route_is_read_in_the_order_of_the_file() {
    let routes = routes(
        "[[routes]]\nfrom = \"a\"\nto = \"b\"\n\
         [[routes]]\nfrom = \"b\"; to = \"a\"; as = \"job\"; back = true\nwhen = { \"/type\" = \"image\", \"/size/0\" = 5 }\n"
            .replace(';', "\n")
            .as_str(),
    );

    let ends: Vec<(&str, &str)> = routes
        .iter()
        .map(|route| (route.from.as_str(), route.to.as_str()))
        .collect();
    assert_eq!(ends, [("a", "b"), ("b", "a")]);
    assert_eq!(
        (routes[0].form, routes[0].back),
        (RouteForm::Message, false)
    );
    assert_eq!((routes[1].form, routes[1].back), (RouteForm::Job, true));
    let when: Vec<_> = routes[1]
        .when
        .iter()
        .map(|(place, value)| (place.to_string(), value.clone()))
        .collect();
    assert_eq!(
        when,
        [
            ("/type".to_owned(), json!("image")),
            ("/size/0".to_owned(), json!(5))
        ]
    );
}

#[test]
fn every_wrong_route_says_where() {
    let table = [
        ("to = \"b\"", "f:5:1: the route has no `from`"),
        ("from = \"a\"", "f:5:1: the route has no `to`"),
        (
            "from = \"a\"\nto = \"c\"",
            "f:7:6: `to` names no pool of this deck: \"c\"",
        ),
        (
            "from = 1\nto = \"b\"",
            "f:6:8: `from` must be a string, not an integer",
        ),
        (
            "from = \"a\"\nto = \"b\"\nas = \"jobs\"",
            "f:8:6: `as` must be \"message\" or \"job\"",
        ),
        (
            "from = \"a\"\nto = \"b\"\nback = \"yes\"",
            "f:8:8: `back` must be true or false, not a string",
        ),
        (
            "from = \"a\"\nto = \"b\"\nwhen = { type = 1 }",
            "f:8:10: `when` is no JSON pointer: a JSON pointer begins with `/`, as in `/user/id`",
        ),
        (
            "from = \"a\"\nto = \"b\"\nwhen = \"/type\"",
            "f:8:8: `when` must be a table of JSON pointers and values, not a string",
        ),
        (
            "from = \"a\"\nto = \"b\"\nwhen = { \"/on\" = [1, 2026-01-31] }",
            "f:8:22: `when` holds a date, which no message has: JSON knows none",
        ),
        (
            "from = \"a\"\nto = \"b\"\nforward = 1",
            "f:8:1: unknown key `forward`",
        ),
    ];
    for (route, expected) in table {
        let text = routed(&format!("[[routes]]\n{route}\n"));
        assert_eq!(complaints(&text)[0], expected, "{route}");
    }
    assert_eq!(
        complaints(&format!("routes = 1\n{}", routed("")))[0],
        "f:1:10: `routes` must be a list of tables, not an integer"
    );
    assert_eq!(
        complaints(&routed("[routes]\nfrom = \"a\"\n"))[0],
        "f:5:1: `routes` must be a list of tables, not a table"
    );
}

#[test]
fn a_round_without_a_condition_is_named() {
    let first = |text: &str| complaints(&routed(text))[0].clone();
    let there = "[[routes]]\nfrom = \"a\"\nto = \"b\"\n";
    let back = "[[routes]]\nfrom = \"b\"\nto = \"a\"\n";

    assert_eq!(
        first(&format!("{there}{back}")),
        "f:10:6: the routes b -> a -> b send every message round for ever"
    );
    assert_eq!(
        first("[[routes]]\nfrom = \"a\"\nto = \"a\"\n"),
        "f:7:6: the routes a -> a send every message round for ever"
    );
    let text = format!("{there}{back}when = {{ \"/n\" = 1 }}\n");
    assert_eq!(routes(&text).len(), 2);
    let text = format!("{there}{there}");
    assert_eq!(routes(&text).len(), 2, "two of the same are no round");
}
