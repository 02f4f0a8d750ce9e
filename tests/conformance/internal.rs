//! §4: messages between runtimes.

use serde_json::json;

use crate::row::{Cell, Row};
use crate::worker::{Runtime, Worker};

/// The names of the internal messages that come from the worker, and its other messages, until one says `end`.
fn sort(worker: &mut Worker) -> (Vec<String>, Vec<serde_json::Value>) {
    let (mut internal, mut others) = (Vec::new(), Vec::new());
    worker.deck.event("the last message", |event| {
        if event["event"] != "message" || event["direction"] != "in" {
            return false;
        }
        let message = &event["message"];
        if event["internal"] == true {
            internal.push(message["cmd"].as_str().unwrap().to_owned());
        } else if message != "end" {
            others.push(message.clone());
        }
        message == "end"
    });
    (internal, others)
}

#[test]
fn internal_messages_of_a_worker_are_no_messages() {
    let sent = r#"[{"cmd":"NODE_FORKDECK"},{"cmd":"NODE_"},{"cmd":["NODE_LIST"]},{"a":{"cmd":"NODE_INNER"}},"NODE_WORD"]"#;
    Row::new("4", "`NODE_…` of a worker is told as internal; other commands are messages")
        .js(&format!("for (const one of {sent}) process.send(one); process.send('end');"))
        .python(&format!("import forkdeck\nfor one in {sent}: forkdeck.send(one)\nforkdeck.send('end')"))
        .sh(r#"
            for one in '{"cmd":"NODE_FORKDECK"}' '{"cmd":"NODE_"}' '{"cmd":["NODE_LIST"]}' '{"a":{"cmd":"NODE_INNER"}}' '"NODE_WORD"' '"end"'
            do printf '%s\n' "$one" >&3; done
        "#)
        .check(|worker| {
            let (internal, others) = sort(worker);
            assert_eq!(internal, ["NODE_FORKDECK"]);
            assert_eq!(others.len(), 4, "{others:?}");
            assert_eq!(worker.received(), 5);
            Cell::Holds
        });
}

#[test]
fn unknown_internal_messages_are_ignored_by_a_worker() {
    Row::new(
        "4",
        "an unknown `NODE_…` that it gets is no message for the script",
    )
    .js("process.on('message', (message) => process.send(message));")
    .python("import forkdeck\nfor message in forkdeck.messages(): forkdeck.send(message)")
    .sh("while IFS= read -r message <&3; do printf '%s\\n' \"$message\" >&3; done")
    .check(|worker| {
        worker.tell(&json!({"cmd": "NODE_FORKDECK"}));
        worker.tell(&json!({"cmd": "NODE_"}));
        worker.tell(&json!("end"));
        let (internal, others) = sort(worker);
        if worker.runtime == Runtime::Sh {
            assert_eq!(internal, ["NODE_FORKDECK"]);
            return Cell::Differs("left to the script");
        }
        assert_eq!(internal, [] as [&str; 0]);
        if worker.runtime == Runtime::Deno && others.is_empty() {
            return Cell::Differs("nor is `NODE_` alone");
        }
        assert_eq!(others, [json!({"cmd": "NODE_"})]);
        Cell::Holds
    });
}
