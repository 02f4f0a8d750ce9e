//! The founding example in Rust: the channel is a Unix socket, a message is one line of JSON.
//!
//! ```text
//! cargo build --release --example process
//! forkdeck run target/release/examples/process       then type {"hello":"world"} or {"n":20000000}
//! ```

use std::error::Error;

use forkdeck::worker;
use serde_json::{Value, json};

fn count_primes(n: u64) -> usize {
    (2..=n)
        .filter(|candidate| {
            let mut divisors = (2..).take_while(|divisor| divisor * divisor <= *candidate);
            divisors.all(|divisor| candidate % divisor != 0)
        })
        .count()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut parent = worker::blocking().map_err(|error| error.to_string())?;

    // Receiving ends when the parent closes the channel, and so does this worker.
    while let Some(received) = parent.recv() {
        let message: Value = received?.json()?;
        let n = message
            .get("n")
            .and_then(Value::as_u64)
            .unwrap_or(1_000_000);
        parent.send(&json!({ "n": n, "primes": count_primes(n) }))?;
    }
    Ok(())
}
