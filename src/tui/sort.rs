//! By what the workers table is sorted. Called by `rows`.

use crate::model::{PoolView, WorkerView};

/// A number by which rows are sorted, the highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sort {
    /// Processor use.
    Cpu,
    /// Resident memory.
    Memory,
    /// Messages waiting in the deck.
    Mailbox,
    /// Bytes that the worker has not read.
    Unread,
    /// Restarts.
    Restarts,
    /// Messages a second.
    Rate,
}

impl Sort {
    const ALL: [Self; 6] = [
        Self::Cpu,
        Self::Memory,
        Self::Mailbox,
        Self::Unread,
        Self::Restarts,
        Self::Rate,
    ];

    /// What comes after a sort; none is the order of the config.
    pub(crate) fn after(sort: Option<Self>) -> Option<Self> {
        let Some(sort) = sort else {
            return Self::ALL.first().copied();
        };
        let place = Self::ALL.iter().position(|other| *other == sort)?;
        Self::ALL.get(place + 1).copied()
    }

    /// Its name as the table's title gives it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Mailbox => "mailbox",
            Self::Unread => "unread",
            Self::Restarts => "restarts",
            Self::Rate => "messages",
        }
    }

    /// The sort of that name.
    pub(crate) fn from_title(title: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.title() == title)
    }

    /// Worker numbers of a pool in the order in which they stand.
    pub(crate) fn workers(self, pool: &PoolView) -> Vec<u32> {
        let mut workers: Vec<&WorkerView> = pool.workers.iter().collect();
        workers.sort_by(|a, b| self.of(b).total_cmp(&self.of(a)));
        workers.iter().map(|worker| worker.id.number).collect()
    }

    /// What a pool is sorted by: the sum of its workers.
    pub(crate) fn of_pool(self, pool: &PoolView) -> f64 {
        pool.workers.iter().map(|worker| self.of(worker)).sum()
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers to be compared, not to be added up"
    )]
    fn of(self, worker: &WorkerView) -> f64 {
        let sampled = &worker.sampled;
        match self {
            Self::Cpu => f64::from(sampled.cpu_percent.unwrap_or(0.0)),
            Self::Memory => sampled.memory_bytes.unwrap_or(0) as f64,
            Self::Mailbox => sampled.mailbox as f64,
            Self::Unread => sampled.unread_bytes as f64,
            Self::Restarts => f64::from(worker.restarts),
            Self::Rate => f64::from(worker.rate.last().unwrap_or(0.0)),
        }
    }
}
