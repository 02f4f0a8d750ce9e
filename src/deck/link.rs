//! One process's input and output while any of it lives: its channel, its outputs, and the tasks that serve them.
//!
//! A process's exit is told to the machine only after everything that it had written was: the tasks are asked to drain
//! what is there, and the exit waits for them. What a descendant holds open is read on.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use crate::deck::tasks::Tasks;
use crate::model::{Exit, Incarnation, Stream, WorkerId};
use crate::process::{
    ChannelGauge, ChannelReader, ChannelWriter, OutputBatch, OutputReader, ProcessKey, ReadBatch,
};
use crate::wire::{Frame, Message, OutBuffer, RawLine};

/// How many batches of writes wait for a writer before the link holds them itself.
const WRITES: usize = 64;

/// What the tasks of a link tell the driver.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) key: ProcessKey,
    pub(crate) what: What,
}

/// What was heard from a process.
#[derive(Debug)]
pub(crate) enum What {
    /// Frames of its channel.
    Frames(Vec<Frame>),
    /// Lines of one of its outputs.
    Lines(Stream, Vec<RawLine>),
    /// One of its ends reached its end.
    Closed(End),
    /// The channel reached its end, and the worker left input unread.
    LeftUnread,
    /// Asked to drain, a task read all that was there.
    Drained,
    /// The kernel took so many messages whole.
    Written(usize),
}

/// An end that the deck reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The channel.
    Channel,
    /// An output.
    Output(Stream),
}

/// A process from its order to the end of all that it or its descendants hold open.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Link {
    pub(crate) worker: WorkerId,
    pub(crate) incarnation: Incarnation,
    pub(crate) pid: Option<u32>,
    /// How it ended, once its spawner said so, until the machine was told.
    pub(crate) exit: Option<Exit>,
    /// Whether the machine was told of its end.
    pub(crate) is_over: bool,
    /// The unread bytes at the last look.
    pub(crate) unread_bytes: u64,
    /// Whether the worker is known to have died with unread input.
    pub(crate) left_unread: bool,
    /// Looks at the unread bytes.
    pub(crate) gauge: ChannelGauge,
    /// Whether the worker read anything since the machine was last told.
    pub(crate) progressed: bool,
    /// Whether unread bytes are worth a look.
    pub(crate) is_watched: bool,
    open: Vec<End>,
    undrained: usize,
    drain: Vec<Arc<Notify>>,
    writes: mpsc::Sender<Write>,
    waiting: VecDeque<Write>,
}

/// What the writer of a channel is to do.
#[derive(Debug)]
enum Write {
    Messages(Vec<Message>),
    Close,
}

impl Link {
    /// Starts the tasks that serve a process.
    pub(crate) fn start(
        tasks: &Tasks,
        heard: &mpsc::Sender<Heard>,
        key: ProcessKey,
        (worker, incarnation): (WorkerId, Incarnation),
        (reader, writer): (ChannelReader, ChannelWriter),
        (stdout, stderr): (OutputReader, OutputReader),
    ) -> Self {
        let (to_writer, to_write) = mpsc::channel(WRITES);
        let gauge = writer.gauge();
        let drain: Vec<Arc<Notify>> = (0..3).map(|_| Arc::default()).collect();
        let mut asks = drain.iter().map(Arc::clone);
        let mut teller = || Teller {
            key,
            heard: heard.clone(),
            drain: asks.next().unwrap_or_default(),
        };
        tasks.spawn(read(teller(), Source::Channel(Box::new(reader))));
        tasks.spawn(read(teller(), Source::Output(stdout, Stream::Stdout)));
        tasks.spawn(read(teller(), Source::Output(stderr, Stream::Stderr)));
        tasks.spawn(write(key, heard.clone(), writer, to_write));
        Self {
            worker,
            incarnation,
            pid: None,
            exit: None,
            is_over: false,
            unread_bytes: 0,
            left_unread: false,
            gauge,
            progressed: false,
            is_watched: false,
            open: vec![
                End::Channel,
                End::Output(Stream::Stdout),
                End::Output(Stream::Stderr),
            ],
            undrained: 0,
            drain,
            writes: to_writer,
            waiting: VecDeque::new(),
        }
    }

    /// Gives messages to the writer. The machine's credit bounds what waits here.
    pub(crate) fn write(&mut self, messages: Vec<Message>) {
        self.waiting.push_back(Write::Messages(messages));
        self.flush();
    }

