//! Messages from clients: whom an address means, and whether a mailbox takes one.

use std::time::Duration;

use crate::model::{Address, Now, Outcome, PoolName, Refusal, RefusalKind, State, WorkerId};
use crate::supervisor::exit::takes_mail;
use crate::supervisor::machine::Machine;
use crate::supervisor::phase::Phase;
use crate::supervisor::worker::Worker;
use crate::supervisor::{Effect, Ticket};
use crate::wire::Message;

/// A message to be sent.
#[derive(Debug)]
pub(crate) struct Send {
    pub(crate) ticket: Ticket,
    pub(crate) message: Message,
    pub(crate) wait: Option<Duration>,
}

impl Machine {
    pub(crate) fn send(
        &mut self,
        now: Now,
        to: &Address,
        send: &Send,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Refusal> {
        let targets = match to {
            Address::Pool(name) => vec![self.choose(now, name)?],
            Address::Worker(_) | Address::PoolAll(_) | Address::All => self.find(to)?,
        };
        let ticket = send.wait.map(|_| send.ticket);
        let mut delivered = Vec::new();
        let mut refused = None;
        for id in targets {
            let Some(worker) = self.worker_mut(&id) else {
                continue;
            };
            match worker.accept(now, &send.message, ticket) {
                Ok(()) => {
                    worker.hand_out(effects);
                    delivered.push(id);
                }
                Err(refusal) => refused = Some(refusal),
            }
        }
        if delivered.is_empty() {
            return Err(refused.unwrap_or_else(|| {
                Refusal::new(RefusalKind::NotRunning, format!("{to} has no workers")).at(to)
            }));
        }
        match send.wait {
            Some(wait) => self.replies.wait(send.ticket, delivered, now.mono + wait),
            None => effects.push(Effect::Answer {
                ticket: send.ticket,
                result: Ok(Outcome::Sent {
                    delivered,
                    replies: Vec::new(),
                }),
            }),
        }
        Ok(())
    }

    /// The least busy worker of a pool; among equals each in turn.
    fn choose(&mut self, now: Now, name: &PoolName) -> Result<WorkerId, Refusal> {
        self.pool(name)?;
        let Some(pool) = self.pools.get_mut(name) else {
            unreachable!("it was found above")
        };
        let count = pool.workers.len().max(1);
        let rank = |(index, worker): &(usize, &Worker)| {
            let state = worker.state(now.mono);
            let readiness = match state {
                State::Ready => 0,
                _ if takes_mail(state) => 1,
                _ => 2, // It would refuse.
            };
            let load = worker.mailbox.len() + worker.pairing.len();
            (
                readiness,
                load,
                (*index + count - pool.turn % count) % count,
            )
        };
        let chosen = pool.workers.iter().enumerate().min_by_key(rank);
        let Some((index, id)) = chosen.map(|(index, worker)| (index, worker.id.clone())) else {
            let message = format!("`{name}` has no workers");
            let refusal = Refusal::new(RefusalKind::NotRunning, message).at(name);
            return Err(refusal.hint("scale it up"));
        };
        pool.turn = index + 1;
        Ok(id)
    }
}

impl Worker {
    /// Takes a message into the mailbox.
    fn accept(&mut self, now: Now, message: &Message, wait: Option<Ticket>) -> Result<(), Refusal> {
        let state = self.state(now.mono);
        let id = &self.id;
        if !self.wanted || state.is_over() {
            let message = format!("{id} is {state}");
            let refusal = Refusal::new(RefusalKind::NotRunning, message).at(id);
            return Err(refusal.hint("start it first"));
        }
        let is_closed =
            matches!(&self.phase, Phase::Running(running) if running.closed_at.is_some());
        if is_closed {
            let message = format!("{id} closed its channel");
            let refusal = Refusal::new(RefusalKind::ChannelClosed, message).at(id);
            return Err(refusal.hint("restart it to get a new channel"));
        }
        let (length, most) = (message.len() + 1, self.spec.max_frame);
        if length > most {
            let message =
                format!("the message has {length} bytes, more than `max_frame` of {most}");
            return Err(Refusal::new(RefusalKind::BadMessage, message).at(id));
        }
        self.mailbox.accept(message.clone(), wait).map_err(|_| {
            let count = self.mailbox.len();
            let message = format!("the mailbox of {id} is full: {count} messages wait");
            let refusal = Refusal::new(RefusalKind::MailboxFull, message).at(id);
            refusal.hint("wait until it reads, or raise `mailbox` in the config")
        })
    }
}
