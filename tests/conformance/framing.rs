//! §2: lines, however they are cut, and what is none.

use serde_json::{Value, json};

use crate::row::{Cell, Row};
use crate::wait::until;
use crate::worker::{Runtime, Worker};

const ECHO: &str = "process.on('message', (message) => process.send(message));";
const ECHO_PY: &str = "import forkdeck\nfor message in forkdeck.messages(): forkdeck.send(message)";
const ECHO_SH: &str = "while IFS= read -r message <&3; do printf '%s\\n' \"$message\" >&3; done";

#[test]
fn a_message_may_come_in_pieces() {
    Row::new(
        "2",
        "a message that comes in pieces is one, many that come at once are many",
    )
    .only(
        Runtime::Node,
        r#"
            const { writeSync } = require('fs');
            for (const byte of Buffer.from('["ä😀"]\n')) writeSync(3, Buffer.of(byte));
            writeSync(3, '1\n2\n[3');
            setTimeout(() => writeSync(3, ']\n'), 20);
        "#,
    )
    .python(
        r#"
import os, time
for byte in '["ä😀"]\n'.encode():
    os.write(3, bytes([byte]))
os.write(3, b'1\n2\n[3')
time.sleep(0.02)
os.write(3, b']\n')
        "#,
    )
    .sh(r#"
            printf '["\303' >&3; printf '\244\360\237' >&3; printf '\230\200"' >&3; printf ']\n' >&3
            printf '1\n2\n[3' >&3
            printf ']\n' >&3
        "#)
    .check(|worker| {
        let life = worker.life();
        assert_eq!(
            life.messages,
            [json!(["ä😀"]), json!(1), json!(2), json!([3])]
        );
        assert_eq!(life.faults, [] as [Value; 0]);
        Cell::Holds
    });
}

#[test]
fn a_burst_arrives_whole_and_in_order() {
    let text = "x".repeat(300);
    Row::new(
        "2",
        "a thousand messages at once arrive whole and in order, both ways",
    )
    .js(ECHO)
    .python(ECHO_PY)
    .sh(ECHO_SH)
    .check(|worker| {
        let ids: Vec<u64> = (0..1000)
            .map(|n| {
                worker
                    .deck
                    .ask("send", &json!({"to": "w/1", "message": [n, text]}))
            })
            .collect();
        for id in ids {
            worker.deck.answer(id).unwrap();
        }
        for n in 0..1000 {
            assert_eq!(worker.message(), json!([n, text]));
        }
        Cell::Holds
    });
}

#[test]
fn what_is_written_to_a_worker_is_strictly_json() {
    let deepest = format!("{}{}", "[".repeat(127), "]".repeat(127));
    let texts = [
        deepest.as_str(),
        r#""\"\\\/\b\f\n\r\t\u0000\u001f\u007f\u2028\ud83d\ude00""#,
        r#"{"a":1,"a":2,"":3,"__proto__":4}"#,
        "\"\u{7f}\u{feff}\u{10ffff}\"",
        " [ 1 ,\t2 ] ",
        "[1e2,1E+2,-0.0,123456789012345678901234567890]",
    ];
    Row::new(
        "2",
        "all that the deck lets through is read: escapes, doubled keys, 127 levels",
    )
    .js(ECHO)
    .python(ECHO_PY)
    .sh(ECHO_SH)
    .quietly()
    .check(|worker| {
        for (id, text) in (900..).zip(texts) {
            send_text(worker, id, text).unwrap();
        }
        until("all are echoed", || (worker.received() == 6).then_some(()));
        assert_eq!(worker.ask(&json!("alive")), "alive");
        Cell::Holds
    });
}

/// Sends a message as it is written.
fn send_text(worker: &mut Worker, id: u64, text: &str) -> Result<Value, Value> {
    worker.deck.write(&format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"send","params":{{"to":"w/1","message":{text}}}}}"#
    ));
    worker.deck.answer(id)
}

#[test]
fn what_no_strict_reader_takes_is_refused() {
    let deep = format!("{}{}", "[".repeat(128), "]".repeat(128));
    Row::new(
        "2",
        "what a runtime may die of is refused: 128 levels, half a surrogate pair",
    )
    .js(ECHO)
    .python(ECHO_PY)
    .sh(ECHO_SH)
    .check(|worker| {
        for (id, text) in [(901, deep.as_str()), (902, r#""\ud800""#)] {
            let error = send_text(worker, id, text).unwrap_err();
            assert_eq!(error["data"]["kind"], "bad_message");
        }
        assert_eq!(worker.ask(&json!("alive")), "alive");
        Cell::Holds
    });
}

const PYTHON_RAW: &str = r#"
import os
for line in (b'1\r\n', b'\t 2 \n', b'"\xff"\n', b'\x02{"a":1}\n', b'\xef\xbb\xbf3\n', b'\n', b'garbage\n', b'4\n'):
    os.write(3, line)
"#;

#[test]
fn a_line_that_is_no_message_is_told_and_the_next_one_is_read() {
    Row::new("2", "CR and spaces are fine, bad UTF-8 is replaced, 0x02 is internal; a BOM, an empty line, garbage are told")
        .only(Runtime::Node, r#"
            const { writeSync } = require('fs');
            writeSync(3, '1\r\n\t 2 \n');
            writeSync(3, Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x02]));
            writeSync(3, '{"a":1}\n\ufeff3\n\ngarbage\n4\n');
        "#)
        .python(PYTHON_RAW)
        .sh(r#"printf '1\r\n\t 2 \n"\377"\n\002{"a":1}\n\357\273\2773\n\ngarbage\n4\n' >&3"#)
        .check(|worker| {
            let life = worker.life();
            assert_eq!(life.messages, [json!(1), json!(2), json!("\u{fffd}"), json!(4)]);
            let told: Vec<_> = life.faults.iter().map(|fault| (&fault["kind"], &fault["bytes"])).collect();
            let invalid = json!("invalid");
            assert_eq!(told, [(&invalid, &json!(5)), (&invalid, &json!(1)), (&invalid, &json!(8))]);
            Cell::Holds
        });
}

#[test]
fn another_serialization_is_recognised() {
    Row::new("3", "V8's serialization on a JSON channel is told once, with what to do")
        .only(Runtime::Node, r"
            const body = require('v8').serialize({ a: 1 });
            const length = Buffer.alloc(4);
            length.writeUInt32BE(body.length);
            for (let n = 0; n < 3; n += 1) require('fs').writeSync(3, Buffer.concat([length, body]));
        ")
        .python(r#"
import os
for _ in range(3): os.write(3, b'\x00\x00\x00\x09\xff\x0fo"\x01aI\x02{\x01')
        "#)
        .check(|worker| {
            let life = worker.life();
            let kinds: Vec<_> = life.faults.iter().map(|fault| &fault["kind"]).collect();
            assert_eq!(kinds, ["mismatch"], "{life:?}");
            Cell::Holds
        });
}
