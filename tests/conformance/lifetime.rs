//! §5: how long a worker lives, and what a closed channel is to it.

use serde_json::{Value, json};

use crate::row::{Cell, Row};
use crate::wait::{Proc, until};
use crate::worker::Runtime;

const CLEAN: fn() -> Value = || json!({"code": 0});

#[test]
fn a_listener_keeps_it_alive_until_the_channel_is_closed() {
    Row::new(
        "5",
        "a listener keeps it alive until the channel is closed; then it ends with 0",
    )
    .js("process.on('message', (message) => process.send(message));")
    .python("import forkdeck\nforkdeck.on_message(forkdeck.send)")
    .sh("while IFS= read -r message <&3; do printf '%s\\n' \"$message\" >&3; done; exit 0")
    .check(|worker| {
        assert_eq!(worker.ask(&json!(1)), 1);
        assert_eq!(worker.ask(&json!(2)), 2);
        worker.disconnect();
        assert_eq!(worker.exit(), CLEAN());
        Cell::Holds
    });
}

#[test]
fn a_listener_for_the_end_keeps_it_alive_too() {
    Row::new("5", "a listener for `disconnect` alone keeps it alive too")
        .js("process.on('disconnect', () => console.log('gone', process.connected)); process.send('up');")
        .check(|worker| {
            assert_eq!(worker.message(), "up");
            worker.disconnect();
            let life = worker.life();
            assert_eq!((life.logs, life.exit), (vec!["gone false".to_owned()], CLEAN()));
            Cell::Holds
        });
}

#[test]
fn a_listener_for_one_message_ends_with_it() {
    Row::new("5", "`once` ends with the first message")
        .js("process.once('message', (message) => process.send(message));")
        .python("import forkdeck\nforkdeck.send(next(forkdeck.messages()))")
        .sh("read -r message <&3; printf '%s\\n' \"$message\" >&3")
        .check(|worker| {
            worker.tell(&json!(1));
            let life = worker.life();
            assert_eq!((life.messages, life.exit), (vec![json!(1)], CLEAN()));
            Cell::Holds
        });
}

#[test]
fn without_a_listener_it_ends_with_its_work() {
    Row::new("5", "without a listener it ends with its work")
        .js("process.send(1); setTimeout(() => process.send(2), 20);")
        .python("import forkdeck; forkdeck.send(1); forkdeck.send(2)")
        .sh("echo 1 >&3; echo 2 >&3")
        .check(|worker| {
            let life = worker.life();
            assert_eq!(
                (life.messages, life.exit),
                (vec![json!(1), json!(2)], CLEAN())
            );
            Cell::Holds
        });
}

#[test]
fn a_channel_that_is_let_go_keeps_nobody_alive() {
    Row::new("5", "`channel.unref()` wins over a listener")
        .js("process.on('message', () => {}); process.channel.unref(); process.send(1);")
        .check(|worker| {
            let life = worker.life();
            assert_eq!((life.messages, life.exit), (vec![json!(1)], CLEAN()));
            Cell::Holds
        });
}

