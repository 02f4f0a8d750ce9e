//! What clients ask about jobs beside submitting: look, retry, drop, cancel, pause.

use crate::jobs::Record;
use crate::jobs::job::{Ending, Phase};
use crate::jobs::machine::Jobs;
use crate::jobs::ready::End;
use crate::jobs::refusals;
use crate::jobs::select::Verb;
use crate::jobs::submit::Source;
use crate::jobs::turn::Turn;
use crate::jobs::view::view;
use crate::model::{
    JobCommand, JobFilter, JobId, JobState, JobView, Now, Outcome, PoolName, Refusal, Ticket,
    WorkerId,
};

impl Jobs {
    /// A client asks; it is answered within this step, but for a submission that waits for room. While the store cannot
    /// be written, what would change something is refused.
    pub(super) fn command(&mut self, turn: &mut Turn<'_>, ticket: Ticket, command: JobCommand) {
        let now = turn.now;
        let failure = self.failing.as_deref().map(refusals::store_failed);
        let answer = match (command, failure) {
            (JobCommand::Submit(submission), _) => {
                let source = Source::Client { ticket, wait: None };
                return self.submit(turn, source, submission);
            }
            (JobCommand::List { filter, limit }, _) => {
                let ids = self.list(&filter, limit);
                let listed = ids.map(|ids| Outcome::Jobs(self.views(&ids, now)));
                return turn.tell(ticket, listed);
            }
            (JobCommand::Count(filter), _) => {
                let counted = self.count(&filter).map(Outcome::Counted);
                return turn.tell(ticket, counted);
            }
            (JobCommand::Look(id), _) => {
                let view = self.view(id, now).ok_or_else(|| refusals::no_such_job(id));
                return turn.tell(ticket, view.map(|view| Outcome::Job(Box::new(view))));
            }
            (_, Some(failure)) => Err(failure),
            (JobCommand::Retry(filter), None) => self.retry(turn, &filter),
            (JobCommand::Drop(filter), None) => self.drop_jobs(turn, &filter),
            (JobCommand::Cancel(filter), None) => self.cancel(turn, &filter),
            (JobCommand::Pause { pool, paused }, None) => self.pause(turn, &pool, paused),
        };
        turn.answer(ticket, answer);
    }

    fn retry(&mut self, turn: &mut Turn<'_>, filter: &JobFilter) -> Result<Outcome, Refusal> {
        let chosen = self.chosen(filter, Verb::Retry)?;
        for id in &chosen {
            let Some(mut found) = self.find(*id) else {
                continue;
            };
            let is_over = found.job.state().is_final();
            if !found.pool.take_out(found.job) {
                continue;
            }
            if is_over {
                found.job.attempts = 0;
                found.job.kills = 0;
                found.job.submitted = turn.at;
                let rare = found.job.rare();
                rare.finished = None;
                rare.result = None;
                if let Some(key) = &rare.key {
                    found.pool.keys.reopen(key, *id);
                }
            }
            found.pool.put_ready(*id, found.job, End::Back, turn.at);
            found.pool.enlist(turn);
            found.update(turn);
            found.publish(turn, JobState::Ready);
        }
        Ok(Outcome::Jobs(self.views(&chosen, turn.now)))
    }

    fn drop_jobs(&mut self, turn: &mut Turn<'_>, filter: &JobFilter) -> Result<Outcome, Refusal> {
        let chosen = self.chosen(filter, Verb::Drop)?;
        let views = self.views(&chosen, turn.now);
        for id in chosen {
            let waits = self.find(id).map(|found| found.job.take_waits());
            for wait in waits.into_iter().flatten() {
                turn.answer(wait, Err(refusals::dropped(id)));
            }
            self.free_key(turn, id);
            self.forget(turn, id);
        }
        Ok(Outcome::Jobs(views))
    }

    fn cancel(&mut self, turn: &mut Turn<'_>, filter: &JobFilter) -> Result<Outcome, Refusal> {
        let chosen = self.chosen(filter, Verb::Cancel)?;
        let mut views = Vec::with_capacity(chosen.len());
        for id in chosen {
            let before = self.view(id, turn.now);
            self.cancel_one(turn, id);
            // Where nothing is kept, it is gone by now.
            let gone = || {
                before.map(|before| JobView {
                    state: JobState::Cancelled,
                    due: None,
                    finished: Some(turn.now.wall),
                    cancelling: false,
                    ..before
                })
            };
            views.extend(self.view(id, turn.now).or_else(gone));
        }
        Ok(Outcome::Jobs(views))
    }

    fn cancel_one(&mut self, turn: &mut Turn<'_>, id: JobId) {
        let Some(found) = self.find(id) else {
            return;
        };
        let is_on_its_way = found.is_on_its_way();
        match &mut found.job.phase {
            Phase::Running(lease) if is_on_its_way => {
                let lease = lease.id;
                self.release(lease);
                self.end(turn, id, Ending::Cancelled);
            }
            Phase::Running(lease) => {
                lease.is_revoked = true;
                found.pool.changes += 1;
                let worker = WorkerId::new(found.pool.name.clone(), lease.worker);
                self.relieve(turn, &worker, format!("job {id} was cancelled"));
            }
            Phase::Scheduled(_) | Phase::Ready(_) => {
                found.pool.take_out(found.job);
                self.end(turn, id, Ending::Cancelled);
            }
            Phase::Ended(..) | Phase::Moving => {}
        }
    }

    fn pause(
        &mut self,
        turn: &mut Turn<'_>,
        name: &PoolName,
        paused: bool,
    ) -> Result<Outcome, Refusal> {
        self.check_pool(name)?;
        let at = self.names.get(name).copied();
        let pool = at.and_then(|at| self.pools.get_mut(at));
        if let Some(pool) = pool.filter(|pool| pool.is_paused != paused) {
            pool.is_paused = paused;
            let pool = name.clone();
            self.log.keep(turn, || Record::Paused { pool, paused });
        }
        Ok(Outcome::Paused { paused })
    }

    fn views(&self, ids: &[JobId], now: Now) -> Vec<JobView> {
        ids.iter().filter_map(|id| self.view(*id, now)).collect()
    }

    fn view(&self, id: JobId, now: Now) -> Option<JobView> {
        let job = self.book.get(&id)?;
        Some(view((id, job), self.pool_of(job)?, now))
    }
}
