//! The seam through which processes are made: the keeper in the binary, a fake in tests.

use std::ffi::OsString;
use std::future::Future;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use tokio::sync::mpsc;

use crate::model::{Exit, Signal};

/// Names one process towards a spawner; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessKey(pub u64);

/// What a spawner is to do.
#[derive(Debug)]
pub enum Order {
    /// Make a process.
    Spawn(SpawnOrder),
    /// Send a signal to the process's group, or to its whole tree. Nothing happens when it is gone.
    Signal {
        /// Which process.
        key: ProcessKey,
        /// The signal.
        signal: Signal,
        /// Whether every descendant is meant, also those that left the group.
        tree: bool,
    },
}

/// A process to be made.
#[derive(Debug)]
pub struct SpawnOrder {
    /// Its name from now on.
    pub key: ProcessKey,
    /// The program as the user wrote it: a path, or a name to be found in the `PATH` of `env`.
    pub program: OsString,
    /// Its arguments, without the program itself.
    pub args: Vec<OsString>,
    /// Its whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// The folder it starts in.
    pub cwd: PathBuf,
    /// Its end of a fork channel; becomes descriptor 3, which is closed without one.
    pub channel: Option<OwnedFd>,
    /// Becomes its standard input, which is `/dev/null` without one.
    pub stdin: Option<OwnedFd>,
    /// Becomes its standard output.
    pub stdout: OwnedFd,
    /// Becomes its standard error.
    pub stderr: OwnedFd,
}

/// What a spawner tells.
#[derive(Debug)]
pub enum Report {
    /// The process exists.
    Spawned {
        /// Which.
        key: ProcessKey,
        /// Its pid, which is also its process group.
        pid: u32,
    },
    /// The process could not be made.
    Failed {
        /// Which.
        key: ProcessKey,
        /// The system's error number.
        errno: i32,
        /// What was attempted, on what path.
        what: String,
    },
    /// The process ended and was reaped.
    Exited {
        /// Which.
        key: ProcessKey,
        /// How.
        exit: Exit,
    },
    /// A signal suspended the process.
    Suspended {
        /// Which.
        key: ProcessKey,
    },
    /// The suspended process goes on.
    Continued {
        /// Which.
        key: ProcessKey,
    },
    /// The spawner itself is gone, and every process of it was ended. Nothing follows.
    Gone {
        /// Why.
        reason: String,
    },
}

/// Makes processes and tells how they end.
pub trait Spawner: Send + 'static {
    /// The pid of the process that makes the others, where it is not the deck itself; its CPU and memory count as the
    /// deck's.
    fn pid(&self) -> Option<u32>;

    /// Takes orders until their queue is closed, then ends every process that still lives, and returns.
    fn serve(
        self,
        orders: mpsc::Receiver<Order>,
        reports: mpsc::Sender<Report>,
    ) -> impl Future<Output = ()> + Send;
}
