//! Random runs against the oracle, which the machine asks itself after each step of a debug build.

use std::time::Duration;

use crate::model::{
    Command, Event, Exit, Incarnation, PoolName, ReplyRule, Signal, Stream, WorkerId,
};
use crate::supervisor::tests::dice::{Dice, pools, routes};
use crate::supervisor::tests::ledger::Ledger;
use crate::supervisor::tests::world::{World, message};
use crate::supervisor::{Effect, Input, SpawnFault};

/// What the fake world knows of a process.
#[derive(Clone)]
struct Process {
    worker: WorkerId,
    incarnation: Incarnation,
    is_spawned: bool,
    unwritten: usize,
}

pub(super) struct Run {
    world: World,
    dice: Dice,
    processes: Vec<Process>,
    seen: usize,
    commands: u64,
    ledger: Ledger,
}

impl Run {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let pools = pools(&mut dice);
        let mut ledger = Ledger::default();
        for pool in &pools {
            if pool.jobs.reply == ReplyRule::None {
                ledger.expect_no_answers(pool.name.clone());
            }
        }
        Self {
            world: World::with_routes(pools, routes()),
            dice,
            ledger,
            processes: Vec::new(),
            seen: 0,
            commands: 0,
        }
    }

    pub(super) fn steps(&mut self, count: usize) {
        for _ in 0..count {
            match self.dice.roll(16) {
                0..=2 => self.ask(),
                10..16 => self.work(),
                3 => {
                    let later = Duration::from_millis(self.dice.roll(3_000));
                    self.world.pass(later);
                }
                _ => self.happen(),
            }
            self.look();
        }
    }

    fn address(&mut self) -> String {
        let choices = ["*", "a", "b", "a/*", "a/1", "a/2", "b/1", "b/3", "c", "a/9"];
        choices[usize::try_from(self.dice.roll(10)).unwrap()].to_owned()
    }

    fn ask(&mut self) {
        let to = self.address().parse().unwrap();
        let signals = [Signal::TERM, Signal::STOP, Signal::INT];
        let command = match self.dice.roll(14) {
            0 | 1 => Command::Start { to },
            2 => Command::Stop { to },
            3 => Command::Restart {
                to,
                rolling: self.dice.roll(3) > 0,
            },
            4 => Command::Kill { to },
            5 => Command::Disconnect { to },
            6 => Command::Signal {
                to,
                signal: signals[usize::try_from(self.dice.roll(3)).unwrap()],
            },
            7 => Command::Scale {
                pool: PoolName::new("a").unwrap(),
                instances: u32::try_from(self.dice.roll(5)).unwrap(),
            },
            roll => {
                let length = [1, 10, 140_000][usize::try_from(self.dice.roll(3)).unwrap()];
                Command::Send {
                    to,
                    message: message(&format!("\"{}\"", "x".repeat(length))),
                    wait: (roll > 10).then(|| Duration::from_millis(self.dice.roll(4_000))),
                }
            }
        };
        self.commands = self.world.command(command);
    }

    /// The jobs ask something.
    fn work(&mut self) {
        if self.dice.roll(8) == 0 {
            return self.route();
        }
        let pool = PoolName::new(["a", "b", "c"][self.pick(3)]).unwrap();
        if self.processes.is_empty() || self.dice.roll(8) == 0 {
            self.world.give(Input::Enlist { pool });
            return;
        }
        let index = self.pick(self.processes.len());
        let serves = |it: &&Process| self.ledger.is_serving(&it.worker, it.incarnation);
        let serving = self.processes.iter().cycle().skip(index);
        let serving = serving.take(self.processes.len()).find(serves);
        let any = &self.processes[index];
        let Process {
            worker,
            incarnation,
            ..
        } = serving.filter(|_| index > 0).unwrap_or(any).clone();
        let held = self.ledger.held(&worker, incarnation);
        let input = match self.dice.roll(12) {
            0 => Input::Relieve {
                worker,
                incarnation,
                reason: "a job timed out".into(),
            },
            1 if !held.is_empty() => {
                let lease = held[self.pick(held.len())];
                self.ledger.forget(lease);
                Input::Forget {
                    worker,
                    incarnation,
                    leases: vec![lease],
                }
            }
            _ if !self.ledger.is_serving(&worker, incarnation) && self.dice.roll(8) > 0 => return,
            _ => {
                let count = self.dice.roll(3) + 1;
                let jobs = (0..count).map(|_| {
                    let bytes = [1, 140_000][usize::from(self.dice.roll(20) == 0)];
                    let id = self.dice.roll(3);
                    self.ledger.assign(&worker, incarnation, id, bytes)
                });
                Input::Assign {
                    jobs: jobs.collect(),
                    worker: worker.clone(),
                    incarnation,
                }
            }
        };
        self.world.give(input);
    }

    /// What a route made of a message comes back, or is refused.
    fn route(&mut self) {
        let name = PoolName::new(["a", "b", "c"][self.pick(3)]).unwrap();
        let number = u32::try_from(self.dice.roll(4)).unwrap();
        let input = match self.dice.roll(3) {
            0 => Input::RouteRefused {
                route: self.pick(4),
            },
            _ => Input::Return {
                to: WorkerId::new(name, number),
                message: message(r#"{"id":1}"#),
                hops: u8::try_from(self.dice.roll(16)).unwrap(),
            },
        };
        self.world.give(input);
    }

    fn pick(&mut self, sides: usize) -> usize {
        usize::try_from(self.dice.roll(sides as u64)).unwrap()
    }

    /// Something happens to one process, now and then to one that is long gone.
    fn happen(&mut self) {
        if self.processes.is_empty() {
            return;
        }
        let index = usize::try_from(self.dice.roll(self.processes.len() as u64)).unwrap();
        if !self.processes[index].is_spawned {
            return self.spawn(index);
        }
        let Process {
            worker,
            incarnation,
            unwritten,
            ..
        } = self.processes[index].clone();
        let input = match self.dice.roll(13) {
            0 => return self.exit(index),
            12 => Input::Listening {
                worker,
                incarnation,
            },
            1 => Input::ChannelClosed {
                worker,
                incarnation,
            },
            2 => Input::OutputClosed {
                worker,
                incarnation,
                stream: Stream::Stdout,
            },
            3 => Input::Unread {
                worker,
                incarnation,
                bytes: self.dice.roll(2) * 100,
                progressed: self.dice.roll(2) == 0,
            },
            4 => Input::Suspended {
                worker,
                incarnation,
            },
            5 => Input::Continued {
                worker,
                incarnation,
            },
            6..=8 => {
                let count = usize::try_from(self.dice.roll(4)).unwrap().min(unwritten);
                self.processes[index].unwritten -= count;
                Input::Written {
                    worker,
                    incarnation,
                    count,
                }
            }
            _ => Input::Received {
                worker,
                incarnation,
                frames: self.dice.frames(),
            },
        };
        self.world.give(input);
    }

    fn spawn(&mut self, index: usize) {
        let Process {
            worker,
            incarnation,
            ..
        } = self.processes[index].clone();
        if self.dice.roll(6) == 0 {
            self.processes.remove(index);
            let fault = SpawnFault {
                permanent: self.dice.roll(3) == 0,
                reason: "no".into(),
            };
            self.world.give(Input::SpawnFailed {
                worker,
                incarnation,
                fault,
            });
            return;
        }
        self.processes[index].is_spawned = true;
        self.world.give(Input::Spawned {
            worker,
            incarnation,
            pid: 7,
        });
    }

    fn exit(&mut self, index: usize) {
        let Process {
            worker,
            incarnation,
            ..
        } = self.processes.remove(index);
        let signal = [Signal::KILL, Signal::TERM][usize::try_from(self.dice.roll(2)).unwrap()];
        let exit = match self.dice.roll(3) {
            0 => Exit::Code(0),
            1 => Exit::Code(1),
            _ => Exit::Signal {
                signal,
                core: false,
            },
        };
        let report = || Input::Exited {
            worker: worker.clone(),
            incarnation,
            exit,
            unread_bytes: 10,
        };
        self.world.give(report());
        self.look();
        let again = self.world.give(report());
        assert!(again.is_empty(), "an exit counted twice: {again:?}");
    }

    /// Performs the new effects.
    fn look(&mut self) {
        while let Some(effect) = self.world.effects.get(self.seen) {
            self.seen += 1;
            match effect {
                Effect::Spawn {
                    worker,
                    incarnation,
                } => {
                    let is_new = |process: &Process| {
                        process.worker != *worker || process.incarnation != *incarnation
                    };
                    assert!(self.processes.iter().all(is_new));
                    self.processes.push(Process {
                        worker: worker.clone(),
                        incarnation: *incarnation,
                        is_spawned: false,
                        unwritten: 0,
                    });
                }
                Effect::Write {
                    worker,
                    incarnation,
                    messages,
                } => {
                    let mut processes = self.processes.iter_mut();
                    let process = processes
                        .find(|p| p.worker == *worker && p.incarnation == *incarnation)
                        .expect("a message to no process");
                    process.unwritten += messages.len();
                }
                Effect::News(news) => self.ledger.hear(news),
                Effect::Forward(one) => assert!(one.hops <= 16),
                _ => {}
            }
        }
    }

    /// Ends the deck, then checks that every command got its answer.
    pub(super) fn finish(mut self) -> Vec<Effect> {
        self.commands = self.world.command(Command::Down);
        self.look();
        while !self.processes.is_empty() {
            if self.processes[0].is_spawned {
                self.exit(0);
            } else {
                self.spawn(0);
            }
            self.look();
        }
        assert_eq!(self.world.effects.last(), Some(&Effect::Halt));
        let answered: Vec<u64> = self.world.answers.keys().copied().collect();
        assert_eq!(answered, (1..=self.commands).collect::<Vec<_>>());
        assert_eq!(self.world.machine.next_deadline(), None);
        self.ledger.finish();
        self.world.effects
    }
}

#[test]
fn no_run_breaks_the_oracle_or_leaves_a_command_unanswered() {
    for seed in 0..300 {
        let mut run = Run::new(seed);
        run.steps(300);
        run.finish();
    }
}

#[test]
fn the_same_inputs_lead_to_the_same_effects() {
    for seed in 0..10 {
        let effects = || {
            let mut run = Run::new(seed);
            run.steps(300);
            run.finish()
        };
        assert_eq!(effects(), effects());
    }
}

#[test]
fn a_state_is_told_only_when_something_in_it_changed() {
    for seed in 0..20 {
        let mut run = Run::new(seed);
        run.steps(300);
        let mut last = std::collections::HashMap::new();
        for effect in run.finish() {
            match effect {
                Effect::Publish(Event::State(state)) => {
                    let before = last.insert(state.worker.clone(), state.clone());
                    assert_ne!(before, Some(state));
                }
                // A worker that was removed begins anew.
                Effect::Publish(Event::Pool(_)) => last.clear(),
                _ => {}
            }
        }
    }
}
