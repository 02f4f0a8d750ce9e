//! What clients ask, and what they are answered.
//!
//! Owns the commands that are not answered yet: as many as the clients have open. Each gets exactly one answer.
//! Called by `machine`.

use crate::model::{
    Address, ChannelKind, Command, Event, Incarnation, Outcome, PoolName, Refusal, RefusalKind,
    Ticket, WorkerId,
};
use crate::supervisor::Effect;
use crate::supervisor::machine::Machine;
use crate::supervisor::roster::Roster;
use crate::supervisor::turn::{Slot, Turn};
use crate::supervisor::worker::{Phase, Worker};

/// How many workers a pool has at the most.
const MOST_INSTANCES: u32 = 1000;

/// A command whose end is waited for.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) ticket: Ticket,
    awaited: Awaited,
}

#[derive(Debug)]
enum Awaited {
    /// The targets are ready, wait for their restart, or are over.
    Settled {
        left: Vec<Slot>,
        workers: Vec<WorkerId>,
    },
    /// The targets' processes of that time are gone.
    Gone {
        left: Vec<(Slot, Incarnation)>,
        workers: Vec<WorkerId>,
    },
    /// The pool's removed workers are gone.
    Scaled { pool: usize, instances: u32 },
}

impl Pending {
    /// The answer, once it is due.
    pub(super) fn outcome(&mut self, roster: &Roster) -> Option<Outcome> {
        match &mut self.awaited {
            Awaited::Settled { left, workers } => {
                left.retain(|slot| roster.worker(*slot).is_some_and(is_on_its_way));
                left.is_empty()
                    .then(|| Outcome::Workers(std::mem::take(workers)))
            }
            Awaited::Gone { left, workers } => {
                left.retain(|(slot, incarnation)| {
                    roster
                        .worker(*slot)
                        .is_some_and(|worker| lingers(worker, *incarnation))
                });
                left.is_empty()
                    .then(|| Outcome::Workers(std::mem::take(workers)))
            }
            Awaited::Scaled { pool, instances } => {
                let mut extra = roster
                    .pool(*pool)?
                    .workers()
                    .iter()
                    .skip(*instances as usize);
                (!extra.any(|worker| worker.leaving)).then_some(Outcome::Scaled {
                    instances: *instances,
                })
            }
        }
    }
}

fn is_on_its_way(worker: &Worker) -> bool {
    match &worker.phase {
        Phase::Starting { .. } | Phase::Stopping(_) => true,
        Phase::Running(life) => !life.is_ready(),
        _ => false, // Nothing is under way.
    }
}

/// Whether the process that a `stop` or `kill` was about is still there, or still being made to be ended.
fn lingers(worker: &Worker, incarnation: Incarnation) -> bool {
    worker.incarnation == incarnation
        && match worker.phase {
            Phase::Stopping(_) => true,
            // With a new intent the stop is overtaken.
            Phase::Starting { asked } => asked && !worker.wanted,
            _ => false, // None is there, or it was started again in the meantime.
        }
}

impl Machine {
    /// Carries out a command.
    pub(super) fn command(&mut self, turn: &mut Turn<'_>, ticket: Ticket, command: Command) {
        // Who hangs on while the deck goes down can still be ended.
        let ends = matches!(
            command,
            Command::Down | Command::Kill { .. } | Command::Signal { .. }
        );
        if self.is_going_down() && !ends {
            let refusal = Refusal::new(RefusalKind::ShuttingDown, "the deck is going down");
            return answer(turn, ticket, Err(refusal));
        }
        let awaited = match command {
            Command::Send { to, message, wait } => {
                return self.send(turn, ticket, &to, &message, wait);
            }
            Command::Jobs(_) => unreachable!("the driver gives what concerns jobs to the jobs"),
            Command::Inspect(_) | Command::InspectPool(_) => {
                unreachable!("the driver tells itself what it knows")
            }
            Command::Down => return self.go_down(turn, ticket),
            Command::Start { to } => self.settle_with(turn, &to, |worker, _| worker.start()),
            Command::Restart { to, rolling: true } => {
                return self.begin_rolling(turn, ticket, to);
            }
            Command::Restart { to, rolling: false } => self.settle_with(turn, &to, Worker::restart),
            Command::Stop { to } => self.stop_workers(turn, &to),
            Command::Kill { to } => self.kill_workers(turn, &to),
            Command::Disconnect { to } => self.reach(turn, &to, Worker::disconnect).map(at_once),
            Command::Signal { to, signal } => self
                .reach(turn, &to, |worker, turn| {
                    worker.signal_by_hand(turn, signal)
                })
                .map(at_once),
            Command::Scale { pool, instances } => self.scale(turn, &pool, instances),
        };
        match awaited {
            Ok(awaited) => self.pending.push(Pending { ticket, awaited }),
            Err(refusal) => answer(turn, ticket, Err(refusal)),
        }
        self.has_news = true;
    }

