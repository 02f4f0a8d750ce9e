//! A worker that floods, babbles or goes deaf harms neither the deck nor its neighbours, and is counted.

use std::fs;
use std::path::Path;

use crate::support::{Rpc, Screen, memory, skip, until};
use serde_json::{Value, json};

const ECHO: &str = "process.on('message', (m) => process.send(m));";

/// Resident memory of a process in MiB.
fn memory_mib(pid: u32) -> u64 {
    memory(pid) >> 20
}

fn deck(folder: &Path, script: &str) -> Rpc {
    fs::write(folder.join("bad.js"), script).unwrap();
    fs::write(folder.join("echo.js"), ECHO).unwrap();
    let config = "[pools.bad]\nscript = 'bad.js'\nrestart = { when = 'never' }\n[pools.echo]\nscript = 'echo.js'\n";
    fs::write(folder.join("forkdeck.toml"), config).unwrap();
    let mut deck = Rpc::start_unsubscribed(folder, &["up", "--rpc"]);
    let events = [
        "state",
        "exit",
        "frame_error",
        "stalled",
        "dropped",
        "liveness",
    ];
    deck.call("subscribe", &json!({"events": events})).unwrap();
    deck
}

fn neighbour_answers(deck: &mut Rpc) {
    for n in 0..20 {
        assert_eq!(deck.reply("echo", &json!(n)), json!(n));
    }
}

#[test]
fn a_flood_of_output_is_taken_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let script = "
        const block = ('x'.repeat(99) + '\\n').repeat(10000);
        for (let i = 0; i < 200; i++) require('fs').writeSync(1, block);
    ";
    let mut deck = deck(folder.path(), script);
    neighbour_answers(&mut deck);
    deck.state("bad/1", "finished");
    neighbour_answers(&mut deck);

    let lines = deck
        .call("logs", &json!({"of": "bad/1", "last": 10}))
        .unwrap();
    assert_eq!(lines.as_array().unwrap().len(), 10);
    assert!(
        memory_mib(deck.pid()) < 150,
        "{} MiB",
        memory_mib(deck.pid())
    );
    assert!(deck.end().success());
}

#[test]
fn a_flood_of_messages_is_counted_to_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let script = "
        let n = 0;
        (function more() {
            for (let i = 0; i < 1000; i++) process.send({ n: n++ });
            if (n < 1000000) setImmediate(more);
        })();
    ";
    let mut deck = deck(folder.path(), script);
    neighbour_answers(&mut deck);
    deck.state("bad/1", "finished");

    assert_eq!(deck.ps("bad/1")["received"], 1_000_000);
    assert!(
        memory_mib(deck.pid()) < 150,
        "{} MiB",
        memory_mib(deck.pid())
    );
    assert!(deck.end().success());
}

#[test]
fn garbage_on_the_channel_is_told_with_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let script = r"
        require('fs').writeSync(3, 'nonsense\n{\x22a\x22:1}\n\n\xff\xfe\n{\x22half\x22:');
    ";
    let mut deck = deck(folder.path(), script);

    let mut faults = Vec::new();
    while faults.len() < 4 {
        faults.push(deck.event("a fault", |event| event["event"] == "frame_error"));
    }
    let told: Vec<(Value, Value)> = faults
        .iter()
        .map(|fault| (fault["kind"].clone(), fault["bytes"].clone()))
        .collect();
    assert_eq!(told[0], (json!("invalid"), json!(9)));
    assert_eq!(faults[0]["head"], "6e6f6e73656e73650a".get(..16).unwrap());
    assert_eq!(told[1], (json!("invalid"), json!(1)));
    assert_eq!(told[3], (json!("truncated"), json!(8)));
    deck.state("bad/1", "finished");
    assert_eq!(deck.ps("bad/1")["received"], 1);
    neighbour_answers(&mut deck);
    assert!(deck.end().success());
}

#[test]
fn a_worker_that_never_reads_is_stalled_and_its_mailbox_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let script = "process.on('message', () => {}); setTimeout(() => { while (true) {} }, 0);";
    let mut deck = deck(folder.path(), script);
    deck.state("bad/1", "ready");

    let body = "y".repeat(1 << 20);
    let refused = until("its mailbox is full", || {
        deck.call("send", &json!({"to": "bad/1", "message": body}))
            .err()
    });

    assert_eq!(refused["data"]["kind"], "mailbox_full");
    deck.state("bad/1", "stalled");
    let stalled = deck.event("progress of the stall", |event| event["event"] == "stalled");
    assert!(stalled["unread_bytes"].as_u64().unwrap() > 0);
    neighbour_answers(&mut deck);
    assert!(
        memory_mib(deck.pid()) < 150,
        "{} MiB",
        memory_mib(deck.pid())
    );
    deck.call("kill", &json!({"to": "bad/1"})).unwrap();
    assert!(deck.end().success());
}

#[test]
fn messages_before_a_sudden_exit_all_arrive() {
    let limit: u64 = fs::read_to_string("/proc/sys/net/core/wmem_max")
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    if limit < 4 << 20 {
        skip(&format!("net.core.wmem_max is {limit}, below 4 MiB"));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "for (let i = 0; i < 5000; i++) process.send({ i }); process.exit(0);";
    let mut deck = deck(folder.path(), script);
    deck.state("bad/1", "finished");
    assert_eq!(deck.ps("bad/1")["received"], 5000);
    assert!(deck.end().success());
}

#[test]
fn escape_sequences_never_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let script = r"
        console.log('title \x1b]0;owned\x07 clip \x1b]52;c;b3duZWQ=\x07 clear \x1b[2J\x1b[H mouse \x1b[?1000h \x9b31m end');
        process.send({ text: '\x1b]0;owned\x07' });
        setInterval(() => {}, 1000);
    ";
    fs::write(folder.path().join("bad.js"), script).unwrap();
    let mut screen = Screen::start(folder.path(), &["run", "bad.js"], (120, 40));
    screen.shows("end");
    let bytes = screen.bytes();
    let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(!has(b"owned\x07") && !has(b"]52;c") && !has(b"\x9b31m"));
    screen.keys("q");
    screen.end();
}

#[test]
fn the_dashboard_answers_keys_during_a_flood() {
    let folder = tempfile::tempdir().unwrap();
    let script = "
        const block = ('x'.repeat(99) + '\\n').repeat(1000);
        (function more() { process.stdout.write(block, () => setImmediate(more)); })();
        (function send() { for (let i = 0; i < 100; i++) process.send({ i }); setImmediate(send); })();
    ";
    fs::write(folder.path().join("bad.js"), script).unwrap();
    let mut screen = Screen::start(folder.path(), &["run", "bad.js"], (120, 40));
    screen.shows("xxxxxxxx");
    screen.keys("?");
    screen.shows("Go to the next pane");
    screen.keys("\x1b");
    screen.wait("help is closed", |text| {
        !text.contains("Go to the next pane")
    });
    assert!(
        memory_mib(screen.pid()) < 200,
        "{} MiB",
        memory_mib(screen.pid())
    );
    screen.keys("q");
    screen.wait("a question or the end", |_| true);
    screen.keys("\r");
    screen.end();
}
