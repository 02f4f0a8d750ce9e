//! The machine: one input at a time, and what it leads to.
//!
//! Owns the order of things within one step: the input is taken, spawns are let go, states are published, deadlines
//! are noted, commands are answered. Never reads a clock; called by the deck's driver, which performs the effects in
//! order and calls again at [`Machine::next_deadline`].

use std::collections::BTreeSet;

use crate::model::{DeckSpec, Event, Incarnation, MonoTime, Now, Outcome, State, Ticket, WorkerId};
use crate::supervisor::request::{Pending, answer};
use crate::supervisor::rolling::Rolling;
use crate::supervisor::roster::{Pool, Roster};
use crate::supervisor::routes::Routes;
use crate::supervisor::spawns::{Booking, Spawns};
use crate::supervisor::turn::{Slot, Turn};
use crate::supervisor::waits::{Asker, Waits};
use crate::supervisor::worker::{Phase, Worker, earliest};
use crate::supervisor::{Effect, Input, invariant};

/// Every decision about the workers of one deck.
#[derive(Debug)]
pub struct Machine {
    pub(super) roster: Roster,
    pub(super) routes: Routes,
    pub(super) waits: Waits,
    pub(super) spawns: Spawns,
    pub(super) pending: Vec<Pending>,
    /// The rolling restarts under way.
    pub(super) rollings: Vec<Rolling>,
    /// The `down` commands that wait for the last worker.
    pub(super) downs: Vec<Ticket>,
    /// Whether the deck has come to its end.
    pub(super) halted: bool,
    /// The deadline of each worker that has one.
    pub(super) timers: BTreeSet<(MonoTime, Slot)>,
    /// Whether a command came or a worker changed since commands were last looked through.
    pub(super) has_news: bool,
}

/// A worker's numbers, for samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// The state as published last.
    pub state: State,
    /// The newest process.
    pub incarnation: Incarnation,
    /// Its pid while it lives.
    pub pid: Option<u32>,
    /// Messages that are not written yet.
    pub mailbox: u64,
    /// Bytes that the process has not read, at the last look.
    pub unread_bytes: u64,
    /// Messages given to the worker so far.
    pub sent: u64,
    /// Messages from the worker so far.
    pub received: u64,
    /// Jobs given to the worker and not yet answered.
    pub in_flight: u64,
}

impl Machine {
    /// A machine for a deck; every worker is stopped.
    pub fn new(spec: &DeckSpec) -> Self {
        let roster = Roster::new(spec);
        Self {
            routes: Routes::new(spec, &roster),
            roster,
            waits: Waits::default(),
            spawns: Spawns::default(),
            pending: Vec::new(),
            rollings: Vec::new(),
            downs: Vec::new(),
            halted: false,
            timers: BTreeSet::new(),
            has_news: false,
        }
    }

    /// Tells the clients what there is: each pool's size, then each worker's state. To be called once, first.
    pub fn open(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let mut turn = Turn::new(now, effects);
        for pool in self.roster.pools() {
            turn.publish(pool.event());
            turn.touched
                .extend(pool.workers().iter().map(|worker| worker.slot));
        }
        self.conclude(&mut turn);
    }

    /// Takes one input and appends what is to be done, in order.
    pub fn handle(&mut self, now: Now, input: Input, effects: &mut Vec<Effect>) {
        let mut turn = Turn::new(now, effects);
        self.take(&mut turn, input);
        self.conclude(&mut turn);
        debug_assert_eq!(invariant::check(self), Ok(()));
    }

    /// When [`Input::Tick`] is due, if nothing happens before.
    pub fn next_deadline(&self) -> Option<MonoTime> {
        let first = self.timers.first().map(|(at, _)| *at);
        earliest(first, self.waits.deadline())
    }

    /// A worker's numbers.
    pub fn gauges(&self, id: &WorkerId) -> Option<Gauges> {
        self.roster.worker(self.roster.slot(id)?).map(gauges)
    }

    /// Every worker with its numbers, in config order.
    pub fn workers(&self) -> impl Iterator<Item = (&WorkerId, Gauges)> {
        self.roster
            .workers()
            .map(|worker| (&worker.id, gauges(worker)))
    }

