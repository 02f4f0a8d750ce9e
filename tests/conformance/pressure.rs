//! §6: much at once, in one direction and in both.

use serde_json::json;

use crate::row::{Cell, Row};
use crate::wait::until;
use crate::worker::Runtime;

const CLEAN: &str = r#"{"code":0}"#;

#[test]
fn a_flood_arrives_to_the_last_message() {
    Row::new("6", "a worker that sends 20,000 messages of 1 KiB and ends by itself: all arrive")
        .js(r"
            const text = 'x'.repeat(1000);
            for (let n = 0; n < 20000; n += 1) process.send({ n, text });
        ")
        .python("import forkdeck\nfor n in range(20000): forkdeck.send({'n': n, 'text': 'x' * 1000})")
        .sh(r#"
            text=$(printf '%01000d' 0)
            n=0
            while [ $n -lt 20000 ]; do printf '{"n":%s,"text":"%s"}\n' $n $text; n=$((n + 1)); done >&3
        "#)
        .quietly()
        .check(|worker| {
            assert_eq!(worker.exit().to_string(), CLEAN);
            assert_eq!(worker.received(), 20_000);
            Cell::Holds
        });
}

#[test]
fn a_worker_that_reads_nothing_is_stalled_and_gets_all_later() {
    let text = "x".repeat(64 << 10);
    Row::new("6", "a worker that computes is shown as stalled, and gets all that came meanwhile")
        .js(r"
            process.once('message', () => {
                const end = Date.now() + 1500;
                while (Date.now() < end);
                let count = 0;
                process.on('message', () => { count += 1; if (count === 200) process.send(count); });
            });
        ")
        .python(r"
import forkdeck, time
messages = forkdeck.messages()
next(messages)
time.sleep(1.5)
for count, _ in enumerate(messages, 1):
    if count == 200: forkdeck.send(count)
        ")
        .sh(r"
            read -r message <&3
            sleep 1.5
            n=0
            while [ $n -lt 200 ] && read -r message <&3; do n=$((n + 1)); done
            echo $n >&3
        ")
        .check(|worker| {
            worker.tell(&json!(0));
            let ids: Vec<u64> = (0..200)
                .map(|_| worker.deck.ask("send", &json!({"to": "w/1", "message": text})))
                .collect();
            worker.deck.state("w/1", "stalled");
            for id in ids {
 worker.deck.answer(id).unwrap();
 }
            assert_eq!(worker.message(), 200);
            Cell::Holds
        });
}

#[test]
fn its_outputs_are_read_from_the_first_moment() {
    Row::new("6", "4 MiB on standard error before the first message hold nothing up")
        .js(r"
            const block = Buffer.from(('x'.repeat(1023) + '\n').repeat(64));
            for (let n = 0; n < 64; n += 1) {
                let at = 0;
                while (at < block.length) {
                    try { at += require('fs').writeSync(2, block, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
                }
            }
            process.send('ready');
        ")
        .python("import forkdeck, sys\nsys.stderr.write(('x' * 1023 + '\\n') * 4096); forkdeck.send('ready')")
        .sh(r#"
            line=$(printf '%01023d' 0)
            n=0
            while [ $n -lt 4096 ]; do echo $line; n=$((n + 1)); done >&2
            echo '"ready"' >&3
        "#)
        .check(|worker| {
            assert_eq!(worker.message(), "ready");
            Cell::Holds
        });
}

#[test]
fn a_message_of_32_mib_goes_both_ways() {
    Row::new("6", "a message of 32 MiB goes both ways")
        .js(r"
            process.on('message', (message) => {
                console.log(message.length, message.slice(-1));
                process.send(message);
            });
        ")
        .python(
            r"
import forkdeck
for message in forkdeck.messages():
    print(len(message), message[-1])
    forkdeck.send(message)
        ",
        )
        .quietly()
        .check(|worker| {
            let length = 32 << 20;
            worker.tell(&json!(format!("{}y", "x".repeat(length - 1))));
            let log = worker
                .deck
                .event("what it got", |event| event["event"] == "log");
            assert_eq!(log["line"], format!("{length} y"));
            until("the echo has come", || {
                (worker.received() == 1).then_some(())
            });
            let last = worker
                .deck
                .call("messages", &json!({"of": "w/1", "last": 1}))
                .unwrap();
            assert_eq!(last[0]["bytes"], length + 3);
            Cell::Holds
        });
}

#[test]
fn both_sides_may_flood() {
    const COUNT: u64 = 1000;
    let text = "x".repeat(16 << 10);
    Row::new("6", "both sides write 16 MiB at once, and nothing is lost")
        .js(r"
            const text = 'x'.repeat(16 << 10);
            let count = 0;
            process.on('message', () => { count += 1; process.send({ count, text }); });
            for (let n = 0; n < 1000; n += 1) process.send(text);
        ")
        .python(
            r"
import forkdeck
text = 'x' * (16 << 10)
def answer(count=[0]):
    for message in forkdeck.messages():
        count[0] += 1
        forkdeck.send({'count': count[0], 'text': text})
import threading
threading.Thread(target=answer).start()
for n in range(1000): forkdeck.send(text)
        ",
        )
        .quietly()
        .check(|worker| {
            let ids: Vec<u64> = (0..COUNT)
                .map(|_| {
                    worker
                        .deck
                        .ask("send", &json!({"to": "w/1", "message": text}))
                })
                .collect();
            for id in ids {
                worker.deck.answer(id).unwrap();
            }
            until("all have arrived", || {
                (worker.received() == 2 * COUNT).then_some(())
            });
            assert_eq!(worker.deck.ps("w/1")["sent"], COUNT);
            Cell::Holds
        });
}

#[test]
fn a_python_worker_sends_from_many_threads() {
    Row::new("6", "messages of several threads do not mix")
        .only(
            Runtime::Python,
            r"
import forkdeck, threading
def work(name):
    for n in range(500): forkdeck.send([name, n, 'x' * 5000])
threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
        ",
        )
        .check(|worker| {
            let life = worker.life();
            assert_eq!((life.messages.len(), life.faults.len()), (2000, 0));
            for name in 0..4 {
                let of_one = life.messages.iter().filter(|message| message[0] == name);
                assert!(
                    of_one
                        .map(|message| message[1].as_u64().unwrap())
                        .eq(0..500)
                );
            }
            Cell::Holds
        });
}
