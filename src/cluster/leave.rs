//! Who leaves, who is to come back, and when a listener has nobody left.
//!
//! A listener outlives its workers' processes as long as one of them is to come back: what connects meanwhile waits, and
//! a rolling restart or a crash drops no connection.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::cluster::body::Body;
use crate::cluster::connection::Stand;
use crate::cluster::listener::{Listener, Stage, Use};
use crate::cluster::machine::{Cluster, Turn};
use crate::cluster::{Effect, End, ListenerId};
use crate::model::{PoolName, WorkerId};

/// How long a worker that is back has for asking again for what its last process listened on.
const RETURN: Duration = Duration::from_secs(30);

impl Cluster {
    /// A worker's cluster side is up: it is expected to ask again for what its last process had.
    pub(super) fn online(&mut self, turn: &mut Turn<'_>, worker: &WorkerId) {
        let until = turn.now + RETURN;
        for listener in self.used_by(worker, |used| used == Use::Awaited(None)) {
            let used = Some(Use::Awaited(Some(until)));
            self.set_use(listener, worker.number, used);
        }
    }

    /// A worker is told to leave.
    pub(super) fn disconnect(&mut self, turn: &mut Turn<'_>, worker: &WorkerId, returns: bool) {
        let Some(found) = self.workers.get_mut(worker) else {
            return;
        };
        if !std::mem::replace(&mut found.is_leaving, true) {
            self.send(turn, worker, None, |seq| {
                format!(r#"{{"cmd":"NODE_CLUSTER","act":"disconnect","seq":{seq}}}"#)
            });
        }
        self.detach(turn, worker);
        if !returns {
            self.forget(turn, worker);
        }
    }

    /// A worker wants to leave, and waits for the answer.
    pub(super) fn leave(&mut self, turn: &mut Turn<'_>, worker: &WorkerId, seq: Option<u64>) {
        let Some(found) = self.workers.get_mut(worker) else {
            return;
        };
        found.is_leaving = true;
        let incarnation = found.incarnation;
        if let Some(seq) = seq {
            self.send(turn, worker, None, |own| {
                format!(r#"{{"cmd":"NODE_CLUSTER","ack":{seq},"seq":{own}}}"#)
            });
        }
        turn.want(Effect::Say {
            worker: worker.clone(),
            incarnation,
            text: "leaves the cluster on purpose".into(),
        });
        self.detach(turn, worker);
    }

    /// A worker's process is gone. What it was given and had not answered for was never touched: others get it.
    pub(super) fn gone(&mut self, turn: &mut Turn<'_>, worker: &WorkerId) {
        self.detach(turn, worker);
        let Some(found) = self.workers.remove(worker) else {
            return;
        };
        // An awaited use is of the last process; the next one has its time anew.
        for listener in self.used_by(worker, |used| used != Use::Awaited(None)) {
            self.set_use(listener, worker.number, Some(Use::Awaited(None)));
        }
        let Some(offer) = found.offer else {
            return;
        };
        let connection = self.connections.get(&offer.connection);
        let Some(id) = connection.map(|connection| connection.listener) else {
            return;
        };
        if let Some(listener) = self.listeners.get_mut(&id) {
            listener.counts.reoffered += 1;
        }
        self.put_back(turn, offer.connection);
        self.settle(turn, id);
        self.offer(turn, id);
    }

    /// A worker does not come back.
    pub(super) fn over(&mut self, turn: &mut Turn<'_>, worker: &WorkerId) {
        self.gone(turn, worker);
        self.forget(turn, worker);
    }

    /// The highest workers of a pool were removed.
    pub(super) fn resized(&mut self, turn: &mut Turn<'_>, pool: &PoolName, instances: u32) {
        let of_pool = self.listeners.values().filter(|it| it.pool == *pool);
        let users = of_pool.flat_map(|it| it.users.keys().copied());
        let removed: BTreeSet<u32> = users.filter(|number| *number > instances).collect();
        for number in removed {
            self.over(turn, &WorkerId::new(pool.clone(), number));
        }
    }

    /// A worker closed one of its servers.
    pub(super) fn close_server(&mut self, turn: &mut Turn<'_>, worker: &WorkerId, body: &Body<'_>) {
        let Some(id) = body.key().and_then(|key| self.find(worker, &key)) else {
            return;
        };
        // One that leaves closes all of them; the next process is expected to ask for them again.
        let found = self.workers.get_mut(worker);
        let Some(found) = found.filter(|found| !found.is_leaving) else {
            return;
        };
        let is_open = |id| {
            matches!(
                self.listeners.get(id).map(|it| &it.stage),
                Some(Stage::Open(_))
            )
        };
        if found.listeners.contains(&id) && is_open(&id) {
            found.listeners.retain(|one| *one != id);
            self.forget_user(turn, id, worker.number);
        }
    }

    /// A worker is not counted on any more by a listener.
    pub(super) fn forget_user(&mut self, turn: &mut Turn<'_>, listener: ListenerId, number: u32) {
        self.set_use(listener, number, None);
        self.close_if_unused(turn, listener);
        self.settle(turn, listener);
    }

    /// Closes a listener that nobody uses, with all that waits at it.
    pub(super) fn close_if_unused(&mut self, turn: &mut Turn<'_>, listener: ListenerId) {
        let found = self.listeners.get(&listener);
        if !found.is_some_and(Listener::is_unused) {
            return;
        }
        self.listeners.remove(&listener);
        turn.want(Effect::CloseListener { listener });
        let all = self.connections.iter();
        let left = all.filter(|(_, it)| it.listener == listener);
        let left = left.filter(|(_, it)| !matches!(it.stand, Stand::Offered(_)));
        let mut left: Vec<_> = left.map(|(id, _)| *id).collect();
        left.sort_unstable();
        for connection in left {
            self.release(turn, connection, End::Closed);
        }
    }

    /// A worker is given nothing any more; what it listened on waits for its next process.
    fn detach(&mut self, turn: &mut Turn<'_>, worker: &WorkerId) {
        let Some(found) = self.workers.get_mut(worker) else {
            return;
        };
        for listener in std::mem::take(&mut found.listeners) {
            let Some(of) = self.listeners.get_mut(&listener) else {
                continue;
            };
            if let Stage::Binding(askers) = &mut of.stage {
                askers.retain(|asker| asker.worker != *worker);
            }
            if of.users.get(&worker.number) == Some(&Use::Attached) {
                let used = Some(Use::Awaited(None));
                self.set_use(listener, worker.number, used);
                self.pardon(listener, worker.number);
                self.settle(turn, listener);
            }
        }
    }

    /// What a process refused is not refused by the next one.
    fn pardon(&mut self, listener: ListenerId, number: u32) {
        let all = self.connections.values_mut();
        for connection in all.filter(|it| it.listener == listener) {
            connection.refused_by.remove(&number);
        }
    }

    /// Nothing waits for a worker any more.
    fn forget(&mut self, turn: &mut Turn<'_>, worker: &WorkerId) {
        for listener in self.used_by(worker, |_| true) {
            self.forget_user(turn, listener, worker.number);
        }
    }

    /// The listeners that a worker uses in such a way.
    fn used_by(&self, worker: &WorkerId, which: impl Fn(Use) -> bool) -> Vec<ListenerId> {
        let of_pool = self.listeners.iter();
        let of_pool = of_pool.filter(|(_, listener)| listener.pool == worker.pool);
        let used = of_pool.filter(|(_, listener)| {
            let used = listener.users.get(&worker.number);
            used.is_some_and(|used| which(*used))
        });
        used.map(|(id, _)| *id).collect()
    }
}
