//! One pool's table.
//!
//! Owns which keys a pool has and what each may be. Called by `deck` for every pool.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread;

use toml::de::{DeTable, DeValue};

use crate::cli::config::table::{
    Faults, Key, Plain, Table, Wrong, json, mismatch, number, quantity as read_quantity, size,
    text, texts, time, word,
};
use crate::cli::config::{api, channel, jobs, listen, quantity, ready, serialization};
use crate::cli::filter;
use crate::cli::runtime::{self, Programs, RuntimeName};
use crate::model::{
    ChannelKind, MailboxSpec, OnDisconnect, PoolName, PoolSpec, RestartSpec, RestartWhen, Signal,
    StopSpec,
};
use crate::wire::{Message, Serialization};

const POOL: &[Key] = &[
    Key::Built("command"),
    Key::Built("script"),
    Key::Built("args"),
    Key::Built("runtime"),
    Key::Built("instances"),
    Key::Built("cwd"),
    Key::Built("env"),
    Key::Built("env_file"),
    Key::Built("channel"),
    Key::Built("max_frame"),
    Key::Built("mailbox"),
    Key::Built("restart"),
    Key::Built("stop"),
    Key::Built("on_disconnect"),
    Key::Built("ready"),
    Key::Built("ready_timeout"),
    Key::Built("stall_after"),
    Key::Built("concurrency"),
    Key::Built("dispatch"),
    Key::Built("reply"),
    Key::Built("failed_when"),
    Key::Built("timeout"),
    Key::Built("retries"),
    Key::Built("retry_backoff"),
    Key::Built("priority_levels"),
    Key::Built("rate"),
    Key::Built("queue"),
    Key::Built("listen"),
    Key::Built("serialization"),
    Key::Later("pty", Some(Plain::No)),
    Key::Built("api"),
    Key::Built("schedule"),
    Key::Later("after", Some(Plain::EmptyList)),
    Key::Later("strategy", Some(Plain::Text("one-for-one"))),
    Key::Later("group", None),
    Key::Later("watchdog", Some(Plain::Text("off"))),
    Key::Later("limits", None),
    Key::Later("umask", None),
    Key::Later("user", None),
    Key::Later("group_id", None),
    Key::Later("watch", Some(Plain::EmptyList)),
    Key::Later("log", None),
];

const MAILBOX: &[Key] = &[Key::Built("capacity"), Key::Built("bytes")];

const RESTART: &[Key] = &[
    Key::Built("when"),
    Key::Built("backoff"),
    Key::Built("intensity"),
    Key::Built("healthy"),
];

const STOP: &[Key] = &[
    Key::Built("signal"),
    Key::Built("grace"),
    Key::Built("message"),
    Key::Built("drain"),
];

/// The variables that the deck itself sets for every worker.
const RESERVED: [&str; 7] = [
    "NODE_CHANNEL_FD",
    "NODE_CHANNEL_SERIALIZATION_MODE",
    "NODE_UNIQUE_ID",
    "NODE_APP_INSTANCE",
    "FORKDECK_WORKER",
    "FORKDECK_POOL",
    "FORKDECK_INSTANCE",
];

/// The most workers one pool may have.
const MOST_INSTANCES: u32 = 1000;

/// Where a pool's table is, and what it may refer to.
pub(super) struct Place<'a> {
    /// The key that names the pool.
    pub(super) key: Range<usize>,
    /// What relative paths are relative to.
    pub(super) folder: &'a Path,
    /// The programs of this system.
    pub(super) programs: &'a Programs,
}

