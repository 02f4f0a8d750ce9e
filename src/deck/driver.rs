//! The loop: one input or the next deadline, then the machine, then its effects.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::cluster;
use crate::deck::accept::Came;
use crate::deck::clock::Clock;
use crate::deck::desk::{Desk, Opened};
use crate::deck::end::Ended;
use crate::deck::ends::Budgets;
use crate::deck::figures::new_board;
use crate::deck::handle::{Deck, Request, Sink};
use crate::deck::journal::Journal;
use crate::deck::link::{Heard, Link};
use crate::deck::orders::{ORDERS, Orders};
use crate::deck::primary::{CAME, Primary};
use crate::deck::sampler::{Measures, Sampler};
use crate::deck::sockets::Sockets;
use crate::deck::tasks::Tasks;
use crate::jobs::store::Committed;
use crate::jobs::{self, IdMap};
use crate::model::{DeckSpec, Incarnation, MonoTime, Now, PoolName, PoolSpec, Ticket, WorkerId};
use crate::process::{ProcessKey, Report, Spawner};
use crate::supervisor::{Effect, Input, Machine};

/// How many batches of what workers said wait for the driver; then their readers wait, and the workers meet full pipes.
const HEARD: usize = 64;

/// For how long they are taken before anything else gets its turn: some weigh a hundred times as much as others.
const TURN: Duration = Duration::from_millis(4);

/// How many reports of the spawner wait for the driver.
const REPORTS: usize = 256;

/// Everything that one deck is.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) clock: Clock,
    /// The latest moment that the machine was given; it never sees an earlier one.
    latest: Now,
    pub(crate) pools: HashMap<PoolName, PoolSpec>,
    pub(crate) machine: Machine,
    pub(crate) journal: Journal,
    pub(crate) sampler: Sampler,
    pub(crate) tasks: Tasks,
    /// Every process of which something may still come.
    pub(crate) links: HashMap<ProcessKey, Link>,
    /// Each worker's newest process.
    pub(crate) newest: HashMap<WorkerId, (ProcessKey, Incarnation)>,
    pub(crate) desk: Desk,
    pub(crate) cluster: Primary,
    pub(crate) answers: IdMap<Ticket, Sink>,
    pub(crate) orders: Orders,
    pub(crate) budgets: Budgets,
    pub(crate) sockets: Sockets,
    pub(crate) heard: mpsc::Sender<Heard>,
    /// What the machines are to be told next: effects of one are inputs of the other.
    pub(crate) steps: VecDeque<Step>,
    pub(crate) last_key: u64,
    pub(crate) is_halted: bool,
    pub(crate) last_ticket: u64,
    pub(crate) fault: Option<String>,
}

/// What one of the machines is to be told.
#[derive(Debug)]
pub(crate) enum Step {
    /// The workers' machine.
    Machine(Input),
    /// The jobs.
    Jobs(jobs::Input),
    /// The cluster.
    Cluster(cluster::Input),
}

/// What comes to the driver from outside.
#[derive(Debug)]
struct Incoming {
    requests: mpsc::Receiver<Request>,
    committed: mpsc::Receiver<Committed>,
    reports: mpsc::Receiver<Report>,
    heard: mpsc::Receiver<Heard>,
    came: mpsc::Receiver<Came>,
    measures: mpsc::Receiver<Measures>,
}

/// Makes a deck whose workers are all stopped; [`Command::Start`](crate::model::Command::Start) starts them. The future
/// is the driver: it runs the deck until it goes down, on a current-thread runtime.
pub fn start<S: Spawner>(
    spec: DeckSpec,
    spawner: S,
    clock: Clock,
) -> (Deck, impl Future<Output = Ended> + Send) {
    start_with(spec, spawner, clock, None)
}

