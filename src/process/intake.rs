//! Reading what has come in, up to a budget.
//!
//! Owns the one read buffer of a thread's channels and output pipes. Called by `channel`, `outlet` and `stdio`.

use std::cell::RefCell;
use std::os::fd::{AsFd, OwnedFd};

use rustix::io::{Errno, read};

use crate::process::rights::receive;
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

thread_local! {
    /// Where bytes lie while they are handed on; a buffer for each source would cost 64 KiB a worker.
    static ROOM: RefCell<Vec<u8>> = RefCell::new(vec![0; BUFFER]);
}

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
    /// Whether descriptors may come with the bytes.
    is_socket: bool,
}

impl Default for Intake {
    fn default() -> Self {
        Self {
            size: BUFFER,
            is_socket: false,
        }
    }
}

impl Intake {
    /// Reads a socket, and the descriptors that come with its bytes.
    pub(crate) fn of_socket() -> Self {
        Self {
            is_socket: true,
            ..Self::default()
        }
    }

    /// Waits until there is something, then hands on what is there, within the budget.
    ///
    /// # Cancel safety
    /// Nothing is taken before the last wait is over.
    pub(crate) async fn await_some(
        &mut self,
        source: &Watched,
        mut sink: impl FnMut(&[u8], &mut Vec<OwnedFd>) -> usize,
    ) -> Taken {
        loop {
            let Ok(mut ready) = source.readable().await else {
                return Taken::End; // The runtime shuts down.
            };
            let mut has_some = false;
            let taken = self.take(source, |bytes, descriptors| {
                has_some = true;
                sink(bytes, descriptors)
            });
            if taken == Taken::All {
                ready.clear_ready();
            }
            if has_some || taken.is_end() {
                return taken;
            }
        }
    }

    /// Hands on what is there now, within the budget, without waiting, each read with the descriptors that came with it;
    /// `sink` answers how many items it holds by then, and descriptors that it leaves are closed. Linux answers ECONNRESET,
    /// after all that was queued, when a worker died with unread input (unix(7)).
    pub(crate) fn take(
        &mut self,
        source: impl AsFd,
        sink: impl FnMut(&[u8], &mut Vec<OwnedFd>) -> usize,
    ) -> Taken {
        ROOM.with_borrow_mut(|room| self.take_into(room, source, sink))
    }

    fn take_into(
        &mut self,
        room: &mut [u8],
        source: impl AsFd,
        mut sink: impl FnMut(&[u8], &mut Vec<OwnedFd>) -> usize,
    ) -> Taken {
        let mut descriptors = Vec::new();
        let (mut taken, mut items) = (0, 0);
        while taken < BUDGET {
            let room = room.get_mut(..self.size).unwrap_or_default();
            let length = if self.is_socket {
                receive(&source, room, &mut descriptors)
            } else {
                read(&source, &mut *room)
            };
            match length {
                Ok(0) => return Taken::End,
                Ok(length) => {
                    taken += length;
                    let bytes = room.get(..length).unwrap_or_default();
                    let before = std::mem::replace(&mut items, sink(bytes, &mut descriptors));
                    descriptors.clear();
                    self.learn(length, items.saturating_sub(before));
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
            intake.take(source, |bytes, _| {
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
