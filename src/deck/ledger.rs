//! What must be kept before anything follows from it.
//!
//! Owns the batch that is being gathered, the one that the store has, and what waits for them. Never decides anything;
//! called by the driver, which performs what is let go. Group commit: while the store keeps one batch, the next one
//! gathers, so a batch is as large as the store is slow.
//!
//! ```text
//! effects -> gathered (records) ----> the store's thread -> committed
//!         -> held (what follows) ----------------------------> let go, in order
//! ```

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::deck::perform::explain;
use crate::jobs::store::{Committed, StoreThread};
use crate::jobs::{Effect, Record};
use crate::model::{JobId, MonoTime};

/// How long after a failure the same batch is tried again: first, and at the most.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Effects on their way past the store. As large as what is under way in jobs, which their queues bound.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// None: jobs live in memory, and nothing waits.
    store: Option<StoreThread>,
    gathered: Vec<Record>,
    /// How many records there were in all, and how many of them the store was given.
    records: u64,
    given: u64,
    /// The number of the batch that is being gathered.
    number: u64,
    /// Whether the store has the batch before it.
    is_under_way: bool,
    /// What waits, each for the batch of that number.
    held: VecDeque<(u64, Effect)>,
    failing: Option<Failing>,
}

/// A store that could not write.
#[derive(Debug)]
struct Failing {
    reason: Arc<str>,
    retry_at: MonoTime,
    wait: Duration,
}

/// What a batch's end means.
#[derive(Debug)]
pub(crate) enum Settled {
    /// It is kept: these follow from it, in order.
    Kept {
        /// How many records are kept by now, of all that there were.
        records: u64,
        effects: Vec<Effect>,
        /// Whether the store could not write before.
        recovered: bool,
    },
    /// It is not kept and will be tried again.
    Failed {
        /// Why, for people.
        reason: Arc<str>,
    },
}

impl Ledger {
    /// A ledger that keeps everything by a store, or lets everything go at once.
    pub(crate) fn new(store: Option<StoreThread>) -> Self {
        Self {
            store,
            gathered: Vec::new(),
            records: 0,
            given: 0,
            number: 1,
            is_under_way: false,
            held: VecDeque::new(),
            failing: None,
        }
    }

    /// Takes an effect; gives it back if it is to be performed at once.
    pub(crate) fn pass(&mut self, effect: Effect) -> Option<Effect> {
        if self.store.is_none() {
            return Some(effect);
        }
        match effect {
            Effect::Persist(record) => {
                self.records += 1;
                self.gathered.push(record);
                None
            }
            effect if !waits(&effect) => Some(effect),
            effect => {
                if !self.gathered.is_empty() {
                    self.held.push_back((self.number, effect));
                } else if self.is_under_way {
                    self.held.push_back((self.number - 1, effect));
                } else {
                    return Some(effect);
                }
                None
            }
        }
    }

    /// Gives the store what was gathered, if it is free.
    pub(crate) fn seal(&mut self) {
        if self.failing.is_none() {
            self.hand_over();
        }
    }

    /// Gives the store what was gathered, if it is free, though it could not write before.
    pub(crate) fn hand_over(&mut self) {
        if self.gathered.is_empty() {
            return;
        }
        let Some(store) = self.store.as_ref().filter(|_| !self.is_under_way) else {
            return;
        };
        store.commit(std::mem::take(&mut self.gathered));
        self.given = self.records;
        self.is_under_way = true;
        self.number += 1;
    }

    /// The store is done with its batch.
    pub(crate) fn settle(&mut self, now: MonoTime, committed: Committed) -> Settled {
        self.is_under_way = false;
        let Err(error) = committed.result else {
            let recovered = self.failing.take().is_some();
            let mut effects = Vec::new();
            while let Some((number, _)) = self.held.front()
                && *number < self.number
                && let Some((_, effect)) = self.held.pop_front()
            {
                effects.push(effect);
            }
            let records = self.given;
            return Settled::Kept {
                records,
                effects,
                recovered,
            };
        };
        let mut batch = committed.batch;
        batch.append(&mut self.gathered);
        self.gathered = batch;
        let reason: Arc<str> = explain(&error).into();
        let before = self.failing.take();
        let wait = before.map_or(RETRY.0, |failing| (failing.wait * 2).min(RETRY.1));
        self.failing = Some(Failing {
            reason: Arc::clone(&reason),
            retry_at: now + wait,
            wait,
        });
        Settled::Failed { reason }
    }

    /// Tries again what could not be written, once it is due.
    pub(crate) fn retry(&mut self, now: MonoTime) {
        let is_due = matches!(&self.failing, Some(failing) if failing.retry_at <= now);
        if is_due {
            self.hand_over();
        }
    }

    /// The jobs were told that a batch failed, and took back what was submitted in it: what would be told of those is let go
    /// of.
    pub(crate) fn take_back(&mut self) {
        let removed: HashSet<JobId> = self
            .gathered
            .iter()
            .filter_map(|record| match record {
                Record::Remove(job) => Some(*job),
                _ => None, // Says of no job that it is gone.
            })
            .collect();
        self.held.retain(|(_, effect)| match effect {
            Effect::Publish(changed) => !removed.contains(&changed.job),
            _ => true, // Told to one who waits for it, or asked for when it is due.
        });
    }

    /// When a batch is to be tried again.
    pub(crate) fn next_deadline(&self) -> Option<MonoTime> {
        let failing = self.failing.as_ref()?;
        (!self.is_under_way).then_some(failing.retry_at)
    }

    /// Why the store could not write what it was given last.
    pub(crate) fn trouble(&self) -> Option<&Arc<str>> {
        self.failing.as_ref().map(|failing| &failing.reason)
    }

    /// Waits for the store no longer.
    pub(crate) fn abandon(&mut self) {
        if let Some(store) = self.store.take() {
            store.abandon();
        }
    }

    /// Whether the store has a batch, or is to get one.
    pub(crate) fn is_busy(&self) -> bool {
        self.is_under_way || !self.gathered.is_empty()
    }
}

/// Whether an effect waits for the records before it.
fn waits(effect: &Effect) -> bool {
    match effect {
        Effect::Persist(_)
        | Effect::Assign { .. }
        | Effect::Publish(_)
        | Effect::Return { .. }
        | Effect::Answer { result: Ok(_), .. } => true,
        Effect::Answer { result: Err(_), .. }
        | Effect::Tell { .. }
        | Effect::Enlist { .. }
        | Effect::Forget { .. }
        | Effect::Relieve { .. }
        | Effect::RouteRefused { .. } => false,
    }
}
