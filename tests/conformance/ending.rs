//! §5: how a worker's end is told.

use serde_json::json;

use crate::row::{Cell, Row};
use crate::worker::Runtime;

#[test]
fn exit_codes_are_bytes() {
    for (code, told) in [(3, 3), (256, 0), (-1, 255)] {
        let claim: &'static str = match code {
            3 => "`exit(3)` is 3",
            256 => "`exit(256)` is 0",
            _ => "`exit(-1)` is 255",
        };
        let row = Row::new("5", claim)
            .js(&format!("process.exit({code});"))
            .python(&format!("import forkdeck, sys; sys.exit({code})"));
        // dash takes no negative one.
        let row = if code == 3 { row.sh("exit 3") } else { row };
        row.check(|worker| {
            assert_eq!(worker.exit(), json!({"code": told}));
            Cell::Holds
        });
    }
}

#[test]
fn an_uncaught_error_is_code_1() {
    Row::new(
        "5",
        "an uncaught error ends it with 1 and is told on standard error",
    )
    .js("process.on('message', () => { throw new RangeError('no luck'); });")
    .python(
        r"
import forkdeck
def fail(message): raise ValueError('no luck')
forkdeck.on_message(fail)
        ",
    )
    .check(|worker| {
        worker.tell(&json!(1));
        let life = worker.life();
        assert!(
            life.logs.iter().any(|line| line.contains("Error: no luck")),
            "{life:?}"
        );
        assert_eq!(life.exit, json!({"code": 1}));
        Cell::Holds
    });
}

#[test]
fn an_unhandled_rejection_is_code_1() {
    Row::new("5", "an unhandled rejection ends it with 1")
        .js("process.on('message', async () => { throw new RangeError('no luck'); });")
        .check(|worker| {
            worker.tell(&json!(1));
            let life = worker.life();
            assert!(
                life.logs.iter().any(|line| line.contains("no luck")),
                "{life:?}"
            );
            assert_eq!(life.exit, json!({"code": 1}));
            Cell::Holds
        });
}

#[test]
fn a_signal_is_told_by_its_name() {
    for signal in ["SIGKILL", "SIGTERM", "SIGABRT"] {
        let claim: &'static str = match signal {
            "SIGKILL" => "SIGKILL ends it and is told",
            "SIGTERM" => "SIGTERM ends it and is told",
            _ => "SIGABRT ends it and is told",
        };
        Row::new("5", claim)
            .js("process.on('message', () => {}); process.send('up');")
            .python(
                "import forkdeck; forkdeck.send('up')\nfor message in forkdeck.messages(): pass",
            )
            .sh("echo '\"up\"' >&3; read -r message <&3")
            .check(|worker| {
                assert_eq!(worker.message(), "up");
                worker
                    .deck
                    .call("signal", &json!({"to": "w/1", "signal": signal}))
                    .unwrap();
                assert_eq!(worker.exit(), json!({"signal": signal}));
                Cell::Holds
            });
    }
}

#[test]
fn a_signal_to_itself_is_told() {
    Row::new("5", "what it does with a signal is its own: a handler, then its code")
        .js("process.on('SIGUSR2', () => process.exit(7)); process.on('message', () => {}); process.send('up');")
        .python(r"
import forkdeck, signal, sys
signal.signal(signal.SIGUSR2, lambda *_: sys.exit(7))
forkdeck.send('up')
for message in forkdeck.messages(): pass
        ")
        .sh("trap 'exit 7' USR2; echo '\"up\"' >&3; while :; do sleep 0.05; done")
        .check(|worker| {
            assert_eq!(worker.message(), "up");
            worker.deck.call("signal", &json!({"to": "w/1", "signal": "SIGUSR2"})).unwrap();
            let exit = worker.exit();
            // The signal goes to the group: the sleep dies of it, sh tells that by its trap's code alone.
            assert_eq!(exit, json!({"code": 7}));
            Cell::Holds
        });
}

#[test]
fn the_stop_ladder_begins_with_sigterm() {
    Row::new("5", "a stop is SIGTERM, and its code is what it makes of that")
        .js("process.on('SIGTERM', () => process.send('bye', () => process.exit(0))); process.on('message', () => {}); process.send('up');")
        .python(r"
import forkdeck, signal, sys
def bye(*_):
    forkdeck.send('bye')
    sys.exit(0)
signal.signal(signal.SIGTERM, bye)
forkdeck.send('up')
for message in forkdeck.messages(): pass
        ")
        .sh("trap 'echo \"\\\"bye\\\"\" >&3; exit 0' TERM; echo '\"up\"' >&3; while :; do sleep 0.05; done")
        .check(|worker| {
            assert_eq!(worker.message(), "up");
            worker.deck.call("stop", &json!({"to": "w/1"})).unwrap();
            let life = worker.life();
            assert_eq!((life.messages, life.exit), (vec![json!("bye")], json!({"code": 0})));
            Cell::Holds
        });
}

#[test]
fn a_program_that_is_not_there_is_told() {
    Row::new(
        "1.10",
        "a script that is not there ends it, and the runtime says so",
    )
    .js("require('fs').unlinkSync('w.cjs'); process.send(1, () => process.exit(0));")
    .check(|worker| {
        assert_eq!(worker.exit(), json!({"code": 0}));
        worker.deck.call("start", &json!({"to": "w/1"})).unwrap();
        let life = worker.life();
        assert_eq!(life.exit, json!({"code": 1}), "{life:?}");
        assert!(!life.logs.is_empty(), "{:?}", Runtime::ALL);
        Cell::Holds
    });
}
