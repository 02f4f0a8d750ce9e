//! From keys to actions: the table with what the person wants otherwise. Called by `update` and the views; the config is
//! read with it.

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
    /// The keys of the table, but for these actions those that are wanted instead. Ctrl-C stays what it is.
    pub(crate) fn with(wanted: &[(Action, Vec<Chord>)]) -> Self {
        let mut keymap = Self::default();
        for row in &mut keymap.rows {
            let action = row.binding.action;
            let found = wanted.iter().rev().find(|(other, _)| *other == action);
            if let Some((_, keys)) = found {
                let fixed = row.keys.iter().copied().filter(|key| is_fixed(*key));
                row.keys = keys.iter().copied().chain(fixed).collect();
            }
        }
        keymap
    }

    /// The keys that ask for two actions in one place, with both.
    fn clashes(&self) -> Vec<(Chord, Action, Action)> {
        let mut clashes = Vec::new();
        for place in Context::PLACES {
            let mut seen: Vec<(Chord, Action)> = Vec::new();
            let here = self.of(place);
            for (key, action) in
                here.flat_map(|row| row.keys.iter().map(|key| (*key, row.binding.action)))
            {
                match seen.iter().find(|(other, _)| *other == key) {
                    Some((_, other)) => clashes.push((key, *other, action)),
                    None => seen.push((key, action)),
                }
            }
        }
        let mut told = Vec::new();
        clashes.retain(|clash| {
            let is_new = !told.contains(clash);
            told.push(*clash);
            is_new
        });
        clashes
    }

    /// The key to name for an action; none where it has none.
    pub(crate) fn key_of(&self, action: Action) -> Option<Chord> {
        let row = self.rows.iter().find(|row| row.binding.action == action);
        row.and_then(|row| row.keys.first().copied())
    }

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

/// The keys that would ask for two actions in one place if these had these keys instead of the table's, with both.
pub fn clashes(wanted: &[(Action, Vec<Chord>)]) -> Vec<(Chord, Action, Action)> {
    Keymap::with(wanted).clashes()
}

/// What a key does in the deck, on workers or on their traffic, if these had these keys instead of the table's.
pub fn meaning(key: Chord, wanted: &[(Action, Vec<Chord>)]) -> Option<&'static Binding> {
    let keymap = Keymap::with(wanted);
    let mut rows = keymap
        .of(Context::Workers)
        .chain(keymap.of(Context::Traffic));
    rows.find(|row| row.keys.contains(&key))
        .map(|row| row.binding)
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

/// Whether a key means the same whatever the config says: it works above everything else.
pub fn is_fixed(chord: Chord) -> bool {
    let is_control = chord.modifiers == KeyModifiers::CONTROL;
    is_control && matches!(chord.code, KeyCode::Char('c' | 'z' | 'l'))
}

/// The keys that have a name in the config.
const NAMED: [(&str, KeyCode); 20] = [
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("del", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pgup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("pgdn", KeyCode::PageDown),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
];

/// A key as people write it: `r`, `R`, `ctrl-x`, `alt-enter`, `F5`, `space`, `shift-tab`.
pub fn parse(text: &str) -> Option<Chord> {
    let (mut rest, mut modifiers, mut is_shifted) = (text, KeyModifiers::NONE, false);
    // A sign alone may be a hyphen.
    while let Some((modifier, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty())
    {
        match modifier.to_ascii_lowercase().as_str() {
            "ctrl" | "control" => modifiers |= KeyModifiers::CONTROL,
            "alt" => modifiers |= KeyModifiers::ALT,
            "shift" => is_shifted = true,
            _ => return None,
        }
        rest = after;
    }
    let code = match (code(rest)?, is_shifted) {
        (KeyCode::Tab, true) => KeyCode::BackTab,
        (KeyCode::Char(c), true) if c.is_lowercase() => KeyCode::Char(c.to_ascii_uppercase()),
        // Terminals tell Shift with no other key apart.
        (_, true) => return None,
        // What a terminal sends for Ctrl and a letter has no case.
        (KeyCode::Char(c), false) if modifiers.contains(KeyModifiers::CONTROL) => {
            KeyCode::Char(c.to_ascii_lowercase())
        }
        (code, false) => code,
    };
    Some(Chord { code, modifiers })
}

fn code(text: &str) -> Option<KeyCode> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control() && c != ' ').then_some(KeyCode::Char(c));
    }
    let lower = text.to_ascii_lowercase();
    if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == lower) {
        return Some(*code);
    }
    let number: u8 = lower.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Chord {
        parse(text).unwrap_or_else(|| panic!("{text} is no key"))
    }

    #[test]
    fn keys_are_read_as_people_write_them() {
        for (text, shown) in [
            ("r", "r"),
            ("R", "R"),
            ("shift-r", "R"),
            ("ctrl-x", "Ctrl-X"),
            ("Ctrl-X", "Ctrl-X"),
            ("alt-enter", "Alt-Enter"),
            ("ctrl-alt-k", "Ctrl-Alt-K"),
            ("F5", "F5"),
            ("f12", "F12"),
            ("space", "Space"),
            ("shift-tab", "Shift-Tab"),
            ("-", "-"),
            ("ctrl--", "Ctrl--"),
            ("+", "+"),
            ("pgup", "PgUp"),
            ("é", "é"),
        ] {
            assert_eq!(parsed(text).to_string(), shown, "{text}");
        }
        for bad in [
            "", " ", "rr", "ctrl-", "meta-x", "F0", "F13", "shift-F5", "shift-1", "\u{1b}",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_key_of_the_table_can_be_written() {
        for key in Keymap::default().rows().iter().flat_map(|row| &row.keys) {
            let arrows = [("↑", "up"), ("↓", "down"), ("←", "left"), ("→", "right")];
            let mut text = key.to_string();
            for (arrow, name) in arrows {
                text = text.replace(arrow, name);
            }
            assert_eq!(parsed(&text), *key);
        }
    }

    #[test]
    fn wanted_keys_take_the_place_of_those_of_the_table() {
        let wanted = [
            (Action::Restart, vec![parsed("F5"), parsed("ctrl-x")]),
            (Action::Kill, Vec::new()),
            (Action::Quit, vec![parsed("Q")]),
        ];
        let keymap = Keymap::with(&wanted);
        let find = |text: &str| {
            let Chord { code, modifiers } = parsed(text);
            keymap.find(&KeyEvent::new(code, modifiers), Context::Workers)
        };
        assert_eq!(find("F5"), Some(Action::Restart));
        assert_eq!(find("ctrl-x"), Some(Action::Restart));
        assert_eq!((find("r"), find("K"), find("q")), (None, None, None));
        assert_eq!(find("ctrl-c"), Some(Action::Quit));
        assert_eq!(keymap.key_of(Action::Restart), Some(parsed("F5")));
        assert_eq!(keymap.key_of(Action::Kill), None);
        assert_eq!(keymap.clashes(), []);
    }

    #[test]
    fn two_meanings_of_a_key_in_one_place_clash() {
        let keymap = Keymap::with(&[(Action::Restart, vec![parsed("z")])]);
        assert_eq!(
            keymap.clashes(),
            [(parsed("z"), Action::Restart, Action::Zoom)]
        );
        assert_eq!(Keymap::default().clashes(), []);
    }
}
