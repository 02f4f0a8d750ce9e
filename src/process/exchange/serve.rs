//! The two tasks of one channel: one reads whatever comes, the other writes what is queued. Neither waits for the other, so
//! two sides that flood each other both go on. Both end with the channel.

use std::io;
use std::sync::Arc;

use crate::process::exchange::inbox::{Inbox, inbox};
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
    tokio::spawn(read(reader, inbox.clone(), Arc::clone(&queue)));
    tokio::spawn(write(writer, inbox, Arc::clone(&queue)));
    let sender = Sender::new(queue, how.serialization);
    Ok((sender, Receiver::new(batches)))
}

/// Ends a queue when its task does, also by the runtime's end.
struct Ending(Arc<Queue>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

async fn read(mut reader: ChannelReader, inbox: Inbox, queue: Arc<Queue>) {
    let ending = Ending(queue);
    loop {
        let batch = reader.read().await;
        ending.0.done(batch.handed);
        if batch.end {
            // Nobody is to send into a channel of which the receiver knows that it has ended.
            drop(ending);
            inbox.put(batch.frames, batch.bytes).await;
            return;
        }
        inbox.put(batch.frames, batch.bytes).await;
        if batch.more {
            tokio::task::yield_now().await;
        }
    }
}

async fn write(mut writer: ChannelWriter, inbox: Inbox, queue: Arc<Queue>) {
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
                    queue.end();
                    return;
                };
                settle(wrote, &inbox, &queue).await;
                tokio::task::yield_now().await;
            }
            () = queue.stirred() => {}
        }
    }
    // The other side may still send: it is the reader that ends the queue.
    writer.shutdown_write();
}

async fn settle(wrote: Wrote, inbox: &Inbox, queue: &Queue) {
    queue.done(wrote.messages);
    if !wrote.faults.is_empty() {
        let faults = wrote.faults.into_iter().map(Frame::Fault).collect();
        inbox.put(faults, 0).await;
    }
}
