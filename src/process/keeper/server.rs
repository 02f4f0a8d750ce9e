//! The keeper process: one thread, one loop, no runtime.
//!
//! Owns every worker's process. Never prints and never panics on purpose: its standard output is a socket and the tty
//! may be gone. `main` calls [`run`] before anything else.

use std::collections::{HashSet, VecDeque};
use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::ExitCode;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::FileType;
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendFlags, recvmsg,
};

use crate::process::Report;
use crate::process::keeper::brood::Brood;
use crate::process::keeper::protocol::{
    Bodies, MOST_ENDS, Program, Request, decode_request, encode_report,
};
use crate::process::keeper::spawn::{Ends, Forge, Refused};
use crate::process::keeper::start::subreap;
use crate::process::keeper::terminal::Custody;
use crate::process::keeper::tree::Extermination;
use crate::process::sys;

/// While so many bytes of reports wait for the deck, no orders are read.
const MOST_REPORTS: usize = 256 << 10;

/// How many reads of orders go between two looks at the children.
const READS_PER_TURN: usize = 64;

/// How many rounds of 5 ms the last clean-up has. What is left then was sent SIGKILL and hangs in the kernel.
const LAST_ROUNDS: u32 = 4000;

/// The keeper's whole life. Exits with 2 when it was not started by a deck, with 1 when it cannot keep what it promises.
pub fn run() -> ExitCode {
    if !is_socket(rustix::stdio::stdin()) || !is_socket(rustix::stdio::stdout()) {
        return ExitCode::from(2);
    }
    sys::close_inherited();
    sys::heed_no_signal();
    let _ = rustix::thread::set_name(c"fd-keeper");
    // Fails for a group leader only, which a deck's child is not; then group kills are left out.
    let _ = rustix::process::setsid();
    let Some(mut server) = Server::prepare() else {
        return ExitCode::FAILURE;
    };
    server.terminal.greet();
    while server.turn() {}
    // A deck that died needs its terminal back first. One that goes in order gives it back itself, and must not be
    // disturbed in its last frame.
    if server.terminal.is_orphaned() {
        server.terminal.rescue();
    }
    end_all();
    server.terminal.await_return();
    server.terminal.rescue();
    ExitCode::SUCCESS
}

fn is_socket(fd: BorrowedFd<'_>) -> bool {
    rustix::fs::fstat(fd)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Socket)
}

fn end_all() {
    let mut extermination = Extermination::new(std::process::id(), HashSet::new());
    while !extermination.strike() && extermination.rounds() < LAST_ROUNDS {
        rest(5);
    }
}

fn rest(milliseconds: i64) {
    let _ = poll(&mut [], Some(&span(milliseconds)));
}

fn span(milliseconds: i64) -> Timespec {
    Timespec {
        tv_sec: 0,
        tv_nsec: milliseconds * 1_000_000,
    }
}

struct Server {
    deck: BorrowedFd<'static>,
    signals: SignalFd,
    forge: Forge,
    brood: Brood,
    terminal: Custody,
    bodies: Bodies,
    /// The descriptors of each spawn order to come, in order; `None` where they were lost on the way.
    ends: VecDeque<Option<Vec<OwnedFd>>>,
    reports: Vec<u8>,
    /// A SIGCHLD that came during a spawn is lost.
    has_spawned: bool,
}

impl Server {
    fn prepare() -> Option<Self> {
        let forge = Forge::new().ok()?;
        subreap().ok()?;
        let mut mask = SigSet::empty();
        mask.add(Signal::SIGCHLD);
        mask.thread_set_mask().ok()?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        Some(Self {
            deck: rustix::stdio::stdin(),
            signals: SignalFd::with_flags(&mask, flags).ok()?,
            forge,
            brood: Brood::new(),
            terminal: Custody::new(rustix::stdio::stdout()),
            bodies: Bodies::default(),
            ends: VecDeque::new(),
            reports: Vec::new(),
            has_spawned: false,
        })
    }

