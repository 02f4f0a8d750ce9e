//! The pools with their workers: who is there, and whom an address means.
//!
//! Owns the order and the lookups; a worker's own decisions are its own. Called by `machine` and `request`.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::{
    Address, DeckSpec, Event, Incarnation, PoolChanged, PoolName, PoolSpec, Refusal, RefusalKind,
    State, WorkerId,
};
use crate::supervisor::turn::Slot;
use crate::supervisor::worker::{Phase, Worker};

/// How many names a hint lists.
const LISTED: usize = 10;

/// All pools in config order.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pools: IndexMap<PoolName, Pool>,
}

/// A pool.
#[derive(Debug)]
pub(super) struct Pool {
    place: usize,
    policy: Arc<PoolSpec>,
    workers: Vec<Worker>,
    /// Whether its workers take jobs.
    is_enlisted: bool,
    /// Where the next search for the least busy worker begins.
    turn: usize,
    /// Where the numbers of removed workers go on, by place; as long as the pool ever was.
    removed: Vec<(Incarnation, u64)>,
}

impl Roster {
    /// The pools of a deck, all workers stopped.
    pub(super) fn new(spec: &DeckSpec) -> Self {
        let mut roster = Self::default();
        for policy in &spec.pools {
            let mut pool = Pool {
                place: roster.pools.len(),
                policy: Arc::new(policy.clone()),
                workers: Vec::new(),
                is_enlisted: false,
                turn: 0,
                removed: Vec::new(),
            };
            pool.grow(policy.instances as usize);
            roster.pools.insert(policy.name.clone(), pool);
        }
        roster
    }

    /// The place of a worker.
    pub(super) fn slot(&self, id: &WorkerId) -> Option<Slot> {
        let pool = self.pools.get_index_of(&id.pool)?;
        let worker = usize::try_from(id.number.checked_sub(1)?).ok()?;
        let slot = Slot { pool, worker };
        self.worker(slot).map(|_| slot)
    }

    /// The worker in a place.
    pub(super) fn worker(&self, slot: Slot) -> Option<&Worker> {
        self.pool(slot.pool)?.workers.get(slot.worker)
    }

    /// The worker in a place.
    pub(super) fn worker_mut(&mut self, slot: Slot) -> Option<&mut Worker> {
        self.pool_mut(slot.pool)?.workers.get_mut(slot.worker)
    }

    /// The pool in a place.
    pub(super) fn pool(&self, place: usize) -> Option<&Pool> {
        self.pools.get_index(place).map(|(_, pool)| pool)
    }

    /// The pool in a place.
    pub(super) fn pool_mut(&mut self, place: usize) -> Option<&mut Pool> {
        self.pools.get_index_mut(place).map(|(_, pool)| pool)
    }

    /// All pools in config order.
    pub(super) fn pools(&self) -> impl Iterator<Item = &Pool> {
        self.pools.values()
    }

    /// All workers in config order.
    pub(super) fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.pools.values().flat_map(|pool| pool.workers.iter())
    }

    /// The place of a pool.
    pub(super) fn find_pool(&self, name: &PoolName) -> Result<usize, Refusal> {
        self.pools.get_index_of(name).ok_or_else(|| {
            let names: Vec<&str> = self
                .pools
                .keys()
                .take(LISTED)
                .map(PoolName::as_str)
                .collect();
            Refusal::new(RefusalKind::NoSuchPool, format!("there is no pool {name}"))
                .at(name)
                .hint(format!("the pools are: {}", names.join(", ")))
        })
    }

    fn find_worker(&self, id: &WorkerId) -> Result<Slot, Refusal> {
        let place = self.find_pool(&id.pool)?;
        self.slot(id).ok_or_else(|| {
            let count = self.pool(place).map_or(0, |pool| pool.workers.len());
            let hint = match count {
                0 => format!("{} has no workers; make it larger with scale", id.pool),
                1 => format!("the only worker is {}/1", id.pool),
                _ => format!("the workers are {0}/1 to {0}/{count}", id.pool),
            };
            Refusal::new(
                RefusalKind::NoSuchWorker,
                format!("there is no worker {id}"),
            )
            .at(id)
            .hint(hint)
        })
    }

    /// Everyone an address means, in config order. A pool's bare name means all of its workers: only a message is
    /// given to one of them. `leaving` says whether workers count that go because their pool was made smaller.
    pub(super) fn targets(&self, to: &Address, leaving: bool) -> Result<Vec<Slot>, Refusal> {
        let stays = |worker: &&Worker| leaving || !worker.leaving;
        match to {
            Address::All => Ok(self
                .workers()
                .filter(stays)
                .map(|worker| worker.slot)
                .collect()),
            Address::Pool(name) | Address::PoolAll(name) => {
                let place = self.find_pool(name)?;
                let workers = self
                    .pool(place)
                    .into_iter()
                    .flat_map(|pool| pool.workers.iter());
                Ok(workers.filter(stays).map(|worker| worker.slot).collect())
            }
            Address::Worker(id) => {
                let slot = self.find_worker(id)?;
                if self.worker(slot).is_some_and(|worker| stays(&worker)) {
                    return Ok(vec![slot]);
                }
                let said = format!("{id} is leaving: its pool was made smaller");
                Err(Refusal::new(RefusalKind::NoSuchWorker, said)
                    .at(id)
                    .hint("make the pool larger with scale"))
            }
        }
    }
}

