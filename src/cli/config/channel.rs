//! The key that says what links a pool's workers to the deck.
//!
//! Owns which other keys need a channel. Called by `pool` with the pool's whole table.

use toml::de::{DeTable, DeValue};

use crate::cli::config::table::{Faults, Table, Wrong, word};
use crate::model::ChannelKind;

/// The keys that are about messages and jobs.
const OF_CHANNEL: [&str; 14] = [
    "max_frame",
    "mailbox",
    "on_disconnect",
    "stall_after",
    "concurrency",
    "dispatch",
    "reply",
    "failed_when",
    "timeout",
    "retries",
    "retry_backoff",
    "priority_levels",
    "rate",
    "queue",
];

/// Reads the kind of channel; without one, keys that need one are faults.
pub(super) fn read(table: Table<'_>, faults: &mut Faults) -> ChannelKind {
    let kind = table.take("channel", faults, kind).unwrap_or_default();
    if kind == ChannelKind::None {
        refuse_keys(table, faults);
    }
    kind
}

fn kind(value: &DeValue<'_>) -> Result<ChannelKind, Wrong> {
    let kinds = [ChannelKind::Fork, ChannelKind::Stdio, ChannelKind::None];
    word(value, &kinds.map(|kind| (kind.as_str(), kind)))
}

/// Without a channel nothing can be said of what passes on it.
fn refuse_keys(table: Table<'_>, faults: &mut Faults) {
    let keys = OF_CHANNEL.iter().map(|key| (*key, table.key_span(key)));
    let stop: Option<&DeTable<'_>> = table.get("stop").and_then(|stop| stop.get_ref().as_table());
    let message = stop.and_then(|stop| stop.get_key_value("message"));
    let message = message.map(|(key, _)| key.span());
    for (key, span) in keys.chain([("message", message)]) {
        let Some(span) = span else {
            continue;
        };
        let said = format!("`{key}` needs a channel, and with `channel = \"none\"` there is none");
        let help = format!("remove `{key}`, or use `channel = \"fork\"` or `channel = \"stdio\"`");
        faults.push(span, said, Some(help));
    }
}

#[cfg(test)]
#[path = "channel_tests.rs"]
mod tests;
