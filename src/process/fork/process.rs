//! The process of a child: its end, and signals to it.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal as Raw};
use tokio::sync::watch;

use crate::model::Signal;

/// What is held of a child's process. Clones share it; dropping them changes nothing, unless
/// [`kill_on_drop`](super::Fork::kill_on_drop) was asked for: the process lives on, and is reaped when it ends.
#[derive(Clone, Debug)]
pub struct Process {
    held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    target: Arc<Target>,
    ended: watch::Receiver<Option<End>>,
    is_killed_on_drop: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.is_killed_on_drop && self.ended.borrow().is_none() {
            self.target.signal(Signal::KILL);
        }
    }
}

/// The status, or why it is not known, as the system's number.
type End = Result<ExitStatus, i32>;

/// A process that signals go to.
#[derive(Debug)]
struct Target {
    pid: u32,
    /// Names this very process, also when its number is another's by now (`pidfd_open(2)`).
    #[cfg(target_os = "linux")]
    pidfd: Option<std::os::fd::OwnedFd>,
}

impl Target {
    fn new(pid: u32) -> Self {
        Self {
            pid,
            #[cfg(target_os = "linux")]
            pidfd: number(pid).and_then(|pid| {
                let flags = rustix::process::PidfdFlags::empty();
                rustix::process::pidfd_open(pid, flags).ok()
            }),
        }
    }

    fn signal(&self, signal: Signal) -> bool {
        let Some(signal) = Raw::from_named_raw(signal.as_raw()) else {
            return false;
        };
        #[cfg(target_os = "linux")]
        if let Some(pidfd) = &self.pidfd {
            return rustix::process::pidfd_send_signal(pidfd, signal).is_ok();
        }
        number(self.pid).is_some_and(|pid| rustix::process::kill_process(pid, signal).is_ok())
    }
}

fn number(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

impl Process {
    /// Tends a process that was made just now.
    #[expect(
        clippy::disallowed_methods,
        reason = "there is no deck to track it: the task ends with the process"
    )]
    pub(super) fn tend(
        child: tokio::process::Child,
        pid: u32,
        limit: Option<(Duration, Signal)>,
        is_killed_on_drop: bool,
    ) -> Self {
        let target = Arc::new(Target::new(pid));
        let (told, ended) = watch::channel(None);
        tokio::spawn(reap(child, Arc::clone(&target), limit, told));
        let held = Held {
            target,
            ended,
            is_killed_on_drop,
        };
        Self {
            held: Arc::new(held),
        }
    }

    /// Its process id. It may be another process's once this one has ended.
    pub fn pid(&self) -> u32 {
        self.held.target.pid
    }

    /// Sends a signal to this process, not to its descendants. False when it has ended, or the signal has no name on this
    /// system. Signal 0 only asks.
    pub fn kill(&self, signal: Signal) -> bool {
        if self.held.ended.borrow().is_some() {
            return false;
        }
        signal.as_raw() == 0 || self.held.target.signal(signal)
    }

    /// Waits until the process has ended, and has been reaped. Messages that it sent may still wait to be received.
    ///
    /// # Errors
    /// When its status is not to be had: somebody else reaped it, or its runtime ended before it did.
    ///
    /// # Cancel safety
    /// Nothing is lost; it may be waited for as often as wanted.
    pub async fn wait(&self) -> io::Result<ExitStatus> {
        let mut ended = self.held.ended.clone();
        match ended.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(Ok(status))) => Ok(*status),
            Ok(Some(Err(errno))) => Err(io::Error::from_raw_os_error(*errno)),
            Ok(None) | Err(_) => Err(io::Error::other(
                "the runtime of the child ended before the child did",
            )),
        }
    }

    /// How the process ended, if it has.
    pub fn exit_status(&self) -> Option<ExitStatus> {
        (*self.held.ended.borrow()).and_then(Result::ok)
    }

    /// The code that it returned, if it has.
    pub fn exit_code(&self) -> Option<i32> {
        self.exit_status().and_then(|status| status.code())
    }

    /// The signal that ended it, if one did.
    pub fn exit_signal(&self) -> Option<Signal> {
        let status = self.exit_status()?;
        status.signal().map(Signal::from_raw)
    }
}

/// Waits for one process, and for no other.
async fn reap(
    mut child: tokio::process::Child,
    target: Arc<Target>,
    limit: Option<(Duration, Signal)>,
    told: watch::Sender<Option<End>>,
) {
    if let Some((timeout, signal)) = limit
        && tokio::time::timeout(timeout, child.wait()).await.is_err()
    {
        target.signal(signal);
    }
    let status = child.wait().await;
    let end = status.map_err(|error| error.raw_os_error().unwrap_or(0));
    told.send_replace(Some(end));
}
