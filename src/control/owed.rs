//! What a client is owed: answers to requests that took effect, and when there are too many of them to read on.
//!
//! Decides nothing about jobs or workers; called by a client's loop.

use std::collections::HashSet;
use std::future::Future;

use crate::control::answer::{self, Answered};
use crate::control::pending::Pendings;
use crate::control::rpc::{Id, RpcError};
use crate::deck::{Pending, Submitted};
use crate::model::{Outcome, Refusal};

/// How many commands of a client may be on their way.
const COMMANDS: usize = 1024;

/// How many submits of a client may be not yet accepted. A pool that is full and blocks holds back its submitter by them.
const UNACCEPTED: usize = 256;

/// How many submits of a client may wait for the end of a job that was accepted: as many as a pool's queue holds unless
/// it is told otherwise.
const WAITING: usize = 100_000;

/// Answers that are on their way. While it is full no request of the client is read.
pub(super) struct Owed {
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
        self.commands.is_empty() && self.unaccepted.is_empty() && self.waiting.is_empty()
    }

    /// Whether no further request is to be read: 1024 commands are on their way, 256 submits are not yet accepted, or
    /// 100,000 wait for the end of their job.
    pub(super) fn is_full(&self) -> bool {
        self.commands.is_full() || self.unaccepted.is_full() || self.waiting.is_full()
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

    /// The next answer; none when a submit that waits for its end was accepted, so that more may be read. Waits for ever
    /// while nothing is owed.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub(super) async fn next(&mut self) -> Option<Answered> {
        // All of these are safe to cancel.
        let answered = tokio::select! {
            answered = self.commands.next() => answered,
            answered = self.waiting.next() => answered,
            accepted = self.unaccepted.next() => self.accept(accepted)?,
        };
        if let Some(id) = &answered.id {
            self.ids.remove(id);
        }
        Some(answered)
    }

    /// An id of null names no request in particular.
    fn occupy(&mut self, id: Option<&Id>) {
        if let Some(id) = id.filter(|id| !id.is_null()) {
            self.ids.insert(id.clone());
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
