//! One pool's jobs: where each of them stands, and what the pool counts.
//!
//! Owns the places: ready, scheduled, in a worker's hands, kept after the end. Never changes what a job is; that is the
//! machine's part.

use std::collections::{BTreeMap, VecDeque};

use crate::jobs::job::{Ending, Job, Lease, Phase, Place};
use crate::jobs::keys::Keys;
use crate::jobs::meter::Meter;
use crate::jobs::moment::Moment;
use crate::jobs::rate::Gate;
use crate::jobs::ready::{End, Ready};
use crate::jobs::roster::Roster;
use crate::jobs::shelf::Shelf;
use crate::model::{
    ChannelKind, Dispatch, Incarnation, JobFigures, JobId, JobsSpec, Now, PoolName, PoolSpec,
    Submission, Ticket, WorkerId,
};
use crate::wire::Serialization;

/// A submission that waits for room.
#[derive(Debug)]
pub(super) struct Blocked {
    pub(super) ticket: Ticket,
    pub(super) wait: Option<Ticket>,
    pub(super) submission: Submission,
}

/// A pool.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) name: PoolName,
    pub(super) spec: JobsSpec,
    pub(super) max_frame: usize,
    /// Whether the config has it; one that it has no longer keeps its jobs, but does nothing with them.
    pub(super) is_configured: bool,
    /// How messages to its workers are written.
    pub(super) serialization: Serialization,
    /// What links its workers to the deck; without a channel it takes no jobs.
    pub(super) channel: ChannelKind,
    pub(super) instances: u32,
    pub(super) is_paused: bool,
    pub(super) is_enlisted: bool,
    pub(super) ready: Ready,
    pub(super) scheduled: BTreeMap<(Moment, i64), JobId>,
    /// What ready and scheduled jobs weigh.
    pub(super) waiting_bytes: usize,
    pub(super) running: usize,
    /// Done and cancelled ones.
    pub(super) ended: Shelf,
    pub(super) dead: Shelf,
    pub(super) roster: Roster,
    /// First come, first accepted. Not bounded here: a client is read no further while 256 of its submissions wait.
    pub(super) blocked: VecDeque<Blocked>,
    pub(super) keys: Keys,
    pub(super) gate: Option<Gate>,
    pub(super) meter: Meter,
    /// How often a job was put somewhere, or taken away.
    pub(super) changes: u64,
    pub(super) done: u64,
    pub(super) failed: u64,
    pub(super) stale: u64,
    /// Ended jobs that made room for others.
    pub(super) forgotten: u64,
    /// The lane that was looked at last.
    lane: u32,
    /// Until when only the rate holds jobs back.
    pub(super) held_until: Option<Moment>,
    /// When finished jobs are to be forgotten next.
    pub(super) forgets_at: Option<Moment>,
}

impl Pool {
    /// A pool of the config.
    pub(super) fn new(spec: &PoolSpec) -> Self {
        Self {
            channel: spec.channel,
            serialization: spec.serialization,
            ..Self::of(
                spec.name.clone(),
                &spec.jobs,
                spec.instances,
                spec.max_frame,
            )
        }
    }

    /// A pool that the config has no longer.
    pub(super) fn stray(name: PoolName) -> Self {
        Self {
            is_configured: false,
            ..Self::of(name, &JobsSpec::default(), 0, 0)
        }
    }

    fn of(name: PoolName, spec: &JobsSpec, instances: u32, max_frame: usize) -> Self {
        let lanes = match spec.dispatch {
            Dispatch::Hash(_) => Some(instances),
            Dispatch::LeastBusy | Dispatch::RoundRobin => None,
        };
        Self {
            name,
            max_frame,
            is_configured: true,
            channel: ChannelKind::default(),
            serialization: Serialization::default(),
            instances,
            is_paused: false,
            is_enlisted: false,
            ready: Ready::new(spec.priority_levels, lanes),
            scheduled: BTreeMap::new(),
            waiting_bytes: 0,
            running: 0,
            ended: Shelf::default(),
            dead: Shelf::default(),
            roster: Roster::new(spec),
            blocked: VecDeque::new(),
            keys: Keys::default(),
            gate: spec.rate.map(Gate::new),
            meter: Meter::default(),
            changes: 0,
            done: 0,
            failed: 0,
            stale: 0,
            forgotten: 0,
            lane: 0,
            held_until: None,
            forgets_at: None,
            spec: spec.clone(),
        }
    }

    /// The address of one of its workers.
    pub(super) fn worker(&self, number: u32) -> WorkerId {
        WorkerId::new(self.name.clone(), number)
    }

    /// How many jobs wait.
    pub(super) fn waiting(&self) -> usize {
        self.ready.count() + self.scheduled.len()
    }

    /// Whether jobs wait or run.
    pub(super) fn is_busy(&self) -> bool {
        self.is_configured && (self.running > 0 || self.waiting() > 0)
    }

