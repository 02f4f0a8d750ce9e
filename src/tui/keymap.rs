//! From keys to actions, by the table. Called by `update` and the views.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::action::{Action, Binding, Chord, Context};
use crate::tui::bindings::actions;

/// The keys in force.
#[derive(Clone, Debug)]
pub(crate) struct Keymap {
    rows: Vec<Bound>,
}

/// A row of the table with the keys in force.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// The row.
    pub(crate) binding: &'static Binding,
    /// Its keys, the one to show first.
    pub(crate) keys: Vec<Chord>,
}

impl Default for Keymap {
    /// The keys of the table.
    fn default() -> Self {
        let rows = actions().map(|binding| Bound {
            binding,
            keys: binding.keys.to_vec(),
        });
        Self {
            rows: rows.collect(),
        }
    }
}

impl Keymap {
    /// Every row, in the order of the table.
    pub(crate) fn rows(&self) -> &[Bound] {
        &self.rows
    }

    /// The rows that work in a place, in the order of the table.
    pub(crate) fn of(&self, place: Context) -> impl Iterator<Item = &Bound> {
        let rows = self.rows.iter();
        rows.filter(move |row| row.binding.context.covers(place))
    }

    /// What a key asks for in a place.
    pub(crate) fn find(&self, key: &KeyEvent, place: Context) -> Option<Action> {
        let chord = chord(key);
        self.of(place)
            .find(|row| row.keys.contains(&chord))
            .map(|row| row.binding.action)
    }
}

/// A key as the table writes it: Shift is part of the character.
pub(crate) fn chord(key: &KeyEvent) -> Chord {
    let code = match key.code {
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        code => code,
    };
    Chord {
        code,
        modifiers: key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT),
    }
}
