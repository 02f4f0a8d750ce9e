//! The machine: every input dispatched, and what follows from it settled.

use indexmap::IndexMap;

use crate::model::{
    DeckSpec, Incarnation, MonoTime, Now, Outcome, PoolName, Reply, State, WorkerId,
};
use crate::supervisor::phase::{Phase, Why};
use crate::supervisor::pool::Pool;
use crate::supervisor::traffic::Answer;
use crate::supervisor::waits::{Errand, Replies, Until};
use crate::supervisor::worker::Worker;
use crate::supervisor::{Effect, Input, Ticket, invariant};

/// How many processes may be in the making at once.
const SPAWNS: usize = 32;

/// Everything that is decided about a deck's workers. Deterministic: the same inputs give the same effects.
#[derive(Debug)]
pub struct Machine {
    pub(crate) pools: IndexMap<PoolName, Pool>,
    pub(crate) replies: Replies,
    pub(crate) errands: Vec<Errand>,
    /// Who asked the deck to go down.
    pub(crate) down: Vec<Ticket>,
    pub(crate) is_down: bool,
    is_halted: bool,
    deadline: Option<MonoTime>,
}

/// A worker's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// Messages in the mailbox.
    pub mailbox: u64,
    /// Bytes that the worker has not read.
    pub unread_bytes: u64,
    /// Messages given to the worker so far.
    pub sent: u64,
    /// Messages from the worker so far.
    pub received: u64,
}

/// How far the consequences of an input reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Nothing but the worker's own numbers.
    Traffic,
    /// Phases, and with them everything.
    Lifecycle,
}

impl Machine {
    /// A deck whose workers are all stopped.
    pub fn new(spec: &DeckSpec) -> Self {
        let pools = spec
            .pools
            .iter()
            .map(|pool| (pool.name.clone(), Pool::new(pool)));
        Self {
            pools: pools.collect(),
            replies: Replies::default(),
            errands: Vec::new(),
            down: Vec::new(),
            is_down: false,
            is_halted: false,
            deadline: None,
        }
    }

    /// Tells which workers there are. To be called once, first.
    pub fn open(&mut self, now: Now, effects: &mut Vec<Effect>) {
        for pool in self.pools.values_mut() {
            pool.tell_size(effects);
            pool.workers
                .iter_mut()
                .for_each(|worker| worker.tell_state(now, effects));
        }
    }

    /// Takes one input and appends what is to be done, in order.
    pub fn handle(&mut self, now: Now, input: Input, effects: &mut Vec<Effect>) {
        let reach = self.dispatch(now, input, effects);
        if reach == Reach::Lifecycle {
            self.settle(now, effects);
        }
        invariant::check(self);
    }

