//! The ends of a process that is to be made: the deck's and its own.
//!
//! Owns which ends each kind of channel has. Called by `perform`; `link` serves the deck's.

use std::io;
use std::os::fd::OwnedFd;

use crate::deck::link::End;
use crate::model::{ChannelKind, PoolSpec, Stream};
use crate::process::{
    Channel, ChannelReader, ChannelWriter, OutputPipe, OutputReader, PipeBudget, inode, pipe_size,
};
use crate::wire::HandleBudget;

/// How many bytes of a line of output are kept.
const LINE_BYTES: usize = 64 << 10;

/// Why ends could not be made.
#[derive(Debug)]
pub(crate) enum EndsError {
    /// The channel.
    Channel(io::Error),
    /// An output pipe.
    Output(io::Error),
}

/// What all ends of one deck share.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    /// Of enlarged pipes.
    pub(crate) pipes: PipeBudget,
    /// Of handles that came from workers.
    pub(crate) handles: HandleBudget,
}

/// The deck's ends.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    /// Both halves of the channel.
    pub(crate) channel: Option<(ChannelReader, ChannelWriter)>,
    /// The outputs that are logs.
    pub(crate) outputs: Vec<(OutputReader, Stream)>,
    /// What identifies the worker's side of each end that the deck reads.
    pub(crate) inodes: Vec<(End, u64)>,
    /// The sizes in force of the pipes of standard output and error, in bytes.
    pub(crate) pipes: [usize; 2],
}

/// The worker's ends, as a spawn order has them.
#[derive(Debug)]
pub(crate) struct Theirs {
    pub(crate) channel: Option<OwnedFd>,
    pub(crate) stdin: Option<OwnedFd>,
    pub(crate) stdout: OwnedFd,
    pub(crate) stderr: OwnedFd,
}

impl Ends {
    /// Makes both sides of what a worker of the pool is reached by.
    pub(crate) fn make(pool: &PoolSpec, budgets: &Budgets) -> Result<(Self, Theirs), EndsError> {
        let budget = &budgets.pipes;
        let mut ours = Self::default();
        let (mut channel, mut stdin) = (None, None);
        let stdout = match pool.channel {
            ChannelKind::Fork => {
                let (made, end) = Channel::pair().map_err(EndsError::Channel)?;
                ours.talk(made, &end, pool, budgets)?;
                channel = Some(end);
                ours.output(Stream::Stdout, budget)?
            }
            ChannelKind::Stdio => {
                let (made, ends) = Channel::pipes(budget).map_err(EndsError::Channel)?;
                ours.talk(made, &ends.stdout, pool, budgets)?;
                stdin = Some(ends.stdin);
                ends.stdout
            }
            ChannelKind::None => ours.output(Stream::Stdout, budget)?,
        };
        let stderr = ours.output(Stream::Stderr, budget)?;
        ours.pipes = [&stdout, &stderr].map(pipe_size);
        let theirs = Theirs {
            channel,
            stdin,
            stdout,
            stderr,
        };
        Ok((ours, theirs))
    }

    /// Takes a channel, of which the worker writes to `end`.
    fn talk(
        &mut self,
        channel: Channel,
        end: &OwnedFd,
        pool: &PoolSpec,
        budgets: &Budgets,
    ) -> Result<(), EndsError> {
        let mut halves = channel
            .split_in(pool.max_frame, pool.serialization)
            .map_err(EndsError::Channel)?;
        halves.0.share_budget(budgets.handles.clone());
        self.inodes.push((End::Channel, inode(end)));
        self.channel = Some(halves);
        Ok(())
    }

    /// Makes an output that is a log.
    fn output(&mut self, stream: Stream, budget: &PipeBudget) -> Result<OwnedFd, EndsError> {
        let (pipe, end) = OutputPipe::new(budget).map_err(EndsError::Output)?;
        let reader = pipe.reader(LINE_BYTES).map_err(EndsError::Output)?;
        self.inodes.push((End::Output(stream), inode(&end)));
        self.outputs.push((reader, stream));
        Ok(end)
    }
}