/// Reads a pool; nothing when its program is not known.
pub(super) fn read(
    name: PoolName,
    entries: &DeTable<'_>,
    place: &Place<'_>,
    faults: &mut Faults,
) -> Option<PoolSpec> {
    let table = Table::new(entries, POOL, faults);
    let folder = place.folder;
    let cwd = table
        .take("cwd", faults, |value| existing_folder(value, folder))
        .unwrap_or_else(|| folder.to_owned());
    let mut command = command(&name, table, place, &cwd, faults)?;
    let channel = channel::read(table, faults);
    let serialization = serialization::read(table, channel, command.runtime, faults);
    let api = api::read(table, channel, serialization, &mut command, faults);

    let mut pool = PoolSpec::new(name, command.program, cwd);
    pool.args = command.args;
    pool.runtime = command.runtime;
    if let Some(count) = table.take("instances", faults, instances) {
        pool.instances = count;
    }
    pool.channel = channel;
    pool.serialization = serialization;
    pool.api = api;
    pool.schedule = api::schedule(table, api, faults);
    if pool.channel == ChannelKind::Stdio {
        pool.env = filter::line_by_line(place.programs);
    }
    pool.env
        .extend(table.take("env", faults, env).unwrap_or_default());
    pool.env_file = table.take("env_file", faults, |value| existing_file(value, folder));
    if let Some(bytes) = table.take("max_frame", faults, size) {
        pool.max_frame = bytes;
    }
    let stall_after = table.take("stall_after", faults, |value| {
        time(value, quantity::positive_duration)
    });
    pool.stall_after = stall_after.unwrap_or(pool.stall_after);
    if let Some(then) = table.take("on_disconnect", faults, on_disconnect) {
        pool.on_disconnect = then;
    }
    if let Some(inner) = table.inner("mailbox", MAILBOX, faults) {
        pool.mailbox = mailbox(inner, faults);
    }
    if let Some(inner) = table.inner("restart", RESTART, faults) {
        pool.restart = restart(inner, faults);
    }
    if let Some(inner) = table.inner("stop", STOP, faults) {
        pool.stop = stop(inner, faults);
    }
    if serialization == Serialization::Advanced {
        serialization::check_stop(table, pool.stop.message.as_ref(), faults);
    }
    (pool.ready, pool.ready_timeout) =
        ready::read(table, (pool.channel, pool.api), pool.ready_timeout, faults);
    pool.jobs = jobs::read(table, faults);
    pool.listen = listen::read(table, (pool.channel, folder), faults);
    Some(pool)
}

/// The program and its arguments, from `command` or from `script`.
fn command(
    name: &PoolName,
    table: Table<'_>,
    place: &Place<'_>,
    cwd: &Path,
    faults: &mut Faults,
) -> Option<runtime::Resolved> {
    match (table.key_span("command"), table.key_span("script")) {
        (Some(_), Some(script)) => {
            let help =
                "`command` is the whole command line, `script` a file whose runtime is found";
            let message = format!("pool `{name}` has both `command` and `script`");
            faults.push(script, message, Some(help.to_owned()));
            None
        }
        (None, None) => {
            let help = "add `command = [\"node\", \"worker.js\"]` or `script = \"worker.js\"`";
            let message = format!("pool `{name}` has neither `command` nor `script`");
            faults.push(place.key.clone(), message, Some(help.to_owned()));
            None
        }
        (Some(_), None) => {
            for key in ["args", "runtime"] {
                if let Some(span) = table.key_span(key) {
                    let message = format!("`{key}` goes with `script`, not with `command`");
                    let help = "put it into the list of `command`".to_owned();
                    faults.push(span, message, Some(help));
                }
            }
            table.take("command", faults, |value| {
                plain_command(value, place.folder)
            })
        }
        (None, Some(_)) => {
            let args = table.take("args", faults, texts).unwrap_or_default();
            let args = args.into_iter().map(OsString::from).collect();
            let runtime = table.take("runtime", faults, |value| word(value, &RuntimeName::WORDS));
            table.take("script", faults, |value| {
                script(value, args, runtime, place, cwd)
            })
        }
    }
}

fn plain_command(value: &DeValue<'_>, folder: &Path) -> Result<runtime::Resolved, Wrong> {
    if value.is_str() {
        let wrong = Wrong::from("must be a list of strings: the program and its arguments");
        return Err(wrong.help("no shell reads it: write `command = [\"node\", \"worker.js\"]`"));
    }
    let parts = texts(value)?;
    match parts.split_first() {
        None => Err("must not be empty".into()),
        Some((&"", _)) => Err("must begin with a program".into()),
        Some((program, args)) => {
            let args = args.iter().map(OsString::from).collect();
            Ok(runtime::command(program.as_ref(), args, folder))
        }
    }
}

fn script(
    value: &DeValue<'_>,
    args: Vec<OsString>,
    runtime: Option<RuntimeName>,
    place: &Place<'_>,
    cwd: &Path,
) -> Result<runtime::Resolved, Wrong> {
    let written = text(value)?;
    let path = place.folder.join(written);
    if written.is_empty() || !path.is_file() {
        return Err(format!("is not a file: {}", path.display()).into());
    }
    // The short name is kept where it means the same: it is what people see.
    let path = if cwd == place.folder {
        PathBuf::from(written)
    } else {
        path
    };
    let script = runtime::Script {
        path: &path,
        folder: place.folder,
        args,
        runtime,
    };
    script
        .resolve(place.programs)
        .map_err(|error| format!("cannot run: {error}").into())
}

