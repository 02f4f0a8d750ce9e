//! The tasks that serve one process: its channel and its outputs are read, its mail is written.
//!
//! They own the ends, batch what one read brings, and wait when the driver has enough. Never decides anything; started by
//! `link`.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use crate::deck::clock::Clock;
use crate::deck::link::{End, Heard, What};
use crate::model::Stream;
use crate::process::{
    ChannelReader, ChannelWriter, OutputBatch, OutputReader, ProcessKey, ReadBatch, Wrote,
};
use crate::wire::{Frame, Message};

/// What the writer of a channel is to do.
#[derive(Debug)]
pub(crate) enum Write {
    /// Write these after what was given before.
    Messages(Vec<Message>),
    /// Close the deck's half.
    Close,
}

/// What a task needs to tell the driver. The queue is bounded: a full one makes the task wait, and the worker
/// meet a full pipe.
#[derive(Clone, Debug)]
pub(crate) struct Teller {
    pub(crate) key: ProcessKey,
    pub(crate) clock: Clock,
    pub(crate) heard: mpsc::Sender<Heard>,
}

impl Teller {
    /// Tells; answers whether the driver is there.
    async fn tell(&self, what: What) -> bool {
        let (key, at) = (self.key, self.clock.now());
        self.heard.send(Heard { key, at, what }).await.is_ok()
    }
}

/// What a reading task reads.
pub(crate) enum Source {
    /// Frames.
    Channel(Box<ChannelReader>),
    /// Lines.
    Output(OutputReader, Stream),
}

/// What one read brought.
struct Batch {
    what: Option<What>,
    handed: usize,
    bytes: usize,
    left_unread: bool,
    is_end: bool,
    more: bool,
}

impl Source {
    fn end(&self) -> End {
        match self {
            Self::Channel(_) => End::Channel,
            Self::Output(_, stream) => End::Output(*stream),
        }
    }

    /// Waits for something to read. Cancel safe, as its readers are.
    async fn read(&mut self) -> Batch {
        match self {
            Self::Channel(reader) => Batch::of_channel(reader.read().await),
            Self::Output(reader, stream) => Batch::of_output(*stream, reader.read().await),
        }
    }

    /// How many bytes are there now.
    fn waiting(&self) -> usize {
        match self {
            Self::Channel(reader) => reader.waiting(),
            Self::Output(reader, _) => reader.waiting(),
        }
    }

    /// Reads what is there.
    fn drain(&mut self) -> Batch {
        match self {
            Self::Channel(reader) => Batch::of_channel(reader.drain()),
            Self::Output(reader, stream) => Batch::of_output(*stream, reader.drain()),
        }
    }
}

impl Batch {
    fn of_channel(batch: ReadBatch) -> Self {
        let what = Some(batch.frames).filter(|frames| !frames.is_empty());
        Self {
            what: what.map(What::Frames),
            handed: batch.handed,
            bytes: batch.bytes,
            left_unread: batch.left_unread,
            is_end: batch.end,
            more: batch.more,
        }
    }

    fn of_output(stream: Stream, batch: OutputBatch) -> Self {
        let what = Some(batch.lines).filter(|lines| !lines.is_empty());
        Self {
            what: what.map(|lines| What::Lines(stream, lines)),
            handed: 0,
            bytes: batch.bytes,
            left_unread: false,
            is_end: batch.end,
            more: batch.more,
        }
    }
}

/// Reads one end of a process to its end. Asked to drain, it reads what was there at that moment before it tells so: a
/// descendant may go on writing for ever.
pub(crate) async fn read(teller: Teller, drain: Arc<Notify>, mut source: Source) {
    // While draining: how much is left of what was there when it was asked for.
    let mut left: Option<usize> = None;
    loop {
        let batch = if left.is_some() {
            source.drain()
        } else {
            tokio::select! {
                // Waiting to be asked is cancel safe: an unheard ask is kept.
                () = drain.notified() => {
                    left = Some(source.waiting());
                    continue;
                }
                batch = source.read() => batch,
            }
        };
        // What answers a message comes after it.
        if batch.handed > 0 && !teller.tell(What::Written(batch.handed)).await {
            return;
        }
        if let Some(what) = batch.what
            && !teller.tell(what).await
        {
            return;
        }
        if batch.is_end {
            if batch.left_unread {
                teller.tell(What::LeftUnread).await;
            }
            teller.tell(What::Closed(source.end())).await;
            return;
        }
        // One more look tells whether the end comes right after the last byte.
        let is_last = left == Some(0) || !batch.more;
        left = left.map(|left| left.saturating_sub(batch.bytes));
        if left.is_some() && is_last {
            left = None;
            if !teller.tell(What::Drained(source.end())).await {
                return;
            }
        }
        // One worker's flood leaves room for the others. What waits for more to come does so anyway.
        if batch.more {
            tokio::task::yield_now().await;
        }
    }
}

/// Writes what a process is given, until its channel is gone or to be closed.
pub(crate) async fn write(
    teller: Teller,
    mut writer: ChannelWriter,
    mut orders: mpsc::Receiver<Write>,
) {
    let mut close = false;
    while !close {
        // What came by the lane before the first order goes first.
        tokio::select! {
            biased;
            // Both are cancel safe.
            () = writer.stirred() => {}
            order = orders.recv() => {
                let Some(order) = order else {
                    return;
                };
                close = take(&mut writer, order, &mut orders);
            }
        }
        while !writer.is_empty() {
            // A channel that is gone is told by its reader.
            let Ok(wrote) = writer.write().await else {
                return;
            };
            if !tell(&teller, wrote).await {
                return;
            }
            // One worker that reads as fast as it is written to leaves room for the others.
            if !writer.is_empty() {
                tokio::task::yield_now().await;
            }
        }
    }
    writer.shutdown_write();
}

/// Takes an order and all that wait behind it; answers whether to close.
fn take(writer: &mut ChannelWriter, order: Write, orders: &mut mpsc::Receiver<Write>) -> bool {
    let mut next = Some(order);
    while let Some(order) = next {
        match order {
            Write::Messages(messages) => messages.iter().for_each(|one| writer.push(one)),
            Write::Close => return true,
        }
        next = orders.try_recv().ok();
    }
    false
}

/// Tells what one writing brought about; answers whether the driver is there.
async fn tell(teller: &Teller, wrote: Wrote) -> bool {
    if wrote.messages > 0 && !teller.tell(What::Written(wrote.messages)).await {
        return false;
    }
    if !wrote.internal.is_empty() && !teller.tell(What::Passed(wrote.internal)).await {
        return false;
    }
    let faults: Vec<Frame> = wrote.faults.into_iter().map(Frame::Fault).collect();
    faults.is_empty() || teller.tell(What::Frames(faults)).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::MonoTime;

    #[tokio::test(start_paused = true)]
    async fn what_is_told_is_stamped_before_it_waits_for_the_driver() {
        let (heard, mut driver) = mpsc::channel(1);
        let teller = Teller {
            key: ProcessKey(1),
            clock: Clock::start(),
            heard,
        };
        assert!(teller.tell(What::Written(1)).await);

        let late = async {
            tokio::time::advance(Duration::from_secs(1)).await;
            driver.recv().await;
            driver.recv().await.unwrap()
        };
        let (_, second) = tokio::join!(teller.tell(What::Written(2)), late);

        assert_eq!(second.at.mono, MonoTime::ZERO);
    }
}
