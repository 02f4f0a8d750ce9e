//! One socket that a pool's workers share.

use std::collections::{BTreeMap, VecDeque};

use crate::cluster::{Address, Ask, ConnectionId};
use crate::model::{Incarnation, MonoTime, PoolName, WorkerId};
use crate::wire::Message;

/// How many accepted connections of one listener wait for a worker or its answer. What comes beyond waits in the kernel,
/// which holds `backlog` more.
pub(super) const QUEUE: usize = 256;

/// A listener.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) pool: PoolName,
    /// What tells it from the pool's others.
    pub(super) key: String,
    pub(super) ask: Ask,
    /// What its first worker wanted all to have: TLS keys.
    pub(super) data: Option<Message>,
    pub(super) stage: Stage,
    /// Who uses it, by number.
    pub(super) users: BTreeMap<u32, Use>,
    /// Connections that wait, the next one first; [`QUEUE`] with those that are offered or held back.
    pub(super) queue: VecDeque<ConnectionId>,
    /// How many connections may still be accepted.
    pub(super) credit: usize,
    pub(super) counts: Counts,
}

/// Whether it is there.
#[derive(Debug)]
pub(super) enum Stage {
    /// The system is asked; these wait for its answer.
    Binding(Vec<Asker>),
    /// It is open.
    Open(Address),
}

/// Who waits for an answer.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    pub(super) worker: WorkerId,
    pub(super) incarnation: Incarnation,
    pub(super) seq: u64,
}

/// How a worker uses a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Its process listens.
    Attached,
    /// Its process listened and has left; the next one is expected to ask again, at the latest then.
    Awaited(Option<MonoTime>),
}

/// What a listener has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) taken: u64,
    pub(super) refused: u64,
    pub(super) reoffered: u64,
    pub(super) dropped: u64,
}

impl Listener {
    /// The numbers of the workers whose processes listen.
    pub(super) fn attached(&self) -> impl Iterator<Item = u32> {
        let users = self.users.iter();
        users.filter_map(|(number, used)| (*used == Use::Attached).then_some(*number))
    }

    /// Whether it is open and nobody uses it any more.
    pub(super) fn is_unused(&self) -> bool {
        self.users.is_empty() && matches!(self.stage, Stage::Open(_))
    }
}
