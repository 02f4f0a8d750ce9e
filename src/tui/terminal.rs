//! The terminal while the dashboard has it: raw mode, alternate screen, mouse, bracketed paste; and its return.
//!
//! Whatever ends the dashboard gives the terminal back: leaving, dropping, a panic of any thread. Called by `app`.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::tui::ascii;
use crate::tui::screen::Screen;
use crate::tui::view;

/// Alternate screen, bracketed paste, no cursor.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[?2004h\x1b[?25l";

/// Clicks, drags and wheel with SGR coordinates.
const MOUSE: &[u8] = b"\x1b[?1002h\x1b[?1006h";

/// What is your background? What are you? The second is answered by every terminal, and so tells that the first will not be
/// any more.
const ASK: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";

/// An empty screen in plain colours.
const CLEAR: &[u8] = b"\x1b[0m\x1b[2J";

/// All of it undone.
const LEAVE: &[u8] = b"\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[0m\x1b[?1049l\x1b[?25h";

/// How many bytes a frame has room for at first.
const FRAME: usize = 64 << 10;

/// Who is told before the terminal is taken and after it was given back, at each suspension too.
pub struct Lease {
    /// Called before the terminal is taken.
    pub before: Box<dyn FnMut() + Send>,
    /// Called after it was given back.
    pub after: Box<dyn FnMut() + Send>,
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").finish_non_exhaustive()
    }
}

/// How the terminal is used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Whether only ASCII is drawn.
    pub(crate) is_ascii: bool,
    /// Whether clicks and the wheel are taken.
    pub(crate) has_mouse: bool,
}

type PanicHook = Arc<dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync>;

/// The terminal, taken or not.
///
/// Not ratatui's `Terminal`: that asks a terminal for its cursor and waits for the answer, and its drop panics where the
/// terminal is gone.
pub(crate) struct Held {
    /// The bytes of a frame; written at once, and never by a drop.
    bytes: Vec<u8>,
    /// What is on the screen.
    shown: Buffer,
    /// What is to be.
    next: Buffer,
    manner: Manner,
    lease: Option<Lease>,
    is_leased: bool,
    is_taken: Arc<AtomicBool>,
    earlier_hook: PanicHook,
}

impl Held {
    /// Takes the terminal.
    pub(crate) fn take(lease: Option<Lease>, manner: Manner) -> io::Result<Self> {
        let is_taken = Arc::new(AtomicBool::new(false));
        let earlier_hook: PanicHook = Arc::from(panic::take_hook());
        let (taken, hook) = (Arc::clone(&is_taken), Arc::clone(&earlier_hook));
        panic::set_hook(Box::new(move |info| {
            if taken.swap(false, Ordering::SeqCst) {
                restore();
            }
            hook(info);
        }));
        let mut held = Self {
            bytes: Vec::with_capacity(FRAME),
            shown: Buffer::default(),
            next: Buffer::default(),
            manner,
            lease,
            is_leased: false,
            is_taken,
            earlier_hook,
        };
        held.enter()?;
        Ok(held)
    }

    /// Takes the terminal, again after [`Held::leave`].
    pub(crate) fn enter(&mut self) -> io::Result<()> {
        if let Some(lease) = &mut self.lease {
            (lease.before)();
        }
        self.is_leased = true;
        self.is_taken.store(true, Ordering::SeqCst);
        terminal::enable_raw_mode()?;
        write(ENTER)?;
        if self.manner.has_mouse {
            write(MOUSE)?;
        }
        self.resize()
    }

    /// Gives the terminal back. Errors do not matter: a terminal that is gone needs nothing.
    pub(crate) fn leave(&mut self) {
        if self.is_taken.swap(false, Ordering::SeqCst) {
            restore();
        }
        if std::mem::take(&mut self.is_leased)
            && let Some(lease) = &mut self.lease
        {
            (lease.after)();
        }
    }

