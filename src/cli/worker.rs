//! The hidden `worker` verb: a worker of `demo`, written as any worker is.
//!
//! Reads JSON lines from the channel, computes, answers, and ends when the channel does. Never starts a process.

use std::io::{self, Write};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::args::WorkerKind;
use crate::cli::demo::thread_cpu;
use crate::cli::diagnose::{Code, Failure};
use crate::deck::Clock;
use crate::process::exchange::SendError;
use crate::process::worker::{Blocking, WorkerError, blocking};
use crate::tui::{Tile, to_hex};

/// The highest bound that is taken: about a minute of work.
const MOST: u64 = 200_000_000;

/// How many messages the fragile kind lives through.
const FRAGILE_LIFE: u64 = 40;

/// Serves the channel until its end.
pub(super) fn work(kind: WorkerKind) -> Result<(), Failure> {
    let parent = blocking().map_err(|error| match error {
        WorkerError::NotForked => Failure::new(
            Code::Usage,
            "a worker needs NODE_CHANNEL_FD, which a deck sets",
        ),
        error => Failure::new(Code::Failed, format!("cannot use the channel: {error}")),
    })?;
    match serve(kind, parent) {
        Ok(End::ChannelClosed) => Ok(()),
        Ok(End::OutOfLuck) => {
            let message = format!("out of luck after {FRAGILE_LIFE} messages: fragile on purpose");
            Err(Failure::new(Code::Failed, message))
        }
        Err(error) => Err(Failure::new(Code::Failed, error.to_string())),
    }
}

/// How a worker's life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    ChannelClosed,
    OutOfLuck,
}

/// Why a worker ended before its channel did.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the channel broke: {0}")]
    Channel(#[from] SendError),
    #[error("standard output broke: {0}")]
    Log(#[from] io::Error),
}

fn serve(kind: WorkerKind, mut parent: Blocking) -> Result<End, Broken> {
    let mut log = io::stdout();
    let clock = Clock::start();
    let mut done = 0;
    writeln!(log, "ready, pid {}", std::process::id())?;
    while let Some(received) = parent.recv() {
        let before = clock.now().mono;
        let cpu_before = thread_cpu();
        let message = received
            .map_err(|fault| fault.to_string())
            .and_then(|received| received.json().map_err(|error| error.to_string()));
        let answer = message.map_or_else(
            |error| json!({ "error": error }),
            |message: Value| answer(&message),
        );
        let took = clock.now().mono - before;
        let cpu = thread_cpu().saturating_sub(cpu_before);
        report(&mut log, &answer, took)?;
        parent.send(&timed(answer, took, cpu))?;
        done += 1;
        if kind == WorkerKind::Fragile && done == FRAGILE_LIFE {
            return Ok(End::OutOfLuck);
        }
    }
    writeln!(log, "channel closed after {done} messages")?;
    Ok(End::ChannelClosed)
}

fn answer(message: &Value) -> Value {
    if let Some(tile) = message.get("tile") {
        return match Tile::deserialize(tile) {
            Ok(tile) if tile.is_reasonable() => draw(&tile),
            Ok(_) => json!({ "error": "this tile is too much for a demo" }),
            Err(error) => json!({ "error": format!("not a tile: {error}") }),
        };
    }
    match message.get("primes_below").and_then(Value::as_u64) {
        Some(below) if below <= MOST => {
            json!({ "below": below, "primes": count_primes_below(below) })
        }
        Some(_) => json!({ "error": format!("more than {MOST} is too much for a demo") }),
        None => json!({ "echo": message, "hint": "send {\"primes_below\": 1000000}" }),
    }
}

fn draw(tile: &Tile) -> Value {
    let drawn = tile.draw();
    json!({ "tile": tile, "pixels": to_hex(&drawn.pixels), "iterations": drawn.iterations })
}

fn report(log: &mut impl Write, answer: &Value, took: Duration) -> io::Result<()> {
    let ms = took.as_millis();
    match (answer.get("below"), answer.get("primes")) {
        (Some(below), Some(primes)) => {
            writeln!(log, "{primes} primes below {below} in {ms} ms")
        }
        _ => match answer.get("iterations").and_then(Value::as_u64) {
            Some(iterations) => {
                let millions = Duration::from_micros(iterations).as_secs_f64();
                writeln!(log, "{millions:.1}M iterations in {ms} ms")
            }
            None => writeln!(log, "answered in {ms} ms"),
        },
    }
}

fn timed(mut answer: Value, took: Duration, cpu: Duration) -> Value {
    if let Some(members) = answer.as_object_mut() {
        let ms = (took.as_secs_f64() * 1e5).round() / 100.0;
        let micros = u64::try_from(cpu.as_micros()).unwrap_or(u64::MAX);
        members.insert("cpu_us".to_owned(), json!(micros));
        members.insert("ms".to_owned(), json!(ms));
    }
    answer
}

/// Counts by trial division: the point is to use the processor.
fn count_primes_below(below: u64) -> u64 {
    let is_prime = |n: &u64| {
        (3..)
            .step_by(2)
            .take_while(|d| d * d <= *n)
            .all(|d| !n.is_multiple_of(d))
    };
    let odd = (3..below).step_by(2).filter(is_prime).count() as u64;
    odd + u64::from(below > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_counted() {
        let counts: Vec<u64> = [0, 2, 3, 10, 100, 1000]
            .into_iter()
            .map(count_primes_below)
            .collect();
        assert_eq!(counts, [0, 0, 1, 4, 25, 168]);
    }

    #[test]
    fn any_message_has_an_answer() {
        assert_eq!(
            answer(&json!({ "primes_below": 100 })),
            json!({ "below": 100, "primes": 25 })
        );
        assert!(answer(&json!({ "primes_below": u64::MAX }))["error"].is_string());
        assert_eq!(answer(&json!("hi"))["echo"], json!("hi"));
    }
}