    /// Waits for something and does it; `false` when the deck is gone.
    fn turn(&mut self) -> bool {
        let (deck, children, lease) = self.wait();
        if lease {
            self.terminal.serve();
        }
        if deck.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) && !self.take_orders() {
            return false;
        }
        if children || self.has_spawned {
            // One signal stands for any number of children, so all are looked at.
            while let Ok(Some(_)) = self.signals.read_signal() {}
            self.has_spawned = false;
            let reports = &mut self.reports;
            self.brood.reap(|report| encode_report(&report, reports));
        }
        self.brood.hunt();
        self.send_reports()
    }

    fn wait(&self) -> (PollFlags, bool, bool) {
        let mut interest = PollFlags::empty();
        if self.reports.len() < MOST_REPORTS {
            interest |= PollFlags::IN;
        }
        if !self.reports.is_empty() {
            interest |= PollFlags::OUT;
        }
        let mut fds = vec![
            PollFd::from_borrowed_fd(self.deck, interest),
            PollFd::from_borrowed_fd(self.signals.as_fd(), PollFlags::IN),
        ];
        if let Some(lease) = self.terminal.socket() {
            fds.push(PollFd::from_borrowed_fd(lease, PollFlags::IN));
        }
        let timeout = self.brood.is_hunting().then(|| span(5));
        if poll(&mut fds, timeout.as_ref()).is_err() {
            return (PollFlags::empty(), false, false);
        }
        let ready = |index: usize| fds.get(index).map_or(PollFlags::empty(), PollFd::revents);
        (ready(0), !ready(1).is_empty(), !ready(2).is_empty())
    }

    fn take_orders(&mut self) -> bool {
        for _ in 0..READS_PER_TURN {
            match self.receive() {
                Ok(0) => return false,
                Ok(_) if self.obey() => {}
                Err(Errno::AGAIN) => return true,
                Err(Errno::INTR) => {}
                Ok(_) | Err(_) => return false,
            }
        }
        true
    }

    fn receive(&mut self) -> Result<usize, Errno> {
        let mut bytes = [0_u8; 16 << 10];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_ENDS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
        let mut parts = [IoSliceMut::new(&mut bytes)];
        let message = recvmsg(self.deck, &mut parts, &mut control, flags)?;
        let fds: Vec<OwnedFd> = control
            .drain()
            .flat_map(|message| match message {
                RecvAncillaryMessage::ScmRights(fds) => fds.collect(),
                _ => Vec::new(), // Nothing else is ever sent.
            })
            .collect();
        // Without a free descriptor the kernel drops some and says so: the order still has its place in the row.
        let is_cut = message.flags.contains(ReturnFlags::CTRUNC);
        if !fds.is_empty() || is_cut {
            self.ends.push_back((!is_cut).then_some(fds));
        }
        self.bodies
            .push(bytes.get(..message.bytes).unwrap_or_default());
        Ok(message.bytes)
    }

    /// Does all whole orders; `false` when one is malformed, which only a deck that is broken sends.
    fn obey(&mut self) -> bool {
        loop {
            let request = match self.bodies.next() {
                Ok(Some(body)) => decode_request(body),
                Ok(None) => return true,
                Err(malformed) => Err(malformed),
            };
            match request {
                Ok(Request::Spawn(program)) => self.spawn(&program),
                Ok(Request::Signal { key, signal, tree }) => self.brood.signal(key, signal, tree),
                Err(_) => return false,
            }
        }
    }

    fn spawn(&mut self, program: &Program) {
        let key = program.key;
        let ends = self.ends.pop_front().flatten();
        let report = match ends.and_then(|fds| Ends::of(program, fds)) {
            None => Report::Failed {
                key,
                errno: Errno::MFILE.raw_os_error(),
                what: "take the worker's descriptors".to_owned(),
            },
            Some(ends) => match self.forge_worker(program, ends) {
                Ok(pid) => {
                    self.brood.adopt(key, pid);
                    Report::Spawned { key, pid }
                }
                Err(refused) => Report::Failed {
                    key,
                    errno: refused.errno.raw_os_error(),
                    what: refused.what,
                },
            },
        };
        encode_report(&report, &mut self.reports);
    }

    /// A spawned process inherits the mask of signals, so nothing may be blocked meanwhile.
    fn forge_worker(&mut self, program: &Program, ends: Ends) -> Result<u32, Refused> {
        self.has_spawned = true;
        let mut mask = SigSet::empty();
        let _ = mask.thread_set_mask();
        let result = self.forge.spawn(program, ends);
        mask.add(Signal::SIGCHLD);
        let _ = mask.thread_set_mask();
        result
    }

    fn send_reports(&mut self) -> bool {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        while !self.reports.is_empty() {
            match rustix::net::send(self.deck, &self.reports, flags) {
                Ok(sent) => drop(self.reports.drain(..sent)),
                Err(Errno::AGAIN) => return true,
                Err(Errno::INTR) => {}
                Err(_) => return false,
            }
        }
        true
    }
}
