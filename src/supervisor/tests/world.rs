//! A small world for the machine: virtual time, processes that do as they are told, and a record of all effects.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{
    Command, DeckSpec, Event, Exit, Exited, Incarnation, MonoTime, Now, Outcome, PoolName,
    PoolSpec, Refusal, RouteSpec, Signal, State, Ticket, WallTime, WorkerId,
};
use crate::supervisor::{Effect, Input, Machine, SignalScope, SpawnFault};
use crate::wire::{Fault, FaultKind, Frame, Message};

/// A machine under test.
pub(super) struct World {
    pub(super) machine: Machine,
    pub(super) now: Now,
    /// Every effect so far.
    pub(super) effects: Vec<Effect>,
    pub(super) answers: BTreeMap<u64, Result<Outcome, Refusal>>,
    /// How many effects were looked at by `answer_spawns`.
    seen: usize,
    tickets: u64,
    pid: u32,
}

/// The worker `a/number`.
pub(super) fn a(number: u32) -> WorkerId {
    WorkerId::new(PoolName::new("a").unwrap(), number)
}

/// A pool named `a`.
pub(super) fn pool(instances: u32) -> PoolSpec {
    let mut pool = PoolSpec::new(PoolName::new("a").unwrap(), "worker", "/");
    pool.instances = instances;
    pool
}

/// A JSON text as a message.
pub(super) fn message(text: &str) -> Message {
    Message::parse(text).unwrap()
}

/// A JSON text as a frame from a worker.
pub(super) fn frame(text: &str) -> Frame {
    Frame::Message {
        message: message(text),
        bytes: text.len() + 1,
    }
}

/// A frame from a worker that is no message.
pub(super) fn fault(kind: FaultKind) -> Frame {
    Frame::Fault(Fault {
        kind,
        bytes: 9,
        head: b"{oops".to_vec(),
        hint: None,
    })
}

/// A death by a signal.
pub(super) fn by(signal: Signal) -> Exit {
    Exit::Signal {
        signal,
        core: false,
    }
}

/// So many milliseconds.
pub(super) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

impl World {
    /// A deck of one pool, opened, nothing started.
    pub(super) fn new(pool: PoolSpec) -> Self {
        Self::of(vec![pool])
    }

    /// A deck of some pools, opened, nothing started.
    pub(super) fn of(pools: Vec<PoolSpec>) -> Self {
        Self::with_routes(pools, Vec::new())
    }

    /// A deck of some pools with routes between them, opened, nothing started.
    pub(super) fn with_routes(pools: Vec<PoolSpec>, routes: Vec<RouteSpec>) -> Self {
        let mut spec = DeckSpec::new("test", pools);
        spec.routes = routes;
        let mut world = Self {
            machine: Machine::new(&spec),
            now: Now::default(),
            effects: Vec::new(),
            answers: BTreeMap::new(),
            seen: 0,
            tickets: 0,
            pid: 100,
        };
        world.machine.open(world.now, &mut world.effects);
        world
    }

    /// The same with every worker started and ready.
    pub(super) fn started(pool: PoolSpec) -> Self {
        let mut world = Self::new(pool);
        world.start_all();
        world
    }

    /// Starts every worker.
    pub(super) fn start_all(&mut self) {
        self.command(Command::Start {
            to: "*".parse().unwrap(),
        });
        self.spawn_all();
    }

    /// Gives one input and returns what it led to.
    pub(super) fn give(&mut self, input: Input) -> Vec<Effect> {
        let from = self.effects.len();
        self.machine.handle(self.now, input, &mut self.effects);
        let new = self.effects[from..].to_vec();
        for effect in &new {
            if let Effect::Answer { ticket, result } = effect {
                let before = self.answers.insert(ticket.0, result.clone());
                assert_eq!(before, None, "{ticket:?} was answered twice");
            }
        }
        new
    }

    /// Gives a command and returns its ticket.
    pub(super) fn command(&mut self, command: Command) -> u64 {
        self.tickets += 1;
        let ticket = self.tickets;
        self.give(Input::Command {
            ticket: Ticket(ticket),
            command,
        });
        ticket
    }

    /// Gives a message to an address.
    pub(super) fn send(&mut self, to: &str, text: &str) -> u64 {
        self.send_and_wait(to, text, None)
    }

    /// Gives a message to an address and waits for replies.
    pub(super) fn send_and_wait(&mut self, to: &str, text: &str, wait: Option<u64>) -> u64 {
        self.command(Command::Send {
            to: to.parse().unwrap(),
            message: message(text),
            wait: wait.map(ms),
        })
    }

    /// Moves the clock to `later` from now, deciding everything at its time.
    pub(super) fn pass(&mut self, later: Duration) {
        let end = self.now.mono + later;
        while let Some(due) = self.machine.next_deadline().filter(|due| *due <= end) {
            self.set(due.max(self.now.mono));
            self.give(Input::Tick);
            let next = self.machine.next_deadline();
            assert!(
                next.is_none_or(|next| next > due),
                "time stands still at {due:?}"
            );
        }
        self.set(end);
    }

