//! What the jobs ask of the workers.
//!
//! Finds who is meant; what a worker makes of it is its own. Called by `machine`.

use std::sync::Arc;

use crate::model::{Assignment, Incarnation, LeaseId, PoolName, WorkerId};
use crate::supervisor::machine::Machine;
use crate::supervisor::turn::Turn;
use crate::supervisor::worker::Worker;

impl Machine {
    /// The workers of a pool take jobs from now on, those that are still to come as well.
    pub(super) fn enlist(&mut self, turn: &mut Turn<'_>, name: &PoolName) {
        let Ok(place) = self.roster.find_pool(name) else {
            return;
        };
        if let Some(pool) = self.roster.pool_mut(place)
            && pool.enlist()
        {
            for worker in pool.workers_mut() {
                worker.enlist(turn.mono());
                turn.touched.push(worker.slot);
            }
        }
    }

    /// Jobs for a process.
    pub(super) fn assign(
        &mut self,
        turn: &mut Turn<'_>,
        id: WorkerId,
        incarnation: Incarnation,
        jobs: Vec<Assignment>,
    ) {
        if let Some(worker) = self.find(&id) {
            worker.assign(turn, incarnation, jobs);
        } else {
            let leases = jobs.iter().map(|job| job.lease).collect();
            turn.refuse(id, incarnation, leases);
        }
    }

    /// Answers to jobs of a process are no longer waited for.
    pub(super) fn forget(
        &mut self,
        turn: &mut Turn<'_>,
        id: &WorkerId,
        incarnation: Incarnation,
        leases: &[LeaseId],
    ) {
        if let Some(worker) = self.find(id)
            && worker.incarnation == incarnation
        {
            worker.forget(turn, leases);
        }
    }

    /// A job costs its process its life.
    pub(super) fn relieve(
        &mut self,
        turn: &mut Turn<'_>,
        id: &WorkerId,
        incarnation: Incarnation,
        reason: Arc<str>,
    ) {
        if let Some(worker) = self.find(id)
            && worker.incarnation == incarnation
        {
            worker.relieve(turn, reason);
            turn.touched.push(worker.slot);
        }
    }

    /// The worker of that name.
    pub(super) fn find(&mut self, id: &WorkerId) -> Option<&mut Worker> {
        let slot = self.roster.slot(id)?;
        self.roster.worker_mut(slot)
    }
}
