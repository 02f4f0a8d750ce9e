//! Reading what has come in, up to a budget.
//!
//! Owns the one read buffer of channels and output pipes, which lives on the stack while bytes are handed on. Called by
//! `channel`, `outlet` and `stdio`.

use std::mem::MaybeUninit;
use std::os::fd::AsFd;

use rustix::io::{Errno, read};

use crate::process::sys::Watched;

/// How many bytes one call takes before others get their turn.
pub(crate) const BUDGET: usize = 256 << 10;

/// After how many frames or lines it takes no further read: 256 KiB of empty lines are 262,144 of them, which take
/// twenty times the memory and hold up the deck for as long as all other batches together.
const MOST_ITEMS: usize = 4096;

/// The least that is read at once, whatever comes.
const LEAST: usize = 4 << 10;

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

/// Reads one source, less at once while what comes is tiny: a read is not to bring many more than [`MOST_ITEMS`].
#[derive(Debug)]
pub(crate) struct Intake {
    size: usize,
}

impl Default for Intake {
    fn default() -> Self {
        Self { size: BUFFER }
    }
}

impl Intake {
    /// Waits until there is something, then hands on what is there, within the budget.
    ///
    /// # Cancel safety
    /// Nothing is taken before the last wait is over.
    pub(crate) async fn await_some(
        &mut self,
        source: &Watched,
        mut sink: impl FnMut(&[u8]) -> usize,
    ) -> Taken {
        loop {
            let Ok(mut ready) = source.readable().await else {
                return Taken::End; // The runtime shuts down.
            };
            let mut has_some = false;
            let taken = self.take(source, |bytes| {
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

    /// Hands on what is there now, within the budget, without waiting; `sink` answers how many items it holds by then.
    /// Linux answers ECONNRESET, after all that was queued, when a worker died with unread input (unix(7)).
    #[expect(
        clippy::large_stack_arrays,
        reason = "the one read buffer of all channels; a buffer for each would cost 64 KiB a worker"
    )]
    pub(crate) fn take(
        &mut self,
        source: impl AsFd,
        mut sink: impl FnMut(&[u8]) -> usize,
    ) -> Taken {
        let mut buffer = [MaybeUninit::<u8>::uninit(); BUFFER];
        let (mut taken, mut items) = (0, 0);
        while taken < BUDGET {
            let room = buffer.get_mut(..self.size).unwrap_or_default();
            match read(&source, room) {
                Ok(([], _)) => return Taken::End,
                Ok((bytes, _)) => {
                    taken += bytes.len();
                    let before = std::mem::replace(&mut items, sink(bytes));
                    self.learn(bytes.len(), items.saturating_sub(before));
                    if items >= MOST_ITEMS {
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

    /// A read of so many bytes brought so many items.
    fn learn(&mut self, bytes: usize, items: usize) {
        if items > MOST_ITEMS {
            self.size = (bytes * MOST_ITEMS / items).max(LEAST);
        } else if items < MOST_ITEMS / 4 {
            self.size = (self.size * 2).min(BUFFER);
        }
    }
}

/// How many bytes there are to be read now.
pub(crate) fn waiting(source: impl AsFd) -> usize {
    let bytes = rustix::io::ioctl_fionread(source).unwrap_or(0);
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::*;

    /// How many items each of the next calls brings.
    fn takes(source: &UnixStream, intake: &mut Intake, per_byte: usize) -> Vec<usize> {
        let takes = (0..4).map(|_| {
            let mut items = 0;
            intake.take(source, |bytes| {
                items += bytes.len() / per_byte;
                items
            });
            items
        });
        takes.collect()
    }

    #[test]
    fn tiny_items_are_taken_some_thousand_at_once() {
        let (source, mut worker) = UnixStream::pair().unwrap();
        source.set_nonblocking(true).unwrap();
        worker.write_all(&vec![b'\n'; 128 << 10]).unwrap();
        let mut intake = Intake::default();

        assert_eq!(takes(&source, &mut intake, 1), [64 << 10, 4096, 4096, 4096]);

        assert_eq!(intake.size, 4096);
        assert!(
            takes(&source, &mut intake, 1000)
                .iter()
                .all(|&items| items < 200)
        );
        assert_eq!(intake.size, BUFFER);
    }
}
