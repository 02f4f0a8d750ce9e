//! The key that says how messages to a pool's workers are written.
//!
//! Owns what that needs of the channel, the runtime and the stop message. Called by `pool`.

use toml::de::{DeTable, DeValue};

use crate::cli::config::table::{Faults, Table, Wrong, word};
use crate::cli::how::against_advanced;
use crate::model::{ChannelKind, Runtime};
use crate::wire::{Message, Serialization, v8};

/// Reads the serialization.
pub(super) fn read(
    table: Table<'_>,
    channel: ChannelKind,
    runtime: Option<Runtime>,
    faults: &mut Faults,
) -> Serialization {
    let serialization = table
        .take("serialization", faults, serialization)
        .unwrap_or_default();
    if serialization == Serialization::Json {
        return serialization;
    }
    if let Some((said, help)) = against_advanced(channel, runtime) {
        let span = table.key_span("serialization").unwrap_or_default();
        let said = format!("`serialization = \"{serialization}\"`: {said}");
        faults.push(span, said, Some(help.to_owned()));
    }
    serialization
}

/// A stop message of advanced serialization that cannot be written is a fault.
pub(super) fn check_stop(table: Table<'_>, message: Option<&Message>, faults: &mut Faults) {
    let Some(Err(error)) = message.map(|message| v8::check(message.as_str())) else {
        return;
    };
    let stop: Option<&DeTable<'_>> = table.get("stop").and_then(|stop| stop.get_ref().as_table());
    let key = stop.and_then(|stop| stop.get_key_value("message"));
    let span = key.map(|(key, _)| key.span()).unwrap_or_default();
    let said = "`message` cannot be written in advanced serialization".to_owned();
    faults.push(span, said, Some(error.to_string()));
}

fn serialization(value: &DeValue<'_>) -> Result<Serialization, Wrong> {
    let words = [Serialization::Json, Serialization::Advanced];
    word(value, &words.map(|word| (word.as_str(), word)))
}

#[cfg(test)]
#[path = "serialization_tests.rs"]
mod tests;
