//! Node's worker and the binary's own are equals.

use std::process::Command;

use serde_json::{Value, json};

use crate::tui::{Tile, to_hex};

/// Lets Node's worker answer a message, without a channel: what it sends is printed last.
fn node(message: &Value) -> Value {
    let script = "process.send = (reply) => console.log(JSON.stringify(reply));
        eval(process.env.DEMO_WORKER);
        process.emit('message', JSON.parse(process.argv[1]));";
    let done = Command::new("node")
        .args(["-e", script, &message.to_string()])
        .env("DEMO_WORKER", super::NODE_WORKER)
        .output()
        .unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    let error = String::from_utf8_lossy(&done.stderr);
    let last = out.lines().last().unwrap_or_else(|| panic!("{error}"));
    serde_json::from_str(last).unwrap()
}

#[test]
fn node_draws_the_same_pixels_bit_by_bit() {
    let unit = 1_i64 << 50;
    let whole = Tile {
        x: -2 * unit,
        y: -unit - unit / 3,
        step: unit / 12,
        width: 32,
        height: 24,
        iterations: 400,
        budget: 3000,
    };
    let deep = Tile {
        x: -837_267_843_991_153,
        y: 148_423_456_789_012,
        step: (unit / 12) >> 16,
        width: 12,
        height: 11,
        iterations: 1100,
        budget: 9000,
    };
    for tile in [whole, deep] {
        let drawn = tile.draw();
        let reply = node(&json!({ "tile": tile }));

        assert_eq!(reply["pixels"], to_hex(&drawn.pixels));
        assert_eq!(reply["iterations"], drawn.iterations);
        assert_eq!(reply["tile"], serde_json::to_value(tile).unwrap());
        assert!(reply["cpu_us"].is_u64());
    }
}

#[test]
fn node_answers_any_message() {
    assert_eq!(node(&json!({ "primes_below": 100 }))["primes"], 25);
    assert_eq!(node(&json!("hi"))["echo"], "hi");
    assert_eq!(node(&json!({ "tile": 5 }))["echo"]["tile"], 5);
}
