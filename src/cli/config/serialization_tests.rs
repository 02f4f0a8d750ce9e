use super::*;
use crate::cli::config::tests::{complaints, read, with};

#[test]
fn advanced_serialization_is_taken() {
    let pool = read(&with("serialization = \"advanced\""))
        .unwrap()
        .pools
        .remove(0);
    assert_eq!(pool.serialization, Serialization::Advanced);
    let pool = read(&with("serialization = \"json\""))
        .unwrap()
        .pools
        .remove(0);
    assert_eq!(pool.serialization, Serialization::Json);
}

#[test]
fn who_cannot_have_it_is_told_what_to_do() {
    let text = "[pools.a]\ncommand = [\"bun\", \"w.js\"]\nserialization = \"advanced\"";
    let said = complaints(text);
    let bun = "f:3:1: `serialization = \"advanced\"`: bun has another format under this name, which only bun reads";
    assert_eq!(said[0], bun);

    let said = complaints(&with("channel = \"stdio\"\nserialization = \"advanced\""));
    let stdio =
        "f:4:1: `serialization = \"advanced\"`: needs the channel fork, and this one is stdio";
    assert_eq!(said[0], stdio);
}

#[test]
fn a_stop_message_is_one_that_can_be_written() {
    let stop = "serialization = \"advanced\"\nstop = { message = { \"$set\" = [1] } }";
    assert!(read(&with(stop)).is_ok());

    let said = complaints(&with(&stop.replace("$set", "$sit")));
    assert_eq!(
        said[0],
        "f:4:10: `message` cannot be written in advanced serialization"
    );
}
