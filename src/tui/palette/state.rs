//! What is being written in the palette, and which offer is chosen.

use crate::tui::field::Field;

/// How many lines are remembered.
const MOST: usize = 100;

/// The open palette.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Palette {
    /// The line.
    pub(crate) field: Field,
    /// The chosen offer.
    pub(crate) at: usize,
    /// The place in the history that is shown, and the line that was there before.
    recalled: Option<(usize, String)>,
}

impl Palette {
    /// What was written or chosen changed: the best offer is chosen again.
    pub(crate) fn changed(&mut self) {
        self.at = 0;
        self.recalled = None;
    }

    /// Puts a line in.
    pub(crate) fn replace(&mut self, line: &str) {
        self.field.replace(line);
        self.changed();
    }

    /// Goes up: through the offers, and from the first one into the history.
    pub(crate) fn up(&mut self, history: &[String]) {
        if self.at > 0 {
            self.at -= 1;
            return;
        }
        let (place, draft) = match self.recalled.take() {
            Some(recalled) => recalled,
            None => (history.len(), self.field.text().to_owned()),
        };
        let older = place.saturating_sub(1);
        if let Some(line) = history.get(older) {
            self.field.replace(line);
            self.recalled = Some((older, draft));
        }
    }

    /// Goes down: back to the newer lines of the history, else through the offers.
    pub(crate) fn down(&mut self, history: &[String], offers: usize) {
        let Some((place, draft)) = self.recalled.take() else {
            self.at = (self.at + 1).min(offers.saturating_sub(1));
            return;
        };
        match history.get(place + 1) {
            Some(line) => {
                self.field.replace(line);
                self.recalled = Some((place + 1, draft));
            }
            None => self.field.replace(draft),
        }
    }
}

/// Remembers a line, the newest last.
pub(crate) fn remember(history: &mut Vec<String>, line: &str) {
    history.retain(|old| old != line);
    history.push(line.to_owned());
    let surplus = history.len().saturating_sub(MOST);
    history.drain(..surplus);
}
