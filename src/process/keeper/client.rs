//! The deck's side of the keeper: a [`Spawner`] whose calls never block.
//!
//! Owns the socket to the keeper process and that process. Signals and spawns are only sent from here; what became of
//! them comes back as reports.

use std::collections::{HashSet, VecDeque};
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::Child;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{
    RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, Shutdown, recv, sendmsg,
    shutdown,
};
use rustix::process::{Signal as Raw, kill_process};
use tokio::io::Interest;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::process::keeper::protocol::{
    Bodies, MOST_ENDS, decode_report, encode_signal, encode_spawn,
};
use crate::process::keeper::terminal::TerminalLease;
use crate::process::keeper::tree::{Extermination, to_pid};
use crate::process::sys::Watched;
use crate::process::{Order, Report, SpawnOrder, Spawner};

/// How many reports wait for the deck before no more are read from the keeper.
const MOST_REPORTS: usize = 256;

/// How many orders wait for the keeper before no more are taken from the deck.
const MOST_ORDERS: usize = 64;

/// How long a keeper may take to end all its workers before the deck does it.
const LAST_WAIT: Duration = Duration::from_secs(30);

/// How many rounds of 5 ms the deck's own clean-up has.
const LAST_ROUNDS: u32 = 4000;

/// A running keeper process. Dropping it ends every process the keeper made.
#[derive(Debug)]
pub struct Keeper {
    child: Child,
    socket: OwnedFd,
    lease: TerminalLease,
    spared: HashSet<(u32, u64)>,
}

impl Keeper {
    pub(super) fn new(
        child: Child,
        socket: OwnedFd,
        lease: TerminalLease,
        spared: HashSet<(u32, u64)>,
    ) -> Self {
        Self {
            child,
            socket,
            lease,
            spared,
        }
    }

    /// What the dashboard tells when it takes the terminal and when it gave it back.
    pub fn terminal(&self) -> TerminalLease {
        self.lease.clone()
    }

