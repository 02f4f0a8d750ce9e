//! A message as a tree, of which only what is unfolded is a row. What is large is listed a page at a time.

use std::ops::Range;

use crate::tui::inspector::node;
use crate::tui::inspector::scan::{self, GLANCE, Listed, Rest};
use crate::tui::marks::{Glance, glance};

/// A message this short, in bytes, is unfolded whole, up to so many rows.
const SHORT: (usize, usize) = (16 << 10, 400);

/// What a row is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    /// The whole message.
    Root,
    /// A key of an object: where its JSON text is.
    Key(Range<usize>),
    /// An item of an array.
    Item(usize),
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// A value with nothing in it.
    Leaf,
    /// An object or array whose children are not shown.
    Closed,
    /// An object or array whose children are shown.
    Open,
    /// Further children, so many where that is known.
    More(Option<usize>),
}

/// A row of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// How deep it is.
    pub(crate) depth: usize,
    /// What it is called.
    pub(crate) label: Label,
    /// Where its value is; it may end before, where its own end was not looked for. Of further children: where what they
    /// are in begins.
    pub(crate) value: Range<usize>,
    /// What it is.
    pub(crate) kind: RowKind,
    /// How many children it has, where that is known.
    pub(crate) count: Option<usize>,
    rest: Option<Rest>,
}

/// What is to be listed of an object or array.
#[derive(Clone, Copy, Debug)]
struct Page {
    /// Where it begins.
    open: usize,
    /// How deep its children are.
    depth: usize,
    /// How many are listed already.
    listed: usize,
    /// How many there are, where that is known.
    count: Option<usize>,
    rest: Rest,
}

/// The tree of one message.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    rows: Vec<Row>,
    at: usize,
    /// Whether its marks are read.
    has_marks: bool,
}

impl Tree {
    /// The tree of a message, its first page unfolded; a short one whole. With marks, those of advanced serialization are
    /// read.
    pub(super) fn new(text: &str, has_marks: bool) -> Self {
        let start = text.len() - text.trim_start().len();
        let value = start..text.len();
        let kind = kind_of(text, start, has_marks);
        let root = Row {
            depth: 0,
            label: Label::Root,
            value,
            kind,
            count: None,
            rest: None,
        };
        let mut tree = Self {
            rows: vec![root],
            at: 0,
            has_marks,
        };
        tree.list(text, 0, GLANCE);
        let mut index = 1;
        while text.len() <= SHORT.0 && index < tree.rows.len() && tree.rows.len() < SHORT.1 {
            tree.list(text, index, GLANCE);
            index += 1;
        }
        tree
    }

    /// The rows.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What stands for a value that begins in a text, if it is a mark.
    pub(crate) fn glance(&self, text: &str, row: &Row) -> Option<Glance> {
        let is_value = self.has_marks && !matches!(row.kind, RowKind::More(_));
        is_value
            .then(|| glance(text.get(row.value.start..)?))
            .flatten()
    }

    /// The place of the chosen row.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The chosen row.
    pub(crate) fn row(&self) -> Option<&Row> {
        self.rows.get(self.at)
    }

    /// Chooses the row at a place, or the last one.
    pub(super) fn go(&mut self, place: usize) {
        self.at = place.min(self.rows.len().saturating_sub(1));
    }

    /// Folds the chosen row, or goes to what it is in; false where there is neither.
    pub(super) fn fold(&mut self) -> bool {
        if self.row().is_some_and(|row| row.kind == RowKind::Open) {
            self.close(self.at);
            return true;
        }
        let parent = self.parent(self.at);
        self.at = parent.unwrap_or(self.at);
        parent.is_some()
    }

    /// Unfolds the chosen row, or goes to the first one in it.
    pub(super) fn unfold(&mut self, text: &str) {
        match self.row().map(|row| row.kind) {
            Some(RowKind::Open) => self.go(self.at + 1),
            Some(RowKind::Closed | RowKind::More(_)) => self.list(text, self.at, usize::MAX),
            Some(RowKind::Leaf) | None => {}
        }
    }

    /// Folds what is unfolded and unfolds what is folded; false on a value with nothing in it.
    pub(super) fn toggle(&mut self, text: &str) -> bool {
        match self.row().map(|row| row.kind) {
            Some(RowKind::Open) => self.close(self.at),
            Some(RowKind::Closed | RowKind::More(_)) => self.list(text, self.at, usize::MAX),
            Some(RowKind::Leaf) | None => return false,
        }
        true
    }

