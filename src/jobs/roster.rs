//! The workers of one pool, as far as jobs go: who serves, who has which job, who is next.
//!
//! Owns seats (a worker has `concurrency` of them), the order in which free workers are chosen, and the deadlines of
//! those that owe an answer. Every step takes logarithmic time in the number of workers.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use crate::jobs::meter::Window;
use crate::jobs::moment::Moment;
use crate::model::{Assignment, Dispatch, Incarnation, JobsSpec, LeaseId, MonoTime, ReplyRule};

/// A worker.
#[derive(Debug)]
pub(super) struct Worker {
    /// The process that serves, or served last.
    pub(super) incarnation: Incarnation,
    /// Whether the process takes jobs.
    pub(super) serves: bool,
    /// Whether the process was given up to be ended: it serves no more, whatever is told.
    pub(super) is_relieved: bool,
    /// The jobs it has, oldest first, and since when.
    pub(super) seats: VecDeque<(LeaseId, Moment)>,
    /// What this step gives it.
    pub(super) given: Vec<Assignment>,
    /// When it answered last.
    answered: Moment,
    /// Grows with each job that ended: who has the lowest has been without longest.
    rested: u64,
    /// Its place among the free ones.
    free: Option<Turn>,
    /// When its oldest job times out.
    pub(super) timer: Option<Moment>,
    pub(super) wait: Window,
    pub(super) run: Window,
    pub(super) total: Window,
    pub(super) done: u64,
    pub(super) failed: u64,
}

/// A free worker's place: jobs it has, how recently it had one, its number.
type Turn = (usize, u64, u32);

/// The workers of one pool, by number from 1.
#[derive(Debug)]
pub(super) struct Roster {
    workers: Vec<Worker>,
    free: BTreeSet<Turn>,
    timers: BTreeSet<(Moment, u32)>,
    ends: u64,
    /// Who was given a job last, in turn.
    cursor: u32,
    by_load: bool,
    concurrency: usize,
    timeout: Option<Duration>,
    /// Whether each answer gives the worker the whole time anew.
    one_by_one: bool,
}

