//! One step of the machine: when it is, and what it leads to.

use crate::jobs::Effect;
use crate::jobs::moment::Moment;
use crate::model::{Now, Outcome, Refusal, Ticket};

/// A step.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) now: Now,
    pub(super) at: Moment,
    effects: &'a mut Vec<Effect>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(now: Now, effects: &'a mut Vec<Effect>) -> Self {
        Self {
            now,
            at: Moment::from(now.mono),
            effects,
        }
    }

    /// Wants something done.
    pub(super) fn want(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Answers a command.
    pub(super) fn answer(&mut self, ticket: Ticket, result: Result<Outcome, Refusal>) {
        self.want(Effect::Answer { ticket, result });
    }

    /// Answers a command that changed nothing.
    pub(super) fn tell(&mut self, ticket: Ticket, result: Result<Outcome, Refusal>) {
        self.want(Effect::Tell { ticket, result });
    }
}
