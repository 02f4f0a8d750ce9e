//! One process's input and output while any of it lives: its channel, its outputs, and what is known of both.
//!
//! Nothing is read before the process is told to exist, so nothing that it says is taken for an earlier one's. Its exit is
//! told to the machine only after everything that it had written was: the tasks of `pump` are asked to drain what is
//! there, and the exit waits for them. What a descendant holds open is read on.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use crate::deck::ends::Ends;
use crate::deck::pump::{self, Source, Teller, Write};
use crate::deck::tasks::Tasks;
use crate::model::{Exit, Incarnation, Now, Stream, WorkerId};
use crate::process::{ChannelGauge, ChannelReader, ChannelWriter, Lane, OutputReader, ProcessKey};
use crate::wire::{Frame, Message, RawLine};

/// How many batches of writes wait for a writer before the link holds them itself.
const WRITES: usize = 64;

/// What the tasks of a link tell the driver.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) key: ProcessKey,
    /// When it was read or written, so that latencies do not count how long it waited for the driver.
    pub(crate) at: Now,
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
    /// Asked to drain an end, its task read all that was there.
    Drained(End),
    /// The kernel took so many messages whole.
    Written(usize),
    /// The kernel took these past the mail: messages between runtimes.
    Passed(Vec<Message>),
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
    /// Looks at the unread bytes of a channel.
    pub(crate) gauge: Option<ChannelGauge>,
    /// The way past the mail, of a channel.
    lane: Option<Lane>,
    /// Whether the worker read anything since the machine was last told.
    pub(crate) progressed: bool,
    /// Whether unread bytes are worth a look.
    pub(crate) is_watched: bool,
    open: Vec<End>,
    /// What identifies the worker's side of each end.
    inodes: Vec<(End, u64)>,
    /// The sizes in force of its output pipes, in bytes.
    pub(crate) pipes: [usize; 2],
    /// After its end: a descendant that holds an end open, once found.
    pub(crate) held_by: Option<u32>,
    /// Of a process that ended, the ends that may still hold what it wrote.
    undrained: Vec<End>,
    /// Asks the tasks that read to drain their ends.
    drain: Vec<Arc<Notify>>,
    writes: mpsc::Sender<Write>,
    waiting: VecDeque<Write>,
    /// What the tasks will own, until the process is told to exist.
    unserved: Option<Unserved>,
}

/// The deck's ends of a process that is being made.
#[derive(Debug)]
struct Unserved {
    channel: Option<(ChannelReader, ChannelWriter)>,
    outputs: Vec<(OutputReader, Stream)>,
    to_write: mpsc::Receiver<Write>,
}

impl Link {
    /// The ends of a process that is to be made; nobody serves them before [`serve`](Self::serve).
    pub(crate) fn new(
        (worker, incarnation): (WorkerId, Incarnation),
        Ends {
            channel,
            outputs,
            inodes,
            pipes,
        }: Ends,
    ) -> Self {
        let (to_writer, to_write) = mpsc::channel(WRITES);
        Self {
            worker,
            incarnation,
            pid: None,
            exit: None,
            is_over: false,
            unread_bytes: 0,
            left_unread: false,
            gauge: channel.as_ref().map(|(_, writer)| writer.gauge()),
            lane: channel.as_ref().map(|(_, writer)| writer.lane()),
            progressed: false,
            is_watched: false,
            open: inodes.iter().map(|(end, _)| *end).collect(),
            inodes,
            pipes,
            held_by: None,
            undrained: Vec::new(),
            drain: Vec::new(),
            writes: to_writer,
            waiting: VecDeque::new(),
            unserved: Some(Unserved {
                channel,
                outputs,
                to_write,
            }),
        }
    }

    /// The process exists: starts the tasks that serve it, once.
    pub(crate) fn serve(&mut self, tasks: &Tasks, teller: &Teller) {
        let Some(unserved) = self.unserved.take() else {
            return;
        };
        let Unserved {
            channel,
            outputs,
            to_write,
        } = unserved;
        if let Some((reader, writer)) = channel {
            self.read(tasks, teller, Source::Channel(Box::new(reader)));
            tasks.spawn(pump::write(teller.clone(), writer, to_write));
        }
        for (output, stream) in outputs {
            self.read(tasks, teller, Source::Output(output, stream));
        }
    }

    fn read(&mut self, tasks: &Tasks, teller: &Teller, source: Source) {
        let drain = Arc::<Notify>::default();
        tasks.spawn(pump::read(teller.clone(), Arc::clone(&drain), source));
        self.drain.push(drain);
    }

    /// Gives messages to the writer. The machine's credit bounds what waits here.
    pub(crate) fn write(&mut self, messages: Vec<Message>) {
        self.waiting.push_back(Write::Messages(messages));
        self.flush();
    }

    /// Has a message written past the mail, and answers whether it was taken. A worker that reads none of a thousand gets
    /// no more of them; of a channel that is gone the machine hears from its reader.
    pub(crate) fn pass(&self, message: Message) -> bool {
        let lane = self.lane.as_ref();
        lane.is_some_and(|lane| lane.push(message).is_ok())
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
        self.undrained.clone_from(&self.open);
        self.drain.iter().for_each(|ask| ask.notify_one());
    }

    /// An end's task read all that was there.
    pub(crate) fn drained(&mut self, end: End) {
        self.undrained.retain(|undrained| *undrained != end);
    }

    /// An end reached its end.
    pub(crate) fn closed(&mut self, end: End) {
        self.open.retain(|open| *open != end);
        self.held_by = None;
        self.drained(end);
    }

    /// The exit to be told now, once: all that the process wrote was told before.
    pub(crate) fn take_exit(&mut self) -> Option<Exit> {
        if !self.undrained.is_empty() {
            return None;
        }
        let exit = self.exit.take()?;
        self.is_over = true;
        Some(exit)
    }

    /// What a descendant of a process that ended must hold, while it is not known which one does.
    pub(crate) fn held(&self) -> Vec<u64> {
        if !self.is_over || self.held_by.is_some() {
            return Vec::new();
        }
        let held = self
            .inodes
            .iter()
            .filter(|(end, _)| self.open.contains(end));
        held.map(|(_, inode)| *inode).collect()
    }

    /// Whether nothing more can come from the process or its descendants.
    pub(crate) fn is_done(&self) -> bool {
        self.is_over && self.open.is_empty()
    }
}