    /// The JSON text of the chosen row.
    pub(super) fn value<'a>(&self, text: &'a str) -> Option<&'a str> {
        let row = self.row()?;
        let start = row.value.start;
        text.get(start..scan::end_of(text, start))
    }

    /// The JSON pointer to the chosen row.
    pub(crate) fn pointer(&self, text: &str) -> String {
        let mut path = Vec::new();
        let mut at = Some(self.at);
        while let Some(place) = at {
            if let Some(row) = self.rows.get(place)
                && !matches!(row.kind, RowKind::More(_))
            {
                path.extend(node::token(text, &row.label));
            }
            at = self.parent(place);
        }
        path.iter().rev().map(String::as_str).collect()
    }

    fn parent(&self, place: usize) -> Option<usize> {
        let depth = self.rows.get(place)?.depth;
        let before = self.rows.get(..place)?;
        before.iter().rposition(|row| row.depth < depth)
    }

    fn close(&mut self, place: usize) {
        let Some(row) = self.rows.get_mut(place) else {
            return;
        };
        row.kind = RowKind::Closed;
        let depth = row.depth;
        let after = self.rows.iter().skip(place + 1);
        let inside = after.take_while(|row| row.depth > depth).count();
        self.rows.drain(place + 1..place + 1 + inside);
    }

    /// Lists the next page of what the row at a place has.
    fn list(&mut self, text: &str, place: usize, most: usize) {
        let Some(row) = self.rows.get_mut(place) else {
            return;
        };
        match (row.kind, row.rest, &row.label) {
            (RowKind::Closed, ..) => {
                row.kind = RowKind::Open;
                let page = Page {
                    open: row.value.start,
                    depth: row.depth + 1,
                    listed: 0,
                    count: row.count,
                    rest: Rest::of(row.value.start),
                };
                let (count, _) = self.insert(text, place + 1, page, most);
                self.note_count(Some(place), count);
            }
            (RowKind::More(left), Some(rest), Label::Item(listed)) => {
                let page = Page {
                    open: row.value.start,
                    depth: row.depth,
                    listed: *listed,
                    count: left.map(|left| left + listed),
                    rest,
                };
                let depth = row.depth;
                let parent = self.parent(place);
                self.rows.remove(place);
                let (count, before) = self.insert(text, place, page, most);
                self.note_count(parent, count);
                let mut rows = self.rows.iter().take(place);
                let last = rows.rposition(|row| row.depth == depth);
                self.note_count(last, before);
            }
            (RowKind::Leaf | RowKind::Open | RowKind::More(_), ..) => {}
        }
    }

    fn note_count(&mut self, place: Option<usize>, count: Option<usize>) {
        if let Some(row) = place.and_then(|place| self.rows.get_mut(place)) {
            row.count = row.count.or(count);
        }
    }

    /// Puts a page's rows in: how many there are in all, where none are left, and how many children the one before has,
    /// where that was found out.
    fn insert(
        &mut self,
        text: &str,
        from: usize,
        page: Page,
        most: usize,
    ) -> (Option<usize>, Option<usize>) {
        let is_object = text.as_bytes().get(page.open) == Some(&b'{');
        let Listed {
            children,
            rest,
            before,
        } = scan::list(text, page.rest, is_object, most);
        let listed = page.listed + children.len();
        let mut rows: Vec<Row> = (page.listed..)
            .zip(children)
            .map(|(index, child)| Row {
                depth: page.depth,
                label: if is_object {
                    Label::Key(child.key)
                } else {
                    Label::Item(index)
                },
                kind: kind_of(text, child.value.start, self.has_marks),
                value: child.value,
                count: child.count,
                rest: None,
            })
            .collect();
        rows.extend(rest.map(|rest| Row {
            depth: page.depth,
            label: Label::Item(listed),
            value: page.open..page.open,
            kind: RowKind::More(page.count.map(|count| count.saturating_sub(listed))),
            count: None,
            rest: Some(rest),
        }));
        self.rows.splice(from..from, rows);
        (rest.is_none().then_some(listed), before)
    }
}

/// An object or array can be unfolded, unless there is nothing in it, or it is a mark that is told whole.
fn kind_of(text: &str, start: usize, has_marks: bool) -> RowKind {
    let text = text.get(start..).unwrap_or_default();
    if has_marks && glance(text).is_some_and(|glance| glance.is_whole) {
        return RowKind::Leaf;
    }
    let mut rest = text.bytes();
    let is_container = matches!(rest.next(), Some(b'{' | b'['));
    let inner = rest.find(|byte| !byte.is_ascii_whitespace());
    if is_container && !matches!(inner, None | Some(b'}' | b']')) {
        RowKind::Closed
    } else {
        RowKind::Leaf
    }
}
