use std::fs;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::cli::diagnose::Source;
use crate::cli::runtime::Programs;
use crate::model::{DeckSpec, OnDisconnect, RestartWhen, Runtime, Signal};
use crate::tui::{Named, Taste};

pub(super) fn read(text: &str) -> Result<DeckSpec, String> {
    read_in(text, Path::new("/srv/thumbs"))
}

fn read_in(text: &str, folder: &Path) -> Result<DeckSpec, String> {
    read_whole(text, folder).map(|(spec, _)| spec)
}

/// The messages that a good config names.
pub(super) fn read_messages(text: &str) -> Vec<Named> {
    read_whole(text, Path::new("/srv/thumbs"))
        .unwrap()
        .1
        .messages
}

pub(super) fn read_whole(text: &str, folder: &Path) -> Result<(DeckSpec, Taste), String> {
    let source = Source { name: "f", text };
    let read = deck::read(text, folder, &Programs::in_folders(&[]));
    read.map_err(|faults| {
        let rendered: Vec<String> = faults.iter().map(|fault| source.render(fault)).collect();
        rendered.join("\n")
    })
}

/// The first line of each fault, and the help lines.
pub(super) fn complaints(text: &str) -> Vec<String> {
    let rendered = read(text).unwrap_err();
    rendered
        .lines()
        .filter(|line| line.starts_with("f:") || line.contains("= help:"))
        .map(|line| line.trim().replace("= help: ", "? "))
        .collect()
}

/// A pool with one more line in it, which is line 3.
pub(super) fn with(line: &str) -> String {
    format!("[pools.a]\ncommand = [\"a\"]\n{line}\n")
}

#[test]
fn a_small_config_has_the_documented_defaults() {
    let spec = read("[pools.resize]\ncommand = [\"node\", \"w.js\"]\n").unwrap();

    assert_eq!(spec.name, "thumbs");
    let pool = &spec.pools[0];
    assert_eq!(pool.name.as_str(), "resize");
    assert_eq!(
        (pool.program.as_os_str(), pool.instances),
        ("node".as_ref(), 1)
    );
    assert_eq!(pool.args, ["w.js"]);
    assert_eq!(pool.runtime, Some(Runtime::Node));
    assert_eq!(pool.cwd, Path::new("/srv/thumbs"));
    assert_eq!(pool.max_frame, 64 << 20);
    assert_eq!(pool.restart.when, RestartWhen::Always);
    assert_eq!(pool.stop.grace, Duration::from_secs(5));
}

