//! Where what is written goes: to workers as a message, or to a pool as a job. Called by the composer and `update`.

use std::fmt;

use crate::model::{Address, Board, Command, JobCommand, PoolName, Submission};
use crate::tui::rows::Row;
use crate::wire::Message;

/// Where a text goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// To workers, as a message.
    Message(Address),
    /// To a pool, as a job.
    Job(PoolName),
}

impl Target {
    /// The command that brings a message there.
    pub(crate) fn command(self, message: Message) -> Command {
        match self {
            Self::Message(to) => Command::Send {
                to,
                message,
                wait: None,
            },
            Self::Job(pool) => Command::Jobs(JobCommand::Submit(Submission::new(pool, message))),
        }
    }

    /// The targets of the same kind: of each pool one, all, and each worker, and the whole deck; or the pools.
    pub(crate) fn all_like(&self, board: &Board) -> Vec<Self> {
        match self {
            Self::Message(_) => {
                // The name of a pool of one means the same as its worker's: one stop less.
                let is_one =
                    |pool: &PoolName| board.pools.get(pool).is_some_and(|p| p.workers.len() == 1);
                let all = addresses(board).into_iter();
                all.filter(|to| !matches!(to, Address::Pool(pool) if is_one(pool)))
                    .map(Self::Message)
                    .collect()
            }
            Self::Job(_) => board.pools.keys().cloned().map(Self::Job).collect(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(to) => to.fmt(f),
            Self::Job(pool) => pool.fmt(f),
        }
    }
}

/// Workers in words, as those that a message goes to. A pool may be named `worker` or `all`: it is told apart from words.
pub(crate) fn whom(target: &Address) -> String {
    match target {
        Address::Pool(pool) => format!("one of {pool}/*"),
        Address::Worker(id) => id.to_string(),
        Address::PoolAll(pool) => format!("all of {pool}/*"),
        Address::All => "every worker".to_owned(),
    }
}

/// The selected worker, or all of the selected pool.
pub(crate) fn all_of(row: &Row) -> Address {
    match row {
        Row::Pool(pool) => Address::PoolAll(pool.clone()),
        Row::Worker(id) => Address::Worker(id.clone()),
    }
}

/// Every address of the deck: of each pool its name, all of it where that is not one worker, and each worker; and everyone.
pub(crate) fn addresses(board: &Board) -> Vec<Address> {
    let mut addresses = Vec::new();
    for pool in board.pools.values() {
        addresses.push(Address::Pool(pool.name.clone()));
        if pool.workers.len() != 1 {
            addresses.push(Address::PoolAll(pool.name.clone()));
        }
        let workers = pool.workers.iter();
        addresses.extend(workers.map(|worker| Address::Worker(worker.id.clone())));
    }
    addresses.push(Address::All);
    addresses
}
