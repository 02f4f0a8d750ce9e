//! The one table of what keys do. The keymap, the footer, the help and the README derive from it.

use crossterm::event::{KeyCode, KeyModifiers};

use crate::tui::action::Context::{self, Everywhere, Traffic, Workers};
use crate::tui::action::{Action, Binding, Chord};

const fn key(c: char) -> Chord {
    code(KeyCode::Char(c))
}

const fn ctrl(c: char) -> Chord {
    Chord {
        code: KeyCode::Char(c),
        modifiers: KeyModifiers::CONTROL,
    }
}

const fn code(code: KeyCode) -> Chord {
    Chord {
        code,
        modifiers: KeyModifiers::NONE,
    }
}

const fn bind(
    action: Action,
    keys: &'static [Chord],
    context: Context,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding {
        action,
        keys,
        label,
        help,
        context,
        in_footer: true,
    }
}

const fn quiet(binding: Binding) -> Binding {
    Binding {
        in_footer: false,
        ..binding
    }
}

/// Every key of the dashboard, in the order in which the footer and the help show them.
pub const ACTIONS: &[Binding] = &[
    bind(
        Action::Message,
        &[key('m')],
        Everywhere,
        "message",
        "Write to the selected worker, or to one of the selected pool",
    ),
    bind(
        Action::NextPane,
        &[code(KeyCode::Tab)],
        Everywhere,
        "pane",
        "Go to the next pane",
    ),
    bind(
        Action::Broadcast,
        &[key('b')],
        Everywhere,
        "broadcast",
        "Write to every worker of the selected pool",
    ),
    quiet(bind(
        Action::BroadcastAll,
        &[key('B')],
        Everywhere,
        "to all",
        "Write to every worker of the deck",
    )),
    bind(
        Action::Follow,
        &[key('f')],
        Traffic,
        "follow",
        "Show the newest lines and stay there",
    ),
    bind(
        Action::Restart,
        &[key('r')],
        Everywhere,
        "restart",
        "Restart the worker or pool; clears its restart budget",
    ),
    bind(
        Action::StopStart,
        &[key('s')],
        Everywhere,
        "stop/start",
        "Stop the worker or pool; start it when it is stopped",
    ),
    bind(
        Action::Kill,
        &[key('K')],
        Everywhere,
        "kill",
        "End the worker and its descendants at once, with SIGKILL",
    ),
    bind(
        Action::Grow,
        &[key('+'), key('=')],
        Everywhere,
        "more",
        "One worker more in the selected pool",
    ),
    bind(
        Action::Shrink,
        &[key('-')],
        Everywhere,
        "less",
        "One worker less in the selected pool",
    ),
    bind(
        Action::Open,
        &[code(KeyCode::Enter)],
        Everywhere,
        "open",
        "Show the worker, message or line whole",
    ),
    bind(
        Action::Zoom,
        &[key('z')],
        Everywhere,
        "zoom",
        "Give the pane the whole screen, or take it back",
    ),
    bind(
        Action::Filter,
        &[key('/')],
        Everywhere,
        "filter",
        "Show only messages or lines with a text; Esc shows all",
    ),
    quiet(bind(
        Action::PreviousPane,
        &[code(KeyCode::BackTab)],
        Everywhere,
        "previous pane",
        "Go to the previous pane",
    )),
    bind(
        Action::Whole,
        &[key('a')],
        Everywhere,
        "all",
        "Messages and logs of the whole deck, or of the selection",
    ),
    quiet(bind(
        Action::Fold,
        &[code(KeyCode::Left), key('h')],
        Workers,
        "fold",
        "Fold the pool into one row",
    )),
    quiet(bind(
        Action::Unfold,
        &[code(KeyCode::Right), key('l')],
        Workers,
        "unfold",
        "Show the pool's workers",
    )),
    quiet(bind(
        Action::Sort,
        &[key('o')],
        Workers,
        "sort",
        "Sort by the next number: cpu, memory, mailbox and so on",
    )),
    quiet(bind(
        Action::SortCpu,
        &[key('c')],
        Workers,
        "by cpu",
        "Sort by CPU, or back to the order of the config",
    )),
    quiet(bind(
        Action::Up,
        &[code(KeyCode::Up), key('k')],
        Everywhere,
        "up",
        "Go up",
    )),
    quiet(bind(
        Action::Down,
        &[code(KeyCode::Down), key('j')],
        Everywhere,
        "down",
        "Go down",
    )),
    quiet(bind(
        Action::PageUp,
        &[code(KeyCode::PageUp), ctrl('u')],
        Everywhere,
        "page up",
        "Go up a page",
    )),
    quiet(bind(
        Action::PageDown,
        &[code(KeyCode::PageDown), ctrl('d')],
        Everywhere,
        "page down",
        "Go down a page",
    )),
    quiet(bind(
        Action::Top,
        &[code(KeyCode::Home), key('g')],
        Everywhere,
        "first",
        "Go to the first",
    )),
    quiet(bind(
        Action::Bottom,
        &[code(KeyCode::End), key('G')],
        Everywhere,
        "last",
        "Go to the last",
    )),
    bind(
        Action::Help,
        &[key('?')],
        Everywhere,
        "help",
        "Show the keys",
    ),
    bind(
        Action::Quit,
        &[key('q'), ctrl('c')],
        Everywhere,
        "quit",
        "Stop every worker and quit; Ctrl-C twice ends all at once",
    ),
    quiet(bind(
        Action::Suspend,
        &[ctrl('z')],
        Everywhere,
        "suspend",
        "To the background; the workers run on, fg comes back",
    )),
    quiet(bind(
        Action::Redraw,
        &[ctrl('l')],
        Everywhere,
        "redraw",
        "Draw everything anew",
    )),
    quiet(bind(
        Action::Back,
        &[code(KeyCode::Esc)],
        Everywhere,
        "back",
        "Leave what is on top",
    )),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_key_means_one_thing_in_a_pane() {
        for context in [Workers, Traffic] {
            let mut seen = HashSet::new();
            let here = ACTIONS
                .iter()
                .filter(|binding| binding.context == context || binding.context == Everywhere);
            for chord in here.flat_map(|binding| binding.keys) {
                assert!(
                    seen.insert(chord),
                    "{chord} means two things in {context:?}"
                );
            }
        }
    }

    #[test]
    fn an_action_has_one_row_with_a_key_and_words() {
        let mut seen = HashSet::new();
        for binding in ACTIONS {
            assert!(seen.insert(binding.action), "{:?}", binding.action);
            assert!(!binding.keys.is_empty() && !binding.label.is_empty());
            assert!(!binding.help.ends_with('.'));
        }
    }

    #[test]
    fn the_readme_names_keys_of_the_table() {
        let readme = include_str!("../../README.md");
        let keys = readme.split("## Keys").nth(1).unwrap();
        let keys = keys.split("\n## ").next().unwrap();
        let known: HashSet<String> = ACTIONS
            .iter()
            .flat_map(|binding| binding.keys)
            .map(ToString::to_string)
            .collect();
        for key in keys.split('`').skip(1).step_by(2) {
            assert!(known.contains(key), "{key} is no key");
        }
        let loud = ACTIONS.iter().filter(|binding| binding.in_footer);
        for key in loud.filter_map(|binding| binding.keys.first()) {
            assert!(keys.contains(&format!("`{key}`")), "{key} is not in it");
        }
    }

    #[test]
    fn chords_print_as_people_write_them() {
        assert_eq!(ctrl('c').to_string(), "Ctrl-C");
        assert_eq!(key('K').to_string(), "K");
        assert_eq!(code(KeyCode::Enter).to_string(), "Enter");
    }
}
