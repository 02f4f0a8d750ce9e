//! The calls that no safe crate offers: the only file with `unsafe`.
//!
//! Owns nothing; each function says why it is sound.
#![expect(
    unsafe_code,
    reason = "the calls that no safe crate offers are gathered in this file"
)]

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::libc;
use rustix::io::Errno;
use tokio::io::Interest;
use tokio::io::unix::{AsyncFd, AsyncFdReadyGuard};

/// A descriptor whose readiness the runtime watches.
#[derive(Debug)]
pub(crate) struct Watched(AsyncFd<OwnedFd>);

impl Watched {
    /// Makes the descriptor non-blocking and has it watched. Needs a runtime.
    pub(crate) fn new(fd: OwnedFd, interest: Interest) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&fd, true)?;
        // SAFETY: the descriptor is open, and since this type never gives out a mutable reference nobody can replace or
        // close it before the registration ends.
        Ok(Self(unsafe {
            AsyncFd::register_with_interest(fd, interest)
        }?))
    }

    /// Waits until it may be read. Cancel safe.
    pub(crate) async fn readable(&self) -> io::Result<AsyncFdReadyGuard<'_, OwnedFd>> {
        self.0.readable().await
    }

    /// Waits until it may be written. Cancel safe.
    pub(crate) async fn writable(&self) -> io::Result<AsyncFdReadyGuard<'_, OwnedFd>> {
        self.0.writable().await
    }
}

impl AsFd for Watched {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.get_ref().as_fd()
    }
}

/// Bytes of kernel memory held by what was written to a socket and not yet read by its peer (unix(7), SIOCOUTQ). It
/// counts the kernel's own book-keeping: 10 bytes show as 768.
#[cfg(target_os = "linux")]
pub(crate) fn queued_bytes(socket: impl AsFd) -> io::Result<u64> {
    use rustix::ioctl::{Getter, Opcode, ioctl};
    const SIOCOUTQ: Opcode = 0x5411;
    // SAFETY: SIOCOUTQ writes one `int` to its argument and does nothing else (tty_ioctl(2), TIOCOUTQ).
    let queued = unsafe { ioctl(socket, Getter::<SIOCOUTQ, i32>::new()) }?;
    Ok(u64::try_from(queued).unwrap_or(0))
}

/// The same where the system has no such call: nothing is known to be unread.
#[cfg(not(target_os = "linux"))]
pub(crate) fn queued_bytes(_socket: impl AsFd) -> io::Result<u64> {
    Ok(0)
}

/// Takes over a descriptor that this process was started with, after checking that it is an open socket, and marks it
/// close-on-exec. To be called once for a number.
///
/// # Errors
/// When the number is no open descriptor, or is no socket.
pub(crate) fn adopt_socket(fd: RawFd) -> io::Result<OwnedFd> {
    if fd < 3 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the borrow ends within this function, and a number that is not open only makes the calls fail.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    let stat = rustix::fs::fstat(borrowed)?;
    if rustix::fs::FileType::from_raw_mode(stat.st_mode) != rustix::fs::FileType::Socket {
        return Err(io::Error::from_raw_os_error(Errno::NOTSOCK.raw_os_error()));
    }
    rustix::io::fcntl_setfd(borrowed, rustix::io::FdFlags::CLOEXEC)?;
    // SAFETY: it is open, and by this function's contract nobody else in this process owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Removes variables from this process's environment, if it has a single thread; answers whether it did.
pub(crate) fn remove_variables(names: &[&str]) -> bool {
    let threads = std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    if threads != 1 {
        return false;
    }
    for name in names {
        // SAFETY: this is the only thread, so nobody reads or writes the environment now, and nobody but this thread could
        // start another one.
        unsafe { std::env::remove_var(name) };
    }
    true
}

/// What file a descriptor is of, by device and inode.
///
/// # Errors
/// When it is not open.
pub(crate) fn identity(fd: RawFd) -> io::Result<(u64, u64)> {
    // SAFETY: the borrow ends within this function, and a number that is not open only makes the call fail.
    let stat = rustix::fs::fstat(unsafe { BorrowedFd::borrow_raw(fd) })?;
    #[cfg_attr(
        target_os = "linux",
        expect(clippy::useless_conversion, reason = "other systems have other widths")
    )]
    Ok((stat.st_dev.into(), stat.st_ino.into()))
}

