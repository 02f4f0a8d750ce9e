//! The key that says what a pool's script is written for.
//!
//! Owns what that needs of the channel and of the command line, to which a web worker's preload is added. Called by `pool`.

use toml::de::DeValue;

use crate::cli::cluster::{self, ClusterError};
use crate::cli::config::table::{Faults, Table, Wrong, word};
use crate::cli::preload;
use crate::cli::runtime::Resolved;
use crate::model::{Api, ChannelKind, Schedule};
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
    match api {
        Api::Process => return api,
        Api::Cluster => {
            fit_cluster(table, channel, command, faults);
            return api;
        }
        Api::WebWorker => {}
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

/// Says why a pool is no cluster, if it is none.
fn fit_cluster(table: Table<'_>, channel: ChannelKind, command: &Resolved, faults: &mut Faults) {
    if let Err(error) = cluster::check(command, channel) {
        let span = table.key_span("api").unwrap_or_default();
        let help = match error {
            ClusterError::Channel(_) => "remove `channel`, or use `api = \"process\"`",
            ClusterError::Bun | ClusterError::Unknown { .. } => "use `api = \"process\"`",
        };
        let said = format!("`api = \"cluster\"`: {error}");
        faults.push(span, said, Some(help.to_owned()));
    }
}

/// Reads who accepts a cluster's connections.
pub(super) fn schedule(table: Table<'_>, api: Api, faults: &mut Faults) -> Schedule {
    let schedule = table.take("schedule", faults, |value| {
        let all = [Schedule::RoundRobin, Schedule::Shared];
        word(value, &all.map(|one| (one.as_str(), one)))
    });
    if schedule.is_some() && api != Api::Cluster {
        let said = "`schedule` is for the connections of a cluster";
        let help = "remove it, or use `api = \"cluster\"`";
        let span = table.key_span("schedule").unwrap_or_default();
        faults.push(span, said.to_owned(), Some(help.to_owned()));
    }
    schedule.unwrap_or_default()
}

fn api(value: &DeValue<'_>) -> Result<Api, Wrong> {
    word(
        value,
        &[Api::Process, Api::WebWorker, Api::Cluster].map(|api| (api.as_str(), api)),
    )
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