    fn settle_with(
        &mut self,
        turn: &mut Turn<'_>,
        to: &Address,
        apply: impl Fn(&mut Worker, &mut Turn<'_>),
    ) -> Result<Awaited, Refusal> {
        let left = self.roster.targets(to, false)?;
        let mut workers = Vec::with_capacity(left.len());
        for slot in &left {
            if let Some(worker) = self.roster.worker_mut(*slot) {
                apply(worker, turn);
                workers.push(worker.id.clone());
                turn.touched.push(*slot);
            }
        }
        Ok(Awaited::Settled { left, workers })
    }

    fn stop_workers(&mut self, turn: &mut Turn<'_>, to: &Address) -> Result<Awaited, Refusal> {
        let targets = self.roster.targets(to, true)?;
        let mut left = Vec::with_capacity(targets.len());
        let mut workers = Vec::with_capacity(targets.len());
        for slot in targets {
            if let Some(worker) = self.roster.worker_mut(slot) {
                worker.stop_or_hasten(turn);
                left.push((slot, worker.incarnation));
                workers.push(worker.id.clone());
                turn.touched.push(slot);
            }
        }
        Ok(Awaited::Gone { left, workers })
    }

    fn kill_workers(&mut self, turn: &mut Turn<'_>, to: &Address) -> Result<Awaited, Refusal> {
        let reached = self.reach(turn, to, |worker, turn| {
            let is_there = worker.life().is_some();
            worker.kill(turn);
            is_there
        })?;
        let (left, workers) = reached
            .into_iter()
            .map(|(slot, incarnation, id)| ((slot, incarnation), id))
            .unzip();
        Ok(Awaited::Gone { left, workers })
    }

    /// Does something to every target's process; refused when no target had one.
    fn reach(
        &mut self,
        turn: &mut Turn<'_>,
        to: &Address,
        apply: impl Fn(&mut Worker, &mut Turn<'_>) -> bool,
    ) -> Result<Vec<(Slot, Incarnation, WorkerId)>, Refusal> {
        let mut reached = Vec::new();
        let mut is_any_live = false;
        let mut is_any_starting = false;
        let mut has_channel = false;
        for slot in self.roster.targets(to, true)? {
            let Some(worker) = self.roster.worker_mut(slot) else {
                continue;
            };
            is_any_live |= worker.life().is_some();
            has_channel |= worker.policy.channel != ChannelKind::None;
            is_any_starting |= matches!(worker.phase, Phase::Starting { .. });
            if apply(worker, turn) {
                reached.push((slot, worker.incarnation, worker.id.clone()));
                turn.touched.push(slot);
            }
        }
        if !reached.is_empty() {
            return Ok(reached);
        }
        Err(if is_any_live && !has_channel {
            Refusal::new(RefusalKind::ChannelClosed, format!("{to} has no channel")).at(to)
        } else if is_any_live {
            Refusal::new(
                RefusalKind::ChannelClosed,
                format!("the channel of {to} is closed"),
            )
            .at(to)
            .hint(format!("restart {to} to open a new one"))
        } else {
            without_process(to, is_any_starting)
        })
    }

    fn scale(
        &mut self,
        turn: &mut Turn<'_>,
        name: &PoolName,
        instances: u32,
    ) -> Result<Awaited, Refusal> {
        let place = self.roster.find_pool(name)?;
        if instances > MOST_INSTANCES {
            let said = format!("{name} cannot have {instances} workers");
            return Err(Refusal::new(RefusalKind::Forbidden, said)
                .at(name)
                .hint(format!("a pool has at most {MOST_INSTANCES} workers")));
        }
        let scaled = Awaited::Scaled {
            pool: place,
            instances,
        };
        let Some(pool) = self.roster.pool_mut(place) else {
            return Ok(scaled);
        };
        let before = pool.workers().len();
        if pool.grow(instances as usize) {
            turn.publish(pool.event());
        }
        for (index, worker) in pool.workers_mut().enumerate() {
            let was_leaving = worker.leaving;
            worker.leaving = index >= instances as usize;
            if worker.leaving {
                worker.stop(turn);
            } else if was_leaving || index >= before {
                worker.start();
            }
            turn.touched.push(worker.slot);
        }
        Ok(scaled)
    }

    fn go_down(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        self.has_news = true;
        if self.halted {
            return answer(turn, ticket, Ok(Outcome::Down));
        }
        if self.downs.is_empty() {
            turn.publish(Event::Down);
            self.give_up_rolling(turn);
        }
        let is_second = !self.downs.is_empty();
        self.downs.push(ticket);
        // Who came to rest before keeps the state that tells how.
        let moving = self.roster.workers().filter(|worker| !worker.is_over());
        let slots: Vec<Slot> = moving.map(|worker| worker.slot).collect();
        for slot in slots {
            if let Some(worker) = self.roster.worker_mut(slot) {
                worker.stop(turn);
                if is_second {
                    worker.hasten(turn);
                }
                turn.touched.push(slot);
            }
        }
    }
}

fn without_process(to: &Address, is_starting: bool) -> Refusal {
    let (said, hint) = if is_starting {
        (
            format!("{to} is starting: it has no process yet"),
            format!("wait until {to} is ready, or stop it"),
        )
    } else {
        (format!("{to} has no process"), format!("start {to} first"))
    };
    Refusal::new(RefusalKind::NotRunning, said)
        .at(to)
        .hint(hint)
}

fn at_once(reached: Vec<(Slot, Incarnation, WorkerId)>) -> Awaited {
    Awaited::Gone {
        left: Vec::new(),
        workers: reached.into_iter().map(|(_, _, id)| id).collect(),
    }
}

/// Answers a command.
pub(super) fn answer(turn: &mut Turn<'_>, ticket: Ticket, result: Result<Outcome, Refusal>) {
    turn.push(Effect::Answer { ticket, result });
}