impl Roster {
    pub(super) fn new(spec: &JobsSpec) -> Self {
        Self {
            workers: Vec::new(),
            free: BTreeSet::new(),
            timers: BTreeSet::new(),
            ends: 0,
            cursor: 0,
            by_load: matches!(spec.dispatch, Dispatch::LeastBusy),
            concurrency: usize::try_from(spec.concurrency.max(1)).unwrap_or(usize::MAX),
            timeout: spec.timeout,
            one_by_one: !matches!(spec.reply, ReplyRule::Id(_)),
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<&Worker> {
        self.workers.get(index(number)?)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Worker> {
        self.workers.get_mut(index(number)?)
    }

    /// Whether this process of a worker is the one that serves, or served last.
    pub(super) fn is_of(&self, number: u32, incarnation: Incarnation) -> bool {
        self.get(number)
            .is_some_and(|worker| worker.incarnation == incarnation)
    }

    /// Every worker with its number.
    pub(super) fn all(&self) -> impl Iterator<Item = (u32, &Worker)> {
        (1..).zip(&self.workers)
    }

    /// A process takes jobs from now on.
    pub(super) fn serve(&mut self, number: u32, incarnation: Incarnation) {
        let Some(at) = index(number) else {
            return;
        };
        while self.workers.len() <= at {
            self.workers.push(Worker::new());
        }
        if let Some(worker) = self.workers.get_mut(at) {
            if worker.incarnation != incarnation {
                worker.incarnation = incarnation;
                worker.is_relieved = false;
            }
            worker.serves = !worker.is_relieved;
        }
        self.refresh(number);
    }

    /// It takes none for now.
    pub(super) fn rest(&mut self, number: u32) {
        if let Some(worker) = self.get_mut(number) {
            worker.serves = false;
        }
        self.refresh(number);
    }

    /// It is to be ended; true the first time.
    pub(super) fn relieve(&mut self, number: u32) -> bool {
        let Some(worker) = self.get_mut(number) else {
            return false;
        };
        let is_first = !worker.is_relieved;
        worker.is_relieved = true;
        worker.serves = false;
        self.refresh(number);
        is_first
    }

    /// The free worker whose turn it is.
    pub(super) fn next(&self) -> Option<u32> {
        let first = || self.free.first();
        let next = if self.by_load {
            first()
        } else {
            let after = (0, 0, self.cursor.saturating_add(1));
            self.free.range(after..).next().or_else(first)
        };
        next.map(|(.., number)| *number)
    }

    /// Whether a worker can take a job.
    pub(super) fn is_free(&self, number: u32) -> bool {
        self.get(number).is_some_and(|worker| worker.free.is_some())
    }

    /// Whether anybody can take a job.
    pub(super) fn has_free(&self) -> bool {
        !self.free.is_empty()
    }

    /// A worker takes a seat's job.
    pub(super) fn seat(&mut self, number: u32, lease: LeaseId, at: Moment) {
        self.cursor = number;
        if let Some(worker) = self.get_mut(number) {
            worker.seats.push_back((lease, at));
        }
        self.refresh(number);
    }

    /// A worker's job ended.
    pub(super) fn vacate(&mut self, number: u32, lease: LeaseId) {
        self.ends += 1;
        let ends = self.ends;
        if let Some(worker) = self.get_mut(number) {
            if worker
                .seats
                .front()
                .is_some_and(|(first, _)| *first == lease)
            {
                worker.seats.pop_front();
            } else if let Ok(at) = worker.seats.binary_search_by_key(&lease, |(id, _)| *id) {
                worker.seats.remove(at);
            }
            worker.rested = ends;
        }
        self.refresh(number);
    }

    /// A worker answered: the next of its jobs has the whole time from now on.
    pub(super) fn note_answer(&mut self, number: u32, at: MonoTime) {
        if let Some(worker) = self.get_mut(number) {
            worker.answered = Moment::from(at);
        }
        if self.timeout.is_some() {
            self.refresh(number);
        }
    }

    /// A worker's oldest job, and since when it has it.
    pub(super) fn oldest(&self, number: u32) -> Option<(LeaseId, Moment)> {
        self.get(number)?.seats.front().copied()
    }

    /// The time of one of a worker's jobs starts anew.
    pub(super) fn restart_clock(&mut self, number: u32, lease: LeaseId, at: Moment) {
        if let Some(worker) = self.get_mut(number)
            && let Ok(place) = worker.seats.binary_search_by_key(&lease, |(id, _)| *id)
            && let Some((_, given)) = worker.seats.get_mut(place)
        {
            *given = at;
        }
        if self.timeout.is_some() {
            self.refresh(number);
        }
    }

    /// The first worker whose oldest job has timed out.
    pub(super) fn late(&self, at: Moment) -> Option<u32> {
        let (due, number) = self.timers.first()?;
        (*due <= at).then_some(*number)
    }

    /// When the next job times out.
    pub(super) fn next_timeout(&self) -> Option<Moment> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// Forgets idle workers beyond this many.
    pub(super) fn shrink(&mut self, instances: u32) {
        let least = usize::try_from(instances).unwrap_or(usize::MAX);
        while self.workers.len() > least
            && self
                .workers
                .last()
                .is_some_and(|last| !last.serves && last.seats.is_empty())
        {
            self.workers.pop();
        }
    }

    /// Whether free places and timers are those that follow from the workers.
    pub(super) fn adds_up(&self) -> bool {
        let free: BTreeSet<_> = self
            .all()
            .filter_map(|(n, worker)| self.turn(n, worker))
            .collect();
        let due = |(n, worker): (u32, &Worker)| self.due(worker).map(|due| (due, n));
        let timers: BTreeSet<_> = self.all().filter_map(due).collect();
        free == self.free
            && timers == self.timers
            && self
                .workers
                .iter()
                .all(|worker| worker.seats.len() <= self.concurrency)
    }

    fn refresh(&mut self, number: u32) {
        let Some(worker) = index(number).and_then(|at| self.workers.get(at)) else {
            return;
        };
        let (free, timer) = (self.turn(number, worker), self.due(worker));
        let (old_free, old_timer) = (worker.free, worker.timer);
        if free != old_free {
            if let Some(turn) = old_free {
                self.free.remove(&turn);
            }
            self.free.extend(free);
        }
        if timer != old_timer {
            if let Some(due) = old_timer {
                self.timers.remove(&(due, number));
            }
            self.timers.extend(timer.map(|due| (due, number)));
        }
        if let Some(worker) = self.get_mut(number) {
            worker.free = free;
            worker.timer = timer;
        }
    }

    fn turn(&self, number: u32, worker: &Worker) -> Option<Turn> {
        let has = worker.seats.len();
        let is_free = worker.serves && has < self.concurrency;
        is_free.then_some(if self.by_load {
            (has, worker.rested, number)
        } else {
            (0, 0, number)
        })
    }

    fn due(&self, worker: &Worker) -> Option<Moment> {
        let (_, given) = worker.seats.front()?;
        let since = if self.one_by_one {
            (*given).max(worker.answered)
        } else {
            *given
        };
        self.timeout
            .filter(|_| !worker.is_relieved)
            .map(|timeout| since + timeout)
    }
}

impl Worker {
    fn new() -> Self {
        Self {
            incarnation: Incarnation::default(),
            serves: false,
            is_relieved: false,
            seats: VecDeque::new(),
            given: Vec::new(),
            answered: Moment::default(),
            rested: 0,
            free: None,
            timer: None,
            wait: Window::new(1),
            run: Window::new(1),
            total: Window::new(1),
            done: 0,
            failed: 0,
        }
    }
}

fn index(number: u32) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}
