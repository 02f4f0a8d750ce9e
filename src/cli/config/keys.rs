//! `[keys]`: which keys ask for which action.
//!
//! Owns that no key means two things in one place, whatever the table of keys and the file say together. Called by `taste`.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use crate::cli::config::table::{Faults, Wrong, in_order, mismatch, text};
use crate::tui::nearest;
use crate::tui::{Action, Chord, actions, clashes, is_fixed, parse_key};

/// Actions whose keys work above everything else, and are what a terminal's own keys are.
const FIXED: [Action; 2] = [Action::Suspend, Action::Redraw];

/// A key with the place where it is written.
type Written = (Chord, Range<usize>);

/// Reads the keys.
pub(super) fn read(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Vec<(Action, Vec<Chord>)> {
    let Some(table) = value.get_ref().as_table() else {
        let found = mismatch("a table", value.get_ref());
        faults.push(value.span(), found.about("keys"), None);
        return Vec::new();
    };
    let mut bound: Vec<(Action, Vec<Written>)> = Vec::new();
    for (key, value) in in_order(table) {
        let id = key.get_ref().as_ref();
        let Some(action) = find(id) else {
            faults.push(
                key.span(),
                format!("there is no action `{id}`"),
                Some(hint(id)),
            );
            continue;
        };
        if FIXED.contains(&action) {
            let message = format!("the key of `{id}` is the terminal's own and stays what it is");
            faults.push(key.span(), message, None);
            continue;
        }
        match chords(value) {
            Ok(keys) => bound.push((action, keys)),
            Err(wrong) => wrong.tell(id, value.span(), faults),
        }
    }
    let keys = |keys: &[Written]| keys.iter().map(|(key, _)| *key).collect();
    let plain = bound
        .iter()
        .map(|(action, written)| (*action, keys(written)));
    let plain: Vec<(Action, Vec<Chord>)> = plain.collect();
    for (key, one, other) in clashes(&plain) {
        clash(key, (one, other), &bound, faults);
    }
    plain
}

/// Tells that a key means two things, at the last of the places where it is written.
fn clash(
    key: Chord,
    (one, other): (Action, Action),
    bound: &[(Action, Vec<Written>)],
    faults: &mut Faults,
) {
    let places = bound
        .iter()
        .filter(|(action, _)| [one, other].contains(action));
    let places = places.flat_map(|(action, written)| {
        let there = written.iter().filter(|(written, _)| *written == key);
        there.map(|(_, span)| (*action, span.clone()))
    });
    // One of them is written here: the table by itself has no clash.
    let Some((action, span)) = places.max_by_key(|(_, span)| span.start) else {
        return;
    };
    let first = if action == one { other } else { one }.id();
    let message = format!(
        "the key {key} means `{first}` already where `{}` works",
        action.id()
    );
    let help = format!("give `{first}` another one, or none: {first} = []");
    faults.push(span, message, Some(help));
}

fn find(id: &str) -> Option<Action> {
    let mut actions = actions().map(|binding| binding.action);
    actions.find(|action| action.id() == id)
}

fn hint(id: &str) -> String {
    let ids: Vec<String> = actions().map(|binding| binding.action.id()).collect();
    match nearest(id, ids.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the actions are {}", ids.join(", ")),
    }
}

/// One key, or a list of them; an empty one leaves an action without.
fn chords(value: &Spanned<DeValue<'_>>) -> Result<Vec<Written>, Wrong> {
    let items: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
        DeValue::String(_) => vec![value],
        DeValue::Array(list) => list.iter().collect(),
        other => return Err(mismatch("a key or a list of keys", other)),
    };
    let mut keys: Vec<Written> = Vec::new();
    for item in items {
        let key = chord(item.get_ref()).map_err(|wrong| wrong.at(item.span()))?;
        if !keys.iter().any(|(other, _)| *other == key) {
            keys.push((key, item.span()));
        }
    }
    Ok(keys)
}

fn chord(value: &DeValue<'_>) -> Result<Chord, Wrong> {
    let written = text(value)?;
    let Some(key) = parse_key(written) else {
        let wrong = Wrong::from(format!("has a key that there is not: \"{written}\""));
        return Err(wrong
            .help("keys are written as r, R, +, ctrl-x, alt-enter, F5, space, shift-tab, pgup"));
    };
    if is_fixed(key) {
        return Err(format!("cannot have {key}, which means the same everywhere").into());
    }
    Ok(key)
}