/// What a forked process does before it becomes its program.
#[derive(Debug)]
pub(crate) struct Prelude {
    /// Becomes descriptor 3; it is another one here.
    pub(crate) channel: OwnedFd,
    /// What 3 is of while the process is made.
    pub(crate) third: (u64, u64),
    /// Whether it leads a session.
    pub(crate) is_detached: bool,
}

impl Prelude {
    /// Another thread changed 3 meanwhile, and it may be the pipe by which std hears of a failed execution.
    pub(crate) const MOVED: Errno = Errno::DEADLK;

    /// Only calls that are safe between fork and exec (signal-safety(7)), and no allocation.
    fn act(&self) -> io::Result<()> {
        if identity(3).ok() != Some(self.third) {
            return Err(Self::MOVED.into());
        }
        for signal in 1..=64 {
            // SAFETY: a default is no handler; numbers that cannot be set only make the call fail.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        // SAFETY: neither touches memory.
        let done = unsafe {
            (!self.is_detached || libc::setsid() >= 0)
                && libc::dup2(self.channel.as_raw_fd(), 3) == 3
        };
        if done {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }
}

/// Has the process that a command makes act so before it becomes its program. The command owns the channel from here on.
pub(crate) fn before_exec(command: &mut Command, prelude: Prelude) {
    // SAFETY: see `act`.
    unsafe { command.pre_exec(move || prelude.act()) };
}

/// Closes every descriptor above standard error. Only for a process that has just begun and opened none itself.
#[cfg(target_os = "linux")]
pub(crate) fn close_inherited() {
    // SAFETY: the caller owns no descriptor above 2 yet, so none is closed under its owner's feet (close_range(2)).
    unsafe {
        libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, 0_u32);
    }
}

/// Lets every signal that can be caught pass without effect on this process. Unlike a blocked or an ignored one, a caught
/// signal is back at its default in what this process spawns (execve(2)): workers start as libuv starts its children,
/// whatever the deck was started to ignore. SIGCHLD gets its default, so that it can wait in a signalfd.
#[cfg(target_os = "linux")]
pub(crate) fn heed_no_signal() {
    use libc::{
        SIG_DFL, SIGABRT, SIGBUS, SIGCHLD, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP, c_int,
        sighandler_t, signal,
    };
    /// A fault ends the keeper, whose deck then ends the workers; a handler that returns would only meet it again.
    const DEFAULT: [c_int; 8] = [
        SIGCHLD, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP,
    ];
    extern "C" fn pass(_: c_int) {}
    let handler: extern "C" fn(c_int) = pass;
    for number in 1..=64 {
        let action = if DEFAULT.contains(&number) {
            SIG_DFL
        } else {
            handler as sighandler_t
        };
        // SAFETY: the handler does nothing, so it is safe at any moment; numbers that cannot be caught only make the call
        // fail.
        unsafe {
            signal(number, action);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::IntoRawFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn only_an_open_socket_is_adopted() {
        let (one, _other) = UnixStream::pair().unwrap();
        let file = std::fs::File::open("/dev/null").unwrap();

        assert!(adopt_socket(OwnedFd::from(one).into_raw_fd()).is_ok());
        assert!(adopt_socket(file.into_raw_fd()).is_err());
        assert!(adopt_socket(1_000_000).is_err());
        assert!(adopt_socket(-1).is_err());
        assert!(adopt_socket(0).is_err());
    }
}