    fn set(&mut self, mono: MonoTime) {
        let ms = i64::try_from(mono.since_start().as_millis()).unwrap();
        self.now = Now {
            mono,
            wall: WallTime(ms),
        };
    }

    /// Answers every spawn that is not answered with a process, until none is asked for.
    pub(super) fn spawn_all(&mut self) {
        while let Some(effect) = self.effects.get(self.seen).cloned() {
            self.seen += 1;
            if let Effect::Spawn {
                worker,
                incarnation,
            } = effect
            {
                self.pid += 1;
                let pid = self.pid;
                self.give(Input::Spawned {
                    worker,
                    incarnation,
                    pid,
                });
            }
        }
    }

    /// Refuses every spawn that is not answered.
    pub(super) fn refuse_spawns(&mut self, permanent: bool) {
        while let Some(effect) = self.effects.get(self.seen).cloned() {
            self.seen += 1;
            if let Effect::Spawn {
                worker,
                incarnation,
            } = effect
            {
                let reason = "spawn of worker: EAGAIN".into();
                self.give(Input::SpawnFailed {
                    worker,
                    incarnation,
                    fault: SpawnFault { permanent, reason },
                });
            }
        }
    }

    /// The newest process of `a/number`.
    pub(super) fn incarnation(&self, number: u32) -> Incarnation {
        self.machine.gauges(&a(number)).unwrap().incarnation
    }

    /// `a/number` ends.
    pub(super) fn exit(&mut self, number: u32, exit: Exit) -> Vec<Effect> {
        self.exit_unread(number, exit, 0)
    }

    /// `a/number` ends with bytes that it never read.
    pub(super) fn exit_unread(
        &mut self,
        number: u32,
        exit: Exit,
        unread_bytes: u64,
    ) -> Vec<Effect> {
        let incarnation = self.incarnation(number);
        self.give(Input::Exited {
            worker: a(number),
            incarnation,
            exit,
            unread_bytes,
        })
    }

    /// The kernel takes `count` messages for `a/number`.
    pub(super) fn written(&mut self, number: u32, count: usize) -> Vec<Effect> {
        let incarnation = self.incarnation(number);
        self.give(Input::Written {
            worker: a(number),
            incarnation,
            count,
        })
    }

    /// `a/number` sends frames.
    pub(super) fn receive(&mut self, number: u32, frames: Vec<Frame>) -> Vec<Effect> {
        let incarnation = self.incarnation(number);
        self.give(Input::Received {
            worker: a(number),
            incarnation,
            frames,
        })
    }

    /// The channel of `a/number` ends.
    pub(super) fn close_channel(&mut self, number: u32) -> Vec<Effect> {
        let incarnation = self.incarnation(number);
        self.give(Input::ChannelClosed {
            worker: a(number),
            incarnation,
        })
    }

    /// The published state of `a/number`.
    pub(super) fn state(&self, number: u32) -> State {
        self.machine.gauges(&a(number)).unwrap().state
    }

    /// The published reason of `a/number`.
    pub(super) fn reason(&self, number: u32) -> String {
        let mut states = self.effects.iter().rev().filter_map(|effect| match effect {
            Effect::Publish(Event::State(state)) if state.worker == a(number) => Some(state),
            _ => None,
        });
        states.next().unwrap().reason.clone().unwrap_or_default()
    }

    /// The newest exit that was told.
    pub(super) fn last_exit(&self) -> Exited {
        let mut exits = self.effects.iter().rev().filter_map(|effect| match effect {
            Effect::Publish(Event::Exit(exited)) => Some(exited.clone()),
            _ => None,
        });
        exits.next().unwrap()
    }
}

/// The signals among effects, as `SIGTERM group`.
pub(super) fn signals(effects: &[Effect]) -> Vec<String> {
    let signals = effects.iter().filter_map(|effect| match effect {
        Effect::Signal { signal, scope, .. } => Some((signal, scope)),
        _ => None,
    });
    signals
        .map(|(signal, scope)| match scope {
            SignalScope::Group => format!("{signal} group"),
            SignalScope::Tree => format!("{signal} tree"),
        })
        .collect()
}

/// The messages given out among effects.
pub(super) fn writes(effects: &[Effect]) -> Vec<String> {
    let batches = effects.iter().filter_map(|effect| match effect {
        Effect::Write { messages, .. } => Some(messages),
        _ => None,
    });
    batches
        .flatten()
        .map(|message| message.as_str().to_owned())
        .collect()
}

/// How many messages were told as dropped among effects.
pub(super) fn dropped(effects: &[Effect]) -> u64 {
    let counts = effects.iter().map(|effect| match effect {
        Effect::Publish(Event::Dropped(dropped)) => dropped.count,
        _ => 0,
    });
    counts.sum()
}