    /// Of each of the deck's routes, how many messages went along it, and how many it could not forward.
    pub fn routes(&self) -> impl Iterator<Item = (u64, u64)> {
        self.routes.counts()
    }

    /// Whether `down` was asked.
    pub(super) fn is_going_down(&self) -> bool {
        self.halted || !self.downs.is_empty()
    }

    fn take(&mut self, turn: &mut Turn<'_>, input: Input) {
        match input {
            Input::Command { ticket, command } => self.command(turn, ticket, command),
            Input::Tick => self.tick(turn),
            Input::Received {
                worker,
                incarnation,
                frames,
            } => {
                if let Some(slot) = self.roster.slot(&worker)
                    && let Some(worker) = self.roster.worker_mut(slot)
                {
                    turn.heard = self.routes.leave(slot.pool).then(Vec::new);
                    worker.receive(turn, incarnation, frames, &mut self.waits);
                    self.forward(turn, slot);
                }
            }
            Input::Written {
                worker,
                incarnation,
                count,
            } => {
                if let Some(slot) = self.roster.slot(&worker)
                    && let Some(worker) = self.roster.worker_mut(slot)
                    && worker.incarnation == incarnation
                {
                    worker.written(turn, count, &self.waits);
                }
            }
            Input::Enlist { pool } => self.enlist(turn, &pool),
            Input::Assign {
                worker,
                incarnation,
                jobs,
            } => self.assign(turn, worker, incarnation, jobs),
            Input::Forget {
                worker,
                incarnation,
                leases,
            } => self.forget(turn, &worker, incarnation, &leases),
            Input::Relieve {
                worker,
                incarnation,
                reason,
            } => self.relieve(turn, &worker, incarnation, reason),
            Input::Return { to, message, hops } => self.take_back(turn, &to, message, hops),
            Input::RouteRefused { route } => self.routes.refuse(route),
            report => self.report(turn, report),
        }
    }

    /// A report about a process; one of an earlier process is void.
    fn report(&mut self, turn: &mut Turn<'_>, report: Input) {
        let Some((id, incarnation)) = report.about() else {
            return;
        };
        let Some(slot) = self.roster.slot(id) else {
            return;
        };
        let Some(worker) = self.roster.worker_mut(slot) else {
            return;
        };
        turn.touched.push(slot);
        let is_newest = worker.incarnation == incarnation;
        let is_last_alive = worker.facts.incarnation == incarnation;
        match report {
            Input::Spawned { pid, .. } if is_newest => worker.spawned(turn, pid),
            Input::SpawnFailed { fault, .. } if is_newest => {
                if matches!(worker.phase, Phase::Starting { asked: true }) {
                    worker.spawn_failed(turn, fault);
                }
            }
            Input::Exited {
                exit, unread_bytes, ..
            } if is_newest => worker.exited(turn, exit, unread_bytes),
            Input::ChannelClosed { .. } if is_last_alive => worker.channel_closed(turn),
            Input::OutputClosed { stream, .. } if is_last_alive => {
                worker.output_closed(turn, stream);
            }
            Input::Unread {
                bytes, progressed, ..
            } if is_newest => worker.unread(turn, bytes, progressed),
            Input::Listening { .. } if is_newest => worker.listens(turn),
            Input::Suspended { .. } if is_newest => worker.suspended(turn, true),
            Input::Continued { .. } if is_newest => worker.suspended(turn, false),
            _ => {} // Of an earlier process, or no report.
        }
    }

    fn tick(&mut self, turn: &mut Turn<'_>) {
        let now = turn.mono();
        let due: Vec<Slot> = self
            .timers
            .iter()
            .take_while(|(at, _)| *at <= now)
            .map(|(_, slot)| *slot)
            .collect();
        for slot in due {
            if let Some(worker) = self.roster.worker_mut(slot) {
                worker.tick(turn);
                turn.touched.push(slot);
            }
        }
        for (key, slot) in self.waits.expire(now) {
            if let Some(worker) = self.roster.worker_mut(slot) {
                worker.owed.retain(|owed| owed.asker != Asker::Wait(key));
            }
        }
    }