    /// When a [`Input::Tick`] is due.
    pub fn next_deadline(&self) -> Option<MonoTime> {
        [self.deadline, self.replies.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Every worker's numbers.
    pub fn gauges(&self) -> impl Iterator<Item = (&WorkerId, Gauges)> {
        self.workers().map(|worker| {
            let gauges = Gauges {
                mailbox: worker.mailbox.len() as u64,
                unread_bytes: worker.unread_bytes,
                sent: worker.sent,
                received: worker.received,
            };
            (&worker.id, gauges)
        })
    }

    pub(crate) fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.pools.values().flat_map(|pool| &pool.workers)
    }

    pub(crate) fn workers_mut(&mut self) -> impl Iterator<Item = &mut Worker> {
        self.pools.values_mut().flat_map(|pool| &mut pool.workers)
    }

    pub(crate) fn worker_mut(&mut self, id: &WorkerId) -> Option<&mut Worker> {
        let index = usize::try_from(id.number.checked_sub(1)?).ok()?;
        self.pools.get_mut(&id.pool)?.workers.get_mut(index)
    }

    /// The worker, if this is its newest incarnation.
    fn current(&mut self, id: &WorkerId, incarnation: Incarnation) -> Option<&mut Worker> {
        self.worker_mut(id)
            .filter(|worker| worker.incarnation == incarnation)
    }

    fn dispatch(&mut self, now: Now, input: Input, effects: &mut Vec<Effect>) -> Reach {
        match input {
            Input::Command { ticket, command } => {
                self.command(now, ticket, command, effects);
            }
            Input::Received {
                worker,
                incarnation,
                frames,
            } => {
                let Some(one) = self.current(&worker, incarnation) else {
                    return Reach::Traffic;
                };
                let answers = one.receive(now, frames, effects);
                self.pass_on(&worker, answers, effects);
                return Reach::Traffic;
            }
            Input::Written {
                worker,
                incarnation,
                count,
            } => {
                if let Some(worker) = self.current(&worker, incarnation) {
                    worker.confirm(now, count, effects);
                }
                return Reach::Traffic;
            }
            Input::Unread {
                worker,
                incarnation,
                bytes,
                progressed,
            } => {
                let Some(worker) = self.current(&worker, incarnation) else {
                    return Reach::Traffic;
                };
                if !worker.take_unread(now, bytes, progressed) {
                    return Reach::Traffic;
                }
            }
            Input::Tick => self.tick(now, effects),
            other => self.change(now, other, effects),
        }
        Reach::Lifecycle
    }

    /// Inputs that change one worker's life.
    fn change(&mut self, now: Now, input: Input, effects: &mut Vec<Effect>) {
        match input {
            Input::Spawned {
                worker,
                incarnation,
                pid,
            } => {
                let Some(worker) = self.current(&worker, incarnation) else {
                    return;
                };
                worker.run(now, pid, effects);
                if !worker.wanted {
                    worker.climb(now, Why::Asked, effects);
                }
                worker.hand_out(effects);
            }
            Input::SpawnFailed {
                worker,
                incarnation,
                fault,
            } => {
                let Some(worker) = self.current(&worker, incarnation) else {
                    return;
                };
                let bereft = worker.fail_to_start(now, fault, effects);
                self.bereave(bereft, effects);
            }
            Input::Exited {
                worker,
                incarnation,
                exit,
                unread_bytes,
            } => {
                let Some(worker) = self.current(&worker, incarnation) else {
                    return;
                };
                let bereft = worker.end(now, exit, unread_bytes, effects);
                self.bereave(bereft, effects);
            }
            Input::ChannelClosed {
                worker,
                incarnation,
            } => {
                let Some(worker) = self.current(&worker, incarnation) else {
                    return;
                };
                worker.close_channel(now, effects);
            }
            Input::OutputClosed {
                worker,
                incarnation,
                stream,
            } => {
                let Some(worker) = self.current(&worker, incarnation) else {
                    return;
                };
                worker.close_output(stream, effects);
            }
            Input::Suspended {
                worker,
                incarnation,
            } => {
                let Some(worker) = self.current(&worker, incarnation) else {
                    return;
                };
                worker.suspend(now, true);
            }
            Input::Continued {
                worker,
                incarnation,
            } => {
                let Some(worker) = self.current(&worker, incarnation) else {
                    return;
                };
                worker.suspend(now, false);
            }
            Input::Command { .. }
            | Input::Received { .. }
            | Input::Written { .. }
            | Input::Unread { .. }
            | Input::Tick => unreachable!("`dispatch` takes these itself"),
        }
    }

    fn pass_on(&mut self, worker: &WorkerId, answers: Vec<Answer>, effects: &mut Vec<Effect>) {
        for Answer {
            ticket,
            message,
            latency,
        } in answers
        {
            let worker = worker.clone();
            let reply = Reply {
                worker,
                message,
                latency,
            };
            self.replies.reply(ticket, reply, effects);
        }
    }

    /// These replies will not come.
    fn bereave(&mut self, bereft: Vec<Ticket>, effects: &mut Vec<Effect>) {
        for ticket in bereft {
            self.replies.expect_one_less(ticket, effects);
        }
    }

    fn tick(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.replies.expire(now.mono, false, effects);
        for worker in self.workers_mut() {
            worker.tick(now, effects);
        }
    }

    /// Does all that follows: spawns whose turn it is, states told, workers removed, commands answered, the end.
    fn settle(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.order_spawns(effects);
        self.workers_mut()
            .for_each(|worker| worker.tell_state(now, effects));
        self.pools
            .values_mut()
            .for_each(|pool| pool.remove_left(effects));
        self.answer_errands(now, effects);
        self.deadline = self
            .workers()
            .filter_map(|one| one.next_deadline(now.mono))
            .min();
        let is_idle = self.workers().all(|worker| worker.phase.is_over());
        if self.is_down && is_idle && !self.is_halted {
            self.is_halted = true;
            self.replies.expire(now.mono, true, effects);
            let down = std::mem::take(&mut self.down);
            effects.extend(down.into_iter().map(|ticket| Effect::Answer {
                ticket,
                result: Ok(Outcome::Down),
            }));
            effects.push(Effect::Halt);
        }
    }

    fn order_spawns(&mut self, effects: &mut Vec<Effect>) {
        let is_ordered = |worker: &&Worker| worker.phase == Phase::Starting { is_ordered: true };
        let mut places = SPAWNS.saturating_sub(self.workers().filter(is_ordered).count());
        for worker in self.workers_mut() {
            let waits = worker.phase == Phase::Starting { is_ordered: false };
            if waits && !worker.wanted {
                // It was stopped before its turn came.
                worker.phase = Phase::Stopped;
            } else if waits && places > 0 {
                places -= 1;
                worker.phase = Phase::Starting { is_ordered: true };
                effects.push(Effect::Spawn {
                    worker: worker.id.clone(),
                    incarnation: worker.incarnation,
                });
            }
        }
    }

    fn answer_errands(&mut self, now: Now, effects: &mut Vec<Effect>) {
        for mut errand in std::mem::take(&mut self.errands) {
            errand
                .missing
                .retain(|(id, until)| !self.is_met(now.mono, id, *until));
            if errand.missing.is_empty() {
                effects.push(errand.answer());
            } else {
                self.errands.push(errand);
            }
        }
    }

    fn is_met(&mut self, now: MonoTime, id: &WorkerId, until: Until) -> bool {
        // A worker that was removed meets everything.
        let Some(worker) = self.worker_mut(id) else {
            return true;
        };
        let state = worker.state(now);
        match until {
            Until::Settled(incarnation) => {
                let settles = !matches!(state, State::Starting | State::Stopping);
                settles && (worker.incarnation >= incarnation || state.is_over())
            }
            Until::Gone => worker.phase.is_over(),
            Until::Past(incarnation) => {
                worker.incarnation > incarnation || worker.phase.life().is_none()
            }
        }
    }
}
