//! Rolling restarts: one worker after the other, each once the one before is ready.
//!
//! Owns those that are under way, at most one of a pool: who is still to be restarted, who is just being, who was. Those
//! are the workers that were wanted when it was asked, pool by pool in config order, in the order of their numbers. A
//! worker that is stopped by hand or removed meanwhile is left out; one that is restarted or killed by hand is waited
//! for as it comes back. The first failure ends it, and the workers that it has not come to keep their processes: one
//! that is not made, ends before it is ready or is not ready in time, and one that was restarted and crashes while
//! others still are to be. Called by `machine` at the end of each step, and by `request`.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::{
    Address, Event, Incarnation, Outcome, PoolName, Refusal, RefusalKind, RollingChanged, Ticket,
    WorkerId,
};
use crate::supervisor::cause;
use crate::supervisor::ladder::Aim;
use crate::supervisor::machine::Machine;
use crate::supervisor::request::answer;
use crate::supervisor::turn::{Slot, Turn};
use crate::supervisor::worker::{Phase, Worker};

/// A rolling restart.
#[derive(Debug)]
pub(super) struct Rolling {
    pub(super) ticket: Ticket,
    to: Address,
    /// Those that it was not about: nobody wanted them to run.
    idle: Vec<WorkerId>,
    /// Everyone that is to be restarted; each of them is in one of the places below.
    all: Vec<WorkerId>,
    /// Those that it has not come to.
    left: VecDeque<(Slot, WorkerId)>,
    current: Option<Current>,
    restarted: Vec<(Slot, WorkerId)>,
    /// Those that were stopped or removed meanwhile.
    skipped: Vec<WorkerId>,
}

/// The worker that is being restarted.
#[derive(Debug)]
struct Current {
    slot: Slot,
    worker: WorkerId,
    /// Its first process that counts as new.
    goal: Incarnation,
}

/// What became of a worker.
enum Fate {
    /// Nothing yet.
    Waits,
    /// It is ready.
    Restarted,
    /// It is not to be there any more.
    Skipped,
    /// It is not ready, for this reason.
    Failed(Arc<str>),
}

/// How far a rolling restart came.
enum Progress {
    Waits,
    Done,
    Failed(WorkerId, Arc<str>),
}

impl Rolling {
    /// Whether it is about that pool.
    pub(super) fn is_about(&self, pool: &PoolName) -> bool {
        self.all.iter().any(|worker| worker.pool == *pool)
    }

    /// The pools that it is about, in order. For the oracle too.
    pub(super) fn pools(&self) -> Vec<&PoolName> {
        let mut pools: Vec<&PoolName> = self.all.iter().map(|worker| &worker.pool).collect();
        pools.dedup();
        pools
    }

    /// Whether everyone is in one place, and no more than one is being restarted. For the oracle.
    pub(super) fn adds_up(&self) -> bool {
        let current = usize::from(self.current.is_some());
        let passed = self.restarted.len() + self.skipped.len();
        self.left.len() + current + passed == self.all.len()
    }

