//! A child as the program that forked it holds it.

use std::io;
use std::pin::Pin;
use std::process::ExitStatus;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::Serialize;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};

use crate::model::Signal;
use crate::process::exchange::{Received, Receiver, SendError, Sender};
use crate::process::fork::Process;
use crate::wire::{Fault, Handle, Message};

/// A child and its channel: Node's `ChildProcess`.
///
/// Dropping it closes the channel and leaves the process alone: one that waits for messages ends by that, as all scripts
/// with `process.on('message')` do; another lives on, and is reaped when it ends. See
/// [`kill_on_drop`](super::Fork::kill_on_drop).
#[derive(Debug)]
pub struct Child {
    /// Where its standard input is written, if that is a pipe. Dropping it is the input's end.
    pub stdin: Option<ChildStdin>,
    /// Where its standard output is read, if that is a pipe.
    pub stdout: Option<ChildStdout>,
    /// Where its standard error is read, if that is a pipe.
    pub stderr: Option<ChildStderr>,
    process: Process,
    sender: Sender,
    receiver: Receiver,
}

type Streams = (Option<ChildStdin>, Option<ChildStdout>, Option<ChildStderr>);

impl Child {
    pub(super) fn new(
        process: Process,
        sender: Sender,
        receiver: Receiver,
        (stdin, stdout, stderr): Streams,
    ) -> Self {
        Self {
            stdin,
            stdout,
            stderr,
            process,
            sender,
            receiver,
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Whether messages can be sent: neither side has disconnected.
    pub fn connected(&self) -> bool {
        self.sender.connected()
    }

    /// Sends a value as a message; see [`Sender::send`].
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    pub async fn send(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        self.sender.send(value).await
    }

    /// Sends a value with a socket or a server; see [`Sender::send_with_handle`].
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    pub async fn send_with_handle(
        &self,
        value: &(impl Serialize + ?Sized),
        handle: Handle,
    ) -> Result<(), SendError> {
        self.sender.send_with_handle(value, handle).await
    }

    /// Sends a message that is made already; see [`Sender::send_message`].
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    pub async fn send_message(&self, message: Message) -> Result<(), SendError> {
        self.sender.send_message(message).await
    }

    /// Queues a value as a message; see [`Sender::feed`].
    ///
    /// # Errors
    /// [`SendError`]; the message was not taken.
    pub async fn feed(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        self.sender.feed(value).await
    }

    /// Queues a value as a message if there is room for it now; see [`Sender::try_send`].
    ///
    /// # Errors
    /// [`SendError`]; the message was not taken.
    pub fn try_send(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        self.sender.try_send(value)
    }

    /// Waits until the kernel has all that was queued so far.
    ///
    /// # Errors
    /// [`SendError::Closed`] when some of it never left.
    pub async fn flush(&self) -> Result<(), SendError> {
        self.sender.flush().await
    }

    /// Waits for the next message; see [`Receiver::recv`]. All that a child sent before it died comes before `None`.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn recv(&mut self) -> Option<Result<Received, Fault>> {
        self.receiver.recv().await
    }

    /// Sends nothing more once all that was queued is written; what the child still sends is received. See
    /// [`Sender::disconnect`].
    pub fn disconnect(&self) {
        self.sender.disconnect();
    }

    /// Sends a signal; false when the process has ended. See [`Process::kill`].
    pub fn kill(&self, signal: Signal) -> bool {
        self.process.kill(signal)
    }

    /// Waits until the process has ended; see [`Process::wait`]. Messages that it sent may still wait to be received.
    ///
    /// # Errors
    /// When its status is not to be had.
    pub async fn wait(&self) -> io::Result<ExitStatus> {
        self.process.wait().await
    }

    /// Its process, to be waited for and signalled from elsewhere.
    pub fn process(&self) -> Process {
        self.process.clone()
    }

    /// A sender of its own, to send from elsewhere. The channel is closed when the last one is dropped.
    pub fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// Takes it apart, so that one task can send while another receives. Take the streams before.
    pub fn split(self) -> (Sender, Receiver, Process) {
        (self.sender, self.receiver, self.process)
    }
}

impl Stream for Child {
    type Item = Result<Received, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.receiver).poll_next(context)
    }
}
