//! New jobs: what is accepted, what waits for room, what is refused.

use crate::jobs::Effect;
use crate::jobs::dice::mix;
use crate::jobs::job::{Job, Origin, Phase};
use crate::jobs::keys::WINDOW;
use crate::jobs::log::Submitter;
use crate::jobs::machine::Jobs;
use crate::jobs::pool::{Blocked, Pool};
use crate::jobs::ready::End;
use crate::jobs::refusals;
use crate::jobs::turn::Turn;
use crate::jobs::view::view;
use crate::model::{
    ChannelKind, Dispatch, Forwarded, JobId, Outcome, Refusal, ReplyRule, Submission, Ticket,
    WhenFull,
};
use crate::wire::{Message, Serialization, canonical, v8};

/// Where a job comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// A client, and what the job's end is tied to.
    Client {
        ticket: Ticket,
        wait: Option<Ticket>,
    },
    /// A route, and what it made the job of.
    Route { route: usize, origin: Origin },
}

impl Source {
    fn submitter(&self) -> Submitter {
        match self {
            Self::Client { ticket, .. } => Submitter::Client(*ticket),
            Self::Route { route, .. } => Submitter::Route(*route),
        }
    }
}

impl Jobs {
    /// Somebody submits a job.
    pub(super) fn submit(&mut self, turn: &mut Turn<'_>, source: Source, submission: Submission) {
        let place = match self.check(&submission) {
            Ok(place) => place,
            Err(refusal) => return refuse(turn, &source, refusal),
        };
        if let Some(job) = self.known(turn, place, &submission) {
            return self.attach(turn, &source, job);
        }
        let is_first = self
            .pools
            .get(place)
            .is_some_and(|pool| pool.blocked.is_empty());
        if is_first && self.make_room(turn, place, submission.payload.len()) {
            self.accept(turn, place, source, submission);
        } else {
            self.hold(turn, place, source, submission);
        }
    }

    /// A route makes a job of a message. It is never held: its worker is not to be kept from being read.
    pub(super) fn forward(
        &mut self,
        turn: &mut Turn<'_>,
        Forwarded {
            route,
            pool,
            message,
            origin,
            hops,
            back,
        }: Forwarded,
    ) {
        let worker = back.then_some(origin);
        let origin = Origin { worker, hops };
        let source = Source::Route { route, origin };
        self.submit(turn, source, Submission::new(pool, message));
    }

    /// Accepts those that waited for room, as far as there is some now.
    pub(super) fn unblock(&mut self, turn: &mut Turn<'_>, place: usize) {
        loop {
            let Some(pool) = self.pools.get_mut(place) else {
                return;
            };
            let Some(first) = pool.blocked.front() else {
                return;
            };
            let bytes = first.submission.payload.len();
            if !self.make_room(turn, place, bytes) {
                return;
            }
            let blocked = self.pools.get_mut(place);
            let Some(blocked) = blocked.and_then(|pool| pool.blocked.pop_front()) else {
                return;
            };
            let source = Source::Client {
                ticket: blocked.ticket,
                wait: blocked.wait,
            };
            match self.known(turn, place, &blocked.submission) {
                Some(job) => self.attach(turn, &source, job),
                None => self.accept(turn, place, source, blocked.submission),
            }
            self.dispatch(turn, place);
        }
    }

    /// Refuses all that wait for room.
    pub(super) fn refuse_blocked(&mut self, turn: &mut Turn<'_>, refusal: &Refusal) {
        for pool in &mut self.pools {
            for blocked in pool.blocked.drain(..) {
                let source = Source::Client {
                    ticket: blocked.ticket,
                    wait: blocked.wait,
                };
                refuse(turn, &source, refusal.clone());
            }
        }
    }

    /// The place of the pool that can take this.
    fn check(&self, submission: &Submission) -> Result<usize, Refusal> {
        let found = self.names.get(&submission.pool);
        let found = found.and_then(|at| Some((*at, self.pools.get(*at)?)));
        let Some((place, pool)) = found.filter(|(_, pool)| pool.is_configured) else {
            let pools = self.pools.iter().filter(|pool| pool.is_configured);
            return Err(refusals::no_such_pool(
                &submission.pool,
                pools.map(|pool| &pool.name),
            ));
        };
        if pool.channel == ChannelKind::None {
            return Err(refusals::no_channel(&submission.pool));
        }
        if self.is_down {
            return Err(Refusal::going_down());
        }
        if let Some(reason) = &self.failing {
            return Err(refusals::store_failed(reason));
        }
        check_priority(pool, submission)?;
        check_payload(pool, &submission.payload)?;
        Ok(place)
    }

    /// The job that the submission's key stands for.
    fn known(&self, turn: &Turn<'_>, place: usize, submission: &Submission) -> Option<JobId> {
        let key = submission.key.as_deref()?;
        self.pools.get(place)?.keys.job(key, turn.at)
    }

    /// The submission is a job that was submitted before.
    fn attach(&mut self, turn: &mut Turn<'_>, source: &Source, id: JobId) {
        let Source::Client { ticket, wait } = source else {
            return; // A route gives no key.
        };
        turn.answer(*ticket, Ok(Outcome::Submitted(id)));
        self.log.await_store(id, source.submitter(), false);
        let Some(wait) = *wait else {
            return;
        };
        let now = turn.now;
        let answer = match self.find(id) {
            None => Err(refusals::forgotten(id)),
            Some(found) if found.job.state().is_final() => {
                let view = view((id, found.job), found.pool, now);
                Ok(Outcome::Job(Box::new(view)))
            }
            Some(found) => return found.job.add_wait(wait),
        };
        turn.answer(wait, answer);
    }

