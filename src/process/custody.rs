//! Descriptors that came from a worker, until the frames that they belong to are there.
//!
//! Owns those descriptors, and what becomes of `NODE_HANDLE` frames and of the answers to them. The n-th descriptor belongs
//! to the n-th frame: a frame may come later than its descriptor, never earlier. Called by `channel`.

use std::collections::VecDeque;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::net::AddressFamily;
use rustix::net::sockopt::{socket_acceptconn, socket_domain};

use crate::process::handover::{Handover, Origin, Verdict, fault};
use crate::wire::node::classify;
use crate::wire::{
    Fault, Frame, Handle, HandleBudget, HandleKind, InternalKind, Message, Offer, Serialization,
};

/// How many descriptors wait for their frames at the most; further ones are closed.
const MOST_UNCLAIMED: usize = 64;

const MISSING: &str = "no handle came with it; the worker is told so";
const UNKNOWN: &str =
    "a handle of a kind that is not known; it is closed, and the worker is told so";
const TOO_MANY: &str = "too many handles are open; it is closed, and the worker is told so";

/// What a fork channel's reader has beside bytes.
#[derive(Debug)]
pub(super) struct Custody {
    unclaimed: VecDeque<OwnedFd>,
    serialization: Serialization,
    handover: Arc<Handover>,
    budget: HandleBudget,
}

impl Custody {
    pub(super) fn new(handover: Arc<Handover>, serialization: Serialization) -> Self {
        Self {
            unclaimed: VecDeque::new(),
            serialization,
            handover,
            budget: HandleBudget::default(),
        }
    }

    /// Counts handles with all who share this budget.
    pub(super) fn share(&mut self, budget: HandleBudget) {
        self.budget = budget;
    }

    /// Takes the descriptors of one read.
    pub(super) fn keep(&mut self, descriptors: &mut Vec<OwnedFd>) {
        let room = MOST_UNCLAIMED.saturating_sub(self.unclaimed.len());
        descriptors.truncate(room);
        self.unclaimed.extend(descriptors.drain(..));
    }

    /// Settles what the frames from `first` on, all of one read, say of handles. Answers how many messages of the mail had
    /// their handles answered.
    pub(super) fn settle(&mut self, frames: &mut Vec<Frame>, first: usize) -> usize {
        let mut handed = 0;
        let mut at = first;
        while let Some(frame) = frames.get_mut(at) {
            at += 1;
            let Frame::Internal {
                message,
                bytes,
                kind,
            } = frame
            else {
                continue;
            };
            let fault = match kind {
                InternalKind::Handle => {
                    let (message, bytes) = (message.clone(), *bytes);
                    let (settled, fault) = self.take(message, bytes);
                    *frame = settled;
                    fault
                }
                InternalKind::HandleAck | InternalKind::HandleNack => {
                    let is_taken = *kind == InternalKind::HandleAck;
                    match self.handover.answered(is_taken) {
                        Verdict::Nothing => None,
                        Verdict::Done(origin, fault) => {
                            handed += usize::from(origin == Origin::Mail);
                            fault
                        }
                    }
                }
                InternalKind::Cluster | InternalKind::Error | InternalKind::Other => None,
            };
            if let Some(fault) = fault {
                frames.insert(at, Frame::Fault(fault));
                at += 1;
            }
        }
        handed
    }

    /// A handle's frame: what it turns out to be, and what was wrong with it. The worker is answered either way, at once: it
    /// writes nothing else before.
    fn take(&mut self, frame: Message, bytes: usize) -> (Frame, Option<Fault>) {
        let offer = Offer::read(&frame, self.serialization);
        let handle = match (self.unclaimed.pop_front(), offer.kind) {
            (None, _) => Err(MISSING),
            (Some(_), None) => Err(UNKNOWN),
            (Some(fd), Some(kind)) => {
                let kind = precise(kind, &fd);
                self.budget.take(kind, fd).map_err(|_| TOO_MANY)
            }
        };
        let is_answered = self.handover.owe(handle.is_ok());
        match handle {
            Ok(handle) => (carrier(&offer.message, handle, bytes), None),
            Err(hint) => {
                let fault = is_answered.then(|| fault(&frame, bytes, hint));
                let kind = InternalKind::Handle;
                let frame = Frame::Internal {
                    message: frame,
                    bytes,
                    kind,
                };
                (frame, fault)
            }
        }
    }

    /// The end: what was never claimed is closed, and nobody waits for an answer any more.
    pub(super) fn end(&mut self) {
        self.unclaimed.clear();
        self.handover.end();
    }
}

/// The message that a handle came with; it may be one between runtimes itself.
fn carrier(message: &Message, handle: Handle, bytes: usize) -> Frame {
    let message = message.detached().with_handle(handle);
    match classify(message.as_bytes()) {
        None => Frame::Message { message, bytes },
        Some(kind) => Frame::Internal {
            message,
            bytes,
            kind,
        },
    }
}

/// Node does not say what a raw handle is, but the descriptor does.
fn precise(kind: HandleKind, fd: impl AsFd) -> HandleKind {
    match kind {
        HandleKind::Native { .. } => HandleKind::Native {
            is_pipe: socket_domain(&fd) == Ok(AddressFamily::UNIX),
            is_listener: socket_acceptconn(&fd).unwrap_or(false),
        },
        other => other,
    }
}
