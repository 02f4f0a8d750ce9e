//! From keys to actions, by the table. Called by `update`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::action::{Action, Binding, Chord, Context};
use crate::tui::bindings::ACTIONS;

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

/// The bindings that work in a pane, in the order of the table.
pub(crate) fn bindings(pane: Context) -> impl Iterator<Item = &'static Binding> {
    let bindings = ACTIONS.iter();
    bindings.filter(move |binding| binding.context.covers(pane))
}

/// What a key asks for in a pane.
pub(crate) fn find(key: &KeyEvent, pane: Context) -> Option<Action> {
    let chord = chord(key);
    bindings(pane)
        .find(|binding| binding.keys.contains(&chord))
        .map(|binding| binding.action)
}