    /// Whether the queue takes so many bytes, after giving out what can be given.
    fn make_room(&mut self, turn: &mut Turn<'_>, place: usize, bytes: usize) -> bool {
        let has_room = |jobs: &Self| {
            jobs.pools
                .get(place)
                .is_some_and(|pool| pool.has_room(bytes))
        };
        if !has_room(self) {
            self.dispatch(turn, place);
        }
        has_room(self)
    }

    /// The queue is full.
    fn hold(&mut self, turn: &mut Turn<'_>, place: usize, source: Source, submission: Submission) {
        let Some(pool) = self.pools.get_mut(place) else {
            return;
        };
        let bytes = submission.payload.len();
        match (pool.spec.queue.when_full, source) {
            (WhenFull::Block, Source::Client { ticket, wait }) => {
                pool.blocked.push_back(Blocked {
                    ticket,
                    wait,
                    submission,
                });
            }
            (WhenFull::Reject, source @ Source::Client { .. })
            | (_, source @ Source::Route { .. }) => {
                let rate = pool.meter.ends.rate(turn.at);
                let full = pool.full_of(bytes);
                let refusal = refusals::queue_full(&pool.name, &full, rate);
                refuse(turn, &source, refusal);
            }
        }
    }

    fn accept(
        &mut self,
        turn: &mut Turn<'_>,
        place: usize,
        source: Source,
        submission: Submission,
    ) {
        let id = JobId::new(turn.now.wall, self.dice.bytes());
        let Some(pool) = self.pools.get_mut(place) else {
            return;
        };
        let delay = submission.delay;
        let mut job = new_job(turn, (place, pool), submission);
        let submitter = source.submitter();
        match source {
            Source::Client { wait, .. } => job.wait = wait,
            Source::Route { origin, .. } => job.rare().origin = Some(origin),
        }
        pool.enlist(turn);
        if delay.is_zero() {
            pool.put_ready(id, &mut job, End::Back, turn.at);
        } else {
            pool.put_scheduled(id, &mut job, turn.at + delay);
        }
        self.log.insert(turn, (id, &job), pool);
        if let Some(key) = job.key().cloned() {
            let until = turn.at + WINDOW;
            let is_retaken = pool.keys.take(key.clone(), id, until);
            self.log.take_key(turn, pool, (key, id, until), is_retaken);
        }
        if let Submitter::Client(ticket) = submitter {
            turn.answer(ticket, Ok(Outcome::Submitted(id)));
        }
        self.log.await_store(id, submitter, true);
        self.log.publish(turn, (id, &job), pool, job.state());
        self.book.insert(id, job);
    }
}

impl Pool {
    /// Its workers are to take jobs, unless that was said before.
    pub(super) fn enlist(&mut self, turn: &mut Turn<'_>) {
        if !self.is_enlisted {
            self.is_enlisted = true;
            turn.want(Effect::Enlist {
                pool: self.name.clone(),
            });
        }
    }
}

/// A submission as a job that has found no place yet.
fn new_job(turn: &Turn<'_>, (place, pool): (usize, &Pool), submission: Submission) -> Job {
    let mut job = Job {
        pool: u32::try_from(place).unwrap_or(u32::MAX),
        hash: hash_of(pool, &submission.payload),
        payload: submission.payload,
        created: turn.now.wall,
        submitted: turn.at,
        phase: Phase::Moving,
        attempts: 0,
        max_attempts: pool.spec.retries.saturating_add(1),
        kills: 0,
        priority: submission.priority.unwrap_or(pool.spec.default_priority()),
        wait: None,
        rare: None,
    };
    if let Some(key) = submission.key {
        job.rare().key = Some(key);
    }
    job
}

/// Refuses a submission, and what its end is tied to.
pub(super) fn refuse(turn: &mut Turn<'_>, source: &Source, refusal: Refusal) {
    match source {
        Source::Client { ticket, wait } => {
            if let Some(wait) = wait {
                turn.answer(*wait, Err(refusal.clone()));
            }
            turn.answer(*ticket, Err(refusal));
        }
        Source::Route { route, .. } => turn.want(Effect::RouteRefused { route: *route }),
    }
}

/// What tells the worker of a job, where jobs with the same value go to the same one: equal for equal values, always.
pub(super) fn hash_of(pool: &Pool, payload: &Message) -> u32 {
    let Dispatch::Hash(pointer) = &pool.spec.dispatch else {
        return 0;
    };
    let value = canonical(pointer.find(payload).unwrap_or("null"));
    // FNV-1a: it must not change between versions of anything.
    let folded = value.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    u32::try_from(mix(folded) >> 32).unwrap_or(0)
}

fn check_priority(pool: &Pool, submission: &Submission) -> Result<(), Refusal> {
    let highest = pool.spec.priority_levels.saturating_sub(1);
    match submission.priority {
        Some(priority) if priority > highest => {
            Err(refusals::priority(&pool.name, priority, highest))
        }
        _ => Ok(()), // One of the pool's, or its middle one.
    }
}

fn check_payload(pool: &Pool, payload: &Message) -> Result<(), Refusal> {
    if payload.len() > pool.max_frame {
        return Err(refusals::too_long(
            &pool.name,
            payload.len(),
            pool.max_frame,
        ));
    }
    if pool.serialization == Serialization::Advanced
        && let Err(error) = v8::check(payload.as_str())
    {
        return Err(refusals::unwritable(&pool.name, &error));
    }
    match &pool.spec.reply {
        ReplyRule::Id(pointer) if pointer.find(payload).is_none() => {
            Err(refusals::no_id(&pool.name, pointer))
        }
        ReplyRule::Id(_) | ReplyRule::Next | ReplyRule::None => Ok(()),
    }
}
