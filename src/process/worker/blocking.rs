//! A worker without a runtime: one thread that reads, computes and answers.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown, send, shutdown};
use serde::Serialize;

use crate::process::custody::Custody;
use crate::process::exchange::{Received, SendError, encode};
use crate::process::handover::Handover;
use crate::process::rights::receive;
use crate::process::worker::WorkerError;
use crate::process::worker::claim::{MAX_FRAME, claim};
use crate::wire::{Decoder, Fault, Frame, Message, OutBuffer, Serialization, node};

/// How much is read at first. What is not worked on yet stays in the channel, where the parent can see that it waits.
const LEAST: usize = 64;

/// How much is read at once of a message that proves to be long.
const MOST: usize = 64 << 10;

/// A worker's end of its channel, for one thread. Reads no more than it needs for the next message, and answers for
/// handles while it reads; a message that it sends carries none.
#[derive(Debug)]
pub struct Blocking {
    socket: OwnedFd,
    serialization: Serialization,
    decoder: Decoder,
    custody: Custody,
    handover: Arc<Handover>,
    frames: VecDeque<Frame>,
    room: Vec<u8>,
    has_ended: bool,
}

/// Takes over the channel that the parent left, for a worker without tokio. To be called once, best before there are other
/// threads; see [`connect`](super::connect).
///
/// # Errors
/// [`WorkerError::NotForked`] when this process is no worker, or what was wrong with the channel.
pub fn blocking() -> Result<Blocking, WorkerError> {
    let (socket, serialization) = claim()?;
    // It is handed over so, but a program before this one may have changed it.
    rustix::io::ioctl_fionbio(&socket, false).map_err(|errno| WorkerError::Runtime {
        source: errno.into(),
    })?;
    Ok(Blocking::over(socket, serialization))
}

impl Blocking {
    fn over(socket: OwnedFd, serialization: Serialization) -> Self {
        let handover = Arc::<Handover>::default();
        Self {
            socket,
            serialization,
            decoder: Decoder::new(MAX_FRAME, serialization),
            custody: Custody::new(Arc::clone(&handover), serialization),
            handover,
            frames: VecDeque::new(),
            room: vec![0; LEAST],
            has_ended: false,
        }
    }

    /// Waits for the next message. An error is a frame that is no message; messages go on after it. `None` once the parent
    /// has disconnected or is gone, when a worker should end.
    pub fn recv(&mut self) -> Option<Result<Received, Fault>> {
        loop {
            while let Some(frame) = self.frames.pop_front() {
                if let Some(received) = Received::of(frame) {
                    self.room.truncate(LEAST);
                    return Some(received);
                }
            }
            if self.has_ended {
                return None;
            }
            self.read();
        }
    }

    fn read(&mut self) {
        let mut descriptors = Vec::new();
        let mut frames = Vec::new();
        match receive(&self.socket, &mut self.room, &mut descriptors) {
            Err(Errno::INTR) => {}
            Ok(0) | Err(_) => {
                self.has_ended = true;
                self.custody.end();
                frames.extend(self.decoder.finish().map(Frame::Fault));
            }
            Ok(length) => {
                let bytes = self.room.get(..length).unwrap_or_default();
                self.decoder.push(bytes, &mut frames);
                self.custody.keep(&mut descriptors);
                self.custody.settle(&mut frames, 0);
                if frames.is_empty() && length == self.room.len() {
                    self.room.resize((2 * length).min(MOST), 0);
                }
                self.answer();
            }
        }
        self.frames.extend(frames);
    }

    /// Tells the parent which handles arrived; a Node parent sends nothing else before.
    fn answer(&self) {
        if !self.handover.has_news() {
            return;
        }
        let answers = std::mem::take(&mut self.handover.look().answers);
        for is_taken in answers {
            let answer = if is_taken { node::ack() } else { node::nack() };
            // A parent that is gone is met by the next read.
            let _ = self.write(&answer);
        }
    }

    /// Sends a value to the parent; returns when the kernel has all of it.
    ///
    /// # Errors
    /// [`SendError`]; the message did not leave whole.
    pub fn send(&self, value: &(impl Serialize + ?Sized)) -> Result<(), SendError> {
        self.write(&encode(value, self.serialization)?)
    }

    fn write(&self, message: &Message) -> Result<(), SendError> {
        let mut out = OutBuffer::new(self.serialization);
        out.push(message);
        while !out.is_empty() {
            match send(&self.socket, out.chunk(), SendFlags::NOSIGNAL) {
                Ok(length) => {
                    out.advance(length);
                }
                Err(Errno::INTR) => {}
                Err(_) => return Err(SendError::Closed),
            }
        }
        Ok(())
    }

    /// Sends nothing more; the parent is told that this worker has disconnected.
    pub fn disconnect(&self) {
        // A parent that is gone needs no telling.
        let _ = shutdown(&self.socket, Shutdown::Write);
    }
}

impl Iterator for Blocking {
    type Item = Result<Received, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.recv()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::process::rights::send_with;
    use crate::wire::{FaultKind, HandleKind};

    fn pair() -> (Blocking, UnixStream) {
        let (worker, parent) = UnixStream::pair().unwrap();
        (Blocking::over(worker.into(), Serialization::Json), parent)
    }

    #[test]
    fn messages_of_any_length_come_in_order_and_the_end_names_what_was_cut() {
        let (mut worker, mut parent) = pair();
        let long = "x".repeat(100_000);
        let text = format!("1\n\"{long}\"\n{{\"cmd\":\"NODE_X\"}}\n2\n[3");
        let writing = std::thread::spawn(move || parent.write_all(text.as_bytes()).unwrap());

        assert_eq!(worker.recv().unwrap().unwrap().message.as_str(), "1");
        let second = worker.recv().unwrap().unwrap();
        assert_eq!(second.json::<String>().unwrap(), long);
        assert_eq!(worker.recv().unwrap().unwrap().message.as_str(), "2");
        let fault = worker.recv().unwrap().unwrap_err();
        assert_eq!((fault.kind, fault.bytes), (FaultKind::Truncated, 2));
        assert!(worker.recv().is_none() && worker.recv().is_none());
        writing.join().unwrap();
    }

    #[test]
    fn what_it_does_not_work_on_stays_in_the_channel() {
        let (mut worker, mut parent) = pair();
        let line = format!("\"{}\"\n", "x".repeat(LEAST));
        parent.write_all(line.repeat(100).as_bytes()).unwrap();

        worker.recv().unwrap().unwrap();

        let left = rustix::io::ioctl_fionread(&worker.socket).unwrap();
        assert!(left > 97 * line.len() as u64, "{left}");
    }

    #[test]
    fn a_handle_is_acknowledged_and_comes_with_its_message() {
        let (mut worker, mut parent) = pair();
        let frame = b"{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"a\":1}}\n";
        send_with(&parent, frame, parent.as_fd()).unwrap();

        let received = worker.recv().unwrap().unwrap();
        worker.send(&[1]).unwrap();

        assert_eq!(received.message.as_str(), "{\"a\":1}");
        assert_eq!(received.handle.unwrap().kind(), HandleKind::Socket);
        let mut told = vec![0; 30];
        parent.read_exact(&mut told).unwrap();
        assert_eq!(told, b"{\"cmd\":\"NODE_HANDLE_ACK\"}\n[1]\n"[..30]);
    }

    #[test]
    fn a_parent_that_is_gone_ends_both_ways() {
        let (mut worker, parent) = pair();
        drop(parent);

        assert!(matches!(worker.send(&1), Err(SendError::Closed)));
        assert!(worker.recv().is_none());
    }
}
