//! Connections: who gets the next one, what the answer changes, and what happens to those that nobody takes.

use std::collections::BTreeSet;

use crate::cluster::connection::{Connection, DELAY, PATIENCE, Stand};
use crate::cluster::listener::Listener;
use crate::cluster::machine::{Cluster, Due, Turn};
use crate::cluster::worker::Offer;
use crate::cluster::{Carried, ConnectionId, Effect, End, ListenerId};
use crate::model::WorkerId;

impl Cluster {
    /// Connections came.
    pub(super) fn accepted(
        &mut self,
        turn: &mut Turn<'_>,
        listener: ListenerId,
        connections: Vec<ConnectionId>,
    ) {
        for connection in connections {
            let Some(found) = self.listeners.get_mut(&listener) else {
                // They crossed the listener's end.
                let end = End::Closed;
                turn.want(Effect::Release { connection, end });
                continue;
            };
            found.credit = found.credit.saturating_sub(1);
            found.queue.push_back(connection);
            let new = Connection::new(listener);
            self.connections.insert(connection, new);
        }
        self.offer(turn, listener);
    }

    /// Gives out what waits at a listener, as far as workers are free.
    pub(super) fn offer(&mut self, turn: &mut Turn<'_>, listener: ListenerId) {
        while let Some((connection, worker)) = self.pair(listener) {
            self.hand_over(turn, connection, &worker);
        }
    }

    /// Gives a worker that is free the next connection of one of its listeners.
    pub(super) fn serve(&mut self, turn: &mut Turn<'_>, worker: &WorkerId) {
        let Some(found) = self.workers.get(worker).filter(|found| found.is_free()) else {
            return;
        };
        let next = found.turns().into_iter().find_map(|listener| {
            let listener = self.listeners.get(&listener)?;
            let mut waiting = listener.queue.iter().copied();
            waiting.find(|one| !self.is_refused(*one, worker.number))
        });
        if let Some(connection) = next {
            self.hand_over(turn, connection, worker);
        }
    }

    /// The first connection that can be given to somebody, and to whom: the one that has been free for the longest.
    pub(super) fn pair(&self, listener: ListenerId) -> Option<(ConnectionId, WorkerId)> {
        let found = self.listeners.get(&listener)?;
        if found.queue.is_empty() {
            return None;
        }
        let mut free: Vec<(u64, u32)> = found
            .attached()
            .filter_map(|number| {
                let worker = WorkerId::new(found.pool.clone(), number);
                let worker = self.workers.get(&worker).filter(|one| one.is_free())?;
                Some((worker.free_since, number))
            })
            .collect();
        if free.is_empty() {
            return None;
        }
        free.sort_unstable();
        found.queue.iter().find_map(|connection| {
            let mut takers = free.iter().map(|(_, number)| *number);
            let number = takers.find(|number| !self.is_refused(*connection, *number))?;
            let worker = WorkerId::new(found.pool.clone(), number);
            Some((*connection, worker))
        })
    }

    fn is_refused(&self, connection: ConnectionId, number: u32) -> bool {
        let found = self.connections.get(&connection);
        found.is_some_and(|found| found.refused_by.contains(&number))
    }

