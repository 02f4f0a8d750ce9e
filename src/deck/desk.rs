//! The jobs' side of the driver: what the two machines tell each other, and what waits for the store.
//!
//! Owns the jobs machine and its ledger. Decides nothing.

use std::hash::{BuildHasher, RandomState};
use std::io;

use tokio::sync::mpsc;

use crate::deck::driver::{Driver, Step};
use crate::deck::handle::{End, Sink};
use crate::deck::ledger::{Ledger, Settled};
use crate::jobs::store::{Committed, Store, StoreError, StoreThread};
use crate::jobs::{Effect, Input, Jobs, Kept};
use crate::model::{DeckSpec, Now, Submission};
use crate::supervisor;

/// A store that is open, with what it held.
pub struct Opened {
    store: Box<dyn Store>,
    kept: Kept,
}

impl Opened {
    /// Reads what a store holds.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn new(mut store: Box<dyn Store>) -> Result<Self, StoreError> {
        let kept = store.load()?;
        Ok(Self { store, kept })
    }

    /// How many jobs it held.
    pub fn jobs(&self) -> usize {
        self.kept.jobs.len()
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("jobs", &self.jobs())
            .finish_non_exhaustive()
    }
}

/// The jobs with their ledger.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) jobs: Jobs,
    pub(crate) ledger: Ledger,
    /// Whether the jobs were told anything since they last concluded.
    pub(crate) is_stirred: bool,
    /// Effects of one step, empty between two: a place for them that is there already.
    pub(crate) effects: Vec<Effect>,
}

impl Desk {
    /// The jobs of a deck, in memory or by a store; what the store commits is told by `committed`.
    pub(crate) fn new(
        spec: &DeckSpec,
        now: Now,
        opened: Option<Opened>,
        committed: mpsc::Sender<Committed>,
    ) -> io::Result<Self> {
        // Keys of hash maps are the randomness that std has.
        let seed = RandomState::new().hash_one(std::process::id());
        let (store, kept) = opened.map(|one| (one.store, one.kept)).unzip();
        let tell = move |one: Committed| {
            // At most one batch is under way, and a driver that is gone needs no word.
            let _ = committed.try_send(one);
        };
        let store = store
            .map(|store| StoreThread::start(store, tell))
            .transpose()?;
        Ok(Self {
            jobs: Jobs::new(spec, now, seed, kept),
            ledger: Ledger::new(store),
            is_stirred: true,
            effects: Vec::new(),
        })
    }
}

impl Driver {
    /// Takes jobs whose ends are told one by one.
    pub(crate) fn submit_all(
        &mut self,
        now: Now,
        submissions: Vec<Submission>,
        first: u64,
        ends: &mpsc::Sender<(u64, End)>,
    ) {
        for (index, submission) in (first..).zip(submissions) {
            let ends = ends.clone();
            let wait = Some(self.ticket(Sink::Stream { index, ends }));
            // A refusal is told as the job's end.
            let ticket = self.next_ticket();
            let input = Input::Submit {
                ticket,
                wait,
                submission,
            };
            self.take_step(now, Step::Jobs(input));
        }
    }

    /// Performs what the jobs want, as far as it need not wait.
    pub(crate) fn perform_jobs(&mut self, now: Now, effects: &mut Vec<Effect>) {
        for effect in effects.drain(..) {
            if let Some(effect) = self.desk.ledger.pass(effect) {
                self.perform_job(now, effect);
            }
        }
    }

    /// The store is done with a batch.
    pub(crate) fn committed(&mut self, now: Now, committed: Committed) {
        match self.desk.ledger.settle(now.mono, committed) {
            Settled::Kept {
                records,
                effects,
                recovered,
            } => {
                self.take_step(now, Step::Jobs(Input::Committed { records }));
                if recovered {
                    self.take_step(now, Step::Jobs(Input::StoreRecovered));
                }
                for effect in effects {
                    self.perform_job(now, effect);
                }
            }
            Settled::Failed { reason } => {
                self.take_step(now, Step::Jobs(Input::StoreFailed { reason }));
                self.desk.ledger.take_back();
            }
        }
        self.work_off(now);
    }

    fn perform_job(&mut self, now: Now, effect: Effect) {
        let input = match effect {
            Effect::Persist(_) => unreachable!(
                "a ledger gives no record back unless it is in memory, where none is made"
            ),
            Effect::Answer { ticket, result } | Effect::Tell { ticket, result } => {
                return self.answer(ticket, result);
            }
            Effect::Publish(changed) => return self.journal.job(now, changed),
            Effect::Assign {
                worker,
                incarnation,
                mut jobs,
            } => {
                jobs.retain(|job| self.desk.jobs.is_leased(job.lease));
                if jobs.is_empty() {
                    return;
                }
                supervisor::Input::Assign {
                    worker,
                    incarnation,
                    jobs,
                }
            }
            Effect::Return { to, message, hops } => supervisor::Input::Return { to, message, hops },
            Effect::Enlist { pool } => supervisor::Input::Enlist { pool },
            Effect::Forget {
                worker,
                incarnation,
                leases,
            } => supervisor::Input::Forget {
                worker,
                incarnation,
                leases,
            },
            Effect::Relieve {
                worker,
                incarnation,
                reason,
            } => supervisor::Input::Relieve {
                worker,
                incarnation,
                reason,
            },
            Effect::RouteRefused { route } => supervisor::Input::RouteRefused { route },
        };
        self.steps.push_back(Step::Machine(input));
    }
}
