use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::model::{Incarnation, Stream, WallTime};

#[test]
fn a_level_is_found_where_lines_carry_one() {
    for (line, level) in [
        ("ERROR cannot open", Level::Error),
        (
            "2026-01-31T12:00:00Z  WARN hyper::client: slow",
            Level::Warn,
        ),
        ("[warn] disk is full", Level::Warn),
        ("[2026-01-31 12:00:00] [info ] ready", Level::Info),
        ("12:00:01 debug looked up", Level::Debug),
        ("time=12:00 level=warn msg=\"slow\"", Level::Warn),
        ("level=\"error\" msg=x", Level::Error),
        ("error: no such file", Level::Error),
        ("TypeError: x is not a function", Level::Error),
        ("java.lang.IllegalStateException: no", Level::Error),
        ("(node:123) Warning: deprecated", Level::Warn),
        ("\u{1b}[31mFATAL\u{1b}[0m gone", Level::Fatal),
        ("{\"level\":30,\"msg\":\"error\"}", Level::Info),
        ("{\"time\":1,\"level\":\"warn\",\"msg\":\"x\"}", Level::Warn),
        (
            "{\"a\":{\"level\":\"info\"},\"severity\":\"ERROR\"}",
            Level::Error,
        ),
        ("{\"level\":60}", Level::Fatal),
        ("  TRACE step", Level::Trace),
    ] {
        assert_eq!(Level::of(line.as_bytes()), Some(level), "{line}");
    }
}

#[test]
fn words_that_only_look_like_one_are_no_level() {
    for line in [
        "",
        "no error here",
        "information about resize",
        "GET /info 200",
        "GET /debug: ok",
        "the warning was ignored",
        "ERRORS 0",
        "INFO_TABLE created",
        "{\"level\":3}",
        "{\"msg\":\"ERROR\"}",
        "{\"a\":{\"level\":\"warn\"}}",
        "{\"level\":",
        "wrote 18233 bytes",
    ] {
        assert_eq!(Level::of(line.as_bytes()), None, "{line}");
    }
}

#[test]
fn an_indented_line_has_the_level_of_the_line_it_belongs_to() {
    let mut lines = Ring::new(10, 10_000);
    for (order, (stream, text)) in [
        (Stream::Stderr, "TypeError: x"),
        (Stream::Stdout, "INFO beside"),
        (Stream::Stderr, "    at a.js:1"),
        (Stream::Stderr, "    at b.js:2"),
        (Stream::Stdout, "plain"),
        (Stream::Stdout, "  indented"),
    ]
    .into_iter()
    .enumerate()
    {
        lines.push(LogLine {
            at: WallTime::default(),
            incarnation: Incarnation(1),
            order: order as u64,
            stream,
            bytes: Bytes::from_static(text.as_bytes()),
            cut: 0,
        });
    }
    let levels: Vec<_> = (0..6).map(|index| Level::within(&lines, index)).collect();
    let (error, info) = (Some(Level::Error), Some(Level::Info));
    assert_eq!(levels, [error, info, error, error, None, None]);
}

proptest! {
    #[test]
    fn no_line_is_too_strange(line in prop::collection::vec(any::<u8>(), 0..300)) {
        Level::of(&line);
        Level::of(&[b"{\"level\":", line.as_slice()].concat());
    }
}
