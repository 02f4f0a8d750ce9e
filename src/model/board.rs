//! The read model: what a client shows, folded from events by one function.
//!
//! Law: a board taken at t1 with the events after t1 folded in equals the board taken at t2.

use indexmap::IndexMap;

use crate::model::event::{DeckSampled, Event, PoolChanged, RollingChanged, RouteCounted, Stamped};
use crate::model::history::History;
use crate::model::note::Moment;
use crate::model::worker::WorkerView;
use crate::model::{
    JobFigures, MonoTime, PoolName, QueueSpec, RouteForm, RouteSpec, Runtime, WorkerId,
};
use crate::wire::Serialization;

/// What all workers' messages may weigh, and what all their logs may weigh, in bytes each.
const BUDGET: usize = 64 << 20;

/// Of the budget, what one worker gets at the least and at the most.
const SHARE: (usize, usize) = (64 << 10, WorkerView::MOST_BYTES);

/// A whole deck as clients show it.
#[derive(Clone, Debug)]
pub struct Board {
    /// The deck itself.
    pub deck: DeckView,
    /// The pools with their workers, in the order of the config.
    pub pools: IndexMap<PoolName, PoolView>,
    /// The routes in the order of the config.
    pub routes: Vec<RouteView>,
    /// The newest place among everything the deck saw.
    latest: u64,
    /// How many things happened that may have left a note.
    noted: u64,
}

/// The deck's own numbers.
#[derive(Clone, Debug)]
pub struct DeckView {
    /// The deck's name.
    pub name: String,
    /// The deck's process.
    pub pid: u32,
    /// The newest sample.
    pub sampled: DeckSampled,
    /// Whether `down` was asked, and the deck ends with its last worker.
    pub is_going_down: bool,
    /// CPU of deck and keeper over time, in percent of one core.
    pub cpu: History,
    /// Timer lateness over time, in microseconds.
    pub loop_delay: History,
}

/// A pool with its workers.
#[derive(Clone, Debug)]
pub struct PoolView {
    /// The pool's name.
    pub name: PoolName,
    /// What executes its workers, where known.
    pub runtime: Option<Runtime>,
    /// Its command line, for people.
    pub command: String,
    /// How messages to and from its workers are written; told by whoever adds the pool.
    pub serialization: Serialization,
    /// What its queue holds at the most, where known.
    pub room: Option<QueueSpec>,
    /// How far its rolling restart is, while there is one.
    pub rolling: Option<RollingChanged>,
    /// Its workers; number N is at N - 1.
    pub workers: Vec<WorkerView>,
    /// How its jobs are doing.
    pub jobs: JobFigures,
    /// Waiting jobs over time.
    pub queue: History,
    /// Jobs that came to their end, a second, over time.
    pub rate: History,
    /// From submitted to the end, 99th percentile, in milliseconds, over time.
    pub latency: History,
}

/// A route with what it has forwarded.
#[derive(Clone, Debug)]
pub struct RouteView {
    /// Whose messages it forwards.
    pub from: PoolName,
    /// Who gets them.
    pub to: PoolName,
    /// How.
    pub form: RouteForm,
    /// Messages it has forwarded.
    pub count: u64,
    /// Messages that it could not forward.
    pub refused: u64,
    /// Messages a second, over time.
    pub rate: History,
    counted: Option<(u64, MonoTime)>,
}

