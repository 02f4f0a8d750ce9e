//! What clients ask: addresses found, commands carried out or refused.

use crate::model::{
    Address, Command, Now, Outcome, PoolName, Refusal, RefusalKind, Signal, WorkerId,
};
use crate::supervisor::machine::Machine;
use crate::supervisor::phase::{Phase, Why};
use crate::supervisor::pool::Pool;
use crate::supervisor::send::Send;
use crate::supervisor::waits::{Errand, Until, refuse};
use crate::supervisor::worker::Worker;
use crate::supervisor::{Effect, SignalScope, Ticket};

/// How many workers a pool may have.
const MOST_INSTANCES: u32 = 1000;

impl Machine {
    pub(crate) fn command(
        &mut self,
        now: Now,
        ticket: Ticket,
        command: Command,
        effects: &mut Vec<Effect>,
    ) {
        if self.is_down && command != Command::Down {
            let refusal = Refusal::new(RefusalKind::ShuttingDown, "the deck is going down");
            effects.push(refuse(ticket, refusal));
            return;
        }
        let result = match command {
            Command::Send { to, message, wait } => {
                let send = Send {
                    ticket,
                    message,
                    wait,
                };
                self.send(now, &to, &send, effects).map(|()| None)
            }
            Command::Start { to } => self.start(ticket, &to).map(Some),
            Command::Stop { to } => self.stop(now, ticket, &to, effects).map(Some),
            Command::Restart { to } => self.restart(now, ticket, &to, effects).map(Some),
            Command::Kill { to } => self.kill(now, ticket, &to, effects).map(Some),
            Command::Disconnect { to } => self.disconnect(ticket, &to, effects).map(Some),
            Command::Signal { to, signal } => self.signal(ticket, &to, signal, effects).map(Some),
            Command::Scale { pool, instances } => {
                self.scale(now, ticket, &pool, instances, effects).map(Some)
            }
            Command::Down => {
                self.go_down(now, ticket, effects);
                Ok(None)
            }
        };
        match result {
            Ok(errand) => self.errands.extend(errand),
            Err(refusal) => effects.push(refuse(ticket, refusal)),
        }
    }

