//! The loop: one input or the next deadline, then the machine, then its effects.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::deck::clock::Clock;
use crate::deck::handle::{Deck, Request};
use crate::deck::journal::Journal;
use crate::deck::link::{Heard, Link};
use crate::deck::orders::{ORDERS, Orders};
use crate::deck::sampler::{Measures, Sampler};
use crate::deck::tasks::Tasks;
use crate::model::{
    Board, DeckSpec, Incarnation, MonoTime, Now, Outcome, PoolName, PoolSpec, Refusal, Ticket,
    WorkerId,
};
use crate::process::{PipeBudget, ProcessKey, Report, Spawner};
use crate::supervisor::{Effect, Input, Machine};

/// How many batches of what workers said wait for the driver; then their readers wait, and the workers meet full pipes.
const HEARD: usize = 64;

/// For how long they are taken before anything else gets its turn: some weigh a hundred times as much as others.
const TURN: Duration = Duration::from_millis(4);

/// How many reports of the spawner wait for the driver.
const REPORTS: usize = 256;

/// How a deck ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// What ended it against its will: the keeper died.
    pub fault: Option<String>,
}

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
    pub(crate) answers: HashMap<Ticket, oneshot::Sender<Result<Outcome, Refusal>>>,
    pub(crate) orders: Orders,
    pub(crate) budget: PipeBudget,
    pub(crate) heard: mpsc::Sender<Heard>,
    /// Inputs that came out of performing effects, to be handled next.
    pub(crate) inputs: Vec<Input>,
    pub(crate) last_key: u64,
    pub(crate) is_halted: bool,
    last_ticket: u64,
    pub(crate) fault: Option<String>,
}

/// What comes to the driver from outside.
#[derive(Debug)]
struct Incoming {
    requests: mpsc::Receiver<Request>,
    reports: mpsc::Receiver<Report>,
    heard: mpsc::Receiver<Heard>,
    measures: mpsc::Receiver<Measures>,
}

/// Makes a deck whose workers are all stopped; [`Command::Start`](crate::model::Command::Start) starts them. The future
/// is the driver: it runs the deck until it goes down, on a current-thread runtime.
pub fn start<S: Spawner>(
    spec: DeckSpec,
    spawner: S,
    clock: Clock,
) -> (Deck, impl Future<Output = Ended> + Send) {
    let (deck, requests, ended) = Deck::new();
    (deck, run(spec, spawner, clock, requests, ended))
}

async fn run<S: Spawner>(
    spec: DeckSpec,
    spawner: S,
    clock: Clock,
    requests: mpsc::Receiver<Request>,
    ended: CancellationToken,
) -> Ended {
    // However the driver ends, its clients are told.
    let _told = ended.drop_guard();
    let (orders, ordered) = mpsc::channel(ORDERS);
    let (reporter, reports) = mpsc::channel(REPORTS);
    let (heard_by, heard) = mpsc::channel(HEARD);
    let (measured_by, measures) = mpsc::channel(1);
    let tasks = Tasks::new();
    let sampler = Sampler::new(clock.now().mono, spawner.pid(), measured_by);
    tasks.spawn_to_end(spawner.serve(ordered, reporter));

    let mut board = Board::new(spec.name.clone(), std::process::id());
    for pool in &spec.pools {
        board.add_pool(pool.name.clone(), pool.runtime, command_line(pool));
    }
    let mut driver = Driver {
        clock,
        latest: clock.now(),
        machine: Machine::new(&spec),
        pools: spec
            .pools
            .into_iter()
            .map(|pool| (pool.name.clone(), pool))
            .collect(),
        journal: Journal::new(board),
        sampler,
        tasks,
        links: HashMap::new(),
        newest: HashMap::new(),
        answers: HashMap::new(),
        orders: Orders::new(orders),
        budget: PipeBudget::default(),
        heard: heard_by,
        inputs: Vec::new(),
        last_key: 0,
        is_halted: false,
        last_ticket: 0,
        fault: None,
    };
    let incoming = Incoming {
        requests,
        reports,
        heard,
        measures,
    };
    driver.open();
    driver.drive(incoming).await;
    driver.end().await
}

impl Driver {
    fn open(&mut self) {
        let now = self.now();
        let mut effects = Vec::new();
        self.machine.open(now, &mut effects);
        self.perform(now, effects);
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

    async fn drive(&mut self, mut incoming: Incoming) {
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
                Some(heard) = incoming.heard.recv() => {
                    let until = self.clock.now().mono + TURN;
                    self.hear(heard);
                    while self.clock.now().mono < until {
                        let Ok(heard) = incoming.heard.try_recv() else { break };
                        self.hear(heard);
                    }
                }
                Some(measures) = incoming.measures.recv() => self.take_measures(measures),
                () = self.orders.hand_on() => {}
                () = &mut timer => {}
            }
            self.tick();
        }
    }

    async fn end(mut self) -> Ended {
        let now = self.now();
        self.journal.flush(now);
        let Self {
            orders,
            tasks,
            fault,
            journal,
            ..
        } = self;
        // The clients are told first: the dashboard gives the terminal back while the keeper still holds it.
        drop(journal);
        // Without orders to come the spawner ends what still lives, and itself.
        drop(orders);
        tasks.end().await;
        Ended { fault }
    }

    fn next_deadline(&self) -> MonoTime {
        let own = self.sampler.next_deadline();
        let others = [self.machine.next_deadline(), self.journal.next_deadline()];
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
        self.inputs.push(input);
        while let Some(input) = self.inputs.pop() {
            let mut effects = Vec::new();
            self.machine.handle(now, input, &mut effects);
            self.perform(now, effects);
        }
        self.sampler.stir(now.mono);
    }

    fn request(&mut self, request: Request) {
        let now = self.now();
        match request {
            Request::Command { command, answer } => {
                self.last_ticket += 1;
                let ticket = Ticket(self.last_ticket);
                self.answers.insert(ticket, answer);
                self.handle(now, Input::Command { ticket, command });
            }
            Request::Read(look) => {
                self.tell_gauges(now);
                look(self.journal.board(now), now);
            }
            Request::Subscribe(answer) => {
                self.tell_gauges(now);
                // A client that is gone is forgotten at the next event.
                let _ = answer.send(self.journal.subscribe(now));
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

/// A pool's command line, for people.
fn command_line(pool: &PoolSpec) -> String {
    let words = std::iter::once(&pool.program).chain(&pool.args);
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
