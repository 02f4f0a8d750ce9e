//! What a person likes: `[theme]`, `[keys]`, `[columns]`, `[ui]`, in a deck's config and in the person's own file.
//!
//! Called by `deck` and `file`.

use ratatui::style::Color;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::config::keys;
use crate::cli::config::table::{
    Faults, Key, Table, Wrong, in_order, mismatch, no_word, text, word,
};
use crate::tui::nearest;
use crate::tui::{COLUMNS, Place, Role, Taste, ThemeName, ThemeSpec, color_names, parse_color};

const UI: &[Key] = &[
    Key::Built("reduced_motion"),
    Key::Built("ascii"),
    Key::Built("mouse"),
    Key::Built("start"),
];

/// Reads the four tables of a document, as far as it has them.
pub(super) fn read(top: Table<'_>, faults: &mut Faults) -> Taste {
    let mut taste = Taste {
        theme: theme(top, faults),
        ..Taste::default()
    };
    if let Some(value) = top.get("keys") {
        taste.keys = keys::read(value, faults);
    }
    if let Some(table) = top.inner("columns", &[Key::Built("workers")], faults) {
        taste.columns = table.take("workers", faults, columns);
    }
    if let Some(ui) = top.inner("ui", UI, faults) {
        taste.reduced_motion = ui.take("reduced_motion", faults, truth);
        taste.ascii = ui.take("ascii", faults, ascii).flatten();
        taste.mouse = ui.take("mouse", faults, truth);
        taste.start = ui.take("start", faults, |value| word(value, &Place::ALL));
    }
    taste
}

fn theme(top: Table<'_>, faults: &mut Faults) -> ThemeSpec {
    let roles = Role::ALL.iter().map(|role| Key::Built(role.name()));
    let keys: Vec<Key> = [Key::Built("name")].into_iter().chain(roles).collect();
    let Some(table) = top.inner("theme", &keys, faults) else {
        return ThemeSpec::default();
    };
    let colors = Role::ALL.into_iter().filter_map(|role| {
        let color = table.take(role.name(), faults, color)?;
        Some((role, color))
    });
    let colors = colors.collect();
    ThemeSpec {
        name: table.take("name", faults, |value| word(value, &ThemeName::ALL)),
        colors,
    }
}

fn color(value: &DeValue<'_>) -> Result<Color, Wrong> {
    let written = if value.is_integer() {
        value
            .as_integer()
            .map(toml::de::DeInteger::as_str)
            .unwrap_or_default()
    } else {
        text(value)?
    };
    parse_color(written).ok_or_else(|| {
        let wrong =
            Wrong::from("must be a colour: \"#88c0d0\", a name such as \"cyan\", or 0 to 255");
        match nearest(written, color_names()) {
            Some(near) => wrong.help(format!("did you mean \"{near}\"?")),
            None => wrong,
        }
    })
}

fn truth(value: &DeValue<'_>) -> Result<bool, Wrong> {
    value
        .as_bool()
        .ok_or_else(|| mismatch("true or false", value))
}

/// Whether only ASCII is drawn; none where the locale decides.
fn ascii(value: &DeValue<'_>) -> Result<Option<bool>, Wrong> {
    match value.as_bool() {
        Some(truth) => Ok(Some(truth)),
        None if value.as_str() == Some("auto") => Ok(None),
        None => Err("must be true, false or \"auto\"".into()),
    }
}

fn columns(value: &DeValue<'_>) -> Result<Vec<String>, Wrong> {
    let list = value
        .as_array()
        .ok_or_else(|| mismatch("a list of columns", value))?;
    let mut columns: Vec<String> = Vec::new();
    for item in list {
        let name = column(item)?;
        if columns.contains(&name) {
            return Err(Wrong::from(format!("names \"{name}\" twice")).at(item.span()));
        }
        columns.push(name);
    }
    Ok(columns)
}

fn column(item: &Spanned<DeValue<'_>>) -> Result<String, Wrong> {
    let name = text(item.get_ref()).map_err(|wrong| wrong.at(item.span()))?;
    if COLUMNS.contains(&name) {
        return Ok(name.to_owned());
    }
    Err(no_word(name, &COLUMNS).at(item.span()))
}

/// Reads a document that says nothing but what a person likes.
pub(super) fn whole(document: &DeTable<'_>, faults: &mut Faults) -> Taste {
    let others = ["deck", "pools", "routes", "messages"];
    for (key, _) in in_order(document) {
        let name = key.get_ref().as_ref();
        if others.contains(&name) {
            let message = format!("`{name}` has no place in this file");
            let help = "a forkdeck.toml makes a deck; here stands what you like in all of them";
            faults.push(key.span(), message, Some(help.to_owned()));
        }
    }
    let known = ["theme", "keys", "columns", "ui"].into_iter().chain(others);
    let known: Vec<Key> = known.map(Key::Built).collect();
    read(Table::new(document, &known, faults), faults)
}
