//! The routes that everything takes through the deck, end to end (see the map in `src/lib.rs`).

use std::fs;

use crate::support::{Proc, Rpc, Screen, memory, runtime, skip, until};
use serde_json::{Value, json};

/// The worker of the founding text: it computes, and answers with a message.
const PROCESS: &str = "
process.on('message', (m) => {
  if (m.burn) { const end = Date.now() + m.burn; while (Date.now() < end) { Math.sqrt(end); } }
  if (m.log) { console.log(m.log); console.error('to stderr: ' + m.log); }
  if (m.crash) { throw new Error('as you wish'); }
  process.send({ answer: m });
});
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("process.js"), PROCESS).unwrap();
    folder
}

#[test]
fn a_message() {
    let folder = folder();
    let mut screen = Screen::start(folder.path(), &["run", "process.js"], (120, 40));
    screen.shows("● ready");

    screen.keys("m");
    screen.shows("Send to process");
    screen.keys(r#"{"hello":"world"}"#);
    screen.shows("valid JSON");
    screen.keys("\r");

    screen.shows(r#"{"answer":{"hello":"world"}}"#);
    screen.wait("the reply's latency", |text| {
        let reply = text.lines().find(|line| line.contains(r#"{"answer":"#));
        reply.is_some_and(|line| line.contains("ms") || line.contains("µs"))
    });
}

#[test]
fn a_message_over_rpc() {
    let folder = folder();
    let mut deck = Rpc::start(folder.path(), &["run", "--rpc", "process.js"]);

    assert_eq!(
        deck.reply("process", &json!({"hello": "world"})),
        json!({"answer": {"hello": "world"}})
    );

    let sent = deck.event("the message out", |event| event["event"] == "message");
    assert_eq!(sent["worker"], "process/1");
    assert_eq!(sent["incarnation"], 1);
    assert_eq!(sent["direction"], "out");
    assert_eq!(sent["message"], json!({"hello": "world"}));
    assert_eq!(sent["bytes"], 18);
    assert_eq!(sent["seq"], 1);
    let reply = deck.event("the message in", |event| event["event"] == "message");
    assert_eq!(reply["direction"], "in");
    assert_eq!(reply["seq"], 2);
    assert!(reply["latency_ms"].as_f64().unwrap() > 0.0);
    assert!(deck.end().success());
}

#[test]
fn the_founding_script_answers_under_every_runtime() {
    for name in ["node", "bun", "deno"] {
        let Some(program) = runtime(name) else {
            skip(&format!("{name} is not installed"));
            continue;
        };
        let folder = folder();
        let run = if name == "deno" { ", 'run', '-A'" } else { "" };
        let config = format!(
            "[pools.process]\ncommand = ['{}'{run}, 'process.js']\n",
            program.display()
        );
        let mut deck = Rpc::up(folder.path(), &config);
        for n in 0..10 {
            assert_eq!(
                deck.reply("process", &json!({ "n": n })),
                json!({"answer": {"n": n}}),
                "{name}"
            );
        }
        assert_eq!(deck.ps("process/1")["runtime"], name);
        assert!(deck.end().success());
    }
}

#[test]
fn a_crash() {
    let folder = folder();
    let mut deck = Rpc::start(folder.path(), &["run", "--rpc", "process.js"]);
    deck.state("process/1", "ready");

    deck.call(
        "send",
        &json!({"to": "process/1", "message": {"crash": true}}),
    )
    .unwrap();

    let exit = deck.event("its exit", |event| event["event"] == "exit");
    assert_eq!(exit["code"], 1);
    assert_eq!(exit["planned"], false);
    assert!(exit["cause"].as_str().unwrap().contains("exit 1"), "{exit}");
    let backoff = deck.state("process/1", "backoff");
    assert_eq!(backoff["incarnation"], 1);
    let ready = deck.state("process/1", "ready");
    assert_eq!(ready["incarnation"], 2);
    assert_eq!(ready["restarts"], 1);
    assert_eq!(deck.reply("process/1", &json!(1)), json!({"answer": 1}));
    assert!(deck.end().success());
}

#[test]
fn a_log_line() {
    let folder = folder();
    let mut deck = Rpc::start(folder.path(), &["run", "--rpc", "process.js"]);
    deck.call(
        "send",
        &json!({"to": "process/1", "message": {"log": "a line"}}),
    )
    .unwrap();

    let mut lines = Vec::new();
    while lines.len() < 2 {
        lines.push(deck.event("a line", |event| event["event"] == "log"));
    }
    lines.sort_by_key(|line| line["stream"].to_string());

    assert_eq!(lines[0]["stream"], "stderr");
    assert_eq!(lines[0]["line"], "to stderr: a line");
    assert_eq!(lines[1]["stream"], "stdout");
    assert_eq!(lines[1]["line"], "a line");
    let kept = deck.call("logs", &json!({"of": "process/1"})).unwrap();
    assert_eq!(kept.as_array().unwrap().len(), 2, "{kept}");
    assert!(deck.end().success());
}

#[test]
fn a_cpu_sample() {
    let folder = folder();
    let mut deck = Rpc::start(folder.path(), &["run", "--rpc", "process.js"]);
    deck.state("process/1", "ready");
    assert_eq!(
        deck.ps("process/1")["cpu_percent"],
        Value::Null,
        "before the second sample"
    );

    deck.call(
        "send",
        &json!({"to": "process/1", "message": {"burn": 4000}}),
    )
    .unwrap();

    let busy = deck.event("a busy sample", |event| {
        event["event"] == "sample" && event["cpu_percent"].as_f64().is_some_and(|cpu| cpu > 20.0)
    });
    assert_eq!(busy["worker"], "process/1");
    assert!(busy["memory_bytes"].as_u64().unwrap() > 1 << 20);
    until("ps agrees", || {
        deck.ps("process/1")["cpu_percent"]
            .as_f64()
            .filter(|cpu| *cpu > 20.0)
    });
    let own = deck.event("the deck's own numbers", |event| event["event"] == "deck");
    let keeper = Proc::children(deck.pid())[0].pid;
    let resident = memory(deck.pid()) + memory(keeper);
    let told = own["memory_bytes"].as_u64().unwrap();
    assert!(
        told > resident / 2 && told < resident * 3 / 2,
        "{told}, not {resident}"
    );
    assert!(deck.end().success());
}
