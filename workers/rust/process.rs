//! The founding example in Rust: the channel is a Unix socket, a message is one line of JSON.
//!
//! ```text
//! cargo build --release --example process
//! forkdeck run target/release/examples/process       then type {"hello":"world"} or {"n":20000000}
//! ```

use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use forkdeck::process::adopt_channel;
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
    let fd = env::var("NODE_CHANNEL_FD")
        .map_err(|_| "this worker answers messages of a parent: start it with `forkdeck run`")?;
    let mut channel = UnixStream::from(adopt_channel(fd.parse()?)?);

    // Reading ends when the parent closes the channel, and so does this worker.
    for line in BufReader::new(channel.try_clone()?).lines() {
        let message: Value = serde_json::from_str(&line?)?;
        let n = message
            .get("n")
            .and_then(Value::as_u64)
            .unwrap_or(1_000_000);
        let answer = json!({ "n": n, "primes": count_primes(n) });
        writeln!(channel, "{answer}")?;
    }
    Ok(())
}
