//! The machine: one input at a time, and what it leads to.
//!
//! Owns all jobs of a deck and the order of things within one step. Never reads a clock, never draws randomness; called by
//! the deck's driver, which performs the effects in order and calls again at [`Jobs::next_deadline`].

use std::collections::HashMap;
use std::sync::Arc;

use crate::jobs::dice::Dice;
use crate::jobs::ids::IdMap;
use crate::jobs::job::Job;
use crate::jobs::log::{Found, Log};
use crate::jobs::moment::{Clock, Moment};
use crate::jobs::pool::Pool;
use crate::jobs::submit::Source;
use crate::jobs::turn::Turn;
use crate::jobs::{Effect, Input, Kept, invariant};
use crate::model::{
    DeckSpec, JobFigures, JobId, LeaseId, MonoTime, Now, PoolName, Refusal, WorkerId, WorkerJobs,
};

/// Every decision about the jobs of one deck.
#[derive(Debug)]
pub struct Jobs {
    pub(super) book: IdMap<JobId, Job>,
    /// Those of the config, in its order, then those that only kept jobs know.
    pub(super) pools: Vec<Pool>,
    pub(super) names: HashMap<PoolName, usize>,
    pub(super) leases: IdMap<LeaseId, JobId>,
    pub(super) log: Log,
    clock: Clock,
    pub(super) dice: Dice,
    pub(super) last_lease: u64,
    /// Why the store cannot be written.
    pub(super) failing: Option<Arc<str>>,
    pub(super) is_down: bool,
    /// Jobs that ran when the last deck died.
    pub(super) revived: Vec<JobId>,
}

impl Jobs {
    /// The jobs of a deck. `kept` is what a durable store held; without one nothing is ever to be kept. Ids and jitter
    /// come from `seed`, which must be another one in each deck.
    pub fn new(spec: &DeckSpec, now: Now, seed: u64, kept: Option<Kept>) -> Self {
        let pools: Vec<Pool> = spec.pools.iter().map(Pool::new).collect();
        let names = pools.iter().enumerate();
        let names = names.map(|(at, pool)| (pool.name.clone(), at)).collect();
        let mut jobs = Self {
            book: IdMap::default(),
            pools,
            names,
            leases: IdMap::default(),
            log: Log::default(),
            clock: Clock::new(now),
            dice: Dice::new(seed),
            last_lease: 0,
            failing: None,
            is_down: false,
            revived: Vec::new(),
        };
        jobs.log.is_durable = kept.is_some();
        jobs.revive(now, kept.unwrap_or_default());
        jobs
    }

    /// What follows from what was kept. To be called once, first.
    pub fn open(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let mut turn = Turn::new(self.clock.read(now), effects);
        for id in std::mem::take(&mut self.revived) {
            if let Some(mut found) = self.find(id) {
                let state = found.job.state();
                found.update(&mut turn);
                found.publish(&mut turn, state);
            }
        }
        for pool in &mut self.pools {
            if pool.is_busy() {
                pool.enlist(&mut turn);
            }
        }
        debug_assert_eq!(invariant::check(self), Ok(()));
    }

    /// Takes one input and appends what is to be done, in order.
    pub fn handle(&mut self, now: Now, input: Input, effects: &mut Vec<Effect>) {
        let mut turn = Turn::new(self.clock.read(now), effects);
        match input {
            Input::Submit {
                ticket,
                wait,
                submission,
            } => self.submit(&mut turn, Source::Client { ticket, wait }, submission),
            Input::Command { ticket, command } => self.command(&mut turn, ticket, command),
            Input::Forward(forwarded) => self.forward(&mut turn, forwarded),
            Input::News(news) => self.news(&mut turn, news),
            Input::Resized { pool, instances } => {
                if let Some(pool) = self.pool_mut(&pool) {
                    pool.resize(instances);
                }
            }
            Input::Committed { records } => self.committed(&turn, records),
            Input::StoreFailed { reason } => self.store_failed(&mut turn, reason),
            Input::StoreRecovered => self.failing = None,
            Input::Down => self.down(&mut turn),
            // What is due is done when the step is concluded.
            Input::Tick => {}
        }
        debug_assert_eq!(invariant::check(self), Ok(()));
    }

