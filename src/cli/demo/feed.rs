//! The work beside the picture: messages for the demo's other pools, in waves.
//!
//! Owns how much there is of it. Holds back when workers do not keep up, so that a slow machine shows the same as a fast one.

use std::f64::consts::TAU;
use std::time::Duration;

use serde_json::json;

use crate::cli::demo::PAINTERS;
use crate::deck::{Clock, Deck};
use crate::model::{Address, Board, Command, PoolName};
use crate::wire::Message;

/// How long the feeder rests between two looks.
const BEAT: Duration = Duration::from_millis(100);

/// The time from one wave of work to the next.
const WAVE: Duration = Duration::from_secs(24);

/// The time from one burst to the next, and how many messages one has for each worker.
const BURST: (Duration, usize) = (Duration::from_secs(18), 6);

/// How many messages each worker gets as soon as it is there.
const FIRST: f64 = 1.0;

/// The unit of work. A message of four to nine takes about 7 to 25 ms on a machine of today: the cores are for the picture. A
/// debug build counts far more slowly, and shall show the same.
const STEP: u64 = if cfg!(debug_assertions) {
    10_000
} else {
    60_000
};

/// With so many bytes or messages waiting for a pool, it gets no more.
const ENOUGH: u64 = 512;

/// Sends work to the demo's other pools until the deck ends.
pub(super) async fn feed(deck: &Deck, clock: Clock) {
    let mut pace = Pace::default();
    loop {
        let Some(pools) = deck.read(|board, _| pools(board)).await else {
            return;
        };
        for (index, pool) in pools.iter().enumerate() {
            let due = pace.due(index, clock.now().mono.since_start(), pool.workers);
            if pool.waiting > ENOUGH {
                continue;
            }
            for _ in 0..due {
                let Ok(message) = Message::from_value(&json!({ "primes_below": pace.size() }))
                else {
                    continue;
                };
                let to = Address::Pool(pool.name.clone());
                let send = Command::Send {
                    to,
                    message,
                    wait: None,
                };
                // A refusal shows on the screen as a worker that is not ready; the demo goes on.
                drop(deck.issue(send).await);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = deck.ended() => return,
        }
    }
}

/// A pool as the feeder sees it.
#[derive(Debug)]
struct Fed {
    name: PoolName,
    workers: usize,
    waiting: u64,
}

fn pools(board: &Board) -> Vec<Fed> {
    board
        .pools
        .values()
        .filter(|pool| !PAINTERS.contains(&pool.name.as_str()))
        .map(|pool| Fed {
            name: pool.name.clone(),
            workers: pool
                .workers
                .iter()
                .filter(|worker| worker.state.is_live())
                .count(),
            waiting: pool
                .workers
                .iter()
                .map(|worker| worker.sampled.mailbox.max(worker.sampled.unread_bytes))
                .sum(),
        })
        .collect()
}

/// How much work is due, and how large each piece is.
#[derive(Debug, Default)]
struct Pace {
    pools: Vec<PoolPace>,
    given: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct PoolPace {
    at: Duration,
    /// Parts of a message that earlier beats left.
    owed: f64,
    /// Whether it had a worker yet.
    has_begun: bool,
}

impl Pace {
    /// How many messages pool `index` gets at a time since the start: waves that differ from pool to pool, and bursts.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a small count of messages, never negative"
    )]
    fn due(&mut self, index: usize, at: Duration, workers: usize) -> usize {
        if self.pools.len() <= index {
            self.pools.resize(index + 1, PoolPace::default());
        }
        let Some(pool) = self.pools.get_mut(index) else {
            return 0;
        };
        let passed = at.saturating_sub(pool.at);
        let phase = 0.25 + at.as_secs_f64() / WAVE.as_secs_f64() + index as f64 / 3.0;
        let wave = 0.5 - 0.5 * (phase * TAU).cos();
        let rate = (0.4 + 1.2 * wave) * workers as f64;
        pool.owed += rate * passed.min(Duration::from_secs(1)).as_secs_f64();
        if workers > 0 && !pool.has_begun {
            // The first second has something to show, too.
            pool.has_begun = true;
            pool.owed += FIRST * workers as f64;
        }
        let whole = pool.owed.floor();
        pool.owed -= whole;

        let shifted =
            |at: Duration| (at + BURST.0 / 2 * index as u32).as_millis() / BURST.0.as_millis();
        let bursts = usize::from(shifted(at) > shifted(pool.at));
        pool.at = at;
        whole as usize + bursts * BURST.1 * workers
    }

    /// How much the next message is to ask for.
    fn size(&mut self) -> u64 {
        const STEPS: [u64; 5] = [4, 7, 5, 9, 6];
        self.given += 1;
        STEP * STEPS.get(self.given % STEPS.len()).copied().unwrap_or(5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_comes_in_waves_and_bursts() {
        let mut pace = Pace::default();
        let due: Vec<usize> = (0..600).map(|beat| pace.due(0, BEAT * beat, 2)).collect();

        assert!(
            due.iter().sum::<usize>() > 100,
            "a minute of work is worth a look"
        );
        assert_eq!(due.iter().filter(|due| **due >= BURST.1 * 2).count(), 3);
        assert_eq!(
            pace.due(0, BEAT * 600, 0),
            0,
            "a pool without workers gets nothing"
        );
    }

    #[test]
    fn a_long_pause_is_not_made_up_for() {
        let mut pace = Pace::default();
        pace.due(2, Duration::from_secs(1), 1);
        assert!(pace.due(2, Duration::from_hours(1), 1) <= 3 + BURST.1);
    }
}
