//! Who wants to listen on what, and what it is answered.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::cluster::body::{AddressType, Body, Place};
use crate::cluster::listener::{Asker, Counts, Listener, QUEUE, Stage, Use};
use crate::cluster::machine::{Cluster, Turn};
use crate::cluster::worker::{LISTENERS, Worker};
use crate::cluster::{Address, Ask, Carried, Effect, Kind, ListenerId};
use crate::model::{Schedule, WorkerId};

/// How many connections wait in the kernel where a worker does not say (`lib/net.js`).
const BACKLOG: i32 = 511;

// Error numbers that every system has in common.
const EBADF: i32 = 9;
const EINVAL: i32 = 22;
const EMFILE: i32 = 24;

/// Why a worker does not get what it asks for.
#[derive(Debug)]
struct Denial {
    errno: i32,
    /// What the worker's error does not say by itself.
    text: Option<Arc<str>>,
}

impl Denial {
    fn new(errno: i32) -> Self {
        Self { errno, text: None }
    }
}

impl Cluster {
    /// A worker wants to listen.
    pub(super) fn query(&mut self, turn: &mut Turn<'_>, worker: &WorkerId, body: &Body<'_>) {
        let Some(found) = self.workers.get(worker).filter(|one| !one.is_leaving) else {
            return;
        };
        let Some(seq) = body.seq() else {
            return;
        };
        let incarnation = found.incarnation;
        let is_full = found.listeners.len() >= LISTENERS;
        let schedule = self.pools.get(&worker.pool).copied().unwrap_or_default();
        let place = body.place();
        let key = place.to_string();
        let wanted = match ask(&place, body, schedule) {
            Ok(_) if is_full => Err(too_many()),
            wanted => wanted,
        };
        let ask = match wanted {
            Ok(ask) => ask,
            Err(Denial { errno, text }) => {
                if let Some(text) = text {
                    let worker = worker.clone();
                    turn.want(Effect::Say {
                        worker,
                        incarnation,
                        text,
                    });
                }
                self.deny(turn, worker, seq, &key, errno);
                return;
            }
        };
        let asker = Asker {
            worker: worker.clone(),
            incarnation,
            seq,
        };
        let known = self.find(worker, &key);
        let listener = known.unwrap_or_else(|| self.bind(turn, worker, key, ask));
        self.ask_for(turn, listener, asker, body);
    }

    /// The listener of this key in a worker's pool.
    pub(super) fn find(&self, worker: &WorkerId, key: &str) -> Option<ListenerId> {
        let is_it = |one: &Listener| one.pool == worker.pool && one.key == key;
        let mut all = self.listeners.iter();
        all.find_map(|(id, listener)| is_it(listener).then_some(*id))
    }

    fn bind(
        &mut self,
        turn: &mut Turn<'_>,
        worker: &WorkerId,
        key: String,
        ask: Ask,
    ) -> ListenerId {
        self.last_listener += 1;
        let listener = ListenerId(self.last_listener);
        let pool = worker.pool.clone();
        turn.want(Effect::Bind {
            listener,
            pool: pool.clone(),
            ask: ask.clone(),
        });
        let new = Listener {
            pool,
            key,
            ask,
            data: None,
            stage: Stage::Binding(Vec::new()),
            users: BTreeMap::new(),
            queue: VecDeque::new(),
            credit: 0,
            counts: Counts::default(),
        };
        self.listeners.insert(listener, new);
        listener
    }

    fn ask_for(&mut self, turn: &mut Turn<'_>, id: ListenerId, asker: Asker, body: &Body<'_>) {
        let Some(listener) = self.listeners.get_mut(&id) else {
            return;
        };
        if listener.data.is_none() {
            listener.data = body.data();
        }
        if let Some(worker) = self.workers.get_mut(&asker.worker)
            && !worker.listeners.contains(&id)
        {
            worker.listeners.push(id);
        }
        match &mut listener.stage {
            Stage::Binding(askers) => askers.push(asker),
            Stage::Open(_) => self.attach(turn, id, &asker),
        }
    }

    /// The system has answered.
    pub(super) fn bound(
        &mut self,
        turn: &mut Turn<'_>,
        id: ListenerId,
        result: Result<Address, i32>,
    ) {
        let Some(listener) = self.listeners.get_mut(&id) else {
            turn.want(Effect::CloseListener { listener: id });
            return;
        };
        let Stage::Binding(askers) = &mut listener.stage else {
            return;
        };
        let askers = std::mem::take(askers);
        match result {
            Ok(address) => {
                listener.stage = Stage::Open(address);
                if !listener.ask.is_shared {
                    listener.credit = QUEUE;
                    turn.want(Effect::Accept {
                        listener: id,
                        count: QUEUE,
                    });
                }
                for asker in askers {
                    self.attach(turn, id, &asker);
                }
                self.close_if_unused(turn, id);
            }
            Err(errno) => {
                // Not kept: the next one who asks may have more luck.
                let key = std::mem::take(&mut listener.key);
                self.listeners.remove(&id);
                for Asker { worker, seq, .. } in askers {
                    if let Some(found) = self.workers.get_mut(&worker) {
                        found.listeners.retain(|one| *one != id);
                    }
                    self.deny(turn, &worker, seq, &key, errno);
                }
            }
        }
    }

