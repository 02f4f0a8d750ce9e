//! `run`: a deck of one pool, made out of a script or a command.
//!
//! Owns how such a pool is named and what it runs; `map` makes its pool here too.

use std::ffi::OsString;
use std::path::Path;

use crate::cli::args::Run;
use crate::cli::config::folder_name;
use crate::cli::diagnose::{Code, Failure};
use crate::cli::how::{How, against_advanced};
use crate::cli::runtime::{self, Programs, Resolved, RuntimeName, Script};
use crate::cli::{cluster, filter, preload};
use crate::model::{
    Api, ChannelKind, DeckSpec, ListenSpec, PoolName, PoolSpec, Ready, RestartWhen,
};
use crate::wire::Serialization;

/// The deck that was asked for; relative paths are relative to `here`.
pub(super) fn spec(run: &Run, here: &Path) -> Result<DeckSpec, Failure> {
    let name = run.name.as_ref().map(|name| {
        PoolName::new(name)
            .map_err(|error| Failure::new(Code::Usage, format!("--name {name}: {error}")))
    });
    let mut pool = pool(&run.command, run.how, run.channel.kind(), here)?;
    pool.name = name.transpose()?.unwrap_or(pool.name);
    pool.instances = run.instances;
    pool.restart.when = RestartWhen::OnFailure;
    if !run.listen.is_empty() && pool.channel != ChannelKind::Fork {
        let message = "--listen needs --channel fork: no other channel carries a socket";
        return Err(Failure::new(Code::Usage, message));
    }
    pool.listen = run
        .listen
        .iter()
        .map(|address| under(address, here))
        .collect();
    Ok(DeckSpec::new(folder_name(here), vec![pool]))
}

/// The address, a relative path under `here`.
fn under(address: &ListenSpec, here: &Path) -> ListenSpec {
    match address {
        ListenSpec::Unix(path) => ListenSpec::Unix(here.join(path)),
        other => other.clone(),
    }
}

/// A pool of one worker out of a script or a command, named after it.
pub(super) fn pool(
    line: &[OsString],
    how: How,
    channel: ChannelKind,
    here: &Path,
) -> Result<PoolSpec, Failure> {
    let programs = Programs::of_this_process();
    let mut resolved = resolve(line, how.runtime, here, &programs)?;
    let api = how.api.api();
    let serialization = how.serialization.serialization();
    if serialization == Serialization::Advanced
        && let Some((said, help)) = against_advanced(channel, resolved.runtime)
    {
        let message = format!("--serialization {serialization}: {said}");
        return Err(Failure::new(Code::Usage, message).help(help));
    }
    if api == Api::WebWorker {
        if channel != ChannelKind::Fork {
            let message = format!("--api {} needs --channel fork", api.as_str());
            return Err(Failure::new(Code::Usage, message));
        }
        resolved = resolved
            .with_preload(&preload::path(serialization))
            .map_err(|error| {
                Failure::new(Code::Usage, format!("--api {}: {error}", api.as_str()))
            })?;
    }
    if api == Api::Cluster {
        cluster::check(&resolved, channel)
            .map_err(|error| Failure::new(Code::Usage, format!("--api cluster: {error}")))?;
    }
    let mut pool = PoolSpec::new(pool_name(line), resolved.program, here);
    pool.args = resolved.args;
    pool.runtime = resolved.runtime;
    pool.channel = channel;
    pool.serialization = serialization;
    pool.api = api;
    if api == Api::Cluster {
        pool.ready = Ready::Listening;
    }
    if channel == ChannelKind::Stdio {
        pool.env = filter::line_by_line(&programs);
    }
    Ok(pool)
}

fn resolve(
    line: &[OsString],
    runtime: Option<RuntimeName>,
    here: &Path,
    programs: &Programs,
) -> Result<Resolved, Failure> {
    let Some((first, args)) = line.split_first() else {
        return Err(Failure::new(Code::Usage, "nothing to run was given"));
    };
    let path = Path::new(first);
    let is_file = here.join(path).is_file();
    let found = first.to_str().and_then(|name| programs.find(name));
    let is_script = runtime.is_some() || runtime::is_script(path);
    if is_script && (is_file || found.is_none()) {
        if !is_file {
            let message = format!("there is no file {}", path.display());
            return Err(Failure::new(Code::Usage, message));
        }
        let script = Script {
            path,
            folder: here,
            args: args.to_vec(),
            runtime,
        };
        return script.resolve(programs).map_err(|error| {
            Failure::new(Code::Usage, error.to_string())
                .help("install it, or name another with --runtime")
        });
    }
    // A program of this folder needs no `./` when no other has its name.
    let program = if found.is_none() && is_file {
        here.join(path).into_os_string()
    } else {
        first.clone()
    };
    Ok(runtime::command(&program, args.to_vec(), here))
}

/// The script's name without its ending; of a command, the script it runs, or else its program.
fn pool_name(command: &[OsString]) -> PoolName {
    let script = command
        .iter()
        .find(|part| runtime::is_script(Path::new(part)));
    let named = script.or(command.first()).map(Path::new);
    let stem = named.and_then(Path::file_stem).unwrap_or_default();
    PoolName::from_lossy(&stem.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(command: &[&str]) -> String {
        let command: Vec<OsString> = command.iter().map(OsString::from).collect();
        pool_name(&command).to_string()
    }

    #[test]
    fn a_pool_is_named_after_its_script() {
        assert_eq!(name(&["process.js"]), "process");
        assert_eq!(name(&["src/my worker.mjs", "--x"]), "my-worker");
        assert_eq!(name(&["node", "--inspect", "process.js"]), "process");
        assert_eq!(name(&["/usr/bin/jq", "."]), "jq");
        assert_eq!(name(&["..."]), "worker");
    }
}
