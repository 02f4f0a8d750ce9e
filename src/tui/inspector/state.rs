//! What is shown, and how.

use crate::model::{Board, Now};
use crate::tui::inspector::held::Held;
use crate::tui::inspector::list::{Entry, List};
use crate::tui::inspector::opened::{Opened, Shape};
use crate::tui::inspector::slowest::{Slowest, Span};
use crate::tui::merge::Sought;
use crate::tui::rows::Scope;

/// Which half takes the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Focus {
    /// The list.
    #[default]
    List,
    /// The chosen message.
    Detail,
}

/// This view's part of the model.
#[derive(Debug, Default)]
pub(crate) struct Inspector {
    /// Which half takes the keys.
    pub(crate) focus: Focus,
    /// How the chosen message is shown.
    pub(crate) shape: Shape,
    /// The place of the chosen message; none is the newest, or the slowest.
    pub(super) cursor: Option<u64>,
    list: List,
    slowest: Option<Slowest>,
    held: Option<Held>,
    opened: Option<Opened>,
}

impl Inspector {
    /// Takes in what is new, and finds what is chosen.
    pub(super) fn settle(&mut self, live: &Board, sought: &Sought, now: Now, is_typing: bool) {
        let board = self.held.as_ref().map_or(live, |held| &held.board);
        let is_anew = self.list.settle(board, sought);
        if let Some(slowest) = &mut self.slowest {
            if is_anew {
                slowest.hurry();
            }
            slowest.settle(board, &self.list, now);
        }
        self.choose(live, is_typing);
    }

    /// While a filter is typed, which hides now this and now that, the chosen one is not forgotten.
    fn choose(&mut self, live: &Board, is_typing: bool) {
        let board = self.held.as_ref().map_or(live, |held| &held.board);
        if let (Some(cursor), Some(opened)) = (self.cursor, &mut self.opened)
            && opened.order() == cursor
        {
            opened.settle(board, self.shape);
            // What is no longer kept stays while it is looked at; what is no longer listed does not.
            if opened.is_gone || self.find(cursor).is_ok() {
                return;
            }
        }
        let entry = self.at().and_then(|place| self.entry(place));
        if let (Some(cursor), Some(entry)) = (&mut self.cursor, entry)
            && !is_typing
        {
            *cursor = entry.order;
        }
        let found = entry.and_then(|entry| self.list.resolve(board, entry));
        let Some((worker, item)) = found else {
            self.opened = None;
            return;
        };
        let is_same = |opened: &Opened| opened.order() == item.order();
        if !self.opened.as_ref().is_some_and(is_same) {
            self.opened = Some(Opened::new(worker.id.clone(), item.clone()));
        }
        if let Some(opened) = &mut self.opened {
            opened.settle(board, self.shape);
        }
    }

    /// The board whose messages are shown.
    pub(crate) fn board<'a>(&'a self, live: &'a Board) -> &'a Board {
        self.held.as_ref().map_or(live, |held| &held.board)
    }

    /// The messages in the order in which the deck saw them.
    pub(crate) fn list(&self) -> &List {
        &self.list
    }

    /// How many are listed.
    pub(crate) fn len(&self) -> usize {
        match &self.slowest {
            Some(slowest) => slowest.entries.len(),
            None => self.list.len(),
        }
    }

    /// The one at a place of what is listed.
    pub(crate) fn entry(&self, place: usize) -> Option<Entry> {
        match &self.slowest {
            Some(slowest) => slowest.entries.get(place).copied(),
            None => self.list.get(place),
        }
    }

    /// Where one is listed, or the place to go to instead.
    pub(crate) fn find(&self, order: u64) -> Result<usize, usize> {
        match &self.slowest {
            Some(slowest) => {
                let mut entries = slowest.entries.iter();
                let place = entries.position(|entry| entry.order == order);
                place.ok_or(0)
            }
            None => self.list.find(order),
        }
    }

    /// The place of the chosen one; none where nothing is listed.
    pub(crate) fn at(&self) -> Option<usize> {
        let last = self.len().checked_sub(1)?;
        let place = match (self.cursor, &self.slowest) {
            (Some(order), _) => self.find(order).unwrap_or_else(|near| near),
            (None, Some(_)) => 0,
            (None, None) => last,
        };
        Some(place.min(last))
    }

    /// Chooses the one at a place. At the end the newest is followed, on top the slowest.
    pub(super) fn go(&mut self, place: usize) {
        let last = self.len().saturating_sub(1);
        let place = place.min(last);
        let follows = match self.slowest {
            Some(_) => place == 0,
            None => place == last,
        };
        let order = self.entry(place).map(|entry| entry.order);
        self.cursor = order.filter(|_| !follows);
    }

    /// Keeps to the message that is chosen, whatever comes.
    pub(super) fn pin(&mut self) {
        self.cursor = self.opened.as_ref().map(Opened::order);
    }

    /// Whether the newest message is followed.
    pub(crate) fn follows(&self) -> bool {
        self.cursor.is_none() && self.slowest.is_none() && self.held.is_none()
    }

    /// Follows the newest message.
    pub(super) fn follow(&mut self) {
        self.cursor = None;
        self.slowest = None;
        self.go_on();
    }

    /// Of which time the slowest replies are listed, if they are.
    pub(crate) fn slowest(&self) -> Option<Span> {
        self.slowest.as_ref().map(|slowest| slowest.span)
    }

    /// Lists the slowest replies first, or the messages as they came; the chosen one stays chosen then.
    pub(super) fn show_slowest(&mut self, span: Option<Span>) {
        if span.is_none() {
            self.pin();
        } else {
            self.cursor = None;
        }
        self.slowest = span.map(Slowest::new);
    }

    /// How many messages came since the view was paused, if it is.
    pub(crate) fn paused(&self, live: &Board, scope: &Scope) -> Option<u64> {
        self.held.as_ref().map(|held| held.new_ones(live, scope))
    }

    /// Shows what is kept now, whatever comes. The list stays as it is: what it has is what is held.
    pub(super) fn pause(&mut self, live: &Board) {
        self.held = Some(Held::new(live));
    }

    /// Whether the view is paused.
    pub(super) fn is_paused(&self) -> bool {
        self.held.is_some()
    }

    /// Shows what comes again.
    pub(super) fn go_on(&mut self) {
        self.held = None;
    }

    /// The deck told anew what it keeps: it may not be what was listed.
    pub(crate) fn renew(&mut self) {
        self.list.forget();
    }

    /// The chosen message.
    pub(crate) fn opened(&self) -> Option<&Opened> {
        self.opened.as_ref()
    }

    /// The chosen message, to be unfolded and scrolled.
    pub(super) fn opened_mut(&mut self) -> Option<&mut Opened> {
        self.opened.as_mut()
    }

    /// Shows messages so, or as a tree where they are shown so already.
    pub(super) fn show_as(&mut self, shape: Shape) {
        let is_same = self.shape == shape;
        self.shape = if is_same { Shape::Tree } else { shape };
        if let Some(opened) = &mut self.opened {
            opened.top = 0;
        }
    }
}
