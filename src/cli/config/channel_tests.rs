use super::*;
use crate::cli::config::tests::{complaints, read, with};

fn kind(line: &str) -> ChannelKind {
    read(&with(line)).unwrap().pools.remove(0).channel
}

#[test]
fn each_kind_of_channel_is_understood() {
    assert_eq!(kind(""), ChannelKind::Fork);
    assert_eq!(kind("channel = \"fork\""), ChannelKind::Fork);
    assert_eq!(kind("channel = \"stdio\""), ChannelKind::Stdio);
    assert_eq!(kind("channel = \"none\""), ChannelKind::None);
}

#[test]
fn a_filter_is_told_to_write_at_once_unless_its_env_says_otherwise() {
    let pool = |lines: &str| read(&with(lines)).unwrap().pools.remove(0);

    let plain = pool("channel = \"stdio\"").env;
    let set = pool("channel = \"stdio\"\nenv = { PYTHONUNBUFFERED = \"\" }").env;

    assert_eq!(plain, [("PYTHONUNBUFFERED".into(), "1".into())]);
    // The last one counts.
    assert_eq!(set.last(), Some(&("PYTHONUNBUFFERED".into(), "".into())));
}

#[test]
fn without_a_channel_nothing_is_said_of_messages_and_jobs() {
    let text = with("channel = \"none\"\nretries = 2\nstop = { message = 1, grace = \"1s\" }");

    let said = complaints(&text);

    let needs = "needs a channel, and with `channel = \"none\"` there is none";
    let help =
        |key| format!("? remove `{key}`, or use `channel = \"fork\"` or `channel = \"stdio\"`");
    let wanted = [
        format!("f:4:1: `retries` {needs}"),
        help("retries"),
        format!("f:5:10: `message` {needs}"),
        help("message"),
    ];
    assert_eq!(said, wanted);
}

#[test]
fn a_pool_without_a_channel_is_on_no_route() {
    let text = "[pools.a]\ncommand = [\"a\"]\nchannel = \"none\"\n[pools.b]\ncommand = [\"b\"]\n\
                [[routes]]\nfrom = \"b\"\nto = \"a\"\n";

    let said = complaints(text);

    let wanted = [
        "f:8:6: `to` names a pool without a channel: \"a\"",
        "? it has `channel = \"none\"`, so it neither sends nor takes messages",
    ];
    assert_eq!(said, wanted);
}
