//! A world for the machine's tests: it makes processes, ends them by signals, takes writes, and keeps time.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::model::{
    Command, DeckSpec, Envelope, Event, Exit, Exited, Incarnation, MonoTime, Now, Outcome,
    PoolName, PoolSpec, Refusal, Signal, State, WallTime, WorkerId,
};
use crate::supervisor::{Effect, Input, Machine, SignalScope, SpawnFault, Ticket};
use crate::wire::{Frame, Message};

/// A process as the world sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) alive: bool,
    pub(crate) signals: Vec<(Signal, SignalScope)>,
    pub(crate) written: Vec<String>,
    pub(crate) half_closed: bool,
}

/// The machine with everything around it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) machine: Machine,
    pub(crate) now: Now,
    pub(crate) processes: BTreeMap<(WorkerId, Incarnation), Process>,
    pub(crate) events: Vec<Event>,
    pub(crate) envelopes: Vec<Envelope>,
    pub(crate) answers: HashMap<Ticket, Result<Outcome, Refusal>>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) is_halted: bool,
    /// Whether workers ignore the stop signal.
    pub(crate) deaf: bool,
    /// Whether the kernel takes writes at once.
    pub(crate) takes_writes: bool,
    /// How the next spawns end, the next one last; without one they succeed.
    pub(crate) faults: Vec<SpawnFault>,
    /// Whether spawns are answered at once.
    pub(crate) spawns: bool,
    last_ticket: u64,
    last_pid: u32,
    pending: Vec<Input>,
}

pub(crate) fn name(text: &str) -> PoolName {
    PoolName::new(text).unwrap()
}

pub(crate) fn worker(text: &str, number: u32) -> WorkerId {
    WorkerId::new(name(text), number)
}

/// One pool `a`, changed to taste.
pub(crate) fn one_pool(change: impl FnOnce(&mut PoolSpec)) -> World {
    let mut pool = PoolSpec::new(name("a"), "program", ".");
    change(&mut pool);
    World::new(vec![pool])
}

impl World {
    pub(crate) fn new(pools: Vec<PoolSpec>) -> Self {
        let spec = DeckSpec {
            name: "test".into(),
            pools,
        };
        let mut world = Self {
            machine: Machine::new(&spec),
            now: Now::default(),
            processes: BTreeMap::new(),
            events: Vec::new(),
            envelopes: Vec::new(),
            answers: HashMap::new(),
            effects: Vec::new(),
            is_halted: false,
            deaf: false,
            takes_writes: true,
            faults: Vec::new(),
            spawns: true,
            last_ticket: 0,
            last_pid: 100,
            pending: Vec::new(),
        };
        let mut effects = Vec::new();
        world.machine.open(world.now, &mut effects);
        world.take(effects);
        world
    }

    /// Feeds one input and all that follows from it at the same moment.
    pub(crate) fn feed(&mut self, input: Input) {
        self.pending.push(input);
        while !self.pending.is_empty() {
            let input = self.pending.remove(0);
            let mut effects = Vec::new();
            self.machine.handle(self.now, input, &mut effects);
            self.take(effects);
        }
    }

    pub(crate) fn ask(&mut self, command: Command) -> Ticket {
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        self.feed(Input::Command { ticket, command });
        ticket
    }

    pub(crate) fn answer(&self, ticket: Ticket) -> Option<&Result<Outcome, Refusal>> {
        self.answers.get(&ticket)
    }

    pub(crate) fn start_all(&mut self) -> Ticket {
        self.ask(Command::Start {
            to: "*".parse().unwrap(),
        })
    }

    pub(crate) fn send(&mut self, to: &str, text: &str, wait: Option<Duration>) -> Ticket {
        let message = Message::parse(text).unwrap();
        self.ask(Command::Send {
            to: to.parse().unwrap(),
            message,
            wait,
        })
    }

