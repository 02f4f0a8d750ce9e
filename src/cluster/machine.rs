//! The machine: one input at a time, and what it leads to.
//!
//! Owns the order of things within one step and the small steps that all others are made of. Called by the deck's driver,
//! which performs the effects in order and calls again at [`Cluster::next_deadline`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::cluster::body::{Act, Body};
use crate::cluster::connection::Connection;
use crate::cluster::listener::{Listener, Use};
use crate::cluster::worker::Worker;
use crate::cluster::{Carried, ConnectionId, Effect, Input, ListenerId, invariant};
use crate::model::{Api, DeckSpec, Incarnation, MonoTime, PoolName, Schedule, WorkerId};
use crate::wire::Message;

/// Every decision of the cluster primary of one deck.
#[derive(Debug)]
pub struct Cluster {
    /// The pools that are clusters.
    pub(super) pools: HashMap<PoolName, Schedule>,
    pub(super) workers: HashMap<WorkerId, Worker>,
    pub(super) listeners: BTreeMap<ListenerId, Listener>,
    pub(super) connections: HashMap<ConnectionId, Connection>,
    /// Everything that happens by time alone.
    pub(super) timers: BTreeSet<(MonoTime, Due)>,
    pub(super) last_listener: u64,
    /// Counts the moments at which workers became free.
    pub(super) beat: u64,
}

/// What happens at a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// A connection that all refused is offered again.
    Retry(ConnectionId),
    /// A worker that is back has not asked for this listener again: it is not expected to any more.
    Await(ListenerId, u32),
}

/// A step: when it is, and what it leads to.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) now: MonoTime,
    effects: &'a mut Vec<Effect>,
}

impl Turn<'_> {
    /// Wants something done.
    pub(super) fn want(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}

impl Cluster {
    /// The cluster of a deck; it concerns the pools with `api = "cluster"` alone.
    pub fn new(spec: &DeckSpec) -> Self {
        let pools = spec.pools.iter();
        let pools = pools.filter(|pool| pool.api == Api::Cluster);
        Self {
            pools: pools
                .map(|pool| (pool.name.clone(), pool.schedule))
                .collect(),
            workers: HashMap::new(),
            listeners: BTreeMap::new(),
            connections: HashMap::new(),
            timers: BTreeSet::new(),
            last_listener: 0,
            beat: 0,
        }
    }

    /// Takes one input and appends what is to be done, in order.
    pub fn handle(&mut self, now: MonoTime, input: Input, effects: &mut Vec<Effect>) {
        let mut turn = Turn { now, effects };
        match input {
            Input::Spawned {
                worker,
                incarnation,
            } => self.spawned(&mut turn, worker, incarnation),
            Input::Told {
                worker,
                incarnation,
                message,
            } => {
                if self.is_newest(&worker, incarnation) {
                    self.told(&mut turn, &worker, &Body::read(&message));
                }
            }
            Input::Disconnect {
                worker,
                incarnation,
                returns,
            } => {
                if self.is_newest(&worker, incarnation) {
                    self.disconnect(&mut turn, &worker, returns);
                }
            }
            Input::Gone {
                worker,
                incarnation,
            } => {
                if self.is_newest(&worker, incarnation) {
                    self.gone(&mut turn, &worker);
                }
            }
            Input::Over { worker } => self.over(&mut turn, &worker),
            Input::Resized { pool, instances } => self.resized(&mut turn, &pool, instances),
            Input::Bound { listener, result } => self.bound(&mut turn, listener, result),
            Input::Accepted {
                listener,
                connections,
            } => self.accepted(&mut turn, listener, connections),
            Input::Undelivered {
                worker,
                incarnation,
            } => {
                if self.is_newest(&worker, incarnation) {
                    self.undelivered(&mut turn, &worker);
                }
            }
            Input::Tick => self.tick(&mut turn),
        }
        debug_assert_eq!(invariant::check(self), Ok(()));
    }

    /// When [`Input::Tick`] is due.
    pub fn next_deadline(&self) -> Option<MonoTime> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// Whether this pool is a cluster.
    pub fn serves(&self, pool: &PoolName) -> bool {
        self.pools.contains_key(pool)
    }

    fn is_newest(&self, worker: &WorkerId, incarnation: Incarnation) -> bool {
        let found = self.workers.get(worker);
        found.is_some_and(|found| found.incarnation == incarnation)
    }

    fn spawned(&mut self, turn: &mut Turn<'_>, worker: WorkerId, incarnation: Incarnation) {
        if !self.serves(&worker.pool) {
            return;
        }
        if self.workers.contains_key(&worker) {
            self.gone(turn, &worker);
        }
        let beat = self.beat();
        self.workers.insert(worker, Worker::new(incarnation, beat));
    }

    fn told(&mut self, turn: &mut Turn<'_>, worker: &WorkerId, body: &Body<'_>) {
        let Some(found) = self.workers.get(worker) else {
            return;
        };
        if let Some(offer) = found.offer
            && body.ack() == Some(offer.seq)
        {
            return self.answered(turn, worker, body.is_accepted());
        }
        match body.act() {
            Some(Act::Online) => self.online(turn, worker),
            Some(Act::QueryServer) => self.query(turn, worker, body),
            Some(Act::Listening) => {
                let incarnation = found.incarnation;
                let worker = worker.clone();
                turn.want(Effect::Listening {
                    worker,
                    incarnation,
                });
            }
            Some(Act::Close) => self.close_server(turn, worker, body),
            Some(Act::Leave) => self.leave(turn, worker, body.seq()),
            None => {} // An answer that came too late, or something that concerns no primary.
        }
    }

    fn tick(&mut self, turn: &mut Turn<'_>) {
        while let Some(&(due, what)) = self.timers.first() {
            if due > turn.now {
                return;
            }
            self.timers.pop_first();
            match what {
                Due::Retry(connection) => self.retry(turn, connection),
                Due::Await(listener, number) => self.forget_user(turn, listener, number),
            }
        }
    }

    /// The next count of a worker that becomes free.
    pub(super) fn beat(&mut self) -> u64 {
        self.beat += 1;
        self.beat
    }

    /// Sends a worker the message that `write` makes of its number; `None` if the worker is not there.
    pub(super) fn send(
        &mut self,
        turn: &mut Turn<'_>,
        worker: &WorkerId,
        handle: Option<Carried>,
        write: impl FnOnce(u64) -> String,
    ) -> Option<u64> {
        let found = self.workers.get_mut(worker)?;
        let seq = found.seq;
        found.seq += 1;
        let Ok(message) = Message::parse(&write(seq)) else {
            unreachable!("texts are quoted, data was parsed, and nothing nests too deep");
        };
        turn.want(Effect::Send {
            worker: worker.clone(),
            incarnation: found.incarnation,
            message,
            handle,
        });
        Some(seq)
    }

    /// Changes how a worker uses a listener, or that it does.
    pub(super) fn set_use(&mut self, listener: ListenerId, number: u32, used: Option<Use>) {
        let Some(found) = self.listeners.get_mut(&listener) else {
            return;
        };
        let before = match used {
            Some(used) => found.users.insert(number, used),
            None => found.users.remove(&number),
        };
        let due = Due::Await(listener, number);
        if let Some(Use::Awaited(Some(at))) = before {
            self.timers.remove(&(at, due));
        }
        if let Some(Use::Awaited(Some(at))) = used {
            self.timers.insert((at, due));
        }
    }
}
