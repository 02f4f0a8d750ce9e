//! Commands that are answered later: sends that wait for replies, and lifecycle commands that wait for workers.

use std::collections::HashMap;

use crate::model::{Incarnation, MonoTime, Outcome, Refusal, Reply, WorkerId};
use crate::supervisor::{Effect, Ticket};

/// Sends that wait for replies.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    waiting: HashMap<Ticket, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    delivered: Vec<WorkerId>,
    replies: Vec<Reply>,
    missing: usize,
    until: MonoTime,
}

impl Waiting {
    fn answer(self, ticket: Ticket) -> Effect {
        let result = Ok(Outcome::Sent {
            delivered: self.delivered,
            replies: self.replies,
        });
        Effect::Answer { ticket, result }
    }
}

impl Replies {
    /// Waits for one reply of each worker until a moment.
    pub(crate) fn wait(&mut self, ticket: Ticket, delivered: Vec<WorkerId>, until: MonoTime) {
        let missing = delivered.len();
        let replies = Vec::new();
        let waiting = Waiting {
            delivered,
            replies,
            missing,
            until,
        };
        self.waiting.insert(ticket, waiting);
    }

    /// A reply came.
    pub(crate) fn reply(&mut self, ticket: Ticket, reply: Reply, effects: &mut Vec<Effect>) {
        if let Some(waiting) = self.waiting.get_mut(&ticket) {
            waiting.replies.push(reply);
        }
        self.expect_one_less(ticket, effects);
    }

    /// A worker cannot reply any more.
    pub(crate) fn expect_one_less(&mut self, ticket: Ticket, effects: &mut Vec<Effect>) {
        let Some(waiting) = self.waiting.get_mut(&ticket) else {
            return;
        };
        waiting.missing = waiting.missing.saturating_sub(1);
        if waiting.missing == 0 {
            let waiting = self.waiting.remove(&ticket);
            effects.extend(waiting.map(|waiting| waiting.answer(ticket)));
        }
    }

    pub(crate) fn next_deadline(&self) -> Option<MonoTime> {
        self.waiting.values().map(|waiting| waiting.until).min()
    }

    /// Answers what has waited long enough; with `all`, everything.
    pub(crate) fn expire(&mut self, now: MonoTime, all: bool, effects: &mut Vec<Effect>) {
        let due = self
            .waiting
            .extract_if(|_, waiting| all || waiting.until <= now);
        let mut due: Vec<(Ticket, Waiting)> = due.collect();
        due.sort_by_key(|(ticket, _)| *ticket);
        effects.extend(
            due.into_iter()
                .map(|(ticket, waiting)| waiting.answer(ticket)),
        );
    }
}

/// A lifecycle command that waits for its workers.
#[derive(Debug)]
pub(crate) struct Errand {
    pub(crate) ticket: Ticket,
    pub(crate) outcome: Outcome,
    /// Whom it still waits for.
    pub(crate) missing: Vec<(WorkerId, Until)>,
}

/// What an errand waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// The worker takes messages, waits in backoff, or came to rest; not before this incarnation.
    Settled(Incarnation),
    /// No process of the worker lives.
    Gone,
    /// This incarnation's process is gone.
    Past(Incarnation),
}

impl Errand {
    pub(crate) fn answer(self) -> Effect {
        Effect::Answer {
            ticket: self.ticket,
            result: Ok(self.outcome),
        }
    }
}

/// Refuses a command.
pub(crate) fn refuse(ticket: Ticket, refusal: Refusal) -> Effect {
    Effect::Answer {
        ticket,
        result: Err(refusal),
    }
}
