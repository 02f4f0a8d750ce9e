//! The routes between pools.
//!
//! Owns what a route may be, and that none of them can send a message round for ever. Called by `deck` once the names of
//! all pools are known.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::config::table::{
    Faults, Key, Table, Wrong, in_order, json, mismatch, pointer, text, word,
};
use crate::model::{PoolName, RouteForm, RouteSpec};
use crate::tui::nearest;
use crate::wire::Pointer;

const ROUTE: &[Key] = &[
    Key::Built("from"),
    Key::Built("when"),
    Key::Built("to"),
    Key::Built("as"),
    Key::Built("back"),
];

/// The pools of the deck.
pub(super) struct Pools<'a> {
    /// Every name, whatever is wrong with the pool.
    pub(super) named: Vec<&'a str>,
    /// Those whose workers have no channel.
    pub(super) mute: Vec<PoolName>,
}

/// Reads the list of routes between these pools.
pub(super) fn read(
    value: &Spanned<DeValue<'_>>,
    pools: &Pools<'_>,
    faults: &mut Faults,
) -> Vec<RouteSpec> {
    let Some(list) = value.get_ref().as_array() else {
        let found = mismatch("a list of tables", value.get_ref());
        let help = "each route is a table of its own: [[routes]]";
        faults.push(value.span(), found.about("routes"), Some(help.to_owned()));
        return Vec::new();
    };
    let mut routes = Vec::new();
    let mut ways = Ways::default();
    for item in list {
        let Some(entries) = item.get_ref().as_table() else {
            let found = mismatch("a list of tables", item.get_ref());
            faults.push(item.span(), found.about("routes"), None);
            continue;
        };
        let Some((route, place)) = route(entries, item.span(), pools, faults) else {
            continue;
        };
        if route.when.is_empty()
            && let Some(round) = ways.add(&route)
        {
            let message = format!("the routes {round} send every message round for ever");
            let help = "give one of them a `when`, such as `when = { \"/type\" = \"image\" }`";
            faults.push(place, message, Some(help.to_owned()));
        }
        routes.push(route);
    }
    routes
}

/// One route, and where its target is named.
fn route(
    entries: &DeTable<'_>,
    span: Range<usize>,
    pools: &Pools<'_>,
    faults: &mut Faults,
) -> Option<(RouteSpec, Range<usize>)> {
    let table = Table::new(entries, ROUTE, faults);
    for key in ["from", "to"] {
        if table.get(key).is_none() {
            let help = format!("add `{key} = \"POOL\"`");
            faults.push(
                span.clone(),
                format!("the route has no `{key}`"),
                Some(help),
            );
        }
    }
    let from = table.take("from", faults, |value| pool(value, pools));
    let when = table.take("when", faults, when);
    let to = table.take("to", faults, |value| pool(value, pools));
    let words = [
        (RouteForm::Message.as_str(), RouteForm::Message),
        (RouteForm::Job.as_str(), RouteForm::Job),
    ];
    let form = table.take("as", faults, |value| word(value, &words));
    let back = table.take("back", faults, |value| {
        value
            .as_bool()
            .ok_or_else(|| mismatch("true or false", value))
    });
    let route = RouteSpec {
        from: from?,
        when: when.unwrap_or_default(),
        to: to?,
        form: form.unwrap_or_default(),
        back: back.unwrap_or_default(),
    };
    Some((route, table.get("to")?.span()))
}

fn pool(value: &DeValue<'_>, pools: &Pools<'_>) -> Result<PoolName, Wrong> {
    let name = text(value)?;
    if pools.mute.iter().any(|mute| mute.as_str() == name) {
        let wrong = Wrong::from(format!("names a pool without a channel: \"{name}\""));
        return Err(
            wrong.help("it has `channel = \"none\"`, so it neither sends nor takes messages")
        );
    }
    let pools = &pools.named;
    if !pools.contains(&name) {
        let wrong = Wrong::from(format!("names no pool of this deck: \"{name}\""));
        return Err(match nearest(name, pools.iter().copied()) {
            Some(near) => wrong.help(format!("did you mean \"{near}\"?")),
            None => wrong.help(format!("its pools: {}", pools.join(", "))),
        });
    }
    PoolName::new(name).map_err(|error| format!("names no pool: {error}").into())
}

fn when(value: &DeValue<'_>) -> Result<Vec<(Pointer, Value)>, Wrong> {
    let table = value
        .as_table()
        .ok_or_else(|| mismatch("a table of JSON pointers and values", value))?;
    let mut conditions = Vec::new();
    for (key, item) in in_order(table) {
        let place = pointer(key.get_ref()).map_err(|wrong| wrong.at(key.span()))?;
        if let Some(span) = date_in(item) {
            let wrong = Wrong::from("holds a date, which no message has: JSON knows none");
            return Err(wrong.help("write it as a string".to_owned()).at(span));
        }
        let wanted = json(item.get_ref()).map_err(|wrong| wrong.at(item.span()))?;
        conditions.push((place, wanted));
    }
    Ok(conditions)
}

/// Where the first date within a value is.
fn date_in(value: &Spanned<DeValue<'_>>) -> Option<Range<usize>> {
    match value.get_ref() {
        DeValue::Datetime(_) => Some(value.span()),
        DeValue::Array(list) => list.iter().find_map(date_in),
        DeValue::Table(table) => table.iter().find_map(|(_, item)| date_in(item)),
        _ => None, // JSON has it.
    }
}

/// Where a message of each pool goes whatever it is.
#[derive(Debug, Default)]
struct Ways(HashMap<PoolName, Vec<PoolName>>);

impl Ways {
    /// Takes a route without a condition; if it closes a round, it is left out and the round is told: `a -> b -> a`.
    fn add(&mut self, route: &RouteSpec) -> Option<String> {
        if let Some(back) = self.path(&route.to, &route.from) {
            let pools = [&route.from].into_iter().chain(back);
            return Some(pools.map(PoolName::as_str).collect::<Vec<_>>().join(" -> "));
        }
        let targets = self.0.entry(route.from.clone()).or_default();
        targets.push(route.to.clone());
        None
    }

    /// The pools on a way between two, both of them included.
    fn path<'a>(&'a self, from: &'a PoolName, to: &PoolName) -> Option<Vec<&'a PoolName>> {
        let mut seen = vec![from];
        let mut open = vec![vec![from]];
        while let Some(path) = open.pop() {
            let last = *path.last()?;
            if last == to {
                return Some(path);
            }
            for next in self.0.get(last).into_iter().flatten() {
                if !seen.contains(&next) {
                    seen.push(next);
                    open.push(path.iter().copied().chain([next]).collect());
                }
            }
        }
        None
    }
}
