//! The terminal's rescue: a usable shell even after `kill -9` of the deck.
//!
//! Owns the deck's [`TerminalLease`] and the keeper's copy of the terminal. They talk over a socket of their own, one
//! byte and an answer at a time, so that lending needs neither the deck's runtime nor a place in the queue of orders,
//! and holds when it returns.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recv, recvmsg, sendmsg,
};
use rustix::termios::{
    LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize,
};

/// The terminal's modes and its screen are lent.
const LEND: u8 = b'L';
/// The deck itself gave it back.
const GIVE_BACK: u8 = b'B';
/// The answer to either, and the keeper's first word.
pub(super) const DONE: u8 = b'.';
/// The answer when the modes cannot be read.
const REFUSED: u8 = b'!';

/// How many steps of 20 ms a deck that goes in order has to give the terminal back: 2 s.
const RETURN_STEPS: u32 = 100;

/// Undoes what a dashboard does to a screen: keyboard flags, mouse, focus and paste reports, the alternate screen, the
/// hidden cursor, colours. The keyboard flags come first: each screen has its own.
const RESTORE: &[u8] = b"\x1b[<1u\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b[0m\r\n";

/// The deck's side: says when the dashboard holds the terminal. Copies share the socket; usable from any thread.
#[derive(Clone, Debug)]
pub struct TerminalLease {
    socket: Arc<Mutex<OwnedFd>>,
}

impl TerminalLease {
    pub(super) fn new(socket: OwnedFd) -> io::Result<Self> {
        // A keeper that does not answer must not hold the dashboard up for ever.
        for which in [Timeout::Recv, Timeout::Send] {
            set_socket_timeout(&socket, which, Some(Duration::from_secs(10)))?;
        }
        Ok(Self {
            socket: Arc::new(Mutex::new(socket)),
        })
    }

    /// Hands the terminal of standard input and output to the keeper as it is now; to be called before the dashboard
    /// changes it. When this returns, the deck may die.
    ///
    /// # Errors
    /// `ENOTTY` when neither is a terminal; otherwise what the keeper's socket says.
    pub fn lend(&self) -> io::Result<()> {
        let (input, output) = (rustix::stdio::stdin(), rustix::stdio::stdout());
        match (isatty(input), isatty(output)) {
            (true, true) => self.ask(LEND, &[input, output]),
            (true, false) => self.ask(LEND, &[input, input]),
            (false, true) => self.ask(LEND, &[output, output]),
            (false, false) => Err(Errno::NOTTY.into()),
        }
    }

    /// Hands over a terminal that is not on standard input or output.
    ///
    /// # Errors
    /// What the keeper's socket says; `ENOTTY` when it is no terminal.
    pub fn lend_terminal(&self, terminal: BorrowedFd<'_>) -> io::Result<()> {
        self.ask(LEND, &[terminal, terminal])
    }

    /// Says that the dashboard restored the terminal itself: the keeper lets go of it.
    pub fn give_back(&self) {
        // Without a keeper there is nobody who holds it.
        let _ = self.ask(GIVE_BACK, &[]);
    }

    pub(super) fn await_first_word(&self) -> io::Result<()> {
        let socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        answer(&socket)
    }

    fn ask(&self, word: u8, terminals: &[BorrowedFd<'_>]) -> io::Result<()> {
        let socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        // An answer that came too late must not be taken for this one's.
        while matches!(
            recv(&*socket, &mut [0; 8][..], RecvFlags::DONTWAIT),
            Ok((1.., _))
        ) {}
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !terminals.is_empty() {
            control.push(SendAncillaryMessage::ScmRights(terminals));
        }
        sendmsg(
            &*socket,
            &[IoSlice::new(&[word])],
            &mut control,
            SendFlags::NOSIGNAL,
        )?;
        answer(&socket)
    }
}

fn answer(socket: &OwnedFd) -> io::Result<()> {
    let mut word = [0];
    match rustix::io::retry_on_intr(|| rustix::io::read(socket, &mut word))? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ if word == [DONE] => Ok(()),
        _ => Err(Errno::NOTTY.into()),
    }
}

/// The keeper's side.
#[derive(Debug)]
pub(super) struct Custody {
    socket: BorrowedFd<'static>,
    is_open: bool,
    lent: Option<Lent>,
}

#[derive(Debug)]
struct Lent {
    modes: Termios,
    terminal: OwnedFd,
    screen: OwnedFd,
}

impl Custody {
    pub(super) fn new(socket: BorrowedFd<'static>) -> Self {
        Self {
            socket,
            is_open: true,
            lent: None,
        }
    }

