//! The chosen message: kept while it is looked at, whatever its worker's history lets go of meanwhile.

use crate::model::{Board, Direction, Envelope, Traffic, WorkerId};
use crate::tui::inspector::list::at;
use crate::tui::inspector::pair::Counterpart;
use crate::tui::inspector::tree::Tree;
use crate::wire::Serialization;

/// How a message is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As a tree that folds.
    #[default]
    Tree,
    /// As text over several lines.
    Text,
    /// As the bytes that passed.
    Bytes,
}

/// The chosen message.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Its worker.
    pub(crate) worker: WorkerId,
    /// The message.
    pub(crate) item: Traffic,
    /// What belongs to it.
    pub(crate) pair: Counterpart,
    /// Whether its worker's history has let go of it.
    pub(crate) is_gone: bool,
    /// The first line shown of text or bytes.
    pub(crate) top: usize,
    tree: Option<Tree>,
    /// Whether its text has the marks of advanced serialization.
    has_marks: bool,
    /// How much had passed on the channel when its counterpart was looked for.
    looked: Option<u64>,
}

impl Opened {
    /// A message of a worker.
    pub(super) fn new(worker: WorkerId, item: Traffic) -> Self {
        Self {
            worker,
            item,
            pair: Counterpart::Nothing,
            is_gone: false,
            top: 0,
            tree: None,
            has_marks: false,
            looked: None,
        }
    }

    /// Its place among everything the deck saw.
    pub(crate) fn order(&self) -> u64 {
        self.item.order()
    }

    /// The message, if it is one.
    pub(crate) fn envelope(&self) -> Option<&Envelope> {
        match &self.item {
            Traffic::Message(envelope) => Some(envelope),
            Traffic::Fault(_) => None,
        }
    }

    /// Its JSON text; empty of what is no message.
    pub(crate) fn text(&self) -> &str {
        self.envelope()
            .map_or("", |envelope| envelope.message.as_str())
    }

    /// Its bytes, or as many of them as are kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.item {
            Traffic::Message(envelope) => envelope.message.as_bytes(),
            Traffic::Fault(fault) => &fault.head,
        }
    }

    /// How it is shown where this shape is wished for: what is no message has only bytes.
    pub(crate) fn shape(&self, wished: Shape) -> Shape {
        match self.item {
            Traffic::Message(_) => wished,
            Traffic::Fault(_) => Shape::Bytes,
        }
    }

    /// The tree, once it was asked for.
    pub(crate) fn tree(&self) -> Option<&Tree> {
        self.tree.as_ref()
    }

    /// The tree with the text that it is of.
    pub(super) fn tree_mut(&mut self) -> Option<(&mut Tree, &str)> {
        let Traffic::Message(envelope) = &self.item else {
            return None;
        };
        let text = envelope.message.as_str();
        let tree = self
            .tree
            .get_or_insert_with(|| Tree::new(text, self.has_marks));
        Some((tree, text))
    }

    /// Looks for what belongs to it, unless nothing has changed since that was done, and whether it is kept.
    pub(super) fn settle(&mut self, board: &Board, wished: Shape) {
        let pool = board.pools.get(&self.worker.pool);
        self.has_marks = pool.is_some_and(|pool| pool.serialization == Serialization::Advanced);
        if self.shape(wished) == Shape::Tree {
            self.tree_mut();
        }
        let Some(worker) = board.worker(&self.worker) else {
            self.is_gone = true;
            return;
        };
        self.is_gone = at(worker, self.item.order()).is_none();
        let passed = worker.traffic.gone() + worker.traffic.len() as u64;
        let is_first = self.looked.is_none();
        if let Traffic::Message(envelope) = &self.item
            && (is_first || (self.pair.is_open() && self.looked != Some(passed)))
        {
            self.pair = Counterpart::find(board, &self.worker, envelope);
            self.looked = Some(passed);
        }
    }

    /// What is sent when it is sent again: itself, or of a reply the request that it answers.
    pub(super) fn request(&self) -> Option<&Envelope> {
        match &self.pair {
            Counterpart::Request(request) => Some(request),
            _ => self
                .envelope()
                .filter(|envelope| envelope.direction == Direction::Out),
        }
    }
}