fn instances(value: &DeValue<'_>) -> Result<u32, Wrong> {
    let Some(word) = value.as_str() else {
        return number(value, 1, MOST_INSTANCES).map_err(|wrong| {
            if value.is_integer() {
                wrong
            } else {
                mismatch("a whole number, \"cores\" or \"cores-1\"", value)
            }
        });
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let cores = u32::try_from(cores).unwrap_or(MOST_INSTANCES);
    let count = match word {
        "cores" => cores,
        "cores-1" => cores - 1,
        _ => return Err("must be a whole number, \"cores\" or \"cores-1\"".into()),
    };
    Ok(count.clamp(1, MOST_INSTANCES))
}

fn env(value: &DeValue<'_>) -> Result<Vec<(OsString, OsString)>, Wrong> {
    let table = value
        .as_table()
        .ok_or_else(|| mismatch("a table of strings", value))?;
    let mut pairs = Vec::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        let fault = if name.is_empty() || name.contains(['=', '\0']) {
            Some("holds a name that no variable can have".to_owned())
        } else if RESERVED.contains(&name) {
            Some(format!("must not set `{name}`: the deck does"))
        } else {
            None
        };
        if let Some(fault) = fault {
            return Err(Wrong::from(fault).at(key.span()));
        }
        let text = text(value.get_ref()).map_err(|_| {
            let wrong = Wrong::from(format!("must give `{name}` a string"));
            wrong.at(value.span())
        })?;
        pairs.push((OsString::from(name), OsString::from(text)));
    }
    Ok(pairs)
}

fn existing_folder(value: &DeValue<'_>, folder: &Path) -> Result<PathBuf, Wrong> {
    let written = text(value)?;
    if matches!(written, "." | "./") {
        return Ok(folder.to_owned());
    }
    let path = folder.join(written);
    if path.is_dir() {
        Ok(path)
    } else {
        Err(format!("is not a folder: {}", path.display()).into())
    }
}

fn existing_file(value: &DeValue<'_>, folder: &Path) -> Result<PathBuf, Wrong> {
    let path = folder.join(text(value)?);
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("is not a file: {}", path.display()).into())
    }
}

fn on_disconnect(value: &DeValue<'_>) -> Result<OnDisconnect, Wrong> {
    let words = [("keep", OnDisconnect::Keep), ("stop", OnDisconnect::Stop)];
    word(value, &words)
}

fn mailbox(table: Table<'_>, faults: &mut Faults) -> MailboxSpec {
    let default = MailboxSpec::default();
    let capacity = table.take("capacity", faults, |value| number(value, 1, 10_000_000));
    let bytes = table.take("bytes", faults, size);
    MailboxSpec {
        capacity: capacity.map_or(default.capacity, |count| count as usize),
        bytes: bytes.unwrap_or(default.bytes),
    }
}

fn restart(table: Table<'_>, faults: &mut Faults) -> RestartSpec {
    let default = RestartSpec::default();
    let words = [
        ("always", RestartWhen::Always),
        ("on-failure", RestartWhen::OnFailure),
        ("never", RestartWhen::Never),
    ];
    let when = table.take("when", faults, |value| word(value, &words));
    let backoff = table.take("backoff", faults, |value| {
        read_quantity(value, "a range such as \"100ms..30s\"", quantity::backoff)
    });
    let intensity = table.take("intensity", faults, |value| {
        let wanted = "restarts in a time, such as \"5 in 30s\"";
        read_quantity(value, wanted, quantity::intensity)
    });
    let healthy = table.take("healthy", faults, |value| {
        time(value, quantity::positive_duration)
    });
    RestartSpec {
        when: when.unwrap_or(default.when),
        backoff: backoff.unwrap_or(default.backoff),
        intensity: intensity.unwrap_or(default.intensity),
        healthy: healthy.unwrap_or(default.healthy),
    }
}

fn stop(table: Table<'_>, faults: &mut Faults) -> StopSpec {
    let default = StopSpec::default();
    StopSpec {
        signal: table
            .take("signal", faults, signal)
            .unwrap_or(default.signal),
        grace: table
            .take("grace", faults, |value| time(value, quantity::duration))
            .unwrap_or(default.grace),
        message: table.take("message", faults, |value| {
            Message::from_value(&json(value)?).map_err(|error| format!("is {error}").into())
        }),
        drain: table
            .take("drain", faults, |value| time(value, quantity::duration))
            .unwrap_or(default.drain),
    }
}

fn signal(value: &DeValue<'_>) -> Result<Signal, Wrong> {
    let name = text(value)?;
    match Signal::from_name(name) {
        None => Err(format!("must be a signal's name such as \"SIGTERM\", not \"{name}\"").into()),
        Some(Signal::STOP | Signal::CONT) => Err("must be a signal that can end a process".into()),
        Some(signal) => Ok(signal),
    }
}