impl RouteView {
    /// A route that has forwarded nothing yet.
    pub fn new(spec: &RouteSpec) -> Self {
        Self {
            from: spec.from.clone(),
            to: spec.to.clone(),
            form: spec.form,
            count: 0,
            refused: 0,
            rate: History::default(),
            counted: None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate, to be drawn")]
    fn beat(&mut self, mono: MonoTime) {
        let now = (self.count, mono);
        let (before, at) = self.counted.replace(now).unwrap_or(now);
        let seconds = (mono - at).as_secs_f32();
        let rate = self.count.saturating_sub(before) as f32 / seconds;
        self.rate.push(Some(rate).filter(|_| seconds > 0.0));
    }
}

impl Board {
    /// An empty board of a deck.
    pub fn new(name: impl Into<String>, pid: u32) -> Self {
        let deck = DeckView {
            name: name.into(),
            pid,
            sampled: DeckSampled::default(),
            is_going_down: false,
            cpu: History::default(),
            loop_delay: History::default(),
        };
        Self {
            deck,
            pools: IndexMap::new(),
            routes: Vec::new(),
            latest: 0,
            noted: 0,
        }
    }

    /// The newest place among everything the deck saw, as far as the board was told.
    pub fn latest(&self) -> u64 {
        self.latest
    }

    /// Adds a pool without workers; [`Event::Pool`] brings them.
    pub fn add_pool(&mut self, name: PoolName, runtime: Option<Runtime>, command: String) {
        self.pools.insert(
            name.clone(),
            PoolView {
                name,
                runtime,
                command,
                serialization: Serialization::default(),
                room: None,
                rolling: None,
                workers: Vec::new(),
                jobs: JobFigures::default(),
                queue: History::default(),
                rate: History::default(),
                latency: History::default(),
            },
        );
    }

    /// The worker with this address.
    pub fn worker(&self, id: &WorkerId) -> Option<&WorkerView> {
        self.pools.get(&id.pool)?.worker(id.number)
    }

    fn worker_mut(&mut self, id: &WorkerId) -> Option<&mut WorkerView> {
        let index = usize::try_from(id.number.checked_sub(1)?).ok()?;
        self.pools.get_mut(&id.pool)?.workers.get_mut(index)
    }

    /// Every worker, pool by pool.
    pub fn workers(&self) -> impl Iterator<Item = &WorkerView> {
        self.pools.values().flat_map(|pool| pool.workers.iter())
    }

    /// Folds one event in. [`Event::Deck`] is the beat: it adds each worker's numbers in force to its histories. What concerns a worker that is not there changes nothing.
    pub fn apply(&mut self, stamped: &Stamped) {
        let mono = stamped.now.mono;
        match &stamped.event {
            Event::Pool(changed) => self.change_pool(changed),
            Event::Rolling(changed) => {
                if let Some(pool) = self.pools.get_mut(&changed.pool) {
                    pool.rolling = changed.worker.is_some().then(|| changed.clone());
                }
            }
            Event::Route(counted) => self.count_route(counted),
            // A client that wants to see jobs asks for them.
            Event::Jobs(_) => {}
            Event::Deck(sampled) => {
                self.deck.apply(sampled);
                let workers = self.pools.values_mut().flat_map(|pool| &mut pool.workers);
                workers.for_each(|worker| worker.beat(mono));
                self.pools.values_mut().for_each(PoolView::beat);
                self.routes.iter_mut().for_each(|route| route.beat(mono));
            }
            Event::Down => self.deck.is_going_down = true,
            event => {
                self.latest = self.latest.max(place(event));
                self.noted += 1;
                let moment = Moment {
                    after: self.latest,
                    number: self.noted,
                    at: stamped.now.wall,
                };
                let Some(worker) = event.worker().and_then(|id| self.worker_mut(id)) else {
                    return;
                };
                worker.apply(mono, moment, event);
            }
        }
    }

    fn change_pool(&mut self, changed: &PoolChanged) {
        if let Some(pool) = self.pools.get_mut(&changed.pool) {
            pool.jobs.clone_from(&changed.jobs);
            if pool.workers.len() != changed.instances as usize {
                self.resize(&changed.pool, changed.instances);
            }
        }
    }

    fn count_route(&mut self, counted: &RouteCounted) {
        if let Some(route) = self.routes.get_mut(counted.route) {
            route.count = counted.count;
            route.refused = counted.refused;
        }
    }

    fn resize(&mut self, name: &PoolName, instances: u32) {
        let Some(pool) = self.pools.get_mut(name) else {
            return;
        };
        let wanted = instances as usize;
        pool.workers.truncate(wanted);
        for index in pool.workers.len()..wanted {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            pool.workers.push(WorkerView::new(
                WorkerId::new(name.clone(), number),
                pool.runtime,
            ));
        }
        let count: usize = self.pools.values().map(|pool| pool.workers.len()).sum();
        let share = (BUDGET / count.max(1)).clamp(SHARE.0, SHARE.1);
        for worker in self
            .pools
            .values_mut()
            .flat_map(|pool| pool.workers.iter_mut())
        {
            worker.traffic.limit(share);
            worker.logs.limit(share);
        }
    }
}

/// The newest place that an event brings; 0 where it brings none.
fn place(event: &Event) -> u64 {
    match event {
        Event::Messages(messages) => messages.envelopes.last().map_or(0, |last| last.order),
        Event::Logs(logs) => logs.lines.last().map_or(0, |last| last.order),
        Event::FrameError(fault) => fault.order,
        // The others have no place of their own.
        _ => 0,
    }
}

impl DeckView {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a lateness in microseconds, drawn as a bar"
    )]
    fn apply(&mut self, sampled: &DeckSampled) {
        self.sampled = sampled.clone();
        self.cpu.push(sampled.cpu_percent);
        self.loop_delay.push(Some(sampled.loop_p99_us as f32));
    }
}

impl PoolView {
    /// Adds the numbers in force to the histories.
    #[expect(clippy::cast_precision_loss, reason = "a number to be drawn")]
    fn beat(&mut self) {
        self.queue.push(Some(self.jobs.queue as f32));
        self.rate.push(Some(self.jobs.rate));
        let total = self
            .jobs
            .total
            .map(|total| total.p99.as_secs_f32() * 1000.0);
        self.latency.push(total);
    }

    /// Worker `number` of the pool, from 1.
    pub fn worker(&self, number: u32) -> Option<&WorkerView> {
        self.workers
            .get(usize::try_from(number.checked_sub(1)?).ok()?)
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
