//! Reads a TOML table key by key and gathers every fault with its place.
//!
//! Owns which keys a table may have, which of them are not built yet, and how one value becomes one Rust value. Knows no
//! pool and no deck; called by the readers of each table.
//!
//! Walks the spanned document instead of deriving `Deserialize`: serde stops at the first fault and has no word for a
//! key that is documented but not built.

use std::ops::Range;
use std::time::Duration;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::cli::config::quantity::positive_size;
use crate::cli::diagnose::Fault;
use crate::tui::nearest;
use crate::wire::Pointer;

/// A key that a table may have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Key {
    /// Works.
    Built(&'static str),
    /// Is documented and does not work yet; its default value changes nothing and is taken.
    Later(&'static str, Option<Plain>),
}

/// A plain value, to recognise a default by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Plain {
    Text(&'static str),
    No,
    EmptyList,
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Self::Built(name) | Self::Later(name, _) => name,
        }
    }
}

impl Plain {
    fn as_toml(self) -> String {
        match self {
            Self::Text(text) => format!("\"{text}\""),
            Self::No => "false".to_owned(),
            Self::EmptyList => "[]".to_owned(),
        }
    }

    fn is(self, value: &DeValue<'_>) -> bool {
        match self {
            Self::Text(text) => value.as_str() == Some(text),
            Self::No => value.as_bool() == Some(false),
            Self::EmptyList => value.as_array().is_some_and(|list| list.is_empty()),
        }
    }
}

/// Why a value is not what its key wants.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Completes "`key` …".
    complaint: String,
    help: Option<String>,
    /// Where, if more exactly known than the whole value.
    span: Option<Range<usize>>,
}

impl Wrong {
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The whole sentence.
    pub(super) fn about(&self, key: &str) -> String {
        format!("`{key}` {}", self.complaint)
    }

    pub(super) fn at(mut self, span: Range<usize>) -> Self {
        self.span = self.span.or(Some(span));
        self
    }

    /// Adds it to the faults; `whole` is where the value of `key` is.
    pub(super) fn tell(self, key: &str, whole: Range<usize>, faults: &mut Faults) {
        let message = self.about(key);
        faults.push(self.span.unwrap_or(whole), message, self.help);
    }
}

impl From<String> for Wrong {
    fn from(complaint: String) -> Self {
        Self {
            complaint,
            help: None,
            span: None,
        }
    }
}

impl From<&str> for Wrong {
    fn from(complaint: &str) -> Self {
        complaint.to_owned().into()
    }
}

/// Every fault found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<Fault>);

impl Faults {
    /// Adds a fault.
    pub(super) fn push(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        self.0.push(Fault {
            span,
            message,
            help,
        });
    }
}

/// A table whose keys are all known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'t> {
    entries: &'t DeTable<'t>,
}

impl<'t> Table<'t> {
    /// Looks at every key, and gathers those that are unknown or not built yet.
    pub(super) fn new(entries: &'t DeTable<'t>, keys: &[Key], faults: &mut Faults) -> Self {
        for (key, value) in entries {
            let name = key.get_ref().as_ref();
            match keys.iter().find(|known| known.name() == name) {
                Some(Key::Built(_)) => {}
                Some(Key::Later(_, default)) => {
                    if !default.is_some_and(|default| default.is(value.get_ref())) {
                        let message = format!("`{name}` is not built yet in this version");
                        let help = default.map(|default| {
                            format!("only its default works: {name} = {}", default.as_toml())
                        });
                        faults.push(key.span(), message, help);
                    }
                }
                None => unknown(key, keys, faults),
            }
        }
        Self { entries }
    }

    /// The same without looking: the keys have been.
    pub(super) fn known(entries: &'t DeTable<'t>) -> Self {
        Self { entries }
    }

    /// The value of a key.
    pub(super) fn get(self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.entries.get(key)
    }

    /// Where a key stands.
    pub(super) fn key_span(self, key: &str) -> Option<Range<usize>> {
        self.entries.get_key_value(key).map(|(key, _)| key.span())
    }

    /// The converted value of a key; nothing when it is absent or wrong, and wrong ones are gathered.
    pub(super) fn take<T>(
        self,
        key: &str,
        faults: &mut Faults,
        convert: impl FnOnce(&'t DeValue<'t>) -> Result<T, Wrong>,
    ) -> Option<T> {
        let value = self.get(key)?;
        match convert(value.get_ref()) {
            Ok(converted) => Some(converted),
            Err(wrong) => {
                wrong.tell(key, value.span(), faults);
                None
            }
        }
    }

    /// The table inside of a key, its keys looked at.
    pub(super) fn inner(self, key: &str, keys: &[Key], faults: &mut Faults) -> Option<Self> {
        let entries = self.take(key, faults, |value| {
            value.as_table().ok_or_else(|| mismatch("a table", value))
        })?;
        Some(Self::new(entries, keys, faults))
    }
}