#[test]
fn every_built_key_is_understood() {
    let text = r#"
        [deck]
        name = "pictures"
        [pools.z]
        command = ["bin/z", "~", "$HOME", "a b"]
        instances = 4
        cwd = "."
        env = { B = "2", A = "1 = one" }
        max_frame = "1MiB"
        mailbox = { capacity = 5, bytes = "1kB" }
        restart = { when = "on-failure", backoff = "1s..1min", intensity = "3 in 1min", healthy = "5s" }
        stop = { signal = "INT", grace = "0s", message = { cmd = "shutdown", n = [1, 2.5, true] } }
        on_disconnect = "stop"
        stall_after = "1s"
        [pools.b]
        command = ["b"]
        instances = "cores-1"
    "#;
    let spec = read(text).unwrap();

    assert_eq!(spec.name, "pictures");
    let names: Vec<&str> = spec.pools.iter().map(|pool| pool.name.as_str()).collect();
    assert_eq!(names, ["z", "b"], "the order of the file is kept");
    let pool = &spec.pools[0];
    assert_eq!(pool.program, "/srv/thumbs/bin/z");
    assert_eq!(
        pool.args,
        ["~", "$HOME", "a b"],
        "no shell touches arguments"
    );
    assert_eq!(pool.instances, 4);
    assert_eq!(
        pool.env,
        [("A".into(), "1 = one".into()), ("B".into(), "2".into())]
    );
    assert_eq!(pool.max_frame, 1 << 20);
    assert_eq!((pool.mailbox.capacity, pool.mailbox.bytes), (5, 1000));
    assert_eq!(pool.restart.when, RestartWhen::OnFailure);
    assert_eq!(pool.restart.backoff.first, Duration::from_secs(1));
    assert_eq!(pool.restart.intensity.restarts, 3);
    assert_eq!(pool.restart.healthy, Duration::from_secs(5));
    assert_eq!(pool.stop.signal, Signal::INT);
    assert_eq!(pool.stop.grace, Duration::ZERO);
    let message = pool.stop.message.as_ref().unwrap();
    assert_eq!(message.as_str(), r#"{"cmd":"shutdown","n":[1,2.5,true]}"#);
    assert_eq!(pool.on_disconnect, OnDisconnect::Stop);
    assert_eq!(pool.stall_after, Duration::from_secs(1));
    assert!(spec.pools[1].instances >= 1);
}

#[test]
fn defaults_of_what_is_not_built_are_taken() {
    let text = with(
        "channel = \"fork\"\nserialization = \"json\"\napi = \"process\"\nstrategy = \"one-for-one\"\npty = false\n\
         concurrency = 1\nretries = 3\nafter = []\nwatchdog = \"off\"\nstop = { drain = \"30s\" }\n[deck]\nstore = \"memory\"",
    );
    assert!(read(&text).is_ok(), "{:?}", read(&text));
}

#[test]
fn a_fault_shows_place_line_caret_and_the_nearest_key() {
    let text = "[pools.resize]\ncommand = [\"node\", \"w.js\"]\r\ninstnces = 4\n";
    assert_eq!(
        read(text).unwrap_err(),
        "f:3:1: unknown key `instnces`\n 3 | instnces = 4\n   | ^^^^^^^^\n   = help: did you mean `instances`?"
    );
}

#[test]
fn all_faults_are_told_at_once_in_the_order_of_the_file() {
    let text = "[dekc]\n[pools.a]\ncomand = [\"a\"]\npty = true\n[pools.b]\ncommand = [\"b\"]\ngrace = 5\n[sources]\n";
    assert_eq!(
        complaints(text),
        [
            "f:1:2: unknown key `dekc`",
            "? did you mean `deck`?",
            "f:2:8: pool `a` has neither `command` nor `script`",
            "? add `command = [\"node\", \"worker.js\"]` or `script = \"worker.js\"`",
            "f:3:1: unknown key `comand`",
            "? did you mean `command`?",
            "f:4:1: `pty` is not built yet in this version",
            "? only its default works: pty = false",
            "f:7:1: unknown key `grace`",
            "? the keys here are command, script, args, runtime, instances, cwd, env, env_file, channel, max_frame, mailbox, \
             restart, stop, on_disconnect, ready, ready_timeout, stall_after, concurrency, dispatch, reply, failed_when, timeout, retries, \
             retry_backoff, priority_levels, rate, queue, listen, serialization, api, schedule",
            "f:8:2: `sources` is not built yet in this version",
        ]
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_wrong_value_says_what_would_be_right() {
    let table = [
        (
            "instances = 0",
            "f:3:13: `instances` must be from 1 to 1000",
        ),
        (
            "instances = -1",
            "f:3:13: `instances` must be from 1 to 1000",
        ),
        (
            "instances = 1001",
            "f:3:13: `instances` must be from 1 to 1000",
        ),
        (
            "instances = 9999999999999999999999",
            "f:3:13: `instances` must be from 1 to 1000",
        ),
        (
            "instances = 1.5",
            "f:3:13: `instances` must be a whole number, \"cores\" or \"cores-1\", not a float",
        ),
        (
            "instances = \"many\"",
            "f:3:13: `instances` must be a whole number, \"cores\" or \"cores-1\"",
        ),
        (
            "stall_after = 250",
            "f:3:15: `stall_after` must be a duration such as \"30s\", not an integer",
        ),
        (
            "stall_after = \"0s\"",
            "f:3:15: `stall_after` must be more than zero",
        ),
        (
            "stall_after = \"250\"",
            "f:3:15: `stall_after` needs a unit: \"250s\", \"250ms\", \"250min\"",
        ),
        (
            "stop = { grace = \"-1s\" }",
            "f:3:18: `grace` must not be negative",
        ),
        (
            "stop = { grace = \"99999999h\" }",
            "f:3:18: `grace` must not be longer than a year",
        ),
        (
            "stop = { signal = \"SIGNOPE\" }",
            "f:3:19: `signal` must be a signal's name such as \"SIGTERM\", not \"SIGNOPE\"",
        ),
        (
            "stop = { signal = \"SIGSTOP\" }",
            "f:3:19: `signal` must be a signal that can end a process",
        ),
        (
            "stop = { message = inf }",
            "f:3:20: `message` holds a number that JSON cannot write",
        ),
        (
            "stop = \"SIGINT\"",
            "f:3:8: `stop` must be a table, not a string",
        ),
        (
            "max_frame = \"0\"",
            "f:3:13: `max_frame` must be more than zero",
        ),
        (
            "max_frame = \"1TiB\"",
            "f:3:13: `max_frame` must be a size such as \"64MiB\" or \"16kB\", not \"1TiB\"",
        ),
        (
            "mailbox = { capacity = 0 }",
            "f:3:24: `capacity` must be from 1 to 10000000",
        ),
        (
            "restart = { backoff = \"5s..1s\" }",
            "f:3:23: `backoff` must begin with the shorter duration",
        ),
        (
            "restart = { intensity = \"often\" }",
            "f:3:25: `intensity` must be restarts in a time, such as \"5 in 30s\", not \"often\"",
        ),
        (
            "restart = { when = \"on_failure\" }",
            "f:3:20: `when` must be \"always\" or \"on-failure\" or \"never\"",
        ),
        (
            "on_disconnect = \"detach\"",
            "f:3:17: `on_disconnect` must be \"keep\" or \"stop\"",
        ),
        ("env = { A = 1 }", "f:3:13: `env` must give `A` a string"),
        (
            "env = { NODE_CHANNEL_FD = \"4\" }",
            "f:3:9: `env` must not set `NODE_CHANNEL_FD`: the deck does",
        ),
        (
            "env = { \"A=B\" = \"4\" }",
            "f:3:9: `env` holds a name that no variable can have",
        ),
        (
            "env_file = \"nope.env\"",
            "f:3:12: `env_file` is not a file: /srv/thumbs/nope.env",
        ),
        (
            "cwd = \"nope\"",
            "f:3:7: `cwd` is not a folder: /srv/thumbs/nope",
        ),
        (
            "args = [\"a\"]",
            "f:3:1: `args` goes with `script`, not with `command`",
        ),
        (
            "serialization = \"v8\"",
            "f:3:17: `serialization` must be \"json\" or \"advanced\"",
        ),
        (
            "channel = \"pipe\"",
            "f:3:11: `channel` must be \"fork\" or \"stdio\" or \"none\"",
        ),
        (
            "script = \"a.js\"",
            "f:3:1: pool `a` has both `command` and `script`",
        ),
    ];
    for (line, expected) in table {
        assert_eq!(complaints(&with(line))[0], expected, "{line}");
    }
}

#[test]
fn every_wrong_command_says_what_would_be_right() {
    let table = [
        (
            "command = \"node w.js\"",
            "f:2:11: `command` must be a list of strings: the program and its arguments",
        ),
        ("command = []", "f:2:11: `command` must not be empty"),
        (
            "command = [\"\"]",
            "f:2:11: `command` must begin with a program",
        ),
        (
            "command = [\"a\", 1]",
            "f:2:17: `command` must be a string, not an integer",
        ),
        (
            "command = [\"a\\u0000b\"]",
            "f:2:12: `command` must not contain a NUL character",
        ),
        (
            "script = \"w.js\"",
            "f:2:10: `script` is not a file: /srv/thumbs/w.js",
        ),
        (
            "instances = 1",
            "f:1:8: pool `a` has neither `command` nor `script`",
        ),
    ];
    for (line, expected) in table {
        assert_eq!(
            complaints(&format!("[pools.a]\n{line}\n"))[0],
            expected,
            "{line}"
        );
    }
}

#[test]
fn every_wrong_document_says_where() {
    let first = |text: &str| complaints(text)[0].clone();
    assert_eq!(first(""), "f:1:1: there is no pool");
    assert_eq!(first("[deck]\nname = \"x\""), "f:1:1: there is no pool");
    assert_eq!(
        first("pools = 1"),
        "f:1:9: `pools` must be a table of pools, not an integer"
    );
    assert_eq!(first("[pools]\n"), "f:1:1: there is no pool");
    assert_eq!(
        first("[pools]\na = 1"),
        "f:2:5: `a` must be a table, not an integer"
    );
    assert_eq!(
        first("[pools.\"a/b\"]\ncommand = [\"a\"]"),
        "f:1:8: a pool's name is made of letters, digits, `-`, `_` and `.`, and begins with a letter or digit"
    );
    assert_eq!(
        first("[deck]\nname = \"\"\n[pools.a]\ncommand=[\"a\"]"),
        "f:2:8: `name` must have 1 to 64 characters"
    );
    assert!(first("[pools.a]\ncommand = [\"a\"]\n[pools.a]\n").starts_with("f:3:"));
    assert!(
        first("[pools.a]\ncommand = [\"a\"]\ncommand = [\"b\"]\n")
            .starts_with("f:3:1: duplicate key")
    );
    assert!(first("{\"pools\": {}}").starts_with("f:1:"));
    assert!(first("pools:\n  a: 1\n").starts_with("f:1:"));
    assert!(first(&format!("a = {}", "[".repeat(100_000))).starts_with("f:1:"));
}

#[test]
fn a_script_is_run_by_its_runtime_and_relative_to_the_config() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("w.sh"), "").unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("sh"), "").unwrap();
    let text = "[pools.a]\nscript = \"w.sh\"\nargs = [\"1\"]\nruntime = \"shell\"\ncwd = \"sub\"\n";

    let missing = read_in(text, folder.path()).unwrap_err();

    assert!(
        missing.contains("needs sh, and none is in PATH"),
        "{missing}"
    );
    fs::set_permissions(
        folder.path().join("sh"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let programs = Programs::in_folders(&[folder.path()]);
    let (spec, _) = deck::read(text, folder.path(), &programs).unwrap();
    let pool = &spec.pools[0];
    assert_eq!(pool.program, "sh");
    assert_eq!(pool.args[0], folder.path().join("w.sh"));
    assert_eq!(pool.args[1], "1");
    assert_eq!(pool.cwd, folder.path().join("sub"));
}
