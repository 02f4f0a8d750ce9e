//! A machine with a driver, workers, a clock and a store that a test controls.

use std::collections::VecDeque;
use std::collections::btree_map::{BTreeMap, Entry};
use std::time::Duration;

use crate::jobs::tests::replay::Replay;
use crate::jobs::view::stored;
use crate::jobs::{Effect, Input, Jobs, Kept};
use crate::model::{
    DeckSpec, Exit, Incarnation, JobCommand, JobFigures, JobFilter, JobId, JobNews, JobState,
    JobView, JobsSpec, LeaseId, Loss, MonoTime, Now, Outcome, PoolName, PoolSpec, Refusal,
    RefusalKind, Signal, Submission, Ticket, WallTime, WorkerId,
};
use crate::wire::{Message, Pointer};

/// A job in a worker's hands.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) lease: LeaseId,
    pub(super) payload: String,
}

pub(super) struct World {
    pub(super) jobs: Jobs,
    pub(super) spec: DeckSpec,
    pub(super) now: Now,
    /// Everything that was ever wanted.
    pub(super) effects: Vec<Effect>,
    pub(super) answers: BTreeMap<u64, Result<Outcome, Refusal>>,
    pub(super) hands: BTreeMap<WorkerId, VecDeque<Held>>,
    pub(super) store: Replay,
    pub(super) records: u64,
    /// Whether nothing is committed by itself.
    pub(super) is_slow: bool,
    waiting: Vec<Effect>,
    lives: BTreeMap<WorkerId, u32>,
    tickets: u64,
}

pub(super) fn pool() -> PoolName {
    PoolName::new("a").unwrap()
}

pub(super) fn worker(number: u32) -> WorkerId {
    WorkerId::new(pool(), number)
}

pub(super) fn message(text: &str) -> Message {
    Message::parse(text).unwrap()
}

pub(super) fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

pub(super) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(super) fn died() -> Loss {
    Loss::Died {
        exit: Exit::Signal {
            signal: Signal::KILL,
            core: false,
        },
        cause: "killed by SIGKILL, not by us".into(),
    }
}

/// A deck of one pool `a` of that many workers.
pub(super) fn deck(instances: u32, jobs: JobsSpec) -> DeckSpec {
    let mut spec = PoolSpec::new(pool(), "worker", "/");
    spec.instances = instances;
    spec.jobs = jobs;
    DeckSpec::new("deck", vec![spec])
}

impl World {
    /// Jobs in memory and this many workers that serve.
    pub(super) fn new(instances: u32, jobs: JobsSpec) -> Self {
        let mut world = Self::start(deck(instances, jobs), None);
        for number in 1..=instances {
            world.serve(number);
        }
        world
    }

    /// The same with a store.
    pub(super) fn durable(instances: u32, jobs: JobsSpec) -> Self {
        let mut world = Self::start(deck(instances, jobs), Some(Kept::default()));
        for number in 1..=instances {
            world.serve(number);
        }
        world
    }

    pub(super) fn start(spec: DeckSpec, kept: Option<Kept>) -> Self {
        let now = Now {
            mono: MonoTime::from_start(secs(1)),
            wall: WallTime(1_769_860_800_000),
        };
        Self::start_at(spec, now, kept)
    }

    pub(super) fn start_at(spec: DeckSpec, now: Now, kept: Option<Kept>) -> Self {
        let store = kept.as_ref().map(Replay::of).unwrap_or_default();
        let mut jobs = Jobs::new(&spec, now, 7, kept);
        jobs.set_told(true);
        let mut world = Self {
            jobs,
            spec,
            now,
            effects: Vec::new(),
            answers: BTreeMap::new(),
            hands: BTreeMap::new(),
            store,
            records: 0,
            is_slow: false,
            waiting: Vec::new(),
            lives: BTreeMap::new(),
            tickets: 0,
        };
        let mut effects = Vec::new();
        world.jobs.open(now, &mut effects);
        world.absorb(effects);
        world
    }

    /// One step.
    pub(super) fn give(&mut self, input: Input) -> Vec<Effect> {
        self.give_all(vec![input])
    }

    /// A batch of inputs, then the conclusion.
    pub(super) fn give_all(&mut self, inputs: Vec<Input>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for input in inputs {
            self.jobs.handle(self.now, input, &mut effects);
        }
        self.jobs.conclude(self.now, &mut effects);
        self.absorb(effects.clone());
        self.check_store();
        effects
    }

