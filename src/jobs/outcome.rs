//! How attempts end, and how jobs do.

use std::sync::Arc;
use std::time::Duration;

use crate::jobs::dice::jittered;
use crate::jobs::job::{Ending, Lease, Phase, Place};
use crate::jobs::log::Found;
use crate::jobs::machine::Jobs;
use crate::jobs::pool::Pool;
use crate::jobs::ready::End;
use crate::jobs::turn::Turn;
use crate::jobs::view::view;
use crate::jobs::{Effect, Record};
use crate::model::{JobId, JobNews, JobState, LeaseId, Now, Outcome, ReplyRule, WorkerId};
use crate::wire::{Message, Pointer};

/// The longest error that is kept of a reply, in bytes.
const LONGEST_ERROR: usize = 4 << 10;

/// A member of a failed reply that says whether to try again.
const RETRYABLE: &str = "/retryable";

/// Why an attempt failed, and what follows.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Arc<str>,
    pub(super) next: Next,
    /// Whether the job's worker died of it.
    pub(super) has_killed: bool,
    /// When the worker answered, if it did.
    pub(super) answered: Option<Now>,
    /// Its answer, if it can be read.
    pub(super) reply: Option<Message>,
}

/// What follows a failed attempt, if the job has any left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Another one, after a while.
    Later,
    /// Another one, before all others.
    AtOnce,
    /// Nothing: it is of no use.
    Nothing,
}

impl Jobs {
    /// The supervisor tells of a worker.
    pub(super) fn news(&mut self, turn: &mut Turn<'_>, news: JobNews) {
        match news {
            JobNews::Serves {
                worker,
                incarnation,
            } => self.serves(turn, &worker, incarnation),
            JobNews::Rests {
                worker,
                incarnation,
            } => {
                if let Some(pool) = self.pool_mut(&worker.pool)
                    && pool.roster.is_of(worker.number, incarnation)
                {
                    pool.roster.rest(worker.number);
                }
            }
            JobNews::Written {
                worker,
                now,
                leases,
            } => self.written(turn, &worker, now, &leases),
            JobNews::Answered {
                worker,
                now,
                answers,
            } => {
                for (lease, message) in answers {
                    self.answered(turn, &worker, now, lease, Ok(message));
                }
            }
            JobNews::Unreadable {
                worker,
                now,
                lease,
                reason,
            } => self.answered(turn, &worker, now, lease, Err(reason)),
            JobNews::Stale { worker, count } => {
                if let Some(pool) = self.pool_mut(&worker.pool) {
                    pool.stale += count;
                }
            }
            JobNews::Lost {
                worker,
                incarnation,
                loss,
                leases,
            } => self.lost(turn, &worker, incarnation, &loss, &leases),
        }
    }

    /// A job that is to have no answer is done when it is written.
    fn written(&mut self, turn: &mut Turn<'_>, worker: &WorkerId, now: Now, leases: &[LeaseId]) {
        let is_enough = self
            .pool_mut(&worker.pool)
            .is_some_and(|pool| matches!(pool.spec.reply, ReplyRule::None));
        for lease in leases {
            if is_enough
                && self.has_lease(worker, *lease)
                && let Some((id, lease)) = self.release(*lease)
            {
                self.done(turn, id, &lease, now, None);
            }
        }
    }

    /// A worker answered, or said something that cannot be read. What answers no job in its hands is counted and dropped.
    fn answered(
        &mut self,
        turn: &mut Turn<'_>,
        worker: &WorkerId,
        now: Now,
        lease: LeaseId,
        reply: Result<Message, Arc<str>>,
    ) {
        let is_held = self.has_lease(worker, lease);
        let Some(pool) = self.pool_mut(&worker.pool) else {
            return;
        };
        if !is_held {
            pool.stale += 1;
            return;
        }
        pool.roster.note_answer(worker.number, now.mono);
        let judged = judge(pool, reply, now);
        let Some((id, lease)) = self.release(lease) else {
            return;
        };
        match judged {
            Ok(result) => self.done(turn, id, &lease, now, Some(result)),
            Err(failure) => self.fail(turn, id, &lease, failure),
        }
    }

