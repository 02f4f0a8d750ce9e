//! The whole document: the deck's table, its pools, its routes, and what the person likes.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::cli::config::table::{Faults, Key, Plain, Table, Wrong, in_order, mismatch, text};
use crate::cli::config::{listen, messages, pool, routes, taste};
use crate::cli::diagnose::Fault;
use crate::cli::runtime::Programs;
use crate::model::{ChannelKind, DeckSpec, PoolName, PoolSpec, StoreSpec};
use crate::tui::Taste;

const TOP: &[Key] = &[
    Key::Built("deck"),
    Key::Built("pools"),
    Key::Built("routes"),
    Key::Built("messages"),
    Key::Later("sources", None),
    Key::Built("theme"),
    Key::Built("keys"),
    Key::Built("columns"),
    Key::Built("ui"),
];

const DECK: &[Key] = &[
    Key::Built("name"),
    Key::Built("store"),
    Key::Later("record", Some(Plain::Text("off"))),
    Key::Later("metrics", None),
    Key::Later("on_hup", Some(Plain::Text("stop"))),
];

/// The most workers a deck may start with.
const MOST_WORKERS: u32 = 4000;

/// Reads a config's text; relative paths are relative to `folder`, which is absolute.
///
/// # Errors
/// Every fault that was found, in the order of the file.
pub(super) fn read(
    text: &str,
    folder: &Path,
    programs: &Programs,
) -> Result<(DeckSpec, Taste), Vec<Fault>> {
    judged(text, |document, faults| {
        let spec = deck(document, folder, programs, faults);
        let mut taste = taste::read(Table::known(document), faults);
        if let Some(value) = document.get("messages") {
            taste.messages = messages::read(value, (&named(document), &taste.keys), faults);
        }
        spec.map(|spec| (spec, taste))
    })
}

/// Reads the text of a person's own file, which has no deck.
///
/// # Errors
/// Every fault that was found, in the order of the file.
pub(super) fn read_personal(text: &str) -> Result<Taste, Vec<Fault>> {
    judged(text, |document, faults| {
        Some(taste::whole(document, faults))
    })
}

fn judged<T>(
    text: &str,
    read: impl FnOnce(&DeTable<'_>, &mut Faults) -> Option<T>,
) -> Result<T, Vec<Fault>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(syntax).collect());
    }
    let mut faults = Faults::default();
    match read(document.get_ref(), &mut faults) {
        Some(found) if faults.0.is_empty() => Ok(found),
        _ => {
            faults.0.sort_by_key(|fault| fault.span.start);
            Err(faults.0)
        }
    }
}

fn syntax(error: &Error) -> Fault {
    let message: Vec<&str> = error.message().lines().map(str::trim).collect();
    Fault {
        span: error.span().unwrap_or(0..0),
        message: message.join(", "),
        help: None,
    }
}

fn deck(
    document: &DeTable<'_>,
    folder: &Path,
    programs: &Programs,
    faults: &mut Faults,
) -> Option<DeckSpec> {
    let top = Table::new(document, TOP, faults);
    let table = top.inner("deck", DECK, faults);
    let name = table.and_then(|deck| deck.take("name", faults, deck_name));
    let name = name.unwrap_or_else(|| folder_name(folder));
    let store = table.and_then(|deck| deck.take("store", faults, |value| store(value, folder)));

    let Some(value) = top.get("pools") else {
        let help = "add one: [pools.NAME] with a `command` or a `script`";
        faults.push(0..0, "there is no pool".to_owned(), Some(help.to_owned()));
        return None;
    };
    let pools = pools(value, folder, programs, faults);
    let mut spec = DeckSpec::new(name, pools);
    spec.store = store.unwrap_or_default();
    if let Some(value) = top.get("routes") {
        let mute = spec
            .pools
            .iter()
            .filter(|pool| pool.channel == ChannelKind::None);
        let pools = routes::Pools {
            named: named(document),
            mute: mute.map(|pool| pool.name.clone()).collect(),
        };
        spec.routes = routes::read(value, &pools, faults);
    }
    Some(spec)
}

fn pools(
    value: &Spanned<DeValue<'_>>,
    folder: &Path,
    programs: &Programs,
    faults: &mut Faults,
) -> Vec<PoolSpec> {
    let Some(entries) = value.get_ref().as_table() else {
        let found = mismatch("a table of pools", value.get_ref());
        faults.push(value.span(), found.about("pools"), None);
        return Vec::new();
    };
    if entries.is_empty() {
        let help = "add one: [pools.NAME] with a `command` or a `script`";
        faults.push(
            value.span(),
            "there is no pool".to_owned(),
            Some(help.to_owned()),
        );
    }
    let mut pools = Vec::new();
    let mut workers = 0;
    for (key, value) in in_order(entries) {
        let name = match PoolName::new(key.get_ref()) {
            Ok(name) => name,
            Err(error) => {
                faults.push(key.span(), error.to_string(), None);
                continue;
            }
        };
        let Some(entries) = value.get_ref().as_table() else {
            let found = mismatch("a table", value.get_ref());
            faults.push(value.span(), found.about(name.as_str()), None);
            continue;
        };
        let place = pool::Place {
            key: key.span(),
            folder,
            programs,
        };
        if let Some(pool) = pool::read(name, entries, &place, faults) {
            workers += pool.instances;
            if let Some(said) = listen::taken(&pool, &pools) {
                faults.push(
                    key.span(),
                    said,
                    Some("give each pool an address of its own".to_owned()),
                );
            }
            pools.push(pool);
        }
        if workers > MOST_WORKERS {
            let message = format!("the pools have more than {MOST_WORKERS} workers together");
            faults.push(key.span(), message, None);
            break;
        }
    }
    pools
}

/// Every pool that the document names, whatever is wrong with it.
fn named<'t>(document: &'t DeTable<'t>) -> Vec<&'t str> {
    let pools = document
        .get("pools")
        .and_then(|pools| pools.get_ref().as_table());
    let entries = pools.map(in_order).unwrap_or_default();
    entries
        .into_iter()
        .map(|(key, _)| key.get_ref().as_ref())
        .collect()
}

fn store(value: &DeValue<'_>, folder: &Path) -> Result<StoreSpec, Wrong> {
    let written = text(value)?;
    if written == "memory" {
        return Ok(StoreSpec::Memory);
    }
    let path = folder.join(written);
    if written.trim().is_empty() {
        Err("must be \"memory\" or a folder".into())
    } else if path.exists() && !path.is_dir() {
        Err(format!("is not a folder: {}", path.display()).into())
    } else {
        Ok(StoreSpec::Folder(path))
    }
}

fn deck_name<'t>(value: &'t DeValue<'t>) -> Result<String, Wrong> {
    let name = text(value)?;
    if name.trim().is_empty() || name.chars().count() > 64 {
        return Err("must have 1 to 64 characters".into());
    }
    if name.chars().any(char::is_control) {
        return Err("must not contain control characters".into());
    }
    Ok(name.to_owned())
}

/// What a deck is called whose name is nowhere given.
pub(crate) fn folder_name(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy());
    name.map_or_else(|| "forkdeck".to_owned(), std::borrow::Cow::into_owned)
}
