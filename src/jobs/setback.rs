//! When the store cannot be written: what was not kept yet was never accepted.

use std::collections::HashSet;
use std::sync::Arc;

use crate::jobs::log::Submitter;
use crate::jobs::machine::Jobs;
use crate::jobs::refusals;
use crate::jobs::turn::Turn;
use crate::jobs::{Effect, Record};
use crate::model::{JobId, LeaseId};

impl Jobs {
    /// The store failed: refuses every submission that it has not confirmed, and all that wait for room.
    pub(super) fn store_failed(&mut self, turn: &mut Turn<'_>, reason: Arc<str>) {
        let unkept = self.log.take_unkept();
        let new = unkept.iter().filter(|entry| entry.is_new);
        let new: HashSet<JobId> = new.map(|entry| entry.job).collect();
        for entry in &unkept {
            // One that was known by its key is there still, if it was kept before.
            if new.contains(&entry.job) {
                let refusal = refusals::store_failed(&reason);
                match entry.submitter {
                    Submitter::Client(ticket) => turn.answer(ticket, Err(refusal)),
                    Submitter::Route(route) => turn.want(Effect::RouteRefused { route }),
                }
            }
        }
        for entry in unkept.iter().filter(|entry| entry.is_new) {
            self.take_back(turn, entry.job, &reason);
        }
        self.call_back(turn);
        self.refuse_blocked(turn, &refusals::store_failed(&reason));
        self.failing = Some(reason);
    }

    /// Gives back what waits for the store on its way to a worker: it is not to time out there.
    fn call_back(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<JobId> = self.leases.values().copied().collect();
        let mut leases: Vec<LeaseId> = Vec::new();
        for id in ids {
            if let Some(found) = self.find(id)
                && found.is_on_its_way()
            {
                leases.extend(found.job.lease().map(|lease| lease.id));
            }
        }
        leases.sort_unstable();
        // Each goes before all others; so the oldest comes last.
        for lease in leases.into_iter().rev() {
            if let Some((id, lease)) = self.release(lease) {
                self.give_back(turn, id, &lease);
            }
        }
    }

    /// Removes a job that was never accepted.
    fn take_back(&mut self, turn: &mut Turn<'_>, id: JobId, reason: &str) {
        let refusal = refusals::store_failed(reason);
        let Some(found) = self.find(id) else {
            return;
        };
        let lease = found.job.lease().map(|lease| lease.id);
        for wait in found.job.take_waits() {
            turn.answer(wait, Err(refusal.clone()));
        }
        self.free_key(turn, id);
        match lease.and_then(|lease| self.release(lease)) {
            Some(_) => {
                self.book.remove(&id);
                self.log.keep(turn, || Record::Remove(id));
            }
            None => self.forget(turn, id),
        }
    }
}
