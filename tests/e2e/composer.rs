//! What is written, what comes of it, and loads, on a real terminal with real workers.

use std::fs;

use crate::support::Screen;

fn deck(folder: &tempfile::TempDir) -> Screen {
    let config = format!(
        "
[pools.work]
command = [\"{}\", \"worker\", \"primes\"]
instances = 2
[pools.mute]
command = [\"sleep\", \"1000\"]
[[messages]]
name = \"small\"
key = \"F5\"
to = \"work\"
json = '{{\"primes_below\": {{{{rand 10 20}}}}}}'
",
        env!("CARGO_BIN_EXE_forkdeck")
    );
    fs::write(folder.path().join("forkdeck.toml"), config).unwrap();
    let screen = Screen::start(folder.path(), &["up"], (120, 40));
    screen.wait("all workers run", |text| text.contains("● 3 ready"));
    screen
}

/// Quits, also where something is still on its way.
fn leave(mut screen: Screen) {
    screen.keys("q\r");
    assert!(screen.end().success());
}

#[test]
fn an_answer_stands_with_the_message_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    screen.keys("m{\"primes_below\": 100}\r");
    screen.shows("answered by work/");
    screen.keys("\x1b");
    screen.shows("m writes to one of work");
    screen.keys("\x1b[15~");
    screen.shows("● answered by work/");
    leave(screen);
}

#[test]
fn a_refused_text_stays_to_be_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    screen.keys(":stop mute/1\r");
    screen.shows("○ stopped");
    screen.keys(":goto mute/1\r");
    screen.shows("m writes to mute/1");
    screen.keys("m[1,2,3]\r");
    screen.shows("refused by mute/1");
    screen.wait("the text is back", |text| {
        text.contains("[1,2,3]") && text.contains("✖ ")
    });
    screen.keys("\x1b");
    screen.shows("m goes on with the draft: [1,2,3]");
    leave(screen);
}

#[test]
fn a_load_is_sent_as_messages_and_as_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    screen.keys("m{\"primes_below\": {{rand 10 20}}}\x0c");
    screen.shows("Load on one of work");
    // As fast as it goes.
    screen.keys("\t\x7f\x7f\x7f\r");
    screen.shows("done: 1,000 of 1,000 · 1,000 answered");
    screen.keys("\t");
    screen.shows("as fast as it goes");
    screen.keys("\t \r");
    screen.shows("Load of jobs for work");
    screen.shows("done: 1,000 of 1,000 · 1,000 answered");
    screen.keys("\x1b");
    screen.shows("New job for work");
    screen.keys("\x1b");
    // What a load has sent is no draft: the history has it.
    screen.shows("m writes to one of work");
    leave(screen);
}

#[test]
fn any_key_stops_a_load_and_does_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = deck(&folder);
    screen.keys("m{\"primes_below\": 10}\x0c9999999\t\x7f\x7f\x7f\r");
    screen.shows("any key stops it");
    screen.wait("some are answered", |text| !text.contains(" 0 answered"));
    screen.keys("q");
    screen.shows("stopped:");
    screen.keys("\x1b");
    screen.shows("Send to one of work");
    screen.keys("\x1b");
    // What a load has sent is no draft: the history has it.
    screen.shows("m writes to one of work");
    leave(screen);
}
