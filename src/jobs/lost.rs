//! What becomes of jobs whose worker is gone.

use std::sync::Arc;

use crate::jobs::job::Lease;
use crate::jobs::machine::Jobs;
use crate::jobs::outcome::{Failure, Next};
use crate::jobs::turn::Turn;
use crate::model::{Exit, Incarnation, JobId, LeaseId, Loss, WorkerId};

impl Jobs {
    /// A process takes jobs from now on.
    pub(super) fn serves(
        &mut self,
        turn: &mut Turn<'_>,
        worker: &WorkerId,
        incarnation: Incarnation,
    ) {
        let Some(pool) = self
            .pool_mut(&worker.pool)
            .filter(|pool| pool.is_configured)
        else {
            return;
        };
        let before = pool
            .roster
            .get(worker.number)
            .map(|found| found.incarnation);
        if let Some(before) = before.filter(|before| *before != incarnation) {
            // Its end is told before; what waited for the store until after that is nobody's.
            self.lost(turn, worker, before, &Loss::Stopped, &[]);
        }
        if let Some(pool) = self.pool_mut(&worker.pool) {
            pool.serve(worker.number, incarnation);
        }
    }

    /// A process has these jobs no longer, nor any that were still on their way to it.
    pub(super) fn lost(
        &mut self,
        turn: &mut Turn<'_>,
        worker: &WorkerId,
        incarnation: Incarnation,
        loss: &Loss,
        told: &[(LeaseId, bool)],
    ) {
        let Some(pool) = self.pool_mut(&worker.pool) else {
            return;
        };
        if !pool.roster.is_of(worker.number, incarnation) {
            return;
        }
        pool.roster.rest(worker.number);
        let Some(found) = pool.roster.get(worker.number) else {
            return;
        };
        // Whoever was ended for a job that timed out did not die of another one.
        let is_relieved = found.is_relieved;
        let mut leases: Vec<LeaseId> = found.seats.iter().map(|(lease, _)| *lease).collect();
        if *loss == Loss::Refused {
            leases.retain(|lease| told.iter().any(|(refused, _)| refused == lease));
        }
        let mut begun = told
            .iter()
            .filter(|(_, began)| *began)
            .map(|(lease, _)| *lease);
        let charged: Vec<LeaseId> = match loss {
            Loss::Died { .. } if !is_relieved => begun.next().into_iter().collect(),
            Loss::Disconnected => begun.collect(),
            Loss::Died { .. } | Loss::Stopped | Loss::Refused => Vec::new(),
        };
        // Each goes before all others; so the oldest comes last.
        for lease in leases.into_iter().rev() {
            let is_charged = charged.contains(&lease);
            if let Some((id, lease)) = self.release(lease) {
                self.lose(turn, worker, loss, (id, &lease), is_charged);
            }
        }
    }

    fn lose(
        &mut self,
        turn: &mut Turn<'_>,
        worker: &WorkerId,
        loss: &Loss,
        (id, lease): (JobId, &Lease),
        is_charged: bool,
    ) {
        let failure = |error: String, next, has_killed| Failure {
            error: error.into(),
            next,
            has_killed,
            answered: None,
            reply: None,
        };
        match loss {
            Loss::Died { exit, cause } if is_charged => {
                let error = death(worker, *exit, cause);
                // Who ends cleanly was not killed by its job: it may end after each one.
                let has_killed = !exit.is_clean();
                self.fail(turn, id, lease, failure(error, Next::Later, has_killed));
            }
            Loss::Disconnected if is_charged => {
                let error = format!("{worker} closed its channel");
                self.fail(turn, id, lease, failure(error, Next::AtOnce, false));
            }
            Loss::Died { .. } | Loss::Disconnected | Loss::Stopped | Loss::Refused => {
                self.give_back(turn, id, lease);
            }
        }
    }
}

/// How a worker died, in a sentence that names it.
fn death(worker: &WorkerId, exit: Exit, cause: &Arc<str>) -> String {
    match exit {
        Exit::Signal { .. } if cause.starts_with("killed by") => format!("{worker} was {cause}"),
        Exit::Signal { signal, .. } => format!("{worker} was killed by {signal}"),
        Exit::Code(code) => format!("{worker} exited with code {code}"),
    }
}