    /// Closes the deck's half of the channel after what was given.
    pub(crate) fn close(&mut self) {
        self.waiting.push_back(Write::Close);
        self.flush();
    }

    /// Hands the writer what waits, as far as it takes it.
    pub(crate) fn flush(&mut self) {
        while let Some(write) = self.waiting.pop_front() {
            match self.writes.try_send(write) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(write)) => {
                    self.waiting.push_front(write);
                    return;
                }
                // The channel is gone; the machine hears so from its reader.
                Err(mpsc::error::TrySendError::Closed(_)) => self.waiting.clear(),
            }
        }
    }

    /// The process ended: asks the tasks to read what is there.
    pub(crate) fn exited(&mut self, exit: Exit) {
        self.exit = Some(exit);
        self.undrained = self.open.len();
        self.drain.iter().for_each(|ask| ask.notify_one());
    }

    /// A task read all that was there.
    pub(crate) fn drained(&mut self) {
        self.undrained = self.undrained.saturating_sub(1);
    }

    /// An end reached its end.
    pub(crate) fn closed(&mut self, end: End) {
        self.open.retain(|open| *open != end);
        if self.exit.is_some() {
            self.drained();
        }
    }

    /// The exit to be told now, once: all that the process wrote was told before.
    pub(crate) fn take_exit(&mut self) -> Option<Exit> {
        if self.undrained > 0 {
            return None;
        }
        let exit = self.exit.take()?;
        self.is_over = true;
        Some(exit)
    }

    /// Whether nothing more can come from the process or its descendants.
    pub(crate) fn is_done(&self) -> bool {
        self.is_over && self.open.is_empty()
    }
}

/// What a reading task needs to tell the driver. The queue is bounded: a full one makes the task wait, and the worker
/// meet a full pipe.
struct Teller {
    key: ProcessKey,
    heard: mpsc::Sender<Heard>,
    drain: Arc<Notify>,
}

impl Teller {
    /// Tells; answers whether the driver is there.
    async fn tell(&self, what: What) -> bool {
        let key = self.key;
        self.heard.send(Heard { key, what }).await.is_ok()
    }
}

/// What a reading task reads.
enum Source {
    Channel(Box<ChannelReader>),
    Output(OutputReader, Stream),
}

/// What one read brought.
struct Batch {
    what: Option<What>,
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
            left_unread: batch.left_unread,
            is_end: batch.end,
            more: batch.more,
        }
    }

    fn of_output(stream: Stream, batch: OutputBatch) -> Self {
        let what = Some(batch.lines).filter(|lines| !lines.is_empty());
        Self {
            what: what.map(|lines| What::Lines(stream, lines)),
            left_unread: false,
            is_end: batch.end,
            more: batch.more,
        }
    }
}

async fn read(teller: Teller, mut source: Source) {
    let mut is_draining = false;
    loop {
        let batch = if is_draining {
            source.drain()
        } else {
            tokio::select! {
                // Waiting to be asked is cancel safe: an unheard ask is kept.
                () = teller.drain.notified() => {
                    is_draining = true;
                    continue;
                }
                batch = source.read() => batch,
            }
        };
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
        if is_draining && !batch.more {
            is_draining = false;
            if !teller.tell(What::Drained).await {
                return;
            }
        }
        // One worker's flood leaves room for the others.
        tokio::task::yield_now().await;
    }
}

async fn write(
    key: ProcessKey,
    heard: mpsc::Sender<Heard>,
    mut writer: ChannelWriter,
    mut orders: mpsc::Receiver<Write>,
) {
    let mut out = OutBuffer::default();
    let mut close = false;
    while !close {
        let Some(order) = orders.recv().await else {
            return;
        };
        let mut next = Some(order);
        while let Some(order) = next {
            match order {
                Write::Messages(messages) => messages.iter().for_each(|one| out.push(one)),
                Write::Close => close = true,
            }
            next = if close { None } else { orders.try_recv().ok() };
        }
        while !out.is_empty() {
            // A channel that is gone is told by its reader.
            let Ok(count) = writer.write(&mut out).await else {
                return;
            };
            let what = What::Written(count);
            if count > 0 && heard.send(Heard { key, what }).await.is_err() {
                return;
            }
        }
    }
    writer.shutdown_write();
}