    /// What to wait for, while the deck's side is open.
    pub(super) fn socket(&self) -> Option<BorrowedFd<'static>> {
        self.is_open.then_some(self.socket)
    }

    /// Says that the keeper is ready.
    pub(super) fn greet(&self) {
        self.say(DONE);
    }

    /// Takes one word of the deck's, if there is one.
    pub(super) fn serve(&mut self) {
        let mut word = [0];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
        let mut parts = [IoSliceMut::new(&mut word)];
        let received = recvmsg(self.socket, &mut parts, &mut control, flags);
        let mut fds = control.drain().flat_map(|message| match message {
            RecvAncillaryMessage::ScmRights(fds) => fds.collect(),
            _ => Vec::new(), // Nothing else is ever sent.
        });
        match received {
            Err(Errno::AGAIN | Errno::INTR) => {}
            Ok(message) if message.bytes > 0 => {
                let pair = (fds.next(), fds.next());
                match word {
                    [LEND] => self.take(pair),
                    [GIVE_BACK] => {
                        self.lent = None;
                        self.say(DONE);
                    }
                    _ => self.say(REFUSED), // The deck has no other words.
                }
            }
            Ok(_) | Err(_) => self.is_open = false,
        }
    }

    /// Whether the deck's side is closed, as it is when the deck is dead: a process that dies closes its sockets one
    /// after the other, so the second is given a moment. Its shell is waking up and will write to this screen.
    pub(super) fn is_orphaned(&mut self) -> bool {
        let moment = Timespec {
            tv_sec: 0,
            tv_nsec: 10_000_000,
        };
        if self.lent.is_some() && self.is_open {
            let lease = PollFd::from_borrowed_fd(self.socket, PollFlags::IN);
            let _ = poll(&mut [lease], Some(&moment));
        }
        self.serve();
        !self.is_open
    }

    /// Waits for a deck that lives to give back what was lent; not for ever, since its dashboard may hang in a terminal
    /// that takes no more.
    pub(super) fn await_return(&mut self) {
        let step = Timespec {
            tv_sec: 0,
            tv_nsec: 20_000_000,
        };
        for _ in 0..RETURN_STEPS {
            if self.lent.is_none() || !self.is_open {
                return;
            }
            let lease = PollFd::from_borrowed_fd(self.socket, PollFlags::IN);
            let _ = poll(&mut [lease], Some(&step));
            self.serve();
        }
    }

    /// Gives the terminal back if the deck died with it: a last look for what the deck said before its end, then the
    /// modes and the screen.
    pub(super) fn rescue(&mut self) {
        self.serve();
        let Some(lent) = self.lent.take() else {
            return;
        };
        // A shell that edits lines has set modes of its own by now; the screen is the dashboard's still.
        if looks_raw(&lent.terminal) {
            let _ = tcsetattr(&lent.terminal, OptionalActions::Now, &lent.modes);
        }
        write_bounded(&lent.screen, RESTORE);
        nudge(&lent.terminal);
    }

    fn take(&mut self, pair: (Option<OwnedFd>, Option<OwnedFd>)) {
        let (Some(terminal), Some(screen)) = pair else {
            return self.say(REFUSED);
        };
        let Ok(modes) = tcgetattr(&terminal) else {
            return self.say(REFUSED);
        };
        self.lent = Some(Lent {
            modes,
            terminal,
            screen,
        });
        self.say(DONE);
    }

    fn say(&self, word: u8) {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        let _ = rustix::net::send(self.socket, &[word], flags);
    }
}

/// Whether the modes are still as a dashboard leaves them; else somebody else has set them, and they are theirs.
fn looks_raw(terminal: &OwnedFd) -> bool {
    let cooked = LocalModes::ISIG | LocalModes::ICANON | LocalModes::ECHO;
    tcgetattr(terminal).is_ok_and(|modes| !modes.local_modes.intersects(cooked))
}

/// Has the shell draw its prompt again, which it may have written to the dashboard's screen: a change of the size signals
/// whoever is in the foreground (SIGWINCH, see `tty_ioctl(4)`). It is taken back after a moment: readline draws only
/// when it finds another size than before.
fn nudge(terminal: &OwnedFd) {
    let Ok(size) = tcgetwinsize(terminal) else {
        return;
    };
    let mut other = size;
    other.ws_row = size.ws_row.saturating_add(1);
    let moment = Timespec {
        tv_sec: 0,
        tv_nsec: 60_000_000,
    };
    let _ = tcsetwinsize(terminal, other);
    let _ = poll(&mut [], Some(&moment));
    // Somebody may have changed it meanwhile.
    if tcgetwinsize(terminal).is_ok_and(|now| now.ws_row == other.ws_row) {
        let _ = tcsetwinsize(terminal, size);
    }
}

/// Writes without ever waiting long: the terminal may be held by Ctrl-S. It is opened anew, because `O_NONBLOCK` on the
/// lent descriptor would be the shell's too.
fn write_bounded(screen: &OwnedFd, mut bytes: &[u8]) {
    use std::os::fd::AsRawFd;
    let path = format!("/proc/self/fd/{}", screen.as_raw_fd());
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let Ok(own) = rustix::fs::open(path, flags, Mode::empty()) else {
        return;
    };
    for _ in 0..5 {
        match rustix::io::write(&own, bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => return,
        }
        if bytes.is_empty() {
            return;
        }
        let wait = Timespec {
            tv_sec: 0,
            tv_nsec: 50_000_000,
        };
        let _ = poll(
            &mut [PollFd::from_borrowed_fd(own.as_fd(), PollFlags::OUT)],
            Some(&wait),
        );
    }
}
