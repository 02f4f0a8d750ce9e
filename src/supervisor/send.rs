//! Putting messages into mailboxes.
//!
//! Owns who is given a message and why it is refused. Called by `request` and `routes`.

use std::time::Duration;

use crate::model::{Address, ChannelKind, Outcome, Refusal, RefusalKind, State, Ticket};
use crate::supervisor::machine::Machine;
use crate::supervisor::request::answer;
use crate::supervisor::roster::Pool;
use crate::supervisor::turn::{Slot, Turn};
use crate::supervisor::waits::{Asker, PER_WORKER};
use crate::supervisor::worker::{Phase, Worker};
use crate::wire::{Message, Serialization, v8};

impl Machine {
    /// Puts a message into the mailboxes of its targets; an error only if none took it.
    pub(super) fn send(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        to: &Address,
        message: &Message,
        wait: Option<Duration>,
    ) {
        let targets = match self.addressees(to) {
            Ok(targets) => targets,
            Err(refusal) => return answer(turn, ticket, Err(refusal)),
        };
        let key = wait.map(|_| self.waits.key());
        let mut first_refusal = None;
        let mut delivered = Vec::with_capacity(targets.len());
        let mut accepted = Vec::with_capacity(targets.len());
        for slot in targets {
            let Some(worker) = self.roster.worker_mut(slot) else {
                continue;
            };
            match worker.deliver(turn, message.clone(), key.map(Asker::Wait), 0) {
                Ok(()) => {
                    delivered.push(worker.id.clone());
                    accepted.push(slot);
                }
                Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
            }
        }
        if delivered.is_empty() {
            let refusal = first_refusal.unwrap_or_else(|| nobody(to));
            return answer(turn, ticket, Err(refusal));
        }
        match (key, wait) {
            (Some(key), Some(wait)) => {
                self.waits
                    .open(key, ticket, turn.mono() + wait, delivered, accepted);
            }
            _ => answer(
                turn,
                ticket,
                Ok(Outcome::Sent {
                    delivered,
                    replies: Vec::new(),
                }),
            ),
        }
    }

    fn addressees(&mut self, to: &Address) -> Result<Vec<Slot>, Refusal> {
        let Address::Pool(name) = to else {
            return self.roster.targets(to, false);
        };
        let place = self.roster.find_pool(name)?;
        let pool = self.roster.pool_mut(place);
        Ok(pool.and_then(Pool::least_busy).into_iter().collect())
    }
}

fn nobody(to: &Address) -> Refusal {
    Refusal::new(RefusalKind::NotRunning, format!("{to} has no workers"))
        .at(to)
        .hint("make the pool larger with scale")
}

impl Worker {
    /// Takes a message into the mailbox, and on to the process if it may be given out.
    pub(super) fn deliver(
        &mut self,
        turn: &mut Turn<'_>,
        message: Message,
        asker: Option<Asker>,
        hops: u8,
    ) -> Result<(), Refusal> {
        self.accept(message, asker, hops)?;
        self.pump(turn);
        self.tell_duty(turn);
        Ok(())
    }

    fn accept(&mut self, message: Message, asker: Option<Asker>, hops: u8) -> Result<(), Refusal> {
        if message.len() >= self.policy.max_frame {
            let said = format!("a message to {} is longer than its max_frame", self.id);
            let hint = format!(
                "max_frame of {} is {} bytes",
                self.id.pool, self.policy.max_frame
            );
            return Err(Refusal::new(RefusalKind::BadMessage, said)
                .at(&self.id)
                .hint(hint));
        }
        self.check_can_be_written(&message)?;
        self.check_takes_mail()?;
        self.check_takes_handle(&message)?;
        let is_full = asker.is_some() && self.owed.len() >= PER_WORKER;
        let spec = self.policy.mailbox;
        if is_full || self.mailbox.accept(spec, message, asker, hops).is_err() {
            let said = format!("the mailbox of {} is full", self.id);
            return Err(Refusal::new(RefusalKind::MailboxFull, said)
                .at(&self.id)
                .hint(format!(
                    "wait until {} has read some, or restart it",
                    self.id
                )));
        }
        Ok(())
    }

    /// A handle travels on a fork channel only.
    fn check_takes_handle(&self, message: &Message) -> Result<(), Refusal> {
        if message.handle().is_none() || self.policy.channel == ChannelKind::Fork {
            return Ok(());
        }
        let said = format!("{} has no channel that a socket could be sent on", self.id);
        let hint = format!("give {} the channel fork", self.id.pool);
        Err(Refusal::new(RefusalKind::BadMessage, said)
            .at(&self.id)
            .hint(hint))
    }

    /// In advanced serialization a text has marks, which have to mean something.
    fn check_can_be_written(&self, message: &Message) -> Result<(), Refusal> {
        let id = &self.id;
        if self.policy.serialization == Serialization::Json {
            return Ok(());
        }
        v8::check(message.as_str()).map_err(|error| {
            let said = format!("a message to {id} cannot be written in advanced serialization");
            Refusal::new(RefusalKind::BadMessage, said)
                .at(id)
                .hint(error.to_string())
        })
    }

    /// Mail survives restart and backoff; a worker at rest, or on its way there, takes none.
    fn check_takes_mail(&self) -> Result<(), Refusal> {
        let id = &self.id;
        if self.policy.channel == ChannelKind::None {
            return Err(
                Refusal::new(RefusalKind::ChannelClosed, format!("{id} has no channel"))
                    .at(id)
                    .hint(format!("give {} the channel fork or stdio", id.pool)),
            );
        }
        if let Phase::Running(life) = &self.phase {
            if life.channel.is_open() {
                return Ok(());
            }
            return Err(Refusal::new(
                RefusalKind::ChannelClosed,
                format!("the channel of {id} is closed"),
            )
            .at(id)
            .hint(format!("restart {id} to open a new one")));
        }
        if self.wanted {
            return Ok(());
        }
        let state = match &self.phase {
            Phase::Starting { .. } | Phase::Stopping(_) => State::Stopping,
            Phase::Failed { .. } => State::Failed,
            Phase::Finished { .. } => State::Finished,
            // The others are wanted, or stopped.
            Phase::Stopped { .. } | Phase::Backoff { .. } | Phase::Running(_) => State::Stopped,
        };
        Err(
            Refusal::new(RefusalKind::NotRunning, format!("{id} is {state}"))
                .at(id)
                .hint(format!("start {id} first")),
        )
    }
}
