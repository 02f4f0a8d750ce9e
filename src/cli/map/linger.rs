//! How long a map whose jobs all have an answer waits for answers that nobody asked for.
//!
//! A fork worker that answers twice is asked so much too fast that it still has jobs when each has an answer; ended at once,
//! it would never be found out. Filters need no such wait: their output is read to its end. Called by `flow`.

use std::time::Duration;

use crate::cli::map::count::Pairing;
use crate::cli::map::flow::Flow;
use crate::cli::map::plan::Plan;
use crate::cli::map::tally::Tally;
use crate::cli::map::verdict::Ending;
use crate::model::{ChannelKind, MonoTime};

/// The longest wait.
const MOST: Duration = Duration::from_millis(250);

/// The wait of one map.
#[derive(Debug, Default)]
pub(super) struct Linger {
    since: Option<MonoTime>,
    wait: Duration,
}

impl Linger {
    /// Every job has an answer: how long to wait still. As long as a slow job ran, within which the next answer comes.
    pub(super) fn left(&mut self, now: MonoTime, plan: &Plan, tally: &Tally) -> Duration {
        let since = *self.since.get_or_insert_with(|| {
            self.wait = wait(plan, tally);
            now
        });
        since + self.wait - now
    }

    /// Since when every job has an answer.
    pub(super) fn since(&self) -> Option<MonoTime> {
        self.since
    }
}

impl Flow {
    /// Every job came to its end: ends the map, unless answers may come that nobody asked for.
    pub(super) async fn conclude(&mut self) {
        if self.ending.is_some() || self.lingers().is_some_and(|left| !left.is_zero()) {
            return;
        }
        if self.plan.channel == ChannelKind::Fork {
            let pool = self.plan.pool.clone();
            let stale = self.deck.read(move |board, _| {
                let pool = board.pools.get(&pool);
                pool.map_or(0, |pool| pool.jobs.stale)
            });
            if let Some(stale) = stale.await {
                self.watch.count.close();
                self.watch.count.stale(stale);
            }
        }
        self.end(Ending::Done).await;
    }

    /// How long answers that nobody asked for are waited for, once every job came to its end.
    pub(super) fn lingers(&mut self) -> Option<Duration> {
        let is_out = self.is_read && self.pending.is_empty() && self.ledger.in_hand() == 0;
        if !is_out || self.ending.is_some() {
            return None;
        }
        let now = self.clock.now().mono;
        Some(self.linger.left(now, &self.plan, &self.ledger.tally))
    }
}

fn wait(plan: &Plan, tally: &Tally) -> Duration {
    let runs_ahead = matches!(plan.pairing, Pairing::Order { ahead: 2.. });
    if plan.channel != ChannelKind::Fork || !runs_ahead {
        return Duration::ZERO;
    }
    tally.runs().map_or(MOST, |(_, p99)| p99.min(MOST))
}
