//! The table of keys holds what it promises.

use std::collections::HashSet;

use super::*;

#[test]
fn a_key_means_one_thing_in_a_pane() {
    for context in [Workers, Traffic, Jobs] {
        let mut seen = HashSet::new();
        let here = ACTIONS
            .iter()
            .filter(|binding| binding.context.covers(context));
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