    /// Ends a process that did not become a keeper.
    pub(super) fn discard(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Spawner for Keeper {
    fn pid(&self) -> Option<u32> {
        Some(self.child.id())
    }

    async fn serve(self, mut orders: mpsc::Receiver<Order>, reports: mpsc::Sender<Report>) {
        let mut child = self.child;
        let end = match Link::new(self.socket) {
            Ok(mut link) => match link.work(&mut orders, &reports).await {
                Ok(()) => {
                    link.close(child.id()).await;
                    Ok(())
                }
                Err(error) => Err(format!("the keeper is gone: {error}")),
            },
            Err(error) => Err(format!("the keeper cannot be watched: {error}")),
        };
        let is_done = reap(&mut child).await;
        if end.is_err() || !is_done {
            sweep(child.id(), self.spared).await;
        }
        if let Err(reason) = end {
            let _ = reports.send(Report::Gone { reason }).await;
        }
    }
}

/// Ends what a keeper that died left to its deck.
async fn sweep(session: u32, spared: HashSet<(u32, u64)>) {
    let mut extermination = Extermination::new(session, spared);
    while !extermination.strike() && extermination.rounds() < LAST_ROUNDS {
        sleep(Duration::from_millis(5)).await;
    }
}

/// Reaps the keeper, by its pid only; one that hangs with its socket closed is killed first. `true` when it ended in
/// order, which it does with nothing left behind.
async fn reap(child: &mut Child) -> bool {
    for _ in 0..100 {
        match child.try_wait() {
            Ok(None) => sleep(Duration::from_millis(1)).await,
            Ok(Some(status)) => return status.success(),
            Err(_) => return false,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

/// The socket, what waits to be sent and what waits to be told.
struct Link {
    socket: Watched,
    outgoing: VecDeque<Outgoing>,
    bodies: Bodies,
    incoming: VecDeque<Report>,
}

struct Outgoing {
    bytes: Vec<u8>,
    sent: usize,
    /// The descriptors of a spawn order, until the first byte took them along.
    ends: Vec<OwnedFd>,
}

impl Link {
    fn new(socket: OwnedFd) -> io::Result<Self> {
        Ok(Self {
            socket: Watched::new(socket, Interest::READABLE | Interest::WRITABLE)?,
            outgoing: VecDeque::new(),
            bodies: Bodies::default(),
            incoming: VecDeque::new(),
        })
    }

    /// Serves until the deck closes its queue of orders.
    ///
    /// # Errors
    /// The keeper is gone.
    async fn work(
        &mut self,
        orders: &mut mpsc::Receiver<Order>,
        reports: &mpsc::Sender<Report>,
    ) -> io::Result<()> {
        loop {
            let has_room = self.outgoing.len() < MOST_ORDERS;
            let is_listening = self.incoming.len() < MOST_REPORTS;
            // Every arm is cancel-safe: each takes something only when it completes.
            tokio::select! {
                order = orders.recv(), if has_room => match order {
                    Some(order) => self.take(order),
                    None => return Ok(()),
                },
                permit = reports.reserve(), if !self.incoming.is_empty() => match permit {
                    Ok(permit) => if let Some(report) = self.incoming.pop_front() {
                        permit.send(report);
                    },
                    // Nobody listens any more; the queue of orders will say when to end.
                    Err(_) => self.incoming.clear(),
                },
                ready = self.socket.readable(), if is_listening => {
                    let mut ready = ready?;
                    if read(&self.socket, &mut self.bodies)? {
                        ready.clear_ready();
                    }
                    self.understand()?;
                }
                ready = self.socket.writable(), if !self.outgoing.is_empty() => {
                    ready?.clear_ready();
                }
            }
            self.flush().await?;
        }
    }

    fn take(&mut self, order: Order) {
        let mut bytes = Vec::new();
        let mut ends = Vec::new();
        match order {
            Order::Signal { key, signal, tree } => encode_signal(key, signal, tree, &mut bytes),
            Order::Spawn(order) => {
                if !encode_spawn(&order, &mut bytes) {
                    self.incoming.push_back(too_long(&order));
                    return;
                }
                ends.extend(order.channel.into_iter().chain(order.stdin));
                ends.extend([order.stdout, order.stderr]);
            }
        }
        self.outgoing.push_back(Outgoing {
            bytes,
            sent: 0,
            ends,
        });
    }

    /// Sends what the socket takes now.
    async fn flush(&mut self) -> io::Result<()> {
        while let Some(first) = self.outgoing.front_mut() {
            match first.send(&self.socket) {
                Ok(()) if first.sent == first.bytes.len() => drop(self.outgoing.pop_front()),
                Ok(()) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(()),
                // Too many descriptors are on their way (unix(7)); the keeper is taking them.
                Err(Errno::TOOMANYREFS) => sleep(Duration::from_millis(1)).await,
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    fn understand(&mut self) -> io::Result<()> {
        let malformed = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        while let Some(body) = self.bodies.next().map_err(malformed)? {
            self.incoming
                .push_back(decode_report(body).map_err(malformed)?);
        }
        Ok(())
    }

    /// Tells the keeper to end, and waits until it ended everything and itself; what it still reports concerns nobody.
    async fn close(&mut self, keeper: u32) {
        let _ = shutdown(&self.socket, Shutdown::Write);
        let keeper = to_pid(keeper);
        if let Some(pid) = keeper {
            // Somebody may have suspended it. It is not reaped yet, so the pid is its own.
            let _ = kill_process(pid, Raw::CONT);
        }
        if timeout(LAST_WAIT, self.end()).await.is_err()
            && let Some(pid) = keeper
        {
            let _ = kill_process(pid, Raw::KILL);
        }
    }

    async fn end(&mut self) {
        loop {
            let Ok(mut ready) = self.socket.readable().await else {
                return;
            };
            match read(&self.socket, &mut Bodies::default()) {
                Ok(true) => ready.clear_ready(),
                Ok(false) => {}
                Err(_) => return,
            }
        }
    }
}

impl Outgoing {
    fn send(&mut self, socket: impl AsFd) -> Result<(), Errno> {
        let rest = self.bytes.get(self.sent..).unwrap_or_default();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_ENDS))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let fds: Vec<BorrowedFd<'_>> = self.ends.iter().map(AsFd::as_fd).collect();
        if !fds.is_empty() {
            control.push(SendAncillaryMessage::ScmRights(&fds));
        }
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        self.sent += sendmsg(socket, &[IoSlice::new(rest)], &mut control, flags)?;
        // The deck must not hold a worker's end: its crash would not close the channel.
        self.ends.clear();
        Ok(())
    }
}

/// Reads once; `true` when nothing is there.
///
/// # Errors
/// The end of the stream is one.
fn read(socket: impl AsFd, bodies: &mut Bodies) -> io::Result<bool> {
    let mut buffer = [0_u8; 16 << 10];
    match recv(socket, &mut buffer[..], RecvFlags::DONTWAIT) {
        Ok((0, _)) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok((length, _)) => {
            bodies.push(buffer.get(..length).unwrap_or_default());
            Ok(false)
        }
        Err(Errno::AGAIN) => Ok(true),
        Err(Errno::INTR) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

fn too_long(order: &SpawnOrder) -> Report {
    Report::Failed {
        key: order.key,
        errno: Errno::TOOBIG.raw_os_error(),
        what: format!("execute {}", order.program.display()),
    }
}