    pub(crate) fn pool(&self, name: &PoolName) -> Result<&Pool, Refusal> {
        self.pools.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.pools.keys().map(PoolName::as_str).collect();
            Refusal::new(
                RefusalKind::NoSuchPool,
                format!("there is no pool `{name}`"),
            )
            .at(name)
            .hint(format!("the pools are: {}", names.join(", ")))
        })
    }

    /// All workers that an address means; a pool's name alone means all of the pool here.
    pub(crate) fn find(&self, to: &Address) -> Result<Vec<WorkerId>, Refusal> {
        let ids = |pool: &Pool| {
            pool.workers
                .iter()
                .map(|worker| worker.id.clone())
                .collect()
        };
        match to {
            Address::All => Ok(self.workers().map(|worker| worker.id.clone()).collect()),
            Address::Pool(name) | Address::PoolAll(name) => self.pool(name).map(ids),
            Address::Worker(id) => {
                let pool = self.pool(&id.pool)?;
                let count = pool.workers.len();
                if pool.workers.iter().any(|worker| worker.id == *id) {
                    return Ok(vec![id.clone()]);
                }
                let refusal = Refusal::new(RefusalKind::NoSuchWorker, format!("there is no {id}"));
                let hint = match count {
                    0 => format!("`{}` has no workers; scale it up", id.pool),
                    1 => format!("`{0}` has one worker, {0}/1", id.pool),
                    _ => format!("`{0}` has the workers {0}/1 to {0}/{count}", id.pool),
                };
                Err(refusal.at(id).hint(hint))
            }
        }
    }

    /// Carries something out for each worker of an address.
    fn each(
        &mut self,
        ticket: Ticket,
        to: &Address,
        mut carry_out: impl FnMut(&mut Worker) -> Option<Until>,
    ) -> Result<Errand, Refusal> {
        let targets = self.find(to)?;
        let mut missing = Vec::new();
        for id in &targets {
            let until = self.worker_mut(id).and_then(&mut carry_out);
            missing.extend(until.map(|until| (id.clone(), until)));
        }
        let outcome = Outcome::Workers(targets);
        Ok(Errand {
            ticket,
            outcome,
            missing,
        })
    }

    fn start(&mut self, ticket: Ticket, to: &Address) -> Result<Errand, Refusal> {
        self.each(ticket, to, |worker| {
            worker.start();
            Some(Until::Settled(worker.incarnation))
        })
    }

    fn stop(
        &mut self,
        now: Now,
        ticket: Ticket,
        to: &Address,
        effects: &mut Vec<Effect>,
    ) -> Result<Errand, Refusal> {
        let mut bereft = Vec::new();
        let errand = self.each(ticket, to, |worker| {
            bereft.extend(worker.stop(now, effects));
            Some(Until::Gone)
        });
        self.give_up(bereft, effects);
        errand
    }

    fn restart(
        &mut self,
        now: Now,
        ticket: Ticket,
        to: &Address,
        effects: &mut Vec<Effect>,
    ) -> Result<Errand, Refusal> {
        self.each(ticket, to, |worker| {
            let before = worker.incarnation;
            worker.climb(now, Why::Asked, effects);
            worker.start();
            let is_new = worker.phase.life().is_some() || worker.incarnation == before;
            let next = if is_new {
                before.next()
            } else {
                worker.incarnation
            };
            Some(Until::Settled(next))
        })
    }

    fn kill(
        &mut self,
        now: Now,
        ticket: Ticket,
        to: &Address,
        effects: &mut Vec<Effect>,
    ) -> Result<Errand, Refusal> {
        self.each(ticket, to, |worker| {
            worker.kill(now, effects);
            Some(Until::Past(worker.incarnation))
        })
    }

    fn disconnect(
        &mut self,
        ticket: Ticket,
        to: &Address,
        effects: &mut Vec<Effect>,
    ) -> Result<Errand, Refusal> {
        self.each(ticket, to, |worker| {
            if worker.is_open() {
                effects.push(Effect::CloseChannel {
                    worker: worker.id.clone(),
                    incarnation: worker.incarnation,
                });
            }
            None
        })
    }

    fn signal(
        &mut self,
        ticket: Ticket,
        to: &Address,
        signal: Signal,
        effects: &mut Vec<Effect>,
    ) -> Result<Errand, Refusal> {
        let targets = self.find(to)?;
        let lives = |id: &&WorkerId| {
            self.workers()
                .any(|one| one.id == **id && one.phase.life().is_some())
        };
        if targets.iter().find(lives).is_none() {
            let refusal = Refusal::new(RefusalKind::NotRunning, format!("{to} has no process"));
            return Err(refusal.at(to).hint("start it first"));
        }
        self.each(ticket, to, |worker| {
            if worker.phase.life().is_some() {
                worker.signalled = Some(signal);
                effects.push(worker.signal(signal, SignalScope::Group));
            }
            None
        })
    }

    fn scale(
        &mut self,
        now: Now,
        ticket: Ticket,
        name: &PoolName,
        instances: u32,
        effects: &mut Vec<Effect>,
    ) -> Result<Errand, Refusal> {
        self.pool(name)?;
        if instances > MOST_INSTANCES {
            let message = format!("a pool has at most {MOST_INSTANCES} workers");
            return Err(Refusal::new(RefusalKind::Forbidden, message).at(name));
        }
        let Some(pool) = self.pools.get_mut(name) else {
            unreachable!("it was found above")
        };
        let before = pool.workers.len();
        pool.grow(instances);
        if pool.workers.len() > before {
            pool.tell_size(effects);
        }
        let mut bereft = Vec::new();
        let mut missing = Vec::new();
        for worker in &mut pool.workers {
            let was_leaving =
                std::mem::replace(&mut worker.is_leaving, worker.id.number > instances);
            let is_new = worker.id.number as usize > before;
            if worker.is_leaving {
                bereft.extend(worker.stop(now, effects));
                missing.push((worker.id.clone(), Until::Gone));
            } else if was_leaving || is_new {
                worker.start();
            }
        }
        self.give_up(bereft, effects);
        let outcome = Outcome::Scaled { instances };
        Ok(Errand {
            ticket,
            outcome,
            missing,
        })
    }

    fn go_down(&mut self, now: Now, ticket: Ticket, effects: &mut Vec<Effect>) {
        self.is_down = true;
        self.down.push(ticket);
        let mut bereft = Vec::new();
        for worker in self.workers_mut() {
            bereft.extend(worker.stop(now, effects));
        }
        self.give_up(bereft, effects);
    }

    fn give_up(&mut self, bereft: Vec<Ticket>, effects: &mut Vec<Effect>) {
        for ticket in bereft {
            self.replies.expect_one_less(ticket, effects);
        }
    }
}

impl Worker {
    /// Wants it to run, unless it is being removed: clears what held it back.
    fn start(&mut self) {
        if self.is_leaving {
            return;
        }
        self.wanted = true;
        self.forgive();
        match self.phase {
            Phase::Stopped | Phase::Failed | Phase::Finished => {
                self.begin();
            }
            Phase::Backoff { .. } => {
                self.restarts += 1;
                self.begin();
            }
            Phase::Starting { .. } | Phase::Running(_) | Phase::Stopping(_) => {}
        }
    }

    /// Wants it not to run. Returns who waits for replies that will not come.
    fn stop(&mut self, now: Now, effects: &mut Vec<Effect>) -> Vec<Ticket> {
        self.wanted = false;
        match self.phase {
            Phase::Running(_) => self.climb(now, Why::Asked, effects),
            Phase::Starting { is_ordered: false }
            | Phase::Backoff { .. }
            | Phase::Failed
            | Phase::Finished => return self.rest(Phase::Stopped, None, effects),
            Phase::Starting { is_ordered: true } | Phase::Stopping(_) | Phase::Stopped => {}
        }
        Vec::new()
    }
}