    fn hand_over(&mut self, turn: &mut Turn<'_>, connection: ConnectionId, worker: &WorkerId) {
        let Some(found) = self.connections.get_mut(&connection) else {
            return;
        };
        let listener = found.listener;
        let Some(of) = self.listeners.get_mut(&listener) else {
            return;
        };
        found.stand = Stand::Offered(worker.clone());
        of.queue.retain(|one| *one != connection);
        let key = serde_json::Value::from(of.key.as_str());
        let handle = Some(Carried::Connection(connection));
        let seq = self.send(turn, worker, handle, |seq| {
            format!(r#"{{"cmd":"NODE_CLUSTER","act":"newconn","key":{key},"seq":{seq}}}"#)
        });
        if let Some(seq) = seq
            && let Some(worker) = self.workers.get_mut(worker)
        {
            worker.offer = Some(Offer { seq, connection });
            worker.last_served = Some(listener);
        }
    }

    /// A worker answered for the connection that it was given.
    pub(super) fn answered(&mut self, turn: &mut Turn<'_>, worker: &WorkerId, is_accepted: bool) {
        let beat = self.beat();
        let Some(found) = self.workers.get_mut(worker) else {
            return;
        };
        let Some(Offer { connection, .. }) = found.offer.take() else {
            return;
        };
        found.free_since = beat;
        if is_accepted {
            self.release(turn, connection, End::Taken);
        } else {
            self.refused(turn, connection, worker.number);
        }
        self.serve(turn, worker);
    }

    /// What a worker was given did not reach it.
    pub(super) fn undelivered(&mut self, turn: &mut Turn<'_>, worker: &WorkerId) {
        let offer = self.workers.get(worker).and_then(|found| found.offer);
        let Some(Offer { connection, .. }) = offer else {
            return;
        };
        if let Some(found) = self.connections.get_mut(&connection) {
            found.is_undelivered = true;
        }
        self.answered(turn, worker, false);
    }

    fn refused(&mut self, turn: &mut Turn<'_>, connection: ConnectionId, by: u32) {
        let Some(found) = self.connections.get_mut(&connection) else {
            return;
        };
        let listener = found.listener;
        found.refused_by.insert(by);
        found.refused_since.get_or_insert(turn.now);
        if let Some(listener) = self.listeners.get_mut(&listener) {
            listener.counts.refused += 1;
        }
        self.put_back(turn, connection);
        self.settle(turn, listener);
        self.offer(turn, listener);
    }

    /// A connection that was given to a worker waits again, before all others.
    pub(super) fn put_back(&mut self, turn: &mut Turn<'_>, connection: ConnectionId) {
        let Some(found) = self.connections.get_mut(&connection) else {
            return;
        };
        found.stand = Stand::Waiting;
        match self.listeners.get_mut(&found.listener) {
            Some(listener) => listener.queue.push_front(connection),
            None => self.release(turn, connection, End::Closed),
        }
    }

    /// Holds back what every worker has refused, and gives up what they have refused for too long.
    pub(super) fn settle(&mut self, turn: &mut Turn<'_>, listener: ListenerId) {
        let Some(found) = self.listeners.get(&listener) else {
            return;
        };
        let attached: Vec<u32> = found.attached().collect();
        if attached.is_empty() {
            return;
        }
        let refused = found.queue.iter().copied().filter(|one| {
            let all = |by: &BTreeSet<u32>| attached.iter().all(|n| by.contains(n));
            let found = self.connections.get(one);
            found.is_some_and(|found| all(&found.refused_by))
        });
        for connection in refused.collect::<Vec<_>>() {
            self.hold_back(turn, connection);
        }
    }

    fn hold_back(&mut self, turn: &mut Turn<'_>, connection: ConnectionId) {
        let Some(found) = self.connections.get_mut(&connection) else {
            return;
        };
        let since = found.refused_since.unwrap_or(turn.now);
        if turn.now.since(since) >= PATIENCE {
            let end = if found.is_undelivered {
                End::Undelivered
            } else {
                End::Refused
            };
            return self.release(turn, connection, end);
        }
        let until = turn.now + DELAY;
        found.stand = Stand::Held(until);
        self.timers.insert((until, Due::Retry(connection)));
        if let Some(listener) = self.listeners.get_mut(&found.listener) {
            listener.queue.retain(|one| *one != connection);
        }
    }

    /// A connection that all had refused is offered to all again.
    pub(super) fn retry(&mut self, turn: &mut Turn<'_>, connection: ConnectionId) {
        let Some(found) = self.connections.get_mut(&connection) else {
            return;
        };
        found.refused_by.clear();
        let listener = found.listener;
        self.put_back(turn, connection);
        self.offer(turn, listener);
    }

    /// Lets go of a connection, and lets another one in.
    pub(super) fn release(&mut self, turn: &mut Turn<'_>, connection: ConnectionId, end: End) {
        let Some(found) = self.connections.remove(&connection) else {
            return;
        };
        if let Stand::Held(until) = found.stand {
            self.timers.remove(&(until, Due::Retry(connection)));
        }
        turn.want(Effect::Release { connection, end });
        if let Some(listener) = self.listeners.get_mut(&found.listener) {
            listener.queue.retain(|one| *one != connection);
            listener.count(end);
            listener.credit += 1;
            turn.want(Effect::Accept {
                listener: found.listener,
                count: 1,
            });
        }
    }
}

impl Listener {
    fn count(&mut self, end: End) {
        match end {
            End::Taken => self.counts.taken += 1,
            End::Closed | End::Refused | End::Undelivered => self.counts.dropped += 1,
        }
    }
}