    /// Does what is due and gives jobs out. To be called once after a batch of inputs.
    pub fn conclude(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let mut turn = Turn::new(self.clock.read(now), effects);
        for place in 0..self.pools.len() {
            self.expire(&mut turn, place);
            self.promote(&mut turn, place);
            self.dispatch(&mut turn, place);
            self.unblock(&mut turn, place);
            self.retain(&mut turn, place);
        }
        debug_assert_eq!(invariant::check(self), Ok(()));
    }

    /// When [`Input::Tick`] is due, if nothing happens before.
    pub fn next_deadline(&self) -> Option<MonoTime> {
        let gates_count = !self.is_held();
        let deadlines = self.pools.iter().filter(|pool| pool.is_configured);
        let deadlines = deadlines.flat_map(|pool| {
            [
                pool.scheduled.first_key_value().map(|((due, _), _)| *due),
                pool.roster.next_timeout(),
                pool.held_until.filter(|_| gates_count),
                pool.forgets_at,
            ]
        });
        deadlines.flatten().min().map(Moment::mono)
    }

    /// Whether this lease still holds. To be asked right before an [`Effect::Assign`] that waited for the store is
    /// carried out.
    pub fn is_leased(&self, lease: LeaseId) -> bool {
        self.leases.contains_key(&lease)
    }

    /// How a pool's jobs are doing.
    pub fn figures(&mut self, pool: &PoolName, now: Now) -> JobFigures {
        let now = self.clock.read(now);
        let pool = self.pool_mut(pool);
        pool.map_or_else(JobFigures::default, |pool| pool.figures(now))
    }

    /// How a worker is doing with its jobs.
    pub fn worker_figures(&mut self, worker: &WorkerId, now: Now) -> WorkerJobs {
        let Some(at) = self.names.get(&worker.pool) else {
            return WorkerJobs::default();
        };
        let pool = self.pools.get_mut(*at);
        let Some(found) = pool.and_then(|pool| pool.roster.get_mut(worker.number)) else {
            return WorkerJobs::default();
        };
        let oldest = found.seats.front().map(|(lease, _)| *lease);
        let current = oldest.and_then(|lease| {
            let id = self.leases.get(&lease)?;
            let lease = self.book.get(id)?.lease()?;
            Some((*id, lease.given.wall))
        });
        let at = Moment::from(now.mono);
        WorkerJobs {
            done: found.done,
            failed: found.failed,
            wait: found.wait.percentiles(at),
            run: found.run.percentiles(at),
            total: found.total.percentiles(at),
            current,
        }
    }

    /// Whether jobs of any pool wait or run.
    pub fn is_busy(&self) -> bool {
        self.pools.iter().any(Pool::is_busy)
    }

    /// Whether [`Effect::Publish`] is wanted; it is not at first.
    pub fn set_told(&mut self, told: bool) {
        self.log.is_told = told;
    }

    /// Whether no job is given out.
    pub(super) fn is_held(&self) -> bool {
        self.is_down || self.failing.is_some()
    }

    /// A job with its pool.
    pub(super) fn find(&mut self, id: JobId) -> Option<Found<'_>> {
        let job = self.book.get_mut(&id)?;
        let pool = self.pools.get_mut(usize::try_from(job.pool).ok()?)?;
        let log = &mut self.log;
        Some(Found { id, pool, job, log })
    }

    /// A pool of the config or of a kept job.
    pub(super) fn pool_mut(&mut self, name: &PoolName) -> Option<&mut Pool> {
        self.pools.get_mut(*self.names.get(name)?)
    }

    /// The pool of a job.
    pub(super) fn pool_of(&self, job: &Job) -> Option<&Pool> {
        self.pools.get(usize::try_from(job.pool).ok()?)
    }

    /// No job is given out or accepted any more.
    fn down(&mut self, turn: &mut Turn<'_>) {
        self.is_down = true;
        self.refuse_blocked(turn, &Refusal::going_down());
    }
}
