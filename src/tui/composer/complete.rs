//! What Tab puts in: a message of the config, or a key that earlier messages had.

use crate::model::Board;
use crate::tui::composer::field::harmless;
use crate::tui::composer::hints::{keys, partial_key};
use crate::tui::composer::state::Composer;
use crate::tui::options::Named;
use crate::tui::target::Target;

/// How many offers are shown.
const SHOWN: usize = 6;

/// What was put in, and what else could have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Completing {
    keys: Vec<String>,
    at: usize,
    put: usize,
}

impl Composer {
    /// The text up to the cursor.
    fn before(&self) -> String {
        let cursor = self.area.cursor();
        let (row, column) = (cursor.0, cursor.1);
        let lines = self.area.lines();
        let whole = lines.iter().take(row).map(|line| format!("{line}\n"));
        let mut before: String = whole.collect();
        before.extend(
            lines
                .get(row)
                .into_iter()
                .flat_map(|line| line.chars())
                .take(column),
        );
        before
    }

    /// Completes what stands before the cursor; false where there is nothing to complete.
    pub(super) fn complete(&mut self, board: &Board, named: &[Named]) -> bool {
        if let Some(mut again) = self.completing.take() {
            again.at = (again.at + 1) % again.keys.len().max(1);
            let put = again.put;
            self.put_key(again, put);
            return true;
        }
        if let Some(message) = named_by(named, &self.text()).into_iter().next() {
            self.replace(&message.json);
            self.aim(Target::Message(message.to.clone()));
            return true;
        }
        let before = self.before();
        let (Some(partial), Some(target)) = (partial_key(&before), &self.target) else {
            return false;
        };
        let keys = keys(board, target, partial);
        if keys.is_empty() {
            return false;
        }
        let taken = partial.chars().count();
        let first = Completing {
            keys,
            at: 0,
            put: 0,
        };
        self.put_key(first, taken);
        true
    }

    fn put_key(&mut self, mut completing: Completing, taken: usize) {
        for _ in 0..taken {
            self.area.delete_char();
        }
        if let Some(key) = completing.keys.get(completing.at) {
            let text = harmless(&format!("\"{key}\": "));
            completing.put = text.chars().count();
            self.area.insert_str(text);
        }
        self.completing = Some(completing);
        self.judge();
    }

    /// Looks what Tab would put in, to be shown.
    pub(super) fn offer(&mut self, board: &Board, named: &[Named]) {
        let fitting = named_by(named, &self.text()).into_iter();
        self.offered = fitting.map(|message| message.name.clone()).collect();
        let before = self.before();
        if self.offered.is_empty()
            && let (Some(partial), Some(target)) = (partial_key(&before), &self.target)
        {
            self.offered = keys(board, target, partial);
        }
        self.offered.truncate(SHOWN);
    }
}

/// The named messages that a word is the beginning of.
fn named_by<'a>(named: &'a [Named], text: &str) -> Vec<&'a Named> {
    let word = text.trim();
    if word.is_empty() || word.contains(['{', '"', '[', '\n']) {
        return Vec::new();
    }
    let named = named.iter();
    named
        .filter(|message| message.name.starts_with(word))
        .collect()
}
