//! Jobs that take too long, and workers that are to be ended for a job's sake.

use crate::jobs::Effect;
use crate::jobs::job::Phase;
use crate::jobs::machine::Jobs;
use crate::jobs::outcome::{Failure, Next};
use crate::jobs::turn::Turn;
use crate::model::{LeaseId, ReplyRule, WorkerId};

impl Jobs {
    /// Ends what has taken too long.
    pub(super) fn expire(&mut self, turn: &mut Turn<'_>, place: usize) {
        while let Some(pool) = self.pools.get_mut(place)
            && let Some(number) = pool.roster.late(turn.at)
            && let Some((lease, _)) = pool.roster.oldest(number)
            && let Some(id) = self.leases.get(&lease).copied()
            && let Some(found) = self.find(id)
        {
            if found.is_on_its_way() {
                // A slow disk is not the worker's fault.
                found.pool.roster.restart_clock(number, lease, turn.at);
            } else {
                self.time_out(turn, lease);
            }
        }
    }

    /// The first so many records are kept. Workers get what waited for that only now: their time starts anew.
    pub(super) fn committed(&mut self, turn: &Turn<'_>, records: u64) {
        self.log.confirm(records);
        while let Some(lease) = self.log.next_on_its_way() {
            let id = self.leases.get(&lease).copied();
            let Some(found) = id.and_then(|id| self.find(id)) else {
                continue; // It was taken back meanwhile.
            };
            if let Phase::Running(held) = &mut found.job.phase {
                held.given.mono = turn.now.mono;
                found.pool.roster.restart_clock(held.worker, lease, turn.at);
            }
        }
    }

    fn time_out(&mut self, turn: &mut Turn<'_>, lease: LeaseId) {
        let Some((id, lease)) = self.release(lease) else {
            return;
        };
        let Some(found) = self.find(id) else {
            return;
        };
        let worker = found.pool.worker(lease.worker);
        let timeout = found.pool.spec.timeout.unwrap_or_default();
        if matches!(found.pool.spec.reply, ReplyRule::Id(_)) {
            turn.want(Effect::Forget {
                worker,
                incarnation: lease.incarnation,
                leases: vec![lease.id],
            });
        } else {
            self.relieve(turn, &worker, format!("job {id} timed out"));
        }
        let failure = Failure {
            error: format!("timed out after {timeout:?}").into(),
            next: Next::Later,
            has_killed: false,
            answered: None,
            reply: None,
        };
        self.fail(turn, id, &lease, failure);
    }

    /// A worker is to be ended for a job's sake.
    pub(super) fn relieve(&mut self, turn: &mut Turn<'_>, worker: &WorkerId, reason: String) {
        let Some(pool) = self.pool_mut(&worker.pool) else {
            return;
        };
        let Some(incarnation) = pool
            .roster
            .get(worker.number)
            .map(|found| found.incarnation)
        else {
            return;
        };
        if pool.roster.relieve(worker.number) {
            turn.want(Effect::Relieve {
                worker: worker.clone(),
                incarnation,
                reason: reason.into(),
            });
        }
    }
}