fn unknown(key: &Spanned<DeString<'_>>, keys: &[Key], faults: &mut Faults) {
    let name = key.get_ref().as_ref();
    let near = nearest(name, keys.iter().map(|known| known.name()));
    let help = near.map_or_else(
        || {
            let built = keys.iter().filter(|key| matches!(key, Key::Built(_)));
            let names: Vec<&str> = built.map(|key| key.name()).collect();
            format!("the keys here are {}", names.join(", "))
        },
        |near| format!("did you mean `{near}`?"),
    );
    faults.push(key.span(), format!("unknown key `{name}`"), Some(help));
}

/// The entries of a table in the order of the file.
pub(super) fn in_order<'t>(
    table: &'t DeTable<'t>,
) -> Vec<(&'t Spanned<DeString<'t>>, &'t Spanned<DeValue<'t>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// The complaint about a value of the wrong type.
pub(super) fn mismatch(wanted: &str, value: &DeValue<'_>) -> Wrong {
    let found = match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    format!("must be {wanted}, not {found}").into()
}

/// A string without NUL, which no system call takes.
pub(super) fn text<'t>(value: &'t DeValue<'t>) -> Result<&'t str, Wrong> {
    let text = value.as_str().ok_or_else(|| mismatch("a string", value))?;
    if text.contains('\0') {
        return Err("must not contain a NUL character".into());
    }
    Ok(text)
}

/// A list of strings.
pub(super) fn texts<'t>(value: &'t DeValue<'t>) -> Result<Vec<&'t str>, Wrong> {
    let list = value
        .as_array()
        .ok_or_else(|| mismatch("a list of strings", value))?;
    list.iter()
        .map(|item| text(item.get_ref()).map_err(|wrong| wrong.at(item.span())))
        .collect()
}

/// A string that is one of a few words.
pub(super) fn word<T: Copy>(value: &DeValue<'_>, words: &[(&str, T)]) -> Result<T, Wrong> {
    let found = text(value)?;
    if let Some((_, meant)) = words.iter().find(|(word, _)| *word == found) {
        return Ok(*meant);
    }
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    Err(no_word(found, &known))
}

/// The complaint about a word that is none of those that may be.
pub(super) fn no_word(found: &str, words: &[&str]) -> Wrong {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let wrong = Wrong::from(format!("must be {}", quoted.join(" or ")));
    match nearest(found, words.iter().copied()) {
        Some(near) => wrong.help(format!("did you mean \"{near}\"?")),
        None => wrong,
    }
}

/// A whole number within bounds.
pub(super) fn number(value: &DeValue<'_>, least: u32, most: u32) -> Result<u32, Wrong> {
    if !value.is_integer() {
        return Err(mismatch("a whole number", value));
    }
    integer(value)
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("must be from {least} to {most}").into())
}

/// A quantity written as a string.
pub(super) fn quantity<T>(
    value: &DeValue<'_>,
    wanted: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, Wrong> {
    let text = value.as_str().ok_or_else(|| mismatch(wanted, value))?;
    read(text).map_err(Wrong::from)
}

/// A duration.
pub(super) fn time(
    value: &DeValue<'_>,
    read: impl FnOnce(&str) -> Result<Duration, String>,
) -> Result<Duration, Wrong> {
    quantity(value, "a duration such as \"30s\"", read)
}

/// A size that is more than nothing.
pub(super) fn size(value: &DeValue<'_>) -> Result<usize, Wrong> {
    let bytes = quantity(value, "a size such as \"64MiB\"", positive_size)?;
    usize::try_from(bytes).map_err(|_| "is too large for this system".into())
}

/// A JSON pointer.
pub(super) fn pointer(text: &str) -> Result<Pointer, Wrong> {
    Pointer::parse(text).map_err(|error| format!("is no JSON pointer: {error}").into())
}

/// A value as JSON.
pub(super) fn json(value: &DeValue<'_>) -> Result<Value, Wrong> {
    Ok(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(_) => Value::from(
            integer(value).ok_or_else(|| Wrong::from("holds a number that is too large"))?,
        ),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| Wrong::from("holds a number that JSON cannot write"))?,
        DeValue::Boolean(truth) => Value::from(*truth),
        DeValue::Datetime(date) => Value::from(date.to_string()),
        DeValue::Array(list) => list
            .iter()
            .map(|item| json(item.get_ref()).map_err(|wrong| wrong.at(item.span())))
            .collect::<Result<Vec<Value>, Wrong>>()?
            .into(),
        DeValue::Table(table) => {
            let mut map = Map::new();
            for (key, item) in in_order(table) {
                let item = json(item.get_ref()).map_err(|wrong| wrong.at(item.span()))?;
                map.insert(key.get_ref().as_ref().to_owned(), item);
            }
            map.into()
        }
    })
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
