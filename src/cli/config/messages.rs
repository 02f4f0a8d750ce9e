//! Messages that have a name: for the dashboard's composer, its palette, and keys of their own.
//!
//! Owns what such a message may be, and that its key does nothing else. Called by `deck` once the names of all pools are
//! known.

use crossterm::event::{KeyCode, KeyModifiers};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::config::table::{Faults, Key, Table, Wrong, json, mismatch, text};
use crate::cli::diagnose::nearest;
use crate::model::Address;
use crate::tui::{Chord, Context, Named, actions, check_message};

const MESSAGE: &[Key] = &[
    Key::Built("name"),
    Key::Built("key"),
    Key::Built("to"),
    Key::Built("json"),
];

/// The longest name, in characters.
const LONGEST: usize = 40;

/// Reads the list of messages for these pools.
pub(super) fn read(
    value: &Spanned<DeValue<'_>>,
    pools: &[&str],
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
        let Some(message) = message(entries, item, pools, faults) else {
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
    pools: &[&str],
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
    let key = table.take("key", faults, key);
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

fn key(value: &DeValue<'_>) -> Result<Chord, Wrong> {
    let written = text(value)?;
    let chord = chord(written).ok_or_else(|| {
        let wrong = Wrong::from(format!("names no key: \"{written}\""));
        wrong.help("write \"F5\", \"x\", \"ctrl-x\" or \"alt-x\"")
    })?;
    let is_here = |context: Context| {
        [Context::Workers, Context::Traffic]
            .into_iter()
            .any(|place| context.covers(place))
    };
    let taken = actions().find(|row| is_here(row.context) && row.keys.contains(&chord));
    match taken {
        Some(row) => Err(format!("is taken: {chord} is \"{}\"", row.label).into()),
        None => Ok(chord),
    }
}

/// The key that is written like this.
fn chord(written: &str) -> Option<Chord> {
    let lower = written.to_ascii_lowercase();
    let (modifiers, name) = match lower.split_once('-') {
        Some(("ctrl", name)) => (KeyModifiers::CONTROL, name),
        Some(("alt", name)) => (KeyModifiers::ALT, name),
        // A capital is a key of its own.
        _ => (KeyModifiers::NONE, written),
    };
    let number = name
        .strip_prefix(['f', 'F'])
        .and_then(|number| number.parse().ok());
    if let Some(number @ 1..=12) = number {
        return Some(Chord {
            code: KeyCode::F(number),
            modifiers,
        });
    }
    let mut chars = name.chars();
    let c = chars
        .next()
        .filter(|c| !c.is_control() && !c.is_whitespace())?;
    chars.next().is_none().then_some(Chord {
        code: KeyCode::Char(c),
        modifiers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::config::tests::{complaints, read_messages};

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
        let shown = |text| chord(text).map(|chord| (chord.code, chord.modifiers));
        let none = KeyModifiers::NONE;
        assert_eq!(shown("F12"), Some((KeyCode::F(12), none)));
        assert_eq!(shown("X"), Some((KeyCode::Char('X'), none)));
        assert_eq!(
            shown("Ctrl-G"),
            Some((KeyCode::Char('g'), KeyModifiers::CONTROL))
        );
        assert_eq!(
            shown("alt-g"),
            Some((KeyCode::Char('g'), KeyModifiers::ALT))
        );
        assert_eq!(shown("-"), Some((KeyCode::Char('-'), none)));
        for text in ["", "F0", "F13", "ctrl-", "hello", " "] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
