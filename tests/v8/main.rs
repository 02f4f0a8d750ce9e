//! The structured clone of `wire::v8` judged by node itself, on a real channel. Says that it skipped where there is none.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod judge;
mod pattern;
mod value;

use forkdeck::wire::v8::{check, from_json};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::judge::Judge;
use crate::pattern::sources;
use crate::value::{render, values};

/// What a text becomes: the same for two texts that mean the same.
fn body(text: &str) -> Vec<u8> {
    let mut body = Vec::new();
    from_json(text, &mut body).unwrap_or_else(|error| panic!("{error} in {text}"));
    body
}

#[test]
fn node_reads_what_is_written_and_what_node_writes_is_read() {
    let Some(judge) = Judge::start() else {
        return;
    };
    let mut runner = TestRunner::new(Config {
        cases: 1500,
        failure_persistence: None,
        ..Config::default()
    });
    let all = runner.run(&values(), |value| {
        let (source, text) = render(&value);
        let shown = serde_json::to_string(&source).unwrap();

        let answer = judge.ask(&format!("[{shown},{text}]"));

        prop_assert!(
            answer.starts_with("[null,"),
            "{} of {} as {}",
            answer,
            source,
            text
        );
        prop_assert_eq!(
            body(&answer),
            body(&format!("[null,{text}]")),
            "{} is not {}",
            answer,
            text
        );
        Ok(())
    });
    all.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_regular_expression_is_written_if_node_can_read_it() {
    let Some(judge) = Judge::start() else {
        return;
    };
    let mut runner = TestRunner::new(Config {
        cases: 6000,
        failure_persistence: None,
        ..Config::default()
    });
    let all = runner.run(&sources(), |(source, flags)| {
        let json = serde_json::to_string(&source).unwrap();
        let asked = format!(
            "(()=>{{try{{new RegExp({json},'{flags}');return true}}catch{{return false}}}})()"
        );
        let asked = serde_json::to_string(&asked).unwrap();

        let answer = judge.ask(&format!("[{asked},true]"));

        let is_good = answer == "[null,true]";
        let is_taken = check(&format!("{{\"$regexp\":[{json},\"{flags}\"]}}")).is_ok();
        prop_assert_eq!(is_taken, is_good, "/{}/{}", source, flags);
        Ok(())
    });
    all.unwrap_or_else(|error| panic!("{error}"));
}