    /// Whether the terminal is still taken; a panic anywhere gives it back.
    pub(crate) fn is_taken(&self) -> bool {
        self.is_taken.load(Ordering::SeqCst)
    }

    /// Takes over the terminal's size; the next frame is drawn whole.
    pub(crate) fn resize(&mut self) -> io::Result<()> {
        self.shown = Buffer::empty(size());
        self.next = self.shown.clone();
        write(CLEAR)
    }

    /// Draws a frame, writing what differs from the one before.
    pub(crate) fn draw(&mut self, screen: &mut Screen) -> io::Result<()> {
        self.next.reset();
        view::render(screen, self.next.area, &mut self.next);
        if self.manner.is_ascii {
            ascii::reduce(&mut self.next);
        }
        self.bytes.clear();
        let changed = self.shown.diff(&self.next);
        if !changed.is_empty() {
            CrosstermBackend::new(&mut self.bytes).draw(changed.into_iter())?;
            write(&self.bytes)?;
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        Ok(())
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.leave();
        // The hook cannot be changed while this thread panics; it is harmless from now on.
        if !std::thread::panicking() {
            drop(panic::take_hook());
            let earlier = Arc::clone(&self.earlier_hook);
            panic::set_hook(Box::new(move |info| earlier(info)));
        }
    }
}

/// Asks the terminal, once it is taken, for its background; it answers by the keyboard, if it ever does.
pub(crate) fn ask() -> io::Result<()> {
    write(ASK)
}

/// Writes to the terminal, past every buffer and lock: a frame, or a sequence that shows nothing.
pub(crate) fn write(bytes: &[u8]) -> io::Result<()> {
    let out = rustix::stdio::stdout();
    let mut rest = bytes;
    while !rest.is_empty() {
        match rustix::io::write(out, rest) {
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // Another process made the shared descriptor non-blocking.
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::new(&out, PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Runs in a panic, too.
fn restore() {
    let _ = write(LEAVE);
    let _ = terminal::disable_raw_mode();
}

/// The terminal's size, or an empty one when it does not say.
fn size() -> Rect {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout());
    size.map_or(Rect::default(), |size| {
        // Larger than any screen, smaller than what a buffer could not hold.
        Rect::new(0, 0, size.ws_col.min(1000), size.ws_row.min(500))
    })
}

/// The terminal's keyboard.
#[derive(Debug)]
pub(crate) struct Keyboard {
    tty: AsyncFd<OwnedFd>,
}

impl Keyboard {
    /// Opens the keyboard: standard input, or the controlling terminal where that is something else.
    #[expect(
        deprecated,
        reason = "its successor is unsafe for what an `OwnedFd` promises anyway: it owns its descriptor and keeps it open"
    )]
    pub(crate) fn open() -> io::Result<Self> {
        let stdin = rustix::stdio::stdin();
        let tty = if rustix::termios::isatty(stdin) {
            stdin.try_clone_to_owned()?
        } else {
            std::fs::File::open("/dev/tty")?.into()
        };
        Ok(Self {
            tty: AsyncFd::with_interest(tty, Interest::READABLE)?,
        })
    }

    /// Reads what was typed. An error is the end of the terminal.
    ///
    /// Cancel safe: awaits readiness only, then reads at once.
    pub(crate) async fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.tty.readable().await?;
            // The descriptor is shared with others and stays blocking, so it is read only when something is there.
            let fd = self.tty.get_ref().as_fd();
            let mut asked = [PollFd::new(&fd, PollFlags::IN)];
            poll(&mut asked, Some(&Timespec::default()))?;
            let [answer] = asked;
            if !answer.revents().contains(PollFlags::IN) {
                if answer.revents().is_empty() {
                    ready.clear_ready();
                    continue;
                }
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            return match rustix::io::read(fd, &mut *bytes) {
                Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => Ok(read),
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(error) => Err(error.into()),
            };
        }
    }
}