impl Pool {
    /// Its place in the config.
    pub(super) fn place(&self) -> usize {
        self.place
    }

    /// Its workers, number N at N - 1.
    pub(super) fn workers(&self) -> &[Worker] {
        &self.workers
    }

    /// Its workers.
    pub(super) fn workers_mut(&mut self) -> impl Iterator<Item = &mut Worker> {
        self.workers.iter_mut()
    }

    /// Its size as an event.
    pub(super) fn event(&self) -> Event {
        let size = u32::try_from(self.workers.len()).unwrap_or(u32::MAX);
        Event::Pool(PoolChanged::sized(self.policy.name.clone(), size))
    }

    /// Adds workers up to `size`; whether any was added.
    pub(super) fn grow(&mut self, size: usize) -> bool {
        let before = self.workers.len();
        for place in before..size {
            let slot = Slot {
                pool: self.place,
                worker: place,
            };
            let (incarnation, seq) = self.removed.get(place).copied().unwrap_or_default();
            let mut worker = Worker::new(Arc::clone(&self.policy), slot, incarnation, seq);
            worker.duty.is_enlisted = self.is_enlisted;
            self.workers.push(worker);
        }
        self.workers.len() > before
    }

    /// Its workers take jobs from now on; whether they did not before.
    pub(super) fn enlist(&mut self) -> bool {
        !std::mem::replace(&mut self.is_enlisted, true)
    }

    /// Removes the highest workers that are leaving and gone; returns them.
    pub(super) fn shrink(&mut self) -> Vec<Worker> {
        let mut gone = Vec::new();
        while let Some(worker) = self
            .workers
            .pop_if(|worker| worker.leaving && worker.is_over())
        {
            let place = worker.slot.worker;
            if self.removed.len() <= place {
                self.removed.resize(place + 1, Default::default());
            }
            if let Some(removed) = self.removed.get_mut(place) {
                *removed = (worker.incarnation, worker.seq);
            }
            gone.push(worker);
        }
        gone
    }

    /// The least busy worker that takes mail: ready ones first, then stalled and suspended ones, then those that are
    /// to be ready again. Equals take turns. When none takes mail, any that is there.
    pub(super) fn least_busy(&mut self) -> Option<Slot> {
        let count = self.workers.len();
        let (before, after) = self.workers.split_at(self.turn.min(count));
        let mut best: Option<((u8, usize), Slot)> = None;
        for worker in after.iter().chain(before) {
            let load = worker.mailbox.len() + worker.pairing.len() + worker.duty.leases.in_flight();
            let rank = (rank(worker), load);
            if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                best = Some((rank, worker.slot));
            }
        }
        let (_, slot) = best?;
        self.turn = (slot.worker + 1) % count.max(1);
        Some(slot)
    }
}

/// How fit a worker is to be given mail; less is fitter.
fn rank(worker: &Worker) -> u8 {
    match &worker.phase {
        Phase::Running(life) if !life.channel.is_open() => 3,
        Phase::Running(life) if life.state() == State::Ready => 0,
        Phase::Running(life) if !life.is_ready() => 2,
        Phase::Running(_) => 1,
        _ if worker.wanted => 2,
        _ => 4, // Takes no mail.
    }
}
