//! The key that says what a pool's script is written for.
//!
//! Owns what that needs of the channel and of the command line, to which a web worker's preload is added. Called by `pool`.

use toml::de::DeValue;

use crate::cli::config::table::{Faults, Table, Wrong, word};
use crate::cli::preload;
use crate::cli::runtime::Resolved;
use crate::model::{Api, ChannelKind};
use crate::wire::Serialization;

/// Reads the API, and makes the command line fit for it.
pub(super) fn read(
    table: Table<'_>,
    channel: ChannelKind,
    serialization: Serialization,
    command: &mut Resolved,
    faults: &mut Faults,
) -> Api {
    let api = table.take("api", faults, api).unwrap_or_default();
    if api == Api::Process {
        return api;
    }
    let span = table.key_span("api").unwrap_or_default();
    if channel != ChannelKind::Fork {
        let said = format!(
            "`api = \"{}\"` needs the fork channel, not `channel = \"{}\"`",
            api.as_str(),
            channel.as_str()
        );
        let help = "remove `channel`, or use `api = \"process\"`".to_owned();
        faults.push(span, said, Some(help));
        return api;
    }
    match command.clone().with_preload(&preload::path(serialization)) {
        Ok(with_preload) => *command = with_preload,
        Err(error) => {
            let said = format!("`api = \"{}\"`: {error}", api.as_str());
            let help = "use `script`, or a `command` such as [\"node\", \"worker.js\"]".to_owned();
            faults.push(span, said, Some(help));
        }
    }
    api
}

fn api(value: &DeValue<'_>) -> Result<Api, Wrong> {
    word(
        value,
        &[Api::Process, Api::WebWorker].map(|api| (api.as_str(), api)),
    )
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
