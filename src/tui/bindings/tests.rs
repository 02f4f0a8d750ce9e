//! The table of keys holds what it promises.

use std::collections::HashSet;
use std::fmt::Write;
use std::fs;

use crossterm::event::KeyCode;

use crate::tui::action::Context;
use crate::tui::bindings::actions;
use crate::tui::bindings::table::{code, ctrl, key};

#[test]
fn a_key_means_one_thing_in_a_pane() {
    for context in Context::PLACES {
        let mut seen = HashSet::new();
        let here = actions().filter(|binding| binding.context.covers(context));
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
    for binding in actions() {
        assert!(seen.insert(binding.action), "{:?}", binding.action);
        assert!(!binding.keys.is_empty() && !binding.label.is_empty());
        assert!(!binding.help.ends_with('.'));
    }
}

/// The table as README shows it, a row for each action in the order of the help.
fn readme() -> String {
    let mut text = String::new();
    for context in Context::ALL {
        let rows: Vec<_> = actions()
            .filter(|binding| binding.context == context)
            .collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(text, "| **{}** | |", context.title()).unwrap();
        for binding in rows {
            let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
            writeln!(text, "| {} | {} |", keys.join(" "), binding.help).unwrap();
        }
    }
    text.replace("`|`", "`\\|`")
}

#[test]
fn the_readme_has_the_table_of_keys() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once("<!-- keys -->\n").unwrap();
    let (there, after) = rest.split_once("<!-- /keys -->\n").unwrap();
    let wanted = format!("\n| key | does |\n| --- | --- |\n{}\n", readme());
    if std::env::var_os("UPDATE_README").is_some() {
        let text = format!("{before}<!-- keys -->\n{wanted}<!-- /keys -->\n{after}");
        fs::write(path, text).unwrap();
        return;
    }
    assert_eq!(
        there, wanted,
        "run `UPDATE_README=1 cargo test --lib table_of_keys`"
    );
}

#[test]
fn chords_print_as_people_write_them() {
    assert_eq!(ctrl('c').to_string(), "Ctrl-C");
    assert_eq!(key('K').to_string(), "K");
    assert_eq!(code(KeyCode::Enter).to_string(), "Enter");
}
