//! What always holds between two inputs; asked after each one in a debug build.

use std::collections::HashMap;

use crate::cluster::Cluster;
use crate::cluster::connection::{Connection, Stand};
use crate::cluster::listener::{Listener, QUEUE, Stage, Use};
use crate::cluster::machine::Due;
use crate::cluster::worker::LISTENERS;
use crate::cluster::{ConnectionId, ListenerId};
use crate::model::WorkerId;

/// Says what does not hold.
pub(super) fn check(cluster: &Cluster) -> Result<(), String> {
    let places = places(cluster);
    if places.len() > cluster.connections.len() {
        return Err("a connection that is gone waits or is in a hand".into());
    }
    for (id, connection) in &cluster.connections {
        let place = places.get(id).copied().unwrap_or_default();
        check_connection(cluster, *id, connection, place)?;
    }
    for (id, listener) in &cluster.listeners {
        check_listener(cluster, *id, listener)?;
    }
    for (worker, found) in &cluster.workers {
        if let Some(offer) = found.offer {
            let given = cluster.connections.get(&offer.connection);
            let stand = given.map(|it| &it.stand);
            if stand != Some(&Stand::Offered(worker.clone())) {
                return Err(format!("{worker} answers for what it was not given"));
            }
        }
        if found.listeners.len() > LISTENERS {
            return Err(format!("{worker} has too many servers"));
        }
        if found.is_leaving && !found.listeners.is_empty() {
            return Err(format!("{worker} leaves and listens"));
        }
    }
    let held = cluster.connections.values();
    let held = held.filter(|it| matches!(it.stand, Stand::Held(_))).count();
    let retries = cluster.timers.iter();
    let retries = retries.filter(|(_, due)| matches!(due, Due::Retry(_)));
    if held != retries.count() {
        return Err("a connection is held back without an end, or an end without one".into());
    }
    Ok(())
}

/// In how many queues and hands each connection is.
fn places(cluster: &Cluster) -> HashMap<ConnectionId, (usize, usize)> {
    let mut places: HashMap<ConnectionId, (usize, usize)> = HashMap::new();
    for listener in cluster.listeners.values() {
        for connection in &listener.queue {
            places.entry(*connection).or_default().0 += 1;
        }
    }
    for offer in cluster.workers.values().filter_map(|it| it.offer) {
        places.entry(offer.connection).or_default().1 += 1;
    }
    places
}

/// A connection is in one place only: its listener's queue, a worker's hand, or held back.
fn check_connection(
    cluster: &Cluster,
    id: ConnectionId,
    connection: &Connection,
    place: (usize, usize),
) -> Result<(), String> {
    let is_well = match &connection.stand {
        Stand::Waiting => place == (1, 0),
        Stand::Offered(worker) => {
            let holder = cluster.workers.get(worker);
            let offer = holder.and_then(|holder| holder.offer);
            place == (0, 1) && offer.is_some_and(|it| it.connection == id)
        }
        Stand::Held(until) => {
            let due = (*until, Due::Retry(id));
            let is_open = cluster.listeners.contains_key(&connection.listener);
            place == (0, 0) && is_open && cluster.timers.contains(&due)
        }
    };
    if is_well {
        return Ok(());
    }
    let (queued, offers) = place;
    Err(format!(
        "{id:?} stands in {queued} queues and {offers} hands"
    ))
}

fn check_listener(cluster: &Cluster, id: ListenerId, listener: &Listener) -> Result<(), String> {
    let own = cluster.connections.values().filter(|it| it.listener == id);
    let is_served = matches!(listener.stage, Stage::Open(_)) && !listener.ask.is_shared;
    let room = if is_served { QUEUE } else { 0 };
    if own.count() + listener.credit != room {
        return Err(format!("{id:?} accepts more or fewer than it has room for"));
    }
    if listener.is_unused() {
        return Err(format!("{id:?} is open for nobody"));
    }
    for (number, used) in &listener.users {
        let worker = WorkerId::new(listener.pool.clone(), *number);
        let found = cluster.workers.get(&worker);
        let listens = found.is_some_and(|found| found.listeners.contains(&id));
        match used {
            Use::Attached if !listens => {
                return Err(format!("{worker} does not listen on {id:?}"));
            }
            Use::Awaited(Some(until)) => {
                if !cluster.timers.contains(&(*until, Due::Await(id, *number))) {
                    return Err(format!("{worker} is awaited for ever"));
                }
            }
            Use::Attached | Use::Awaited(None) => {}
        }
    }
    match cluster.pair(id) {
        Some((connection, worker)) => Err(format!("{worker} is free and {connection:?} waits")),
        None => Ok(()),
    }
}
