//! What people see of a pool's listeners.

use crate::cluster::connection::Stand;
use crate::cluster::listener::{Listener, Stage, Use};
use crate::cluster::{Address, Cluster, Kind, ListenerId};
use crate::model::{ListenerView, PoolName, Schedule};

impl Cluster {
    /// What the workers of a pool listen on, oldest first.
    pub fn view(&self, pool: &PoolName) -> Vec<ListenerView> {
        let of_pool = self.listeners.iter();
        let of_pool = of_pool.filter(|(_, listener)| listener.pool == *pool);
        of_pool
            .filter_map(|(id, listener)| self.view_of(*id, listener))
            .collect()
    }

    fn view_of(&self, id: ListenerId, listener: &Listener) -> Option<ListenerView> {
        let Stage::Open(address) = &listener.stage else {
            return None;
        };
        let awaited =
            |(number, used): (&u32, &Use)| matches!(used, Use::Awaited(_)).then_some(*number);
        let is_shared = listener.ask.is_shared;
        let all = self.connections.values().filter(|it| it.listener == id);
        let offered = all
            .clone()
            .filter(|it| matches!(it.stand, Stand::Offered(_)));
        let offered = offered.count();
        Some(ListenerView {
            address: words(listener.ask.kind, address),
            schedule: if is_shared {
                Schedule::Shared
            } else {
                Schedule::RoundRobin
            },
            workers: listener.attached().collect(),
            awaited: listener.users.iter().filter_map(awaited).collect(),
            waiting: all.count() - offered,
            offered,
            handed_over: listener.counts.taken,
            refused: listener.counts.refused,
            reoffered: listener.counts.reoffered,
            dropped: listener.counts.dropped,
        })
    }
}

fn words(kind: Kind, address: &Address) -> String {
    let kind = match kind {
        Kind::Tcp => "tcp",
        Kind::Unix => "unix",
        Kind::Udp4 | Kind::Udp6 => "udp",
    };
    match address {
        Address::Net(at) => format!("{kind} {at}"),
        Address::Path(path) => format!("{kind} {}", path.display()),
    }
}
