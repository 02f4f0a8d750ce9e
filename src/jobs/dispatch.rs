//! Who gets what: ready jobs to free workers.

use crate::jobs::Effect;
use crate::jobs::job::{Ending, Lease, Phase};
use crate::jobs::machine::Jobs;
use crate::jobs::pool::Pool;
use crate::jobs::ready::End;
use crate::jobs::turn::Turn;
use crate::model::{Assignment, JobId, JobState, LeaseId, ReplyId, ReplyRule, WorkerId};
use crate::wire::{Message, Pointer, canonical};

impl Jobs {
    /// Makes jobs ready whose time has come.
    pub(super) fn promote(&mut self, turn: &mut Turn<'_>, place: usize) {
        loop {
            let Some(pool) = self.pools.get(place).filter(|pool| pool.is_configured) else {
                return;
            };
            let Some(((due, _), id)) = pool.scheduled.first_key_value() else {
                return;
            };
            let (due, id) = (*due, *id);
            if due > turn.at {
                return;
            }
            if let Some(mut found) = self.find(id) {
                found.pool.take_out(found.job);
                found.pool.put_ready(id, found.job, End::Back, due);
                found.update(turn);
                found.publish(turn, JobState::Ready);
            }
        }
    }

    /// Gives out what can be given.
    pub(super) fn dispatch(&mut self, turn: &mut Turn<'_>, place: usize) {
        if self.is_held() {
            return;
        }
        let mut takers = Vec::new();
        while let Some(pool) = self.pools.get_mut(place).filter(|pool| pool.is_configured)
            && let Some((number, id)) = pool.next(turn.at)
        {
            self.give(turn, number, id, &mut takers);
        }
        if let Some(pool) = self.pools.get_mut(place) {
            for number in takers {
                pool.hand_over(turn, number);
            }
        }
    }

    /// A worker gets a job that was ready.
    fn give(&mut self, turn: &mut Turn<'_>, number: u32, id: JobId, takers: &mut Vec<u32>) {
        self.last_lease += 1;
        let lease = LeaseId(self.last_lease);
        let Some(mut found) = self.find(id) else {
            return;
        };
        let Phase::Ready(stood) = &found.job.phase else {
            return;
        };
        let wait = turn.at.since(stood.at);
        let reply_id = match reply_id(&found.pool.spec.reply, &found.job.payload) {
            Ok(reply_id) => reply_id,
            Err(pointer) => {
                let error = unanswerable(pointer);
                return self.give_up(turn, id, error);
            }
        };
        let pool = &mut *found.pool;
        let Some(worker) = pool.roster.get_mut(number) else {
            return;
        };
        if worker.given.is_empty() {
            takers.push(number);
        }
        worker.given.push(Assignment {
            lease,
            job: id,
            payload: Message::clone(&found.job.payload),
            reply_id,
            hops: found.job.hops(),
        });
        worker.wait.note(wait, turn.at);
        let incarnation = worker.incarnation;
        pool.roster.seat(number, lease, turn.at);
        pool.running += 1;
        pool.changes += 1;
        pool.waiting_bytes -= found.job.payload.len();
        pool.meter.wait.note(wait, turn.at);
        found.job.attempts = found.job.attempts.saturating_add(1);
        found.job.phase = Phase::Running(Box::new(Lease {
            id: lease,
            worker: number,
            incarnation,
            given: turn.now,
            wait,
            records: 0,
            is_revoked: false,
        }));
        found.update(turn);
        found.note_records();
        found.publish(turn, JobState::Running);
        self.leases.insert(lease, id);
    }

    /// A ready job is of no use to any worker.
    fn give_up(&mut self, turn: &mut Turn<'_>, id: JobId, error: String) {
        let Some(found) = self.find(id) else {
            return;
        };
        found.pool.take_out(found.job);
        found.job.blame(None, turn.now.wall, error.into());
        self.end(turn, id, Ending::Dead);
    }
}

/// The id that the answer to a job will have; the error is where it should be.
fn reply_id<'a>(rule: &'a ReplyRule, payload: &Message) -> Result<Option<ReplyId>, &'a Pointer> {
    match rule {
        ReplyRule::Id(pointer) => {
            let value = pointer.find(payload).ok_or(pointer)?;
            Ok(Some(ReplyId(canonical(value))))
        }
        ReplyRule::Next | ReplyRule::None => Ok(None),
    }
}

/// Of a job that was kept when the pool paired its replies otherwise: no answer could ever be known for its own.
fn unanswerable(pointer: &Pointer) -> String {
    format!("has no value at {pointer}, which reply = \"id:{pointer}\" needs")
}

impl Pool {
    /// Sends a worker what this step gave it.
    fn hand_over(&mut self, turn: &mut Turn<'_>, number: u32) {
        let Some(worker) = self.roster.get_mut(number) else {
            return;
        };
        turn.want(Effect::Assign {
            worker: WorkerId::new(self.name.clone(), number),
            incarnation: worker.incarnation,
            jobs: std::mem::take(&mut worker.given),
        });
    }
}