    /// Whether the worker has this lease.
    pub(super) fn has_lease(&self, worker: &WorkerId, lease: LeaseId) -> bool {
        let job = self.leases.get(&lease).and_then(|id| self.book.get(id));
        job.is_some_and(|job| {
            let pool = self.pool_of(job);
            let lease = job.lease();
            pool.is_some_and(|pool| pool.name == worker.pool)
                && lease.is_some_and(|lease| lease.worker == worker.number)
        })
    }

    /// Takes a job out of its worker's hands; it moves then.
    pub(super) fn release(&mut self, lease: LeaseId) -> Option<(JobId, Box<Lease>)> {
        let id = self.leases.remove(&lease)?;
        let found = self.find(id)?;
        match std::mem::replace(&mut found.job.phase, Phase::Moving) {
            Phase::Running(lease) => {
                found.pool.vacate(&lease);
                Some((id, lease))
            }
            other => {
                found.job.phase = other;
                None
            }
        }
    }

    /// A job is done.
    fn done(
        &mut self,
        turn: &mut Turn<'_>,
        id: JobId,
        lease: &Lease,
        now: Now,
        result: Option<Message>,
    ) {
        let Some(found) = self.find(id) else {
            return;
        };
        found.pool.done += 1;
        let run = now.mono.since(lease.given.mono);
        found.pool.note_run(lease.worker, run, now);
        let total = now.mono.since(found.job.submitted.mono());
        if let Some(worker) = found.pool.roster.get_mut(lease.worker) {
            worker.done += 1;
            worker.total.note(total, now.mono.into());
        }
        // A job that nobody looks at any more is not to cost anything.
        if found.is_kept(Ending::Done) || found.is_looked_at() {
            found.job.note_attempt(lease, Some(now.mono));
            found.job.rare().result = result;
        }
        self.end(turn, id, Ending::Done);
    }

    /// An attempt failed.
    pub(super) fn fail(&mut self, turn: &mut Turn<'_>, id: JobId, lease: &Lease, failure: Failure) {
        let jitter = self.dice.roll();
        let Some(mut found) = self.find(id) else {
            return;
        };
        let worker = WorkerId::new(found.pool.name.clone(), lease.worker);
        if let Some(worker) = found.pool.roster.get_mut(lease.worker) {
            worker.failed += 1;
        }
        if let Some(now) = failure.answered {
            let run = now.mono.since(lease.given.mono);
            found.pool.note_run(lease.worker, run, now);
        }
        let answered = failure.answered.map(|now| now.mono);
        found.job.note_attempt(lease, answered);
        found.job.blame(Some(worker), turn.now.wall, failure.error);
        found.job.kills = found.job.kills.saturating_add(u8::from(failure.has_killed));
        if lease.is_revoked {
            return self.end(turn, id, Ending::Cancelled);
        }
        if failure.next == Next::Nothing || found.job.is_spent() {
            let answer = failure.reply.and_then(|reply| found.answer_back(reply));
            self.end(turn, id, Ending::Dead);
            return answer.into_iter().for_each(|answer| turn.want(answer));
        }
        found.pool.failed += 1;
        found.publish(turn, JobState::Failed);
        if failure.next == Next::AtOnce {
            found.pool.put_ready(id, found.job, End::Front, turn.at);
        } else {
            let earlier = found.job.attempts.saturating_sub(1);
            let wait = found.pool.spec.retry_backoff.delay(earlier);
            let due = turn.at + jittered(wait, jitter);
            found.pool.put_scheduled(id, found.job, due);
        }
        found.update(turn);
        let state = found.job.state();
        found.publish(turn, state);
    }

    /// An attempt does not count: the job is ready again, before all others.
    pub(super) fn give_back(&mut self, turn: &mut Turn<'_>, id: JobId, lease: &Lease) {
        let Some(mut found) = self.find(id) else {
            return;
        };
        found.job.note_attempt(lease, None);
        if lease.is_revoked {
            return self.end(turn, id, Ending::Cancelled);
        }
        found.job.attempts = found.job.attempts.saturating_sub(1);
        found.pool.put_ready(id, found.job, End::Front, turn.at);
        found.update(turn);
        found.publish(turn, JobState::Ready);
    }

