//! The `send` commands that wait for replies.
//!
//! Owns who still owes a reply and until when. Each worker keeps its own order of waits; this only gathers. As many as
//! the clients have open, each worker bounded by [`PER_WORKER`]. Called by `machine` and by workers that were answered.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::model::{MonoTime, Outcome, Refusal, Reply, ReplyId, Ticket, WorkerId};
use crate::supervisor::turn::{Slot, WaitKey};

/// How many written messages of one worker may wait for a reply; beyond, a waiting `send` is refused as
/// `mailbox_full`.
pub(super) const PER_WORKER: usize = 4096;

/// A `send` that waits.
#[derive(Debug)]
struct Wait {
    ticket: Ticket,
    until: MonoTime,
    delivered: Vec<WorkerId>,
    owing: Vec<Slot>,
    replies: Vec<Reply>,
    /// Why a reply could not be read.
    refusal: Option<Refusal>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Waits {
    open: BTreeMap<WaitKey, Wait>,
    deadlines: BTreeSet<(MonoTime, WaitKey)>,
    finished: Vec<(Ticket, Result<Outcome, Refusal>)>,
    last: u64,
}

impl Waits {
    /// A key for a `send` that is about to be delivered.
    pub(super) fn key(&mut self) -> WaitKey {
        self.last += 1;
        WaitKey(self.last)
    }

    /// Waits for replies of `owing`.
    pub(super) fn open(
        &mut self,
        key: WaitKey,
        ticket: Ticket,
        until: MonoTime,
        delivered: Vec<WorkerId>,
        owing: Vec<Slot>,
    ) {
        self.deadlines.insert((until, key));
        self.open.insert(
            key,
            Wait {
                ticket,
                until,
                delivered,
                owing,
                replies: Vec::new(),
                refusal: None,
            },
        );
    }

    /// Whether a wait is not over.
    pub(super) fn is_open(&self, key: WaitKey) -> bool {
        self.open.contains_key(&key)
    }

    /// A worker replied.
    pub(super) fn reply(&mut self, key: WaitKey, slot: Slot, reply: Reply) {
        if let Some(wait) = self.open.get_mut(&key) {
            wait.replies.push(reply);
            self.forsake(key, slot);
        }
    }

    /// A worker's reply cannot be read.
    pub(super) fn fail(&mut self, key: WaitKey, slot: Slot, refusal: Refusal) {
        if let Some(wait) = self.open.get_mut(&key) {
            wait.refusal.get_or_insert(refusal);
            self.forsake(key, slot);
        }
    }

    /// A worker owes no reply any more.
    pub(super) fn forsake(&mut self, key: WaitKey, slot: Slot) {
        let Some(wait) = self.open.get_mut(&key) else {
            return;
        };
        wait.owing.retain(|owing| *owing != slot);
        if wait.owing.is_empty() {
            self.close(key);
        }
    }

    /// Ends what ran out of time; returns whose replies nobody waits for any more.
    pub(super) fn expire(&mut self, now: MonoTime) -> Vec<(WaitKey, Slot)> {
        let mut late = Vec::new();
        while let Some(&(until, key)) = self.deadlines.first()
            && until <= now
        {
            if let Some(wait) = self.open.get(&key) {
                late.extend(wait.owing.iter().map(|slot| (key, *slot)));
            }
            self.close(key);
        }
        late
    }

    fn close(&mut self, key: WaitKey) {
        let Some(wait) = self.open.remove(&key) else {
            return;
        };
        self.deadlines.remove(&(wait.until, key));
        // Of several workers, those that can be read have answered.
        let is_only = wait.delivered.len() == 1;
        let answer = match wait.refusal.filter(|_| is_only) {
            Some(refusal) => Err(refusal),
            None => Ok(Outcome::Sent {
                delivered: wait.delivered,
                replies: wait.replies,
            }),
        };
        self.finished.push((wait.ticket, answer));
    }

    /// The answers that are due since the last call.
    pub(super) fn take_finished(&mut self) -> Vec<(Ticket, Result<Outcome, Refusal>)> {
        std::mem::take(&mut self.finished)
    }

    /// When the first one runs out of time.
    pub(super) fn deadline(&self) -> Option<MonoTime> {
        self.deadlines.first().map(|(until, _)| *until)
    }

    /// Who owes a reply to whom. For the oracle.
    pub(super) fn owed(&self) -> impl Iterator<Item = (WaitKey, &[Slot])> {
        self.open
            .iter()
            .map(|(key, wait)| (*key, wait.owing.as_slice()))
    }

    /// The tickets that are not answered. For the oracle.
    pub(super) fn tickets(&self) -> impl Iterator<Item = Ticket> + '_ {
        self.open.values().map(|wait| wait.ticket)
    }
}

/// Who wants the answer to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// A client.
    Wait(WaitKey),
    /// The worker whose message a route passed on.
    Worker(Slot),
}

/// A worker's message that was written and is to be answered.
#[derive(Clone, Debug)]
pub(super) struct Owed {
    /// Whom it is owed.
    pub(super) asker: Asker,
    /// When the message was given to the kernel.
    pub(super) written: MonoTime,
    /// By what the reply is known, where replies are known by an id.
    pub(super) id: Option<ReplyId>,
}

impl Owed {
    /// How long the reply took.
    pub(super) fn latency(&self, now: MonoTime) -> Duration {
        now - self.written
    }
}
