//! Random runs: against the oracle, which the machine asks itself after each step of a debug build, and against a ledger
//! of what became of every connection.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;

use crate::cluster::tests::world::{World, seq_of, web};
use crate::cluster::{Address, Carried, ConnectionId, Effect, End, Input, ListenerId};
use crate::model::Schedule;

/// A small generator (SplitMix64): the same seed, the same run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

/// What the world outside knows.
#[derive(Default)]
struct Ledger {
    /// Descriptors that the deck holds.
    held: BTreeSet<ConnectionId>,
    /// Hand-overs that are not answered, by worker.
    offers: BTreeMap<u32, (u64, ConnectionId)>,
    /// Who took what.
    taken: BTreeMap<ConnectionId, u32>,
    answering: Option<(u32, ConnectionId)>,
    /// Open listeners with how many may still be accepted.
    open: BTreeMap<ListenerId, usize>,
    binding: Vec<ListenerId>,
    living: BTreeSet<u32>,
}

impl Ledger {
    fn read(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Send {
                    worker,
                    message,
                    handle: Some(Carried::Connection(connection)),
                    ..
                } => {
                    assert!(self.living.contains(&worker.number), "{effect:?}");
                    assert!(self.held.contains(connection), "{effect:?}");
                    let in_hand = self.offers.values().any(|(_, one)| one == connection);
                    assert!(!in_hand, "given to two: {effect:?}");
                    let seq = seq_of(message);
                    let before = self.offers.insert(worker.number, (seq, *connection));
                    assert_eq!(before, None, "two unanswered: {effect:?}");
                }
                Effect::Release { connection, end } => {
                    assert!(self.held.remove(connection), "closed twice: {effect:?}");
                    let answering = self.answering.take_if(|(_, one)| one == connection);
                    assert_eq!(*end == End::Taken, answering.is_some(), "{effect:?}");
                    if let Some((worker, connection)) = answering {
                        self.taken.insert(connection, worker);
                    }
                }
                Effect::Bind { listener, .. } => self.binding.push(*listener),
                Effect::Accept { listener, count } => {
                    *self.open.entry(*listener).or_default() += count;
                }
                Effect::CloseListener { listener } => {
                    self.open.remove(listener);
                }
                Effect::Send { .. } | Effect::Listening { .. } | Effect::Say { .. } => {}
            }
        }
    }
}

struct Run {
    world: World,
    dice: Dice,
    ledger: Ledger,
}

impl Run {
    fn new(seed: u64) -> Self {
        Self {
            world: World::new(Schedule::RoundRobin),
            dice: Dice(seed),
            ledger: Ledger::default(),
        }
    }

    fn look(&mut self) {
        let effects = std::mem::take(&mut self.world.effects);
        self.ledger.read(&effects);
    }

    fn number(&mut self) -> u32 {
        u32::try_from(self.dice.roll(4)).unwrap() + 1
    }

    fn step(&mut self) {
        let number = self.number();
        match self.dice.roll(30) {
            0 | 1 => self.spawn(number),
            2 => self.die(number),
            3 => {
                let returns = self.dice.roll(2) == 0;
                self.world.disconnect(number, returns);
            }
            4 => {
                self.die(number);
                self.world.give(Input::Over {
                    worker: web(number),
                });
            }
            5 | 6 => {
                let port = 80 + u16::try_from(self.dice.roll(3)).unwrap();
                self.world.tell(number, World::query(port));
            }
            7 => self.bind(),
            8 => {
                let key = format!("null:{}:4:undefined:0", 80 + self.dice.roll(3));
                self.world.tell(number, json!({"act": "close", "key": key}));
            }
            9 if self.dice.roll(4) == 0 => {
                let leave = json!({"act": "exitedAfterDisconnect"});
                self.world.tell(number, leave);
            }
            10 => {
                let later = Duration::from_millis(self.dice.roll(3) * 5_000 + 60);
                self.world.pass(later);
            }
            11..=14 => self.connect(),
            _ => self.answer(),
        }
        self.look();
    }

    fn spawn(&mut self, number: u32) {
        if self.ledger.living.insert(number) {
            self.world.spawn(number);
            self.look();
            self.world.tell(number, World::query(80));
        }
    }

    fn die(&mut self, number: u32) {
        self.ledger.living.remove(&number);
        self.ledger.offers.remove(&number);
        self.world.die(number);
        self.look();
    }

    fn bind(&mut self) {
        let Some(listener) = self.ledger.binding.pop() else {
            return;
        };
        if self.dice.roll(4) == 0 {
            let result = Err(98);
            self.world.give(Input::Bound { listener, result });
            return;
        }
        self.ledger.open.insert(listener, 0);
        let at = ([127, 0, 0, 1], 80).into();
        let result = Ok(Address::Net(at));
        self.world.give(Input::Bound { listener, result });
    }

    fn connect(&mut self) {
        let open = self.ledger.open.iter_mut().filter(|(_, left)| **left > 0);
        let mut open: Vec<_> = open.collect();
        if open.is_empty() {
            return;
        }
        let at = usize::try_from(self.dice.roll(open.len() as u64)).unwrap();
        let (listener, left) = open.swap_remove(at);
        let listener = *listener;
        let most = [4, 4, 4, 200][usize::try_from(self.dice.roll(4)).unwrap()];
        let count = (*left).min(usize::try_from(self.dice.roll(most)).unwrap());
        *left -= count;
        let connections = (0..count).map(|_| {
            self.world.last_connection += 1;
            ConnectionId(self.world.last_connection)
        });
        let connections: Vec<_> = connections.collect();
        self.ledger.held.extend(&connections);
        self.world.give(Input::Accepted {
            listener,
            connections,
        });
    }

    fn answer(&mut self) {
        let first = self.number();
        let next = self.ledger.offers.range(first..).next();
        let Some((&number, &(seq, connection))) = next else {
            return;
        };
        self.ledger.offers.remove(&number);
        let accepted = self.dice.roll(3) > 0;
        if accepted {
            self.ledger.answering = Some((number, connection));
        }
        if !accepted && self.dice.roll(4) == 0 {
            self.world.undelivered(number);
            return;
        }
        self.world.answer(number, seq, accepted);
    }

    /// Everybody goes for good: nothing may be left.
    fn end(&mut self) {
        while !self.ledger.binding.is_empty() {
            self.bind();
            self.look();
        }
        for number in 1..=4 {
            self.die(number);
            let worker = web(number);
            self.world.give(Input::Over { worker });
            self.look();
        }
        let held = &self.ledger.held;
        assert!(held.is_empty(), "neither taken nor closed: {held:?}");
        assert!(self.ledger.open.is_empty(), "a listener is left open");
        assert_eq!(self.world.cluster.next_deadline(), None);
    }
}

#[test]
fn every_connection_is_taken_once_or_closed_with_a_reason() {
    let mut taken = 0;
    for seed in 0..24 {
        let mut run = Run::new(seed);
        for _ in 0..500 {
            run.step();
        }
        run.end();
        taken += run.ledger.taken.len();
    }
    assert!(taken > 300, "{taken}: the runs do too little");
}
