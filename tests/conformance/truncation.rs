//! §7: what of a message arrives when the worker ends right after it.

use std::fs;

use serde_json::json;

use crate::row::{Cell, Row};
use crate::worker::{Life, Runtime, Worker};

/// How much a channel keeps for the deck, in bytes of kernel memory: what was asked for as far as it was given, doubled.
fn kept() -> u64 {
    let most = fs::read_to_string("/proc/sys/net/core/wmem_max").unwrap();
    2 * most.trim().parse::<u64>().unwrap().min(4 << 20)
}

/// Sees that the one message came whole.
fn came_whole(worker: &mut Worker) -> Cell {
    let life = worker.life();
    assert_eq!(
        (life.messages.len(), life.faults.len()),
        (1, 0),
        "{:?}",
        life.faults
    );
    Cell::Holds
}

#[test]
fn a_small_message_just_before_the_exit_arrives() {
    Row::new("7", "`send(small); exit()`: it arrives")
        .js("process.send('small'); process.exit(0);")
        .python("import forkdeck, os; forkdeck.send('small'); os._exit(0)")
        .sh("echo '\"small\"' >&3; exit 0")
        .check(
            |worker| match (worker.life().messages.len(), worker.runtime) {
                // Deno writes from a thread that the exit does not wait for.
                (0 | 1, Runtime::Deno) => Cell::Differs("mostly"),
                (count, _) => {
                    assert_eq!(count, 1);
                    Cell::Holds
                }
            },
        );
}

#[test]
fn a_large_message_just_before_the_exit_arrives() {
    Row::new(
        "7",
        "`send(1 MB); exit()`: it arrives where the buffer may be enlarged, else the loss is told",
    )
    .js("process.send('x'.repeat(1e6)); process.exit(0);")
    .python("import forkdeck, os; forkdeck.send('x' * 1000000); os._exit(0)")
    .sh("printf '\"%01000000d\"\\n' 0 >&3; exit 0")
    .check(|worker| {
        let is_deno = worker.runtime == Runtime::Deno;
        let life = worker.life();
        let is_small = kept() < 3 << 20;
        match life.messages.len() {
            1 => {}
            _ if is_deno => {}
            _ => assert!(is_small && life.faults.len() == 1, "{:?}", life.faults),
        }
        if is_deno {
            Cell::Differs("mostly")
        } else {
            Cell::Holds
        }
    });
}

#[test]
fn twenty_thousand_messages_before_the_exit_arrive_as_far_as_the_buffer_keeps_them() {
    Row::new(
        "7",
        "`20 000 × send(small); exit()`: at least what the enlarged buffer keeps arrives",
    )
    .js("for (let n = 0; n < 20000; n += 1) process.send(n); process.exit(0);")
    .python("import forkdeck, os\nfor n in range(20000): forkdeck.send(n)\nos._exit(0)")
    .sh("n=0; while [ $n -lt 20000 ]; do echo $n; n=$((n + 1)); done >&3")
    .quietly()
    .check(|worker| {
        worker.exit();
        let received = worker.received();
        match worker.runtime {
            // A blocking write that has returned is in the buffer, and is read from there.
            Runtime::Python | Runtime::Sh => assert_eq!(received, 20_000),
            Runtime::Deno => return Cell::Differs("not to be relied upon"),
            // A small write costs 768 bytes.
            Runtime::Node | Runtime::Bun => {
                let least = (kept() / 768).min(20_000);
                assert!(received >= least, "{received}, not {least}");
            }
        }
        Cell::Holds
    });
}

#[test]
fn an_exit_in_the_callback_loses_nothing() {
    Row::new("7", "`send(8 MB, () => exit())`: it arrives")
        .js("process.send('x'.repeat(8e6), () => process.exit(0));")
        .python("import forkdeck, os; forkdeck.send('x' * 8000000) and os._exit(0)")
        .check(came_whole);
}

#[test]
fn a_natural_end_loses_nothing() {
    Row::new("7", "`send(8 MB)` and a natural end: it arrives")
        .js("process.send('x'.repeat(8e6));")
        .python("import forkdeck; forkdeck.send('x' * 8000000)")
        .sh("printf '\"%08000000d\"\\n' 0 >&3")
        .check(came_whole);
}

/// Sees that a message of 32 MB is cut off, which is told; of python, whose writes wait, that it arrives.
fn is_cut_off(worker: &Worker, life: &Life) -> Cell {
    if worker.runtime == Runtime::Python {
        assert_eq!(life.messages.len(), 1);
        return Cell::Differs("it arrives");
    }
    assert_eq!(life.messages.len(), 0);
    if worker.runtime == Runtime::Deno {
        return Cell::Differs("cut off, or nothing came");
    }
    let [fault] = life.faults.as_slice() else {
        panic!("no trace of the message: {life:?}");
    };
    assert_eq!(fault["kind"], "truncated");
    let arrived = fault["bytes"].as_u64().unwrap();
    assert!((1..32_000_003).contains(&arrived), "{arrived}");
    Cell::Holds
}

#[test]
fn an_exit_cuts_off_what_is_not_in_the_buffer() {
    Row::new(
        "7",
        "`send(32 MB); exit()`: it is cut off, which is told with the bytes that came",
    )
    .js("process.send('x'.repeat(32e6)); process.exit(0);")
    .python("import forkdeck, os; forkdeck.send('x' * 32000000); os._exit(0)")
    .check(|worker| {
        let life = worker.life();
        is_cut_off(worker, &life)
    });
}

#[test]
fn a_disconnect_cuts_off_what_is_not_in_the_buffer() {
    Row::new(
        "7",
        "`send(32 MB); disconnect()`: it is cut off, which is told",
    )
    .js("process.send('x'.repeat(32e6)); process.disconnect();")
    .python("import forkdeck; forkdeck.send('x' * 32000000); forkdeck.disconnect()")
    .check(|worker| {
        let life = worker.life();
        is_cut_off(worker, &life)
    });
}

#[test]
fn a_throw_cuts_off_what_is_not_in_the_buffer() {
    Row::new("7", "`send(32 MB); throw`: it is cut off, which is told")
        .js("process.send('x'.repeat(32e6)); throw new Error('no luck');")
        .python("import forkdeck; forkdeck.send('x' * 32000000); raise ValueError('no luck')")
        .check(|worker| {
            let life = worker.life();
            assert_eq!(life.exit, json!({"code": 1}));
            is_cut_off(worker, &life)
        });
}