#[test]
fn messages_wait_for_a_listener() {
    Row::new(
        "5",
        "messages that come before there is a listener wait for it",
    )
    .js(r"
            process.on('SIGUSR2', () => {
                process.on('message', (message) => process.send(message));
                process.send('listening');
            });
            setInterval(() => {}, 1000);
            process.send('up');
        ")
    .python(
        r"
import forkdeck, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
forkdeck.send('up')
signal.sigwait([signal.SIGUSR2])
forkdeck.send('listening')
forkdeck.on_message(forkdeck.send)
        ",
    )
    .sh(r#"
            trap 'heard=1' USR2
            echo '"up"' >&3
            until [ "$heard" ]; do sleep 0.02; done
            echo '"listening"' >&3
            while IFS= read -r message <&3; do printf '%s\n' "$message" >&3; done
        "#)
    .check(|worker| {
        assert_eq!(worker.message(), "up");
        for n in 0..3 {
            worker.tell(&json!(n));
        }
        let params = json!({"to": "w/1", "signal": "SIGUSR2"});
        worker.deck.call("signal", &params).unwrap();
        let mut seen = vec![worker.message()];
        while seen.last() != Some(&json!("end")) {
            if seen.last() == Some(&json!("listening")) {
                worker.tell(&json!("end"));
            }
            seen.push(worker.message());
        }
        seen.retain(Value::is_number);
        if worker.runtime == Runtime::Bun {
            return Cell::Differs("what it reads before is lost");
        }
        assert_eq!(seen, [json!(0), json!(1), json!(2)]);
        Cell::Holds
    });
}

#[test]
fn a_worker_that_disconnects_lives_on() {
    Row::new(
        "5",
        "a worker that disconnects lives on: shown as disconnected, and takes no message",
    )
    .js(r"
            process.send('last', () => process.disconnect());
            setInterval(() => {}, 1000);
        ")
    .python("import forkdeck, time; forkdeck.send('last'); forkdeck.disconnect(); time.sleep(100)")
    .sh("echo '\"last\"' >&3; exec 3>&-; sleep 100")
    .check(|worker| {
        assert_eq!(worker.message(), "last");
        worker.deck.state("w/1", "disconnected");
        let refused = worker
            .deck
            .call("send", &json!({"to": "w/1", "message": 1}))
            .unwrap_err();
        assert_eq!(refused["data"]["kind"], "channel_closed");
        let ps = worker.deck.ps("w/1");
        assert_eq!(
            [&ps["liveness"]["process"], &ps["liveness"]["channel"]],
            ["open", "closed"]
        );
        Cell::Holds
    });
}

#[test]
fn a_closed_channel_ends_no_worker_that_has_work() {
    Row::new(
        "5",
        "after the deck disconnects it goes on, and a send comes to nothing",
    )
    .js(r"
            process.on('message', (message) => process.send(message));
            process.on('disconnect', () => {
                console.log(process.connected, process.send('late', () => {}));
                setTimeout(() => console.log('done'), 20);
            });
        ")
    .python(
        r"
import forkdeck, time
for message in forkdeck.messages(): forkdeck.send(message)
print(str(forkdeck.connected()).lower(), str(forkdeck.send('late')).lower())
time.sleep(0.02)
print('done')
        ",
    )
    .check(|worker| {
        assert_eq!(worker.ask(&json!(1)), 1);
        worker.disconnect();
        let life = worker.life();
        assert_eq!(life.exit, CLEAN());
        assert_eq!(life.logs, ["false false", "done"]);
        Cell::Holds
    });
}

#[test]
fn a_grandchild_that_holds_the_channel_is_named() {
    Row::new("5", "a channel that a program of the worker holds is read on, and its holder is named")
        .js(r"
            const options = { stdio: ['ignore', 'ignore', 'ignore', 3], detached: true };
            const child = require('child_process').spawn('sh', ['-c', 'echo 1 >&3; echo 2 >&3; exec sleep 100'], options);
            child.unref();
            process.send(child.pid, () => process.exit());
        ")
        .python(r"
import forkdeck, subprocess
child = subprocess.Popen(['sh', '-c', 'echo 1 >&3; echo 2 >&3; exec sleep 100'], pass_fds=(3,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
forkdeck.send(child.pid)
        ")
        .sh(r"
            sh -c 'echo 1 >&3; echo 2 >&3; exec sleep 100' >/dev/null 2>&1 &
            echo $! >&3
        ")
        .check(|worker| {
            let exit = worker
                .deck
                .event("its end", |event| event["event"] == "exit");
            assert_eq!(exit["code"], 0);
            let held = worker
                .deck
                .event("who holds the channel", |event| event["held_by"].is_u64());
            let holder = u32::try_from(held["held_by"].as_u64().unwrap()).unwrap();
            let facts = [&held["process"], &held["channel"]];
            assert_eq!(facts, ["closed", "open"], "{held}");
            let children = Proc::descendants(worker.deck.pid());
            assert!(
                children.iter().any(|child| child.pid == holder),
                "{holder}: {children:?}"
            );
            until("the holder's messages are read", || {
                (worker.received() == 3).then_some(())
            });
            Cell::Holds
        });
}

#[test]
fn no_answer_is_lost_when_the_process_ends_first() {
    Row::new("5", "all that was sent is told before the exit")
        .js("for (let n = 0; n < 100; n += 1) process.send(n);")
        .python("import forkdeck\nfor n in range(100): forkdeck.send(n)")
        .sh("n=0; while [ $n -lt 100 ]; do echo $n >&3; n=$((n + 1)); done")
        .check(|worker| {
            let life = worker.life();
            assert_eq!(
                life.messages,
                (0..100).map(|n| json!(n)).collect::<Vec<_>>()
            );
            assert_eq!(life.exit, CLEAN());
            Cell::Holds
        });
}

#[test]
fn a_closed_descriptor_is_the_end_of_the_channel() {
    Row::new("5", "a worker that closes the descriptor under its runtime ends the channel")
        .only(Runtime::Node, "process.send('last'); require('fs').closeSync(process.channel.fd); setInterval(() => {}, 1000);")
        .python("import forkdeck, os, time; forkdeck.send('last'); os.close(3); time.sleep(100)")
        .sh("echo '\"last\"' >&3; exec 3>&-; sleep 100")
        .check(|worker| {
            assert_eq!(worker.message(), "last");
            worker.deck.event("the end of the channel", |event| event["event"] == "liveness" && event["channel"] == "closed");
            Cell::Holds
        });
}
