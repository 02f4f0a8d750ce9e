//! Reading what has come in, up to a budget.
//!
//! Owns the one read buffer of channels and output pipes, which lives on the stack while bytes are handed on. Called by
//! `channel` and `stdio`.

use std::mem::MaybeUninit;
use std::os::fd::AsFd;

use rustix::io::{Errno, read};

use crate::process::sys::Watched;

/// How many bytes one call takes before others get their turn.
pub(crate) const BUDGET: usize = 256 << 10;

/// After how many frames or lines it takes no further read: 256 KiB of empty lines are 262,144 of them, which take
/// twenty times the memory and hold up the deck for as long as all other batches together.
const MOST_ITEMS: usize = 4096;

/// One read. As large as what Node writes at once; 64 KiB is where larger ones stop to pay.
const BUFFER: usize = 64 << 10;

/// How a taking ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Nothing is left for now.
    All,
    /// The budget was used up, in bytes or in items; there may be more.
    Some,
    /// Nothing will ever come again.
    End,
    /// The same, because a worker died and left unread input behind.
    Reset,
}

impl Taken {
    /// Whether nothing will ever come again.
    pub(crate) fn is_end(self) -> bool {
        matches!(self, Self::End | Self::Reset)
    }
}

/// Waits until there is something, then hands on what is there, within the budget.
///
/// # Cancel safety
/// Nothing is taken before the last wait is over.
pub(crate) async fn await_some(source: &Watched, mut sink: impl FnMut(&[u8]) -> usize) -> Taken {
    loop {
        let Ok(mut ready) = source.readable().await else {
            return Taken::End; // The runtime shuts down.
        };
        let mut has_some = false;
        let taken = take(source, |bytes| {
            has_some = true;
            sink(bytes)
        });
        if taken == Taken::All {
            ready.clear_ready();
        }
        if has_some || taken.is_end() {
            return taken;
        }
    }
}

/// Hands on what is there now, within the budget, without waiting; `sink` answers how many items it holds by then. Linux answers ECONNRESET, after all that was queued,
/// when a worker died with unread input (unix(7)).
#[expect(
    clippy::large_stack_arrays,
    reason = "the one read buffer of all channels; a buffer for each would cost 64 KiB a worker"
)]
pub(crate) fn take(source: impl AsFd, mut sink: impl FnMut(&[u8]) -> usize) -> Taken {
    let mut buffer = [MaybeUninit::<u8>::uninit(); BUFFER];
    let mut taken = 0;
    while taken < BUDGET {
        match read(&source, &mut buffer) {
            Ok(([], _)) => return Taken::End,
            Ok((bytes, _)) => {
                taken += bytes.len();
                if sink(bytes) >= MOST_ITEMS {
                    return Taken::Some;
                }
            }
            Err(Errno::AGAIN) => return Taken::All,
            Err(Errno::INTR) => {}
            Err(Errno::CONNRESET) => return Taken::Reset,
            Err(_) => return Taken::End,
        }
    }
    Taken::Some
}

/// How many bytes there are to be read now.
pub(crate) fn waiting(source: impl AsFd) -> usize {
    let bytes = rustix::io::ioctl_fionread(source).unwrap_or(0);
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