    /// Lets time pass, with a tick at each deadline. No deadline may stand still.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now.mono + duration;
        let mut at_once = 0;
        while let Some(due) = self.machine.next_deadline().filter(|due| *due <= end) {
            at_once = if due <= self.now.mono { at_once + 1 } else { 0 };
            assert!(at_once < 3, "a deadline stands still at {due:?}");
            self.set_time(due.max(self.now.mono));
            self.feed(Input::Tick);
        }
        self.set_time(end);
    }

    fn set_time(&mut self, mono: MonoTime) {
        let wall = i64::try_from(mono.since_start().as_millis()).unwrap();
        self.now = Now {
            mono,
            wall: WallTime(wall),
        };
    }

    /// The newest incarnation of a worker.
    pub(crate) fn newest(&self, id: &WorkerId) -> Incarnation {
        let all = self.processes.keys().filter(|(worker, _)| worker == id);
        all.map(|(_, incarnation)| *incarnation)
            .max()
            .unwrap_or_default()
    }

    pub(crate) fn process(&self, id: &WorkerId) -> &Process {
        &self.processes[&(id.clone(), self.newest(id))]
    }

    /// A process ends by itself.
    pub(crate) fn exit(&mut self, id: &WorkerId, exit: Exit) {
        let incarnation = self.newest(id);
        self.end(id, incarnation, exit);
        self.feed_pending();
    }

    fn feed_pending(&mut self) {
        if !self.pending.is_empty() {
            let first = self.pending.remove(0);
            self.feed(first);
        }
    }

    fn end(&mut self, id: &WorkerId, incarnation: Incarnation, exit: Exit) {
        let key = (id.clone(), incarnation);
        let Some(process) = self.processes.get_mut(&key).filter(|process| process.alive) else {
            return;
        };
        process.alive = false;
        let worker = id.clone();
        self.pending.push(Input::Exited {
            worker,
            incarnation,
            exit,
            unread_bytes: 0,
        });
    }

    /// The worker says something.
    pub(crate) fn say(&mut self, id: &WorkerId, texts: &[&str]) {
        let frames = texts.iter().map(|text| Frame::Message {
            message: Message::parse(text).unwrap(),
            bytes: text.len() + 1,
        });
        let frames = frames.collect();
        let incarnation = self.newest(id);
        self.feed(Input::Received {
            worker: id.clone(),
            incarnation,
            frames,
        });
    }

    pub(crate) fn state(&self, id: &WorkerId) -> State {
        let states = self.events.iter().rev().filter_map(|event| match event {
            Event::State(changed) if changed.worker == *id => Some(changed.state),
            _ => None,
        });
        states.into_iter().next().unwrap()
    }

    pub(crate) fn reason(&self) -> String {
        let reasons = self.events.iter().rev().filter_map(|event| match event {
            Event::State(changed) => Some(changed.reason.clone().unwrap_or_default()),
            _ => None,
        });
        reasons.into_iter().next().unwrap()
    }

    pub(crate) fn exits(&self) -> Vec<&Exited> {
        let exits = self.events.iter().filter_map(|event| match event {
            Event::Exit(exited) => Some(exited),
            _ => None,
        });
        exits.collect()
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.effects.push(effect.clone());
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Spawn {
                worker,
                incarnation,
            } => self.spawn(worker, incarnation),
            Effect::Write {
                worker,
                incarnation,
                messages,
            } => {
                let key = (worker.clone(), incarnation);
                let Some(process) = self.processes.get_mut(&key) else {
                    return;
                };
                process
                    .written
                    .extend(messages.iter().map(ToString::to_string));
                if self.takes_writes && process.alive {
                    let count = messages.len();
                    self.pending.push(Input::Written {
                        worker,
                        incarnation,
                        count,
                    });
                }
            }
            Effect::CloseChannel {
                worker,
                incarnation,
            } => {
                if let Some(process) = self.processes.get_mut(&(worker, incarnation)) {
                    process.half_closed = true;
                }
            }
            Effect::Signal {
                worker,
                incarnation,
                signal,
                scope,
            } => {
                self.signal(worker, incarnation, signal, scope);
            }
            Effect::Publish(event) => self.events.push(event),
            Effect::Traffic { envelopes, .. } => self.envelopes.extend(envelopes),
            Effect::Answer { ticket, result } => {
                let earlier = self.answers.insert(ticket, result);
                assert!(earlier.is_none(), "{ticket:?} is answered once");
            }
            Effect::Halt => {
                assert!(!self.is_halted, "a deck halts once");
                self.is_halted = true;
            }
        }
    }

    fn spawn(&mut self, worker: WorkerId, incarnation: Incarnation) {
        if !self.spawns {
            return;
        }
        if let Some(fault) = self.faults.pop() {
            self.pending.push(Input::SpawnFailed {
                worker,
                incarnation,
                fault,
            });
            return;
        }
        self.last_pid += 1;
        let process = Process {
            alive: true,
            ..Process::default()
        };
        self.processes
            .insert((worker.clone(), incarnation), process);
        let pid = self.last_pid;
        self.pending.push(Input::Spawned {
            worker,
            incarnation,
            pid,
        });
    }

    fn signal(
        &mut self,
        worker: WorkerId,
        incarnation: Incarnation,
        signal: Signal,
        scope: SignalScope,
    ) {
        let Some(process) = self.processes.get_mut(&(worker.clone(), incarnation)) else {
            return;
        };
        process.signals.push((signal, scope));
        let ends = signal == Signal::KILL || (signal == Signal::TERM && !self.deaf);
        if ends {
            self.end(
                &worker,
                incarnation,
                Exit::Signal {
                    signal,
                    core: false,
                },
            );
        }
    }
}