    /// Where a pool stands in it, as an event.
    fn changed(&self, pool: &PoolName, error: Option<Arc<str>>) -> Event {
        let count = |of: &mut dyn Iterator<Item = &WorkerId>| {
            let count = of.filter(|worker| worker.pool == *pool).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let current = self.current.as_ref().map(|current| &current.worker);
        let is_on = error.is_none();
        Event::Rolling(RollingChanged {
            pool: pool.clone(),
            worker: current
                .filter(|worker| is_on && worker.pool == *pool)
                .cloned(),
            restarted: count(&mut self.restarted.iter().map(|(_, worker)| worker)),
            of: count(&mut self.all.iter()),
            error,
        })
    }

    /// Tells that it has come to its end in the pool of that worker, unless the next one is of that pool as well.
    fn tell_passed(&self, turn: &mut Turn<'_>, worker: &WorkerId) {
        let next = self.left.front().map(|(_, next)| &next.pool);
        if next != Some(&worker.pool) {
            turn.publish(self.changed(&worker.pool, None));
        }
    }

    /// It came to its end.
    fn outcome(self) -> Outcome {
        let restarted = self.restarted.into_iter().map(|(_, worker)| worker);
        Outcome::Rolled {
            restarted: restarted.collect(),
            skipped: self.idle.into_iter().chain(self.skipped).collect(),
        }
    }

    /// It ends with that worker.
    fn fail(&self, turn: &mut Turn<'_>, worker: &WorkerId, cause: &str) -> Refusal {
        let error = Arc::from(format!("{worker}: {cause}"));
        turn.publish(self.changed(&worker.pool, Some(error)));
        let (to, score) = (&self.to, self.score());
        let said = format!("the rolling restart of {to} stopped at {worker}: {cause}; {score}");
        Refusal::new(RefusalKind::RestartFailed, said)
            .at(to)
            .hint(format!("look at the logs of {worker}, then restart again"))
    }

    /// How far it came, in words.
    fn score(&self) -> String {
        let done = self.restarted.len();
        let left = self.all.len() - done - self.skipped.len();
        format!("{done} of {} restarted, {left} not", self.all.len())
    }
}

impl Machine {
    /// Begins a rolling restart, or says why not.
    pub(super) fn begin_rolling(&mut self, turn: &mut Turn<'_>, ticket: Ticket, to: Address) {
        self.has_news = true;
        let targets = match self.roster.targets(&to, false) {
            Ok(targets) => targets,
            Err(refusal) => return answer(turn, ticket, Err(refusal)),
        };
        let workers = targets
            .into_iter()
            .filter_map(|slot| self.roster.worker(slot));
        let (wanted, idle): (Vec<&Worker>, Vec<&Worker>) =
            workers.partition(|worker| worker.wanted);
        let left = wanted.iter().map(|worker| (worker.slot, worker.id.clone()));
        let rolling = Rolling {
            ticket,
            to,
            idle: idle.iter().map(|worker| worker.id.clone()).collect(),
            all: wanted.iter().map(|worker| worker.id.clone()).collect(),
            left: left.collect(),
            current: None,
            restarted: Vec::new(),
            skipped: Vec::new(),
        };
        match self.refuse_rolling(&rolling) {
            Some(refusal) => answer(turn, ticket, Err(refusal)),
            None => self.rollings.push(rolling),
        }
    }

    fn refuse_rolling(&self, new: &Rolling) -> Option<Refusal> {
        let to = &new.to;
        if new.all.is_empty() {
            let said = format!("no worker of {to} runs");
            let refusal = Refusal::new(RefusalKind::NotRunning, said).at(to);
            return Some(refusal.hint(format!("start {to} first")));
        }
        let (pool, other) = new.pools().into_iter().find_map(|pool| {
            let other = self.rollings.iter().find(|other| other.is_about(pool))?;
            Some((pool, other))
        })?;
        let said = format!(
            "{pool} is being restarted already, one worker after the other: {}",
            other.score()
        );
        let refusal = Refusal::new(RefusalKind::WrongState, said).at(to);
        Some(refusal.hint("wait until that is done"))
    }

    /// Takes every rolling restart as far as it comes.
    pub(super) fn roll_on(&mut self, turn: &mut Turn<'_>) {
        for mut rolling in std::mem::take(&mut self.rollings) {
            match self.advance(turn, &mut rolling) {
                Progress::Waits => self.rollings.push(rolling),
                Progress::Done => {
                    let ticket = rolling.ticket;
                    answer(turn, ticket, Ok(rolling.outcome()));
                }
                Progress::Failed(worker, cause) => {
                    let refusal = rolling.fail(turn, &worker, &cause);
                    answer(turn, rolling.ticket, Err(refusal));
                }
            }
        }
    }