    /// A moving job came to its end.
    pub(super) fn end(&mut self, turn: &mut Turn<'_>, id: JobId, ending: Ending) {
        let Some(mut found) = self.find(id) else {
            return;
        };
        let pool = &mut *found.pool;
        if ending != Ending::Cancelled {
            pool.meter.ends.note(turn.at);
            pool.meter
                .total
                .note(turn.at.since(found.job.submitted), turn.at);
        }
        if let Some(key) = found.job.key() {
            pool.keys.close(key, id);
        }
        let is_kept = found.is_kept(ending);
        if is_kept || found.is_looked_at() {
            found.job.rare().finished = Some(turn.now.wall);
        }
        if is_kept {
            found.pool.put_ended(id, found.job, ending, turn.at);
            found.update(turn);
        } else {
            found.job.phase = Phase::Ended(ending, Place::default());
            found.log.keep(turn, || Record::Remove(id));
        }
        found.tell_waits(turn);
        found.publish(turn, ending.state());
        if ending == Ending::Done {
            found.return_result(turn);
        }
        if !is_kept {
            self.book.remove(&id);
        }
    }
}

impl Found<'_> {
    /// Whether the pool keeps a job that ends so.
    pub(super) fn is_kept(&self, ending: Ending) -> bool {
        let keep = self.pool.spec.keep;
        keep.count > 0 && (ending == Ending::Dead || !keep.time.is_zero())
    }

    /// Whether somebody is told how it ends.
    fn is_looked_at(&self) -> bool {
        self.log.is_told || self.job.wait.is_some() || self.job.rare.is_some()
    }

    /// Answers those that wait for its end.
    fn tell_waits(&mut self, turn: &mut Turn<'_>) {
        for ticket in self.job.take_waits() {
            let view = view((self.id, self.job), self.pool, turn.now);
            turn.answer(ticket, Ok(Outcome::Job(Box::new(view))));
        }
    }

    /// Gives the result back to the worker whose message a route made this job of.
    fn return_result(&mut self, turn: &mut Turn<'_>) {
        let result = self.job.rare.as_ref().and_then(|rare| rare.result.clone());
        if let Some(answer) = result.and_then(|result| self.answer_back(result)) {
            turn.want(answer);
        }
    }

    /// What gives an answer back to the worker whose message a route made this job of, once.
    fn answer_back(&mut self, message: Message) -> Option<Effect> {
        let origin = self.job.rare.as_mut()?.origin.as_mut()?;
        Some(Effect::Return {
            to: origin.worker.take()?,
            message,
            hops: origin.hops,
        })
    }
}

impl Pool {
    fn note_run(&mut self, number: u32, run: Duration, now: Now) {
        let at = now.mono.into();
        self.meter.run.note(run, at);
        if let Some(worker) = self.roster.get_mut(number) {
            worker.run.note(run, at);
        }
    }
}

/// The result that a reply is, or the failure. What cannot be read is a failure as any other.
fn judge(pool: &Pool, reply: Result<Message, Arc<str>>, now: Now) -> Result<Message, Failure> {
    let failure = |error, next, reply| Failure {
        error,
        next,
        has_killed: false,
        answered: Some(now),
        reply,
    };
    let reply = reply.map_err(|reason| failure(reason, Next::Later, None))?;
    let failed_when = pool.spec.failed_when.as_ref();
    let Some(error) = failed_when.and_then(|pointer| pointer.find(&reply)) else {
        return Ok(reply);
    };
    let is_final =
        Pointer::parse(RETRYABLE).is_ok_and(|retryable| retryable.find(&reply) == Some("false"));
    let next = if is_final { Next::Nothing } else { Next::Later };
    Err(failure(shortened(error), next, Some(reply)))
}

/// A JSON value as an error: a string's text, anything else as it is.
fn shortened(json: &str) -> Arc<str> {
    let text: Option<String> = serde_json::from_str(json).ok();
    let text = text.as_deref().unwrap_or(json);
    let end = text.floor_char_boundary(LONGEST_ERROR);
    text.get(..end).unwrap_or(text).into()
}
