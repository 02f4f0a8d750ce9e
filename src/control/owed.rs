//! What a client is owed: answers to requests that took effect, and requests that are held back because there are too many
//! of those.
//!
//! Decides nothing about jobs or workers; called by a client's loop.

use std::collections::HashSet;
use std::future::Future;

use crate::control::answer::{self, Answered};
use crate::control::call::Call;
use crate::control::held::Held;
use crate::control::pending::Pendings;
use crate::control::rpc::{Id, RpcError};
use crate::deck::{Pending, Submitted};
use crate::model::{Command, Outcome, Refusal};

/// How many commands of a client may be on their way.
const COMMANDS: usize = 1024;

/// How many submits of a client may be not yet accepted. A pool that is full and blocks holds back its submitter by them.
const UNACCEPTED: usize = 256;

/// How many submits of a client may wait for the end of a job that was accepted: as many as a pool's queue holds unless
/// it is told otherwise.
const WAITING: usize = 100_000;

/// Answers that are on their way, and the requests that wait for room among them. While those are too many no request of
/// the client is read.
pub(super) struct Owed {
    held: Held,
    commands: Pendings<Answered>,
    unaccepted: Pendings<Accepted>,
    waiting: Pendings<Answered>,
    /// Ids of requests that are not yet answered.
    ids: HashSet<Id>,
}

/// A submit that was accepted or refused.
struct Accepted {
    id: Option<Id>,
    result: Result<Outcome, Refusal>,
    finished: Option<Pending>,
}

impl Owed {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            held: Held::default(),
            commands: Pendings::new(COMMANDS),
            unaccepted: Pendings::new(UNACCEPTED),
            waiting: Pendings::new(WAITING),
            ids: HashSet::new(),
        }
    }

    /// Whether the request with this id is not answered yet.
    pub(super) fn has(&self, id: &Id) -> bool {
        self.ids.contains(id)
    }

    /// Whether nothing is owed.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
            && self.commands.is_empty()
            && self.unaccepted.is_empty()
            && self.waiting.is_empty()
    }

    /// Whether no further request is to be read.
    pub(super) fn is_full(&self) -> bool {
        self.held.is_full()
    }

    /// Gives a request back that may take effect at once, and holds it back otherwise; it was `bytes` long.
    pub(super) fn request(
        &mut self,
        id: Option<Id>,
        call: Call,
        bytes: usize,
    ) -> Option<(Option<Id>, Call)> {
        if self.held.is_empty() && self.room()(&call) {
            return Some((id, call));
        }
        self.occupy(id.as_ref());
        self.held.push(id, call, bytes);
        None
    }

    /// The next request that was held back and is to take effect.
    pub(super) fn admit(&mut self) -> Option<(Option<Id>, Call)> {
        let has_room = self.room();
        let (id, call) = self.held.next(has_room)?;
        self.release(id.as_ref());
        Some((id, call))
    }

    /// Gives up the requests that have not taken effect, so that they are refused.
    pub(super) fn give_up(&mut self) -> Vec<Option<Id>> {
        let ids = self.held.give_up();
        for id in &ids {
            self.release(id.as_ref());
        }
        ids
    }

    /// Adds a command's answer, which comes by `result`.
    pub(super) fn command(
        &mut self,
        id: Option<Id>,
        is_down: bool,
        result: impl Future<Output = Result<Vec<u8>, RpcError>> + Send + 'static,
    ) {
        self.occupy(id.as_ref());
        self.commands.push(async move {
            let result = result.await;
            Answered {
                id,
                result,
                is_down,
            }
        });
    }

    /// Adds a submit's answer: it comes with the acceptance or, where it waits, with the end.
    pub(super) fn submit(&mut self, id: Option<Id>, submitted: Submitted) {
        self.occupy(id.as_ref());
        // Nobody is told the end that a notification waits for.
        let finished = submitted.finished.filter(|_| id.is_some());
        self.unaccepted.push(async move {
            let result = submitted.accepted.await;
            Accepted {
                id,
                result,
                finished,
            }
        });
    }

    /// The next answer; none when a request may be admitted without one, because a submit that waits for its end was
    /// accepted, or because one that is held back has waited too long. Waits for ever while nothing is owed.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub(super) async fn next(&mut self) -> Option<Answered> {
        // All of these are safe to cancel.
        let answered = tokio::select! {
            answered = self.commands.next() => answered,
            answered = self.waiting.next() => answered,
            accepted = self.unaccepted.next() => self.accept(accepted)?,
            () = self.held.overdue() => return None,
        };
        self.release(answered.id.as_ref());
        Some(answered)
    }

    /// Which requests have room. A submit has none while 256 are not yet accepted or 100,000 wait for the end of their job, a
    /// command but `down` while 1024 are on their way.
    fn room(&self) -> impl Fn(&Call) -> bool + use<> {
        let has_submits = !self.unaccepted.is_full() && !self.waiting.is_full();
        let has_commands = !self.commands.is_full();
        move |call| match call {
            Call::Submit { .. } => has_submits,
            Call::Command(command) => has_commands || *command == Command::Down,
            // All others are answered at once.
            _ => true,
        }
    }

    /// An id of null names no request in particular.
    fn occupy(&mut self, id: Option<&Id>) {
        if let Some(id) = id.filter(|id| !id.is_null()) {
            self.ids.insert(id.clone());
        }
    }

    fn release(&mut self, id: Option<&Id>) {
        if let Some(id) = id {
            self.ids.remove(id);
        }
    }

    fn accept(&mut self, accepted: Accepted) -> Option<Answered> {
        let Accepted {
            id,
            result,
            finished,
        } = accepted;
        let result = match (result, finished) {
            (Ok(Outcome::Submitted(job)), Some(finished)) => {
                self.waiting.push(async move {
                    Answered {
                        id,
                        result: answer::end(job, finished).await,
                        is_down: false,
                    }
                });
                return None;
            }
            (Ok(outcome), _) => Ok(answer::told(&outcome)),
            (Err(refusal), _) => Err(refusal.into()),
        };
        Some(Answered {
            id,
            result,
            is_down: false,
        })
    }
}
