//! Jobs of an earlier deck, as the store kept them.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::jobs::job::{Ending, Job, Phase, Rare};
use crate::jobs::machine::Jobs;
use crate::jobs::moment::Moment;
use crate::jobs::pool::Pool;
use crate::jobs::ready::End;
use crate::jobs::submit::hash_of;
use crate::jobs::{Kept, Progress, StoredJob};
use crate::model::{JobId, JobState, Now, PoolName};

/// Why the attempt failed of a job that ran when the deck died.
const DIED: &str = "the deck ended while it ran";

impl Jobs {
    /// Takes over what was kept.
    pub(super) fn revive(&mut self, now: Now, kept: Kept) {
        let mut ended = Vec::new();
        let mut ran = Vec::new();
        for stored in kept.jobs {
            let id = stored.id;
            match stored.progress.state {
                JobState::Running => ran.push(id),
                JobState::Done | JobState::Dead | JobState::Cancelled => {
                    let finished = stored.progress.finished.unwrap_or(stored.created);
                    ended.push((finished, id, stored.progress.state));
                }
                JobState::Scheduled | JobState::Ready | JobState::Failed => {}
            }
            self.take_over(now, stored);
        }
        ended.sort_by_key(|(finished, ..)| *finished);
        for (finished, id, state) in ended {
            self.shelve(id, state, Moment::at_wall(finished, now));
        }
        // Each goes before all others; so the oldest comes last.
        for id in ran.iter().rev() {
            self.resume(*id, now);
        }
        self.revived = ran;
        let mut keys = kept.keys;
        keys.sort_by_key(|(.., until)| Reverse(*until));
        while let Some((pool, key, job, until)) = keys.pop() {
            let found = self.book.get(&job);
            let is_open = found.is_some_and(|found| !found.state().is_final());
            if let Some(pool) = self.pool_mut(&pool) {
                let until = Moment::at_wall(until, now);
                pool.keys.take(Arc::clone(&key), job, until);
                if !is_open {
                    pool.keys.close(&key, job);
                }
            }
        }
        for name in kept.paused {
            if let Some(pool) = self.pool_mut(&name) {
                pool.is_paused = true;
            }
        }
    }

    /// Takes a job over; one that waits finds its place at once.
    fn take_over(&mut self, now: Now, stored: StoredJob) {
        let place = self.place_of(&stored.pool);
        let Some(pool) = self.pools.get_mut(place) else {
            return;
        };
        let id = stored.id;
        let state = stored.progress.state;
        let since = stored.progress.due.unwrap_or(stored.created);
        let since = Moment::at_wall(since, now);
        let mut job = rebuilt(now, stored, pool, place);
        match state {
            JobState::Scheduled => pool.put_scheduled(id, &mut job, since),
            JobState::Ready | JobState::Failed => pool.put_ready(id, &mut job, End::Back, since),
            JobState::Running | JobState::Done | JobState::Dead | JobState::Cancelled => {}
        }
        self.book.insert(id, job);
    }

    fn place_of(&mut self, name: &PoolName) -> usize {
        if let Some(place) = self.names.get(name) {
            return *place;
        }
        let place = self.pools.len();
        self.pools.push(Pool::stray(name.clone()));
        self.names.insert(name.clone(), place);
        place
    }

    fn shelve(&mut self, id: JobId, state: JobState, at: Moment) {
        let ending = match state {
            JobState::Dead => Ending::Dead,
            JobState::Cancelled => Ending::Cancelled,
            _ => Ending::Done, // Nothing else is put on a shelf.
        };
        if let Some(found) = self.find(id) {
            found.pool.put_ended(id, found.job, ending, at);
        }
    }

    /// A job ran when the deck died: the attempt counts.
    fn resume(&mut self, id: JobId, now: Now) {
        let at = Moment::from(now.mono);
        let Some(found) = self.find(id) else {
            return;
        };
        let worker = found.job.rare.as_ref().and_then(|rare| rare.worker);
        let worker = worker.map(|number| found.pool.worker(number));
        found.job.blame(worker, now.wall, DIED.into());
        if found.job.is_spent() {
            found.job.rare().finished = Some(now.wall);
            found.pool.put_ended(id, found.job, Ending::Dead, at);
        } else {
            found.pool.put_ready(id, found.job, End::Front, at);
        }
    }
}

/// The job of a stored one, on its way to its place.
fn rebuilt(now: Now, stored: StoredJob, pool: &Pool, place: usize) -> Job {
    let Progress {
        attempts,
        max_attempts,
        kills,
        started,
        finished,
        worker,
        result,
        causes,
        wait,
        run,
        ..
    } = stored.progress;
    let has_run = attempts > 0 || started.is_some() || finished.is_some();
    let is_plain = stored.key.is_none() && !has_run && causes.is_empty();
    let rare = (!is_plain).then(|| {
        Box::new(Rare {
            key: stored.key,
            causes,
            result,
            finished,
            worker: worker.map(|worker| worker.number),
            started,
            wait,
            run,
            ..Rare::default()
        })
    });
    Job {
        pool: u32::try_from(place).unwrap_or(u32::MAX),
        hash: hash_of(pool, &stored.payload),
        payload: stored.payload,
        created: stored.created,
        submitted: Moment::at_wall(stored.created, now),
        phase: Phase::Moving,
        attempts,
        max_attempts,
        kills: u8::try_from(kills).unwrap_or(u8::MAX),
        priority: stored.priority,
        wait: None,
        rare,
    }
}