    /// Ends every rolling restart: the deck goes down.
    pub(super) fn give_up_rolling(&mut self, turn: &mut Turn<'_>) {
        for rolling in std::mem::take(&mut self.rollings) {
            let said = format!("the deck is going down: {}", rolling.score());
            if let Some(current) = &rolling.current {
                let error = Some(Arc::from("the deck is going down"));
                turn.publish(rolling.changed(&current.worker.pool, error));
            }
            let refusal = Refusal::new(RefusalKind::ShuttingDown, said).at(&rolling.to);
            answer(turn, rolling.ticket, Err(refusal));
        }
    }

    fn advance(&mut self, turn: &mut Turn<'_>, rolling: &mut Rolling) -> Progress {
        loop {
            if let Some(at) = rolling.restarted.iter().position(|one| self.fell(one)) {
                let (slot, worker) = rolling.restarted.remove(at);
                let cause = self.roster.worker(slot).and_then(reason);
                return Progress::Failed(worker, cause.unwrap_or_default());
            }
            if let Some(current) = rolling.current.take() {
                let worker = current.worker.clone();
                match self.look(&current) {
                    Fate::Waits => {
                        rolling.current = Some(current);
                        return Progress::Waits;
                    }
                    Fate::Failed(cause) => return Progress::Failed(worker, cause),
                    Fate::Restarted => rolling.restarted.push((current.slot, current.worker)),
                    Fate::Skipped => rolling.skipped.push(current.worker),
                }
                rolling.tell_passed(turn, &worker);
            } else if let Some((slot, worker)) = rolling.left.pop_front() {
                self.begin_next(turn, rolling, slot, worker);
            } else {
                return Progress::Done;
            }
        }
    }

    /// Takes the next worker down, if it is still to be there.
    fn begin_next(&mut self, turn: &mut Turn<'_>, rolling: &mut Rolling, slot: Slot, id: WorkerId) {
        let worker = self.roster.worker_mut(slot);
        let Some(worker) = worker.filter(|worker| worker.wanted) else {
            rolling.skipped.push(id.clone());
            return rolling.tell_passed(turn, &id);
        };
        // A process that is being made is a new one.
        let goal = match worker.phase {
            Phase::Starting { asked: true } => worker.incarnation,
            _ => worker.incarnation.next(),
        };
        worker.restart(turn);
        turn.touched.push(slot);
        let pool = id.pool.clone();
        rolling.current = Some(Current {
            slot,
            worker: id,
            goal,
        });
        turn.publish(rolling.changed(&pool, None));
    }

    /// Whether a worker that was restarted ended by itself since.
    fn fell(&self, (slot, _): &(Slot, WorkerId)) -> bool {
        self.roster
            .worker(*slot)
            .is_some_and(|worker| reason(worker).is_some())
    }

    fn look(&self, current: &Current) -> Fate {
        let worker = self.roster.worker(current.slot);
        let Some(worker) = worker.filter(|worker| !worker.leaving) else {
            return Fate::Skipped;
        };
        if let Some(cause) = reason(worker) {
            return Fate::Failed(cause);
        }
        let is_new = worker.incarnation >= current.goal;
        match &worker.phase {
            Phase::Running(life) if life.is_ready() && is_new => Fate::Restarted,
            Phase::Stopping(stopping) if stopping.aim == Aim::Unready && is_new => {
                Fate::Failed(Arc::from(cause::unready(worker.policy.ready_timeout)))
            }
            _ if !worker.wanted => Fate::Skipped,
            _ => Fate::Waits,
        }
    }
}

/// Why a worker has no process, if nobody asked for that.
fn reason(worker: &Worker) -> Option<Arc<str>> {
    match &worker.phase {
        Phase::Backoff { reason, .. } | Phase::Failed { reason } | Phase::Finished { reason } => {
            Some(Arc::clone(reason))
        }
        Phase::Stopped { .. } | Phase::Starting { .. } | Phase::Running(_) | Phase::Stopping(_) => {
            None
        }
    }
}