    /// A worker has its listener.
    fn attach(&mut self, turn: &mut Turn<'_>, id: ListenerId, asker: &Asker) {
        let Asker {
            worker,
            incarnation,
            seq,
        } = asker;
        let is_there = |it: &Worker| it.incarnation == *incarnation && !it.is_leaving;
        if !self.workers.get(worker).is_some_and(is_there) {
            return;
        }
        let Some(listener) = self.listeners.get(&id) else {
            return;
        };
        let Stage::Open(address) = &listener.stage else {
            return;
        };
        let key = Value::from(listener.key.as_str());
        let data = listener.data.as_ref();
        let data = data.map_or_else(|| "null".to_owned(), ToString::to_string);
        let handle = listener.ask.is_shared.then_some(Carried::Listener(id));
        let name = match (address, handle) {
            (Address::Net(at), None) => format!(r#","sockname":{}"#, sockname(*at)),
            _ => String::new(), // A socket file has none, a shared socket is asked itself.
        };
        self.send(turn, worker, handle, |own| {
            format!(
                r#"{{"cmd":"NODE_CLUSTER","ack":{seq},"errno":null,"key":{key},"data":{data}{name},"seq":{own}}}"#
            )
        });
        self.set_use(id, worker.number, Some(Use::Attached));
        self.serve(turn, worker);
    }

    /// Answers that it did not work, as the system says it.
    fn deny(&mut self, turn: &mut Turn<'_>, worker: &WorkerId, seq: u64, key: &str, errno: i32) {
        let key = Value::from(key);
        let errno = -errno.abs();
        self.send(turn, worker, None, |own| {
            format!(
                r#"{{"cmd":"NODE_CLUSTER","ack":{seq},"errno":{errno},"key":{key},"data":null,"seq":{own}}}"#
            )
        });
    }
}

fn sockname(at: SocketAddr) -> Value {
    let family = if at.is_ipv4() { "IPv4" } else { "IPv6" };
    json!({"address": at.ip().to_string(), "port": at.port(), "family": family})
}

fn too_many() -> Denial {
    Denial {
        errno: EMFILE,
        text: Some(format!("no worker may have more than {LISTENERS} servers").into()),
    }
}

/// What a worker asks for.
fn ask(place: &Place, body: &Body<'_>, schedule: Schedule) -> Result<Ask, Denial> {
    if let Some(fd) = place.fd.filter(|fd| *fd >= 0) {
        let text = format!(
            "listening on descriptor {fd} is refused: the deck has none to give; listen on an address"
        );
        return Err(Denial {
            errno: EBADF,
            text: Some(text.into()),
        });
    }
    let is_path = place.port.is_some_and(|port| port < 0);
    let kind = match &place.address_type {
        Some(AddressType::Text(text)) if text == "udp4" => Kind::Udp4,
        Some(AddressType::Text(text)) if text == "udp6" => Kind::Udp6,
        Some(AddressType::Text(_)) => return Err(Denial::new(EINVAL)),
        Some(AddressType::Number(-1)) => Kind::Unix,
        Some(AddressType::Number(_)) | None if is_path => Kind::Unix,
        Some(AddressType::Number(_)) | None => Kind::Tcp,
    };
    let is_file = kind == Kind::Unix;
    if body.has_strange_address() || (is_file && place.address.is_none()) {
        return Err(Denial::new(EINVAL));
    }
    let port = if is_file { 0 } else { place.port.unwrap_or(0) };
    let is_udp = matches!(kind, Kind::Udp4 | Kind::Udp6);
    let backlog = body.backlog().and_then(|one| i32::try_from(one).ok());
    let (readable, writable) = body.is_for_all();
    let flags = body.flags();
    Ok(Ask {
        kind,
        address: place.address.clone(),
        port: u16::try_from(port).map_err(|_| Denial::new(EINVAL))?,
        backlog: backlog.filter(|one| *one > 0).unwrap_or(BACKLOG),
        only_v6: flags & 1 != 0,
        reuses_address: is_udp && flags & 4 != 0,
        mode: (u32::from(readable) * 0o444) | (u32::from(writable) * 0o222),
        is_shared: is_udp || schedule == Schedule::Shared,
    })
}