/// Like [`start`]; with an open store, jobs are kept there, and those that it held go on.
pub fn start_with<S: Spawner>(
    spec: DeckSpec,
    spawner: S,
    clock: Clock,
    opened: Option<Opened>,
) -> (Deck, impl Future<Output = Ended> + Send) {
    start_on(spec, spawner, clock, (opened, None))
}

/// Like [`start_with`]; without sockets they are opened when the driver starts, and it ends at once if that fails.
pub fn start_on<S: Spawner>(
    spec: DeckSpec,
    spawner: S,
    clock: Clock,
    ground: (Option<Opened>, Option<Sockets>),
) -> (Deck, impl Future<Output = Ended> + Send) {
    let (deck, requests, ended) = Deck::new();
    (deck, run(spec, spawner, clock, ground, (requests, ended)))
}

async fn run<S: Spawner>(
    spec: DeckSpec,
    spawner: S,
    clock: Clock,
    (opened, sockets): (Option<Opened>, Option<Sockets>),
    (requests, ended): (mpsc::Receiver<Request>, CancellationToken),
) -> Ended {
    // However the driver ends, its clients are told.
    let _told = ended.drop_guard();
    let (orders, ordered) = mpsc::channel(ORDERS);
    let (reporter, reports) = mpsc::channel(REPORTS);
    let (heard_by, heard) = mpsc::channel(HEARD);
    let (came_by, came) = mpsc::channel(CAME);
    let (measured_by, measures) = mpsc::channel(1);
    let (committed_by, committed) = mpsc::channel(1);
    let desk = match Desk::new(&spec, clock.now(), opened, committed_by) {
        Ok(desk) => desk,
        Err(error) => {
            let fault = Some(format!("start the store of jobs: {error}"));
            return Ended { fault };
        }
    };
    let sockets = match sockets.map_or_else(|| Sockets::open(&spec), Ok) {
        Ok(sockets) => sockets,
        Err(error) => {
            let fault = Some(error.to_string());
            return Ended { fault };
        }
    };
    let tasks = Tasks::new();
    let sampler = Sampler::new(clock.now().mono, spawner.pid(), measured_by);
    tasks.spawn_to_end(spawner.serve(ordered, reporter));

    let board = new_board(&spec);
    let mut driver = Driver {
        clock,
        desk,
        latest: clock.now(),
        cluster: Primary::new(&spec, came_by),
        machine: Machine::new(&spec),
        pools: spec
            .pools
            .into_iter()
            .map(|pool| (pool.name.clone(), pool))
            .collect(),
        journal: Journal::new(board, spec.keeps_messages),
        sampler,
        tasks,
        links: HashMap::new(),
        newest: HashMap::new(),
        answers: IdMap::default(),
        orders: Orders::new(orders),
        budgets: Budgets::default(),
        sockets,
        heard: heard_by,
        steps: VecDeque::new(),
        last_key: 0,
        is_halted: false,
        last_ticket: 0,
        fault: None,
    };
    let incoming = Incoming {
        requests,
        committed,
        reports,
        heard,
        came,
        measures,
    };
    driver.open();
    let committed = driver.drive(incoming).await;
    driver.end(committed).await
}

impl Driver {
    fn open(&mut self) {
        let now = self.now();
        let mut effects = Vec::new();
        self.machine.open(now, &mut effects);
        self.perform(now, effects);
        let mut effects = Vec::new();
        self.desk.jobs.open(now, &mut effects);
        self.perform_jobs(now, &mut effects);
        self.work_off(now);
    }

    /// This moment.
    pub(crate) fn now(&mut self) -> Now {
        self.latest = self.clock.now();
        self.latest
    }

    /// The moment at which something happened that is heard of now, as far as nothing later was handled.
    pub(crate) fn moment(&mut self, at: Now) -> Now {
        if at.mono > self.latest.mono {
            self.latest = at;
        }
        self.latest
    }