    /// Ends a step: everything that follows from what changed.
    fn conclude(&mut self, turn: &mut Turn<'_>) {
        for (key, slot) in std::mem::take(&mut turn.forsaken) {
            self.waits.forsake(key, slot);
        }
        if self.has_news || !turn.touched.is_empty() {
            self.roll_on(turn);
        }
        if !turn.touched.is_empty() {
            self.has_news = true;
            self.let_spawns_go(turn);
            self.publish_states(turn);
            self.remove_the_gone(turn);
        }
        for (ticket, result) in self.waits.take_finished() {
            answer(turn, ticket, result);
        }
        if std::mem::take(&mut self.has_news) {
            self.answer_pending(turn);
        }
    }

    fn let_spawns_go(&mut self, turn: &mut Turn<'_>) {
        for slot in &turn.touched {
            if let Some(worker) = self.roster.worker_mut(*slot) {
                book(worker, &mut self.spawns);
            }
        }
        while let Some(slot) = self.spawns.next() {
            let Some(worker) = self.roster.worker_mut(slot) else {
                return;
            };
            worker.ask(turn);
            book(worker, &mut self.spawns);
            turn.touched.push(slot);
        }
    }

    fn publish_states(&mut self, turn: &mut Turn<'_>) {
        for slot in std::mem::take(&mut turn.touched) {
            let Some(worker) = self.roster.worker_mut(slot) else {
                continue;
            };
            worker.restarts.prune_unless(
                worker.is_over(),
                turn.mono(),
                worker.policy.restart.intensity,
            );
            worker.tell_duty(turn);
            let view = worker.view();
            if worker.shown.as_ref() != Some(&view) {
                worker.shown = Some(view.clone());
                turn.publish(Event::State(view));
            }
            let deadline = worker.deadline();
            if worker.armed != deadline {
                if let Some(before) = worker.armed {
                    self.timers.remove(&(before, slot));
                }
                if let Some(at) = deadline {
                    self.timers.insert((at, slot));
                }
                worker.armed = deadline;
            }
        }
    }

    /// Removes workers that a smaller pool no longer has, from the highest down.
    fn remove_the_gone(&mut self, turn: &mut Turn<'_>) {
        let shrinking: Vec<usize> = self
            .roster
            .pools()
            .filter(|pool| {
                pool.workers()
                    .last()
                    .is_some_and(|last| last.leaving && last.is_over())
            })
            .map(Pool::place)
            .collect();
        for place in shrinking {
            if let Some(pool) = self.roster.pool_mut(place) {
                // A worker at rest has no deadline and nothing booked.
                pool.shrink();
                turn.publish(pool.event());
            }
        }
    }

    fn answer_pending(&mut self, turn: &mut Turn<'_>) {
        let roster = &self.roster;
        self.pending
            .retain_mut(|pending| match pending.outcome(roster) {
                Some(outcome) => {
                    answer(turn, pending.ticket, Ok(outcome));
                    false
                }
                None => true,
            });
        if !self.downs.is_empty() && self.roster.workers().all(Worker::is_over) {
            self.halted = true;
            for ticket in std::mem::take(&mut self.downs) {
                answer(turn, ticket, Ok(Outcome::Down));
            }
            turn.push(Effect::Halt);
        }
    }
}

/// Books what a worker's phase needs of the spawns.
fn book(worker: &mut Worker, spawns: &mut Spawns) {
    let booking = match worker.phase {
        Phase::Starting { asked: false } => Booking::Queued,
        Phase::Starting { asked: true } => Booking::Asked,
        _ => Booking::None, // Needs no process.
    };
    if booking != worker.booked {
        spawns.rebook(worker.slot, worker.booked, booking);
        worker.booked = booking;
    }
}

fn gauges(worker: &Worker) -> Gauges {
    Gauges {
        state: worker
            .shown
            .as_ref()
            .map_or(State::Stopped, |shown| shown.state),
        incarnation: worker.incarnation,
        pid: worker.life().map(|life| life.pid),
        mailbox: worker.mailbox.len() as u64,
        unread_bytes: worker.life().map_or(0, |life| life.stall.bytes),
        sent: worker.sent,
        received: worker.received,
        in_flight: worker.duty.leases.in_flight() as u64,
    }
}