    /// Whether the queue takes a job of this size.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        let queue = self.spec.queue;
        self.waiting() == 0
            || self.waiting() < queue.capacity
                && self.waiting_bytes.saturating_add(bytes) <= queue.bytes
    }

    /// What its queue is full of when it does not take a job of this size.
    pub(super) fn full_of(&self, bytes: usize) -> String {
        let (queue, waiting) = (self.spec.queue, self.waiting());
        let held = self.waiting_bytes;
        if waiting < queue.capacity && held.saturating_add(bytes) > queue.bytes {
            let most = queue.bytes;
            format!("{held} of at most {most} bytes wait, and this job has {bytes}")
        } else {
            format!("{waiting} jobs wait")
        }
    }

    /// Whether each worker has jobs of its own.
    pub(super) fn has_lanes(&self) -> bool {
        matches!(self.spec.dispatch, Dispatch::Hash(_))
    }

    /// Puts a moving job among the ready ones; it waits since `since`.
    pub(super) fn put_ready(&mut self, id: JobId, job: &mut Job, end: End, since: Moment) {
        let order = self.ready.place(end);
        self.ready.insert(order, id, job.priority, job.hash, since);
        self.waiting_bytes += job.payload.len();
        self.changes += 1;
        job.forget_attempt();
        job.phase = Phase::Ready(Place { at: since, order });
    }

    /// Lets a moving job wait until `due`.
    pub(super) fn put_scheduled(&mut self, id: JobId, job: &mut Job, due: Moment) {
        let order = self.ready.place(End::Back);
        self.scheduled.insert((due, order), id);
        self.waiting_bytes += job.payload.len();
        self.changes += 1;
        job.phase = Phase::Scheduled(Place { at: due, order });
    }

    /// Keeps a moving job that came to its end.
    pub(super) fn put_ended(&mut self, id: JobId, job: &mut Job, ending: Ending, at: Moment) {
        let order = self.ready.place(End::Back);
        self.shelf_mut(ending).put(order, id, at, job.bytes());
        self.changes += 1;
        job.phase = Phase::Ended(ending, Place { at, order });
    }

    /// Takes a job from where it stands, unless a worker has it; true if it moves now.
    pub(super) fn take_out(&mut self, job: &mut Job) -> bool {
        match &job.phase {
            Phase::Moving | Phase::Running(_) => return false,
            Phase::Ready(place) => {
                self.ready.remove(place.order, job.priority, job.hash);
                self.waiting_bytes -= job.payload.len();
            }
            Phase::Scheduled(place) => {
                self.scheduled.remove(&(place.at, place.order));
                self.waiting_bytes -= job.payload.len();
            }
            Phase::Ended(ending, place) => self.shelf_mut(*ending).remove(place.order),
        }
        self.changes += 1;
        job.phase = Phase::Moving;
        true
    }

    /// The job that goes next, and to whom; it stands among the ready ones no longer.
    pub(super) fn next(&mut self, at: Moment) -> Option<(u32, JobId)> {
        self.held_until = None;
        if self.is_paused || self.ready.count() == 0 || !self.roster.has_free() {
            return None;
        }
        if let Some(gate) = self.gate.as_ref().filter(|gate| !gate.is_open(at)) {
            self.held_until = Some(gate.opens());
            return None;
        }
        let next = if self.has_lanes() {
            self.next_of_lanes(at)?
        } else {
            let number = self.roster.next()?;
            (number, self.ready.take(0, at)?)
        };
        if let Some(gate) = &mut self.gate {
            gate.pass(at);
        }
        Some(next)
    }

    /// A worker's process takes jobs from now on.
    pub(super) fn serve(&mut self, number: u32, incarnation: Incarnation) {
        self.roster.serve(number, incarnation);
        self.ready.stir(number);
    }

    /// A worker's job is no longer in its hands.
    pub(super) fn vacate(&mut self, lease: &Lease) {
        self.running -= 1;
        self.changes += 1;
        self.roster.vacate(lease.worker, lease.id);
        self.ready.stir(lease.worker);
    }

    /// A pool of another size.
    pub(super) fn resize(&mut self, instances: u32) {
        self.instances = instances;
        self.roster.shrink(instances);
        self.ready.relane(instances);
    }

    /// How its jobs are doing.
    pub(super) fn figures(&mut self, now: Now) -> JobFigures {
        let at = Moment::from(now.mono);
        JobFigures {
            changes: self.changes,
            queue: count(self.waiting()),
            in_flight: count(self.running),
            done: self.done,
            failed: self.failed,
            dead: count(self.dead.count()),
            stale: self.stale,
            forgotten: self.forgotten,
            paused: self.is_paused,
            bytes: count(self.waiting_bytes),
            oldest: self.ready.oldest().map(|since| since.wall(now)),
            rate: self.meter.ends.rate(at),
            wait: self.meter.wait.percentiles(at),
            run: self.meter.run.percentiles(at),
            total: self.meter.total.percentiles(at),
        }
    }

    fn next_of_lanes(&mut self, at: Moment) -> Option<(u32, JobId)> {
        while let Some(lane) = self.ready.stirred_after(self.lane) {
            self.lane = lane;
            let number = lane.saturating_add(1);
            if self.ready.waits_in(lane)
                && self.roster.is_free(number)
                && let Some(job) = self.ready.take(lane, at)
            {
                return Some((number, job));
            }
            self.ready.settle(lane);
        }
        None
    }

    pub(super) fn shelf(&self, ending: Ending) -> &Shelf {
        match ending {
            Ending::Dead => &self.dead,
            Ending::Done | Ending::Cancelled => &self.ended,
        }
    }

    fn shelf_mut(&mut self, ending: Ending) -> &mut Shelf {
        match ending {
            Ending::Dead => &mut self.dead,
            Ending::Done | Ending::Cancelled => &mut self.ended,
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