    /// Runs the deck to its end; gives back what the store still has to say.
    async fn drive(&mut self, mut incoming: Incoming) -> mpsc::Receiver<Committed> {
        let mut timer = pin!(tokio::time::sleep_until(self.clock.instant(MonoTime::ZERO)));
        while !self.is_halted && self.fault.is_none() {
            let due = self.clock.instant(self.next_deadline());
            if timer.deadline() != due {
                timer.as_mut().reset(due);
            }
            // Every arm is cancel safe: queues keep what was not received, orders what was not handed on, and the timer
            // is set anew.
            tokio::select! {
                Some(report) = incoming.reports.recv() => self.report(report),
                Some(request) = incoming.requests.recv() => self.request(request),
                Some(committed) = incoming.committed.recv() => {
                    let now = self.now();
                    self.committed(now, committed);
                }
                Some(heard) = incoming.heard.recv() => {
                    let until = self.clock.now().mono + TURN;
                    self.hear(heard);
                    while self.clock.now().mono < until {
                        let Ok(heard) = incoming.heard.try_recv() else { break };
                        self.hear(heard);
                    }
                }
                Some(came) = incoming.came.recv() => self.came(came),
                Some(measures) = incoming.measures.recv() => self.take_measures(measures),
                () = self.orders.hand_on() => {}
                () = &mut timer => {}
            }
            self.tick();
        }
        incoming.committed
    }

    fn next_deadline(&self) -> MonoTime {
        let own = self.sampler.next_deadline();
        let others = [
            self.machine.next_deadline(),
            self.journal.next_deadline(),
            self.desk.jobs.next_deadline(),
            self.desk.ledger.next_deadline(),
            self.cluster.machine.next_deadline(),
        ];
        others.into_iter().flatten().fold(own, MonoTime::min)
    }

    /// Does what is due.
    fn tick(&mut self) {
        let now = self.now();
        if self
            .machine
            .next_deadline()
            .is_some_and(|due| due <= now.mono)
        {
            self.handle(now, Input::Tick);
        }
        let due = self.desk.jobs.next_deadline();
        if due.is_some_and(|due| due <= now.mono) {
            self.steps.push_back(Step::Jobs(jobs::Input::Tick));
            self.work_off(now);
        }
        self.tick_cluster(now);
        self.desk.ledger.retry(now.mono);
        self.sample(now);
        if self
            .journal
            .next_deadline()
            .is_some_and(|due| due <= now.mono)
        {
            self.journal.flush(now);
        }
    }

    /// Feeds the machine one input and performs what it wants, and what follows from that.
    pub(crate) fn handle(&mut self, now: Now, input: Input) {
        self.steps.push_back(Step::Machine(input));
        self.work_off(now);
    }

    /// Tells the machines what they are to be told, until neither wants more.
    pub(crate) fn work_off(&mut self, now: Now) {
        loop {
            while let Some(step) = self.steps.pop_front() {
                self.take_step(now, step);
            }
            if !std::mem::take(&mut self.desk.is_stirred) {
                break;
            }
            let mut effects = Vec::new();
            self.desk.jobs.conclude(now, &mut effects);
            self.perform_jobs(now, &mut effects);
        }
        self.desk.ledger.seal();
        self.sampler.stir(now.mono);
    }

    pub(crate) fn take_step(&mut self, now: Now, step: Step) {
        match step {
            Step::Machine(input) => {
                let mut effects = Vec::new();
                self.machine.handle(now, input, &mut effects);
                self.perform(now, effects);
            }
            Step::Cluster(input) => self.step_cluster(now, input),
            Step::Jobs(input) => {
                let mut effects = std::mem::take(&mut self.desk.effects);
                self.desk.jobs.handle(now, input, &mut effects);
                self.desk.is_stirred = true;
                self.perform_jobs(now, &mut effects);
                self.desk.effects = effects;
            }
        }
    }

    /// Performs effects in order.
    fn perform(&mut self, now: Now, effects: Vec<Effect>) {
        for effect in effects {
            self.perform_one(now, effect);
        }
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
