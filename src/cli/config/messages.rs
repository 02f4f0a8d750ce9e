//! Messages that have a name: for the dashboard's composer, its palette, and keys of their own.
//!
//! Owns what such a message may be, and that its key does nothing else. Called by `deck` once the names of all pools are
//! known.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::config::table::{Faults, Key, Table, Wrong, json, mismatch, text};
use crate::model::Address;
use crate::tui::{Action, Chord, Named, check_message, is_fixed, meaning, nearest, parse_key};

const MESSAGE: &[Key] = &[
    Key::Built("name"),
    Key::Built("key"),
    Key::Built("to"),
    Key::Built("json"),
];

/// The longest name, in characters.
const LONGEST: usize = 40;

/// The keys that actions have instead of the table's.
type Keys = [(Action, Vec<Chord>)];

/// Reads the list of messages for these pools, beside these keys of the same file.
pub(super) fn read(
    value: &Spanned<DeValue<'_>>,
    (pools, keys): (&[&str], &Keys),
    faults: &mut Faults,
) -> Vec<Named> {
    let Some(list) = value.get_ref().as_array() else {
        let found = mismatch("a list of tables", value.get_ref());
        let help = "each message is a table of its own: [[messages]]";
        faults.push(value.span(), found.about("messages"), Some(help.to_owned()));
        return Vec::new();
    };
    let mut messages: Vec<Named> = Vec::new();
    for item in list {
        let Some(entries) = item.get_ref().as_table() else {
            let found = mismatch("a list of tables", item.get_ref());
            faults.push(item.span(), found.about("messages"), None);
            continue;
        };
        let Some(message) = message(entries, item, (pools, keys), faults) else {
            continue;
        };
        if messages.iter().any(|other| other.name == message.name) {
            let text = format!("two messages are named \"{}\"", message.name);
            faults.push(item.span(), text, None);
        }
        let same = |other: &&Named| message.key.is_some() && other.key == message.key;
        if let (Some(other), Some(key)) = (messages.iter().find(same), message.key) {
            let text = format!("the key {key} sends \"{}\" already", other.name);
            faults.push(item.span(), text, None);
        }
        messages.push(message);
    }
    messages
}

fn message(
    entries: &DeTable<'_>,
    item: &Spanned<DeValue<'_>>,
    (pools, keys): (&[&str], &Keys),
    faults: &mut Faults,
) -> Option<Named> {
    let table = Table::new(entries, MESSAGE, faults);
    for (key, example) in [
        ("name", "\"gc\""),
        ("to", "\"POOL\""),
        ("json", "{ cmd = \"gc\" }"),
    ] {
        if table.get(key).is_none() {
            let help = format!("add `{key} = {example}`");
            faults.push(
                item.span(),
                format!("the message has no `{key}`"),
                Some(help),
            );
        }
    }
    let name = table.take("name", faults, name);
    let key = table.take("key", faults, |value| key(value, keys));
    let to = table.take("to", faults, |value| address(value, pools));
    let json = table.take("json", faults, body);
    Some(Named {
        name: name?,
        key,
        to: to?,
        json: json?,
    })
}

fn name(value: &DeValue<'_>) -> Result<String, Wrong> {
    let name = text(value)?;
    let is_word = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control());
    if !is_word || name.chars().count() > LONGEST {
        let wrong = Wrong::from(format!("must be one word of 1 to {LONGEST} characters"));
        return Err(wrong.help("it is sent with `:say NAME`"));
    }
    Ok(name.to_owned())
}

fn address(value: &DeValue<'_>, pools: &[&str]) -> Result<Address, Wrong> {
    let written = text(value)?;
    let address: Address = written
        .parse()
        .map_err(|_| Wrong::from("must be an address: `pool`, `pool/2`, `pool/*` or `*`"))?;
    let pool = match &address {
        Address::All => return Ok(address),
        Address::Pool(pool) | Address::PoolAll(pool) => pool,
        Address::Worker(id) => &id.pool,
    };
    if pools.contains(&pool.as_str()) {
        return Ok(address);
    }
    let wrong = Wrong::from(format!("names no pool of this deck: \"{pool}\""));
    Err(match nearest(pool.as_str(), pools.iter().copied()) {
        Some(near) => wrong.help(format!("did you mean \"{near}\"?")),
        None => wrong.help(format!("its pools: {}", pools.join(", "))),
    })
}

/// A string is a JSON text as the composer takes it; every other value is written as JSON.
fn body(value: &DeValue<'_>) -> Result<String, Wrong> {
    let written = match value.as_str() {
        Some(text) => text.to_owned(),
        None => json(value)?.to_string(),
    };
    check_message(&written).map_err(|why| {
        let wrong = Wrong::from(format!("is no JSON message: {why}"));
        wrong.help("a table is written as JSON: { cmd = \"gc\" }; a string has quotes of its own: '\"gc\"'")
    })?;
    Ok(written)
}