    /// Lets time pass, stopping at each deadline.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.now.mono + time;
        let mut ticks = 0;
        while let Some(due) = self.jobs.next_deadline().filter(|due| *due <= end) {
            self.advance(due.since(self.now.mono));
            self.give(Input::Tick);
            ticks += 1;
            assert!(ticks < 10_000, "a deadline that nothing is done about");
        }
        self.advance(end.since(self.now.mono));
    }

    pub(super) fn advance(&mut self, time: Duration) {
        self.now.mono = self.now.mono + time;
        self.now.wall = WallTime(self.now.wall.0 + i64::try_from(time.as_millis()).unwrap());
    }

    pub(super) fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    pub(super) fn submission(text: &str) -> Submission {
        Submission::new(pool(), message(text))
    }

    /// Submits; the tickets of the acceptance and of the end.
    pub(super) fn try_submit(&mut self, submission: Submission) -> (u64, u64) {
        let (ticket, wait) = (self.ticket(), self.ticket());
        self.give(Input::Submit {
            ticket,
            wait: Some(wait),
            submission,
        });
        (ticket.0, wait.0)
    }

    /// Submits what is accepted; its id and the ticket of its end.
    pub(super) fn submit_as(&mut self, submission: Submission) -> (JobId, u64) {
        let (ticket, wait) = self.try_submit(submission);
        match &self.answers[&ticket] {
            Ok(Outcome::Submitted(id)) => (*id, wait),
            other => panic!("not accepted: {other:?}"),
        }
    }

    pub(super) fn submit(&mut self, text: &str) -> JobId {
        self.submit_as(Self::submission(text)).0
    }

    pub(super) fn command(&mut self, command: JobCommand) -> Result<Outcome, Refusal> {
        let ticket = self.ticket();
        self.give(Input::Command { ticket, command });
        self.answers[&ticket.0].clone()
    }

    pub(super) fn view(&mut self, id: JobId) -> JobView {
        match self.command(JobCommand::Look(id)) {
            Ok(Outcome::Job(view)) => *view,
            other => panic!("no view: {other:?}"),
        }
    }

    pub(super) fn state(&mut self, id: JobId) -> JobState {
        self.view(id).state
    }

    pub(super) fn list(&mut self, filter: JobFilter) -> Vec<JobView> {
        let limit = usize::MAX;
        match self.command(JobCommand::List { filter, limit }) {
            Ok(Outcome::Jobs(views)) => views,
            other => panic!("no list: {other:?}"),
        }
    }

    pub(super) fn refusal(&self, ticket: u64) -> Refusal {
        self.answers[&ticket].clone().unwrap_err()
    }

    /// How a job ended, for who waited.
    pub(super) fn end(&self, ticket: u64) -> JobView {
        match &self.answers[&ticket] {
            Ok(Outcome::Job(view)) => (**view).clone(),
            other => panic!("no end: {other:?}"),
        }
    }

    pub(super) fn figures(&mut self) -> JobFigures {
        self.jobs.figures(&pool(), self.now)
    }

    pub(super) fn incarnation(&self, number: u32) -> Incarnation {
        Incarnation(self.lives.get(&worker(number)).copied().unwrap_or(0))
    }

    /// A new process of a worker serves.
    pub(super) fn serve(&mut self, number: u32) -> Vec<Effect> {
        *self.lives.entry(worker(number)).or_default() += 1;
        self.give(Input::News(JobNews::Serves {
            worker: worker(number),
            incarnation: self.incarnation(number),
        }))
    }

    pub(super) fn rest(&mut self, number: u32) {
        self.give(Input::News(JobNews::Rests {
            worker: worker(number),
            incarnation: self.incarnation(number),
        }));
    }

    /// What a worker has, oldest first.
    pub(super) fn held(&self, number: u32) -> Vec<String> {
        let held = self.hands.get(&worker(number)).into_iter().flatten();
        held.map(|held| held.payload.clone()).collect()
    }

    /// A worker answers the oldest job it has.
    pub(super) fn answer(&mut self, number: u32, reply: &str) -> Vec<Effect> {
        let held = self.hands.get_mut(&worker(number)).unwrap().pop_front();
        let held = held.expect("it has no job");
        self.answer_lease(number, held.lease, reply)
    }

    pub(super) fn answer_lease(&mut self, number: u32, lease: LeaseId, reply: &str) -> Vec<Effect> {
        self.give(Input::News(JobNews::Answered {
            worker: worker(number),
            now: self.now,
            answers: vec![(lease, message(reply))],
        }))
    }

    /// A worker answers the oldest job it has with something that cannot be read.
    pub(super) fn garble(&mut self, number: u32) -> Vec<Effect> {
        let held = self.hands.get_mut(&worker(number)).unwrap().pop_front();
        self.give(Input::News(JobNews::Unreadable {
            worker: worker(number),
            now: self.now,
            lease: held.expect("it has no job").lease,
            reason: "its reply is not valid JSON".into(),
        }))
    }

    /// A worker's process is gone; it may have begun with its `begun` oldest jobs.
    pub(super) fn lose(&mut self, number: u32, loss: Loss, begun: usize) -> Vec<Effect> {
        let held = self.hands.remove(&worker(number)).unwrap_or_default();
        let leases = held.iter().enumerate();
        self.give(Input::News(JobNews::Lost {
            worker: worker(number),
            incarnation: self.incarnation(number),
            loss,
            leases: leases.map(|(at, held)| (held.lease, at < begun)).collect(),
        }))
    }

    /// Dies, and is started again.
    pub(super) fn crash(&mut self, number: u32) {
        self.lose(number, died(), 1);
        self.serve(number);
    }

    /// Everything recorded so far is on the disk.
    pub(super) fn commit(&mut self) {
        let records = self.records;
        self.give_all(vec![Input::Committed { records }]);
        for effect in std::mem::take(&mut self.waiting) {
            self.perform(effect);
        }
    }

    /// What was recorded is what there is, at any time.
    fn check_store(&self) {
        if !self.jobs.log.is_durable || self.jobs.book.len() > 64 {
            return;
        }
        for (id, job) in &self.jobs.book {
            let pool = self.jobs.pool_of(job).unwrap();
            let there = stored((*id, job), pool, self.now);
            assert_eq!(self.store.job(*id), Some(&there));
        }
        assert_eq!(self.store.count(), self.jobs.book.len());
    }

    fn absorb(&mut self, effects: Vec<Effect>) {
        self.effects.extend(effects.iter().cloned());
        for effect in effects {
            match effect {
                Effect::Persist(record) => {
                    self.store.apply(record);
                    self.records += 1;
                }
                Effect::Assign { .. } | Effect::Answer { result: Ok(_), .. } if self.is_slow => {
                    self.waiting.push(effect);
                }
                other => self.perform(other),
            }
        }
        if !self.is_slow {
            let records = self.records;
            let mut effects = Vec::new();
            let committed = Input::Committed { records };
            self.jobs.handle(self.now, committed, &mut effects);
            assert!(effects.is_empty());
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Answer { ticket, result } | Effect::Tell { ticket, result } => {
                // What the store kept late was refused meanwhile; the driver drops the answer that it held back.
                match self.answers.entry(ticket.0) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(result);
                    }
                    Entry::Occupied(before) => assert!(
                        matches!(before.get(), Err(refusal)
                            if refusal.kind == RefusalKind::StoreFailed && result.is_ok()),
                        "{ticket:?} was answered twice"
                    ),
                }
            }
            Effect::Assign {
                worker,
                incarnation,
                jobs,
            } => {
                let leased = jobs
                    .into_iter()
                    .filter(|job| self.jobs.is_leased(job.lease));
                let leased = leased.map(|assigned| Held {
                    lease: assigned.lease,
                    payload: assigned.payload.as_str().to_owned(),
                });
                let leased: Vec<_> = leased.collect();
                if !leased.is_empty() {
                    assert_eq!(Some(&incarnation.0), self.lives.get(&worker));
                    self.hands.entry(worker).or_default().extend(leased);
                }
            }
            Effect::Forget { worker, leases, .. } => {
                let hands = self.hands.entry(worker).or_default();
                hands.retain(|held| !leases.contains(&held.lease));
            }
            Effect::Persist(_)
            | Effect::Publish(_)
            | Effect::Return { .. }
            | Effect::Enlist { .. }
            | Effect::Relieve { .. }
            | Effect::RouteRefused { .. } => {}
        }
    }
}
