//! A machine with a clock that is moved by hand, and what it wanted.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cluster::{Address, Carried, Cluster, ConnectionId, Effect, End, Input, ListenerId};
use crate::model::{Api, DeckSpec, Incarnation, MonoTime, PoolName, PoolSpec, Schedule, WorkerId};
use crate::wire::Message;

pub(super) struct World {
    pub(super) cluster: Cluster,
    pub(super) now: MonoTime,
    /// What was wanted by the last input.
    pub(super) effects: Vec<Effect>,
    incarnations: BTreeMap<WorkerId, Incarnation>,
    pub(super) last_connection: u64,
    seq: i64,
}

/// Worker N of the pool `web`.
pub(super) fn web(number: u32) -> WorkerId {
    WorkerId::new(PoolName::new("web").unwrap(), number)
}

pub(super) fn message(value: &Value) -> Message {
    Message::from_value(value).unwrap()
}

impl World {
    pub(super) fn new(schedule: Schedule) -> Self {
        let mut pool = PoolSpec::new(PoolName::new("web").unwrap(), "node", "/");
        pool.api = Api::Cluster;
        pool.schedule = schedule;
        let plain = PoolSpec::new(PoolName::new("plain").unwrap(), "node", "/");
        Self {
            cluster: Cluster::new(&DeckSpec::new("deck", vec![pool, plain])),
            now: MonoTime::ZERO,
            effects: Vec::new(),
            incarnations: BTreeMap::new(),
            last_connection: 0,
            seq: 0,
        }
    }

    /// Two workers that listen on port 80.
    pub(super) fn serving() -> (Self, ListenerId) {
        let mut world = Self::new(Schedule::RoundRobin);
        for number in [1, 2] {
            world.spawn(number);
            world.listen(number, 80);
        }
        let listener = *world.cluster.listeners.keys().next().unwrap();
        (world, listener)
    }

    pub(super) fn give(&mut self, input: Input) -> &[Effect] {
        self.effects.clear();
        self.cluster.handle(self.now, input, &mut self.effects);
        &self.effects
    }

    pub(super) fn pass(&mut self, time: Duration) -> &[Effect] {
        self.now = self.now + time;
        self.give(Input::Tick)
    }

    pub(super) fn incarnation(&self, number: u32) -> Incarnation {
        self.incarnations
            .get(&web(number))
            .copied()
            .unwrap_or_default()
    }

    /// A process that says that it is online.
    pub(super) fn spawn(&mut self, number: u32) {
        let incarnation = self.incarnation(number).next();
        self.incarnations.insert(web(number), incarnation);
        let worker = web(number);
        self.give(Input::Spawned {
            worker,
            incarnation,
        });
        self.tell(number, json!({"act": "online"}));
    }

    pub(super) fn tell(&mut self, number: u32, mut body: Value) -> &[Effect] {
        body["cmd"] = json!("NODE_CLUSTER");
        if body.get("seq").is_none() {
            self.seq += 1;
            body["seq"] = json!(self.seq);
        }
        let (worker, incarnation) = (web(number), self.incarnation(number));
        self.give(Input::Told {
            worker,
            incarnation,
            message: message(&body),
        })
    }

    pub(super) fn query(port: u16) -> Value {
        json!({"act": "queryServer", "index": 0, "data": null, "address": null, "port": port,
               "addressType": 4, "backlog": 0})
    }

    /// Asks for a port, and lets the system open it.
    pub(super) fn listen(&mut self, number: u32, port: u16) {
        self.tell(number, Self::query(port));
        self.open_all();
    }

    /// Lets the system open what is to be opened.
    pub(super) fn open_all(&mut self) {
        let binds = self.effects.iter().filter_map(|one| match one {
            Effect::Bind { listener, ask, .. } => Some((*listener, ask.port)),
            _ => None,
        });
        for (listener, port) in binds.collect::<Vec<_>>() {
            let at = SocketAddr::from(([127, 0, 0, 1], port));
            let result = Ok(Address::Net(at));
            self.give(Input::Bound { listener, result });
        }
    }

    /// A client connects.
    pub(super) fn connect(&mut self, listener: ListenerId) -> ConnectionId {
        self.last_connection += 1;
        let connection = ConnectionId(self.last_connection);
        self.give(Input::Accepted {
            listener,
            connections: vec![connection],
        });
        connection
    }

    /// Who was given which connection by the last input, with the number to answer.
    pub(super) fn offers(&self) -> Vec<(u32, ConnectionId, u64)> {
        let offers = self.effects.iter().filter_map(|effect| match effect {
            Effect::Send {
                worker,
                message,
                handle: Some(Carried::Connection(connection)),
                ..
            } => Some((worker.number, *connection, seq_of(message))),
            _ => None,
        });
        offers.collect()
    }

    pub(super) fn ends(&self) -> Vec<(ConnectionId, End)> {
        let ends = self.effects.iter().filter_map(|effect| match effect {
            Effect::Release { connection, end } => Some((*connection, *end)),
            _ => None,
        });
        ends.collect()
    }

    /// What was written to a worker by the last input.
    pub(super) fn said(&self, number: u32) -> Vec<Value> {
        let said = self.effects.iter().filter_map(|effect| match effect {
            Effect::Send {
                worker, message, ..
            } if worker.number == number => message.value().ok(),
            _ => None,
        });
        said.collect()
    }

    pub(super) fn closed(&self) -> usize {
        let is_close = |one: &&Effect| matches!(one, Effect::CloseListener { .. });
        self.effects.iter().filter(is_close).count()
    }

    pub(super) fn answer(&mut self, number: u32, seq: u64, accepted: bool) -> &[Effect] {
        self.tell(number, json!({"ack": seq, "accepted": accepted}))
    }

    pub(super) fn die(&mut self, number: u32) -> &[Effect] {
        let (worker, incarnation) = (web(number), self.incarnation(number));
        self.give(Input::Gone {
            worker,
            incarnation,
        })
    }

    /// The channel did not take the descriptor.
    pub(super) fn undelivered(&mut self, number: u32) -> &[Effect] {
        let (worker, incarnation) = (web(number), self.incarnation(number));
        self.give(Input::Undelivered {
            worker,
            incarnation,
        })
    }

    pub(super) fn disconnect(&mut self, number: u32, returns: bool) -> &[Effect] {
        let (worker, incarnation) = (web(number), self.incarnation(number));
        self.give(Input::Disconnect {
            worker,
            incarnation,
            returns,
        })
    }
}

pub(super) fn seq_of(message: &Message) -> u64 {
    message.value().unwrap()["seq"].as_u64().unwrap()
}