/// A key that nothing else has, with these keys instead of the table's.
fn key(value: &DeValue<'_>, keys: &Keys) -> Result<Chord, Wrong> {
    let written = text(value)?;
    let chord = parse_key(written).ok_or_else(|| {
        let wrong = Wrong::from(format!("names no key: \"{written}\""));
        wrong.help("write \"F5\", \"x\", \"ctrl-x\" or \"alt-x\"")
    })?;
    if is_fixed(chord) {
        return Err(format!("cannot be {chord}, which means the same everywhere").into());
    }
    match meaning(chord, keys) {
        Some(row) => Err(format!("is taken: {chord} is \"{}\"", row.label).into()),
        None => Ok(chord),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crossterm::event::KeyCode;

    use super::*;
    use crate::cli::config::tests::{complaints, read_messages, read_whole};

    fn with(lines: &str) -> String {
        format!("[pools.a]\ncommand = [\"a\"]\n[[messages]]\n{lines}\n")
    }

    #[test]
    fn messages_have_a_name_a_target_and_a_body() {
        let text = with(
            "name = \"gc\"\nkey = \"F5\"\nto = \"a/*\"\njson = { cmd = \"gc\", n = [1, 2.5] }\n\
             [[messages]]\nname = \"ping\"\nto = \"*\"\njson = '{\"n\": {{seq}}}'",
        );

        let messages = read_messages(&text);

        let [gc, ping] = messages.as_slice() else {
            panic!("{messages:?}");
        };
        assert_eq!(
            (gc.name.as_str(), gc.to.to_string().as_str()),
            ("gc", "a/*")
        );
        assert_eq!(gc.key.unwrap().code, KeyCode::F(5));
        assert_eq!(gc.json, r#"{"cmd":"gc","n":[1,2.5]}"#);
        assert_eq!((ping.key, ping.json.as_str()), (None, "{\"n\": {{seq}}}"));
    }

    #[test]
    fn what_is_wrong_with_a_message_is_said_with_its_place() {
        let pairs = [
            ("name = \"x\"\nto = \"a\"", "the message has no `json`"),
            (
                "name = \"a b\"\nto = \"a\"\njson = 1",
                "`name` must be one word",
            ),
            (
                "name = \"x\"\nto = \"b\"\njson = 1",
                "`to` names no pool of this deck: \"b\"",
            ),
            (
                "name = \"x\"\nto = \"a\"\njson = \"gc\"",
                "`json` is no JSON message",
            ),
            (
                "name = \"x\"\nto = \"a\"\nkey = \"F99\"\njson = 1",
                "`key` names no key: \"F99\"",
            ),
            (
                "name = \"x\"\nto = \"a\"\nkey = \"r\"\njson = 1",
                "`key` is taken: r is \"restart\"",
            ),
        ];
        for (lines, wanted) in pairs {
            let found = complaints(&with(lines)).join("\n");
            assert!(found.contains(wanted), "{found}");
        }
        let twice = "name = \"x\"\nto = \"a\"\nkey = \"F5\"\njson = 1\n[[messages]]\n\
                     name = \"x\"\nto = \"a\"\nkey = \"F5\"\njson = 1";
        let found = complaints(&with(twice)).join("\n");
        assert!(found.contains("two messages are named \"x\""), "{found}");
        assert!(found.contains("the key F5 sends \"x\" already"), "{found}");
    }

    #[test]
    fn keys_are_written_as_people_write_them() {
        for (written, shown) in [
            ("F12", "F12"),
            ("Ctrl-G", "Ctrl-G"),
            ("alt-space", "Alt-Space"),
            ("alt-F5", "Alt-F5"),
        ] {
            let key = keyed("", written).unwrap();
            assert_eq!(key.to_string(), shown);
        }
        // A capital is a key of its own.
        assert_eq!(keyed("", "alt-R").unwrap().code, KeyCode::Char('R'));
        for written in ["ctrl-c", "ctrl-l"] {
            let found = keyed("", written).unwrap_err();
            assert!(found.contains("means the same everywhere"), "{found}");
        }
    }

    #[test]
    fn a_key_is_free_or_taken_as_the_file_says() {
        assert!(keyed("kill = []", "K").is_ok());
        let found = keyed("restart = \"F5\"", "F5").unwrap_err();
        assert!(
            found.contains("`key` is taken: F5 is \"restart\""),
            "{found}"
        );
        assert!(keyed("restart = \"F5\"", "r").is_ok());
    }

    fn keyed(keys: &str, key: &str) -> Result<Chord, String> {
        let message = format!("name = \"x\"\nto = \"a\"\nkey = \"{key}\"\njson = 1");
        let text = format!("[keys]\n{keys}\n{}", with(&message));
        let read = read_whole(&text, Path::new("/srv/x"))?.1.messages;
        Ok(read.first().and_then(|message| message.key).unwrap())
    }
}
