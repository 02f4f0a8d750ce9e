//! The two tasks of one channel: one reads whatever comes, the other writes what is queued. Neither waits for the other, so
//! two sides that flood each other both go on. Both end with the channel.

use std::io;
use std::sync::Arc;

use crate::process::exchange::inbox::{Inbox, WeakInbox, inbox};
use crate::process::exchange::queue::{Next, Queue};
use crate::process::exchange::{Receiver, Sender};
use crate::process::{Channel, ChannelReader, ChannelWriter, Wrote};
use crate::wire::{Frame, Serialization};

/// How a channel is served.
#[derive(Clone, Copy, Debug)]
pub(in crate::process) struct How {
    /// The longest message that is taken, in bytes.
    pub(in crate::process) max_frame: usize,
    /// How messages are written.
    pub(in crate::process) serialization: Serialization,
    /// How many bytes wait to be written, and how many to be received, at the most.
    pub(in crate::process) buffer: usize,
    /// When this side closes by itself.
    pub(in crate::process) closing: Closing,
}

/// When a side closes that nobody closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::process) enum Closing {
    /// When the other side has: a worker that disconnects is waiting for it.
    WithTheOther,
    /// When its last sender is dropped: what a worker received before its parent disconnected is still answered.
    WithItsSenders,
}

/// Serves a channel on the current runtime.
///
/// # Errors
/// When the runtime cannot watch the channel.
#[expect(
    clippy::disallowed_methods,
    reason = "there is no deck to track them: both tasks end with the channel"
)]
pub(in crate::process) fn serve(channel: Channel, how: How) -> io::Result<(Sender, Receiver)> {
    let (reader, writer) = channel.split_in(how.max_frame, how.serialization)?;
    let queue = Arc::new(Queue::new(how.buffer));
    let (inbox, batches) = inbox(how.buffer);
    tokio::spawn(write(writer, inbox.downgrade(), Arc::clone(&queue)));
    tokio::spawn(read(reader, inbox, Arc::clone(&queue), how.closing));
    let sender = Sender::new(queue, how.serialization);
    Ok((sender, Receiver::new(batches)))
}

/// Ends the writing of a queue when its task ends, also by the runtime's end.
struct Writing(Arc<Queue>);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The same for the reading.
struct Reading(Arc<Queue>);

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.end_reading();
    }
}

async fn read(mut reader: ChannelReader, inbox: Inbox, queue: Arc<Queue>, closing: Closing) {
    let reading = Reading(queue);
    loop {
        let batch = reader.read().await;
        reading.0.done(batch.handed);
        if batch.end {
            if closing == Closing::WithTheOther {
                reading.0.close();
            }
            // Told first: the inbox may be full, and nobody looks.
            drop(reading);
            inbox.put(batch.frames, batch.bytes).await;
            return;
        }
        inbox.put(batch.frames, batch.bytes).await;
        if batch.more {
            tokio::task::yield_now().await;
        }
    }
}

async fn write(mut writer: ChannelWriter, inbox: WeakInbox, queue: Arc<Queue>) {
    let writing = Writing(queue);
    let queue = &writing.0;
    loop {
        match queue.hand(|message| writer.push(message)) {
            Next::End => return,
            Next::Close if writer.is_empty() => break,
            Next::Write | Next::Close => {}
        }
        // All of these are cancel safe.
        if writer.is_empty() {
            tokio::select! {
                // Answers to handles are written that nobody queued.
                () = writer.stirred() => {}
                () = queue.stirred() => {}
            }
            continue;
        }
        tokio::select! {
            wrote = writer.write() => {
                let Ok(wrote) = wrote else {
                    return;
                };
                settle(wrote, &inbox, queue).await;
                tokio::task::yield_now().await;
            }
            () = queue.stirred() => {}
        }
    }
    writer.shutdown_write();
}

async fn settle(wrote: Wrote, inbox: &WeakInbox, queue: &Queue) {
    queue.done(wrote.messages);
    if !wrote.faults.is_empty()
        && let Some(inbox) = inbox.upgrade()
    {
        let faults = wrote.faults.into_iter().map(Frame::Fault).collect();
        inbox.put(faults, 0).await;
    }
}
