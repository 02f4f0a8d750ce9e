//! The options of `fork()`, one by one.

use std::fs::File;
use std::io;
use std::time::Duration;

use forkdeck::{Child, Fork, ForkError, Signal, Stdio};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::support::{Script, end, reply, shell, stat_field, text, until, within};

/// A script that says how it was started.
const TELL: &str = "process.send({ args: process.argv.slice(2), exec: process.execArgv, cwd: process.cwd(),
    env: [process.env.A, process.env.HOME, process.env.NODE_CHANNEL_FD, process.env.NODE_UNIQUE_ID] });";

#[tokio::test]
async fn arguments_environment_and_folder_are_the_childs() {
    let script = Script::new("tell.js", TELL);
    let folder = script.folder().canonicalize().unwrap();
    let mut fork = Fork::new("tell.js");
    fork.arg("one")
        .args(["--two", "3 4"])
        .exec_arg("--no-warnings");
    fork.env("A", "b=c")
        .env_remove("HOME")
        .env("NODE_CHANNEL_FD", "77");
    fork.cwd(&folder).kill_on_drop(true);

    // One builder makes as many as wanted.
    for _ in 0..2 {
        let mut child = fork.spawn().unwrap();
        let told = reply(&mut child).await;
        assert_eq!(told["args"], json!(["one", "--two", "3 4"]));
        assert_eq!(told["exec"], json!(["--no-warnings"]));
        assert_eq!(told["cwd"], json!(folder));
        assert_eq!(told["env"], json!(["b=c", null, null, null]));
        assert!(end(&mut child).await.success());
    }
}

#[tokio::test]
async fn an_empty_environment_has_the_channel_and_what_was_set() {
    let mut fork = Fork::command("/usr/bin/env");
    fork.env("GONE", "1")
        .env_clear()
        .envs([("B", "2")])
        .stdout(Stdio::Pipe);

    let mut child = fork.spawn().unwrap();

    let told = text(child.stdout.take()).await;
    let mut names: Vec<_> = told
        .lines()
        .filter_map(|line| line.split('=').next())
        .collect();
    names.sort_unstable();
    let expected = [
        "B",
        "FORKDECK_FORK_DEPTH",
        "NODE_CHANNEL_FD",
        "NODE_CHANNEL_SERIALIZATION_MODE",
    ];
    assert_eq!(names, expected);
    assert!(told.contains("NODE_CHANNEL_FD=3\n"));
}

#[tokio::test]
async fn a_silent_childs_streams_are_pipes() {
    let mut fork = shell("read -r line; echo \"out $line\"; echo err >&2; echo 1 >&3");
    let mut child: Child = fork.silent(true).spawn().unwrap();

    let mut input = child.stdin.take().unwrap();
    within(input.write_all(b"typed\n")).await.unwrap();
    assert_eq!(text(child.stdout.take()).await, "out typed\n");
    assert_eq!(text(child.stderr.take()).await, "err\n");
    assert_eq!(reply(&mut child).await, 1);

    let child = shell("true").spawn().unwrap();
    assert!(child.stdin.is_none() && child.stdout.is_none() && child.stderr.is_none());
}

#[tokio::test]
async fn standard_streams_may_be_files_and_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let mut fork = shell("cat; echo done; echo lost >&2");
    fork.stdin(Stdio::Null)
        .stdout(File::create(&path).unwrap())
        .stderr(Stdio::Null);

    for _ in 0..2 {
        let mut child = fork.spawn().unwrap();
        end(&mut child).await;
    }

    assert_eq!(std::fs::read_to_string(path).unwrap(), "done\ndone\n");
}

#[tokio::test]
async fn a_detached_child_leads_a_session() {
    const SESSION: usize = 6;
    let own = stat_field(std::process::id(), SESSION);
    let mut fork = shell("echo 1 >&3; read -r _ <&3");
    let mut near = fork.spawn().unwrap();
    let mut far = fork.detached(true).spawn().unwrap();
    reply(&mut near).await;
    reply(&mut far).await;

    assert_eq!(stat_field(near.pid(), SESSION), own);
    assert_eq!(stat_field(far.pid(), SESSION), far.pid());
}

#[tokio::test]
async fn a_child_may_run_as_another_user_under_another_name() {
    let mut fork = shell("exec sleep 1000");
    fork.argv0("a-name");
    if rustix::process::getuid().is_root() {
        fork.uid(65_534).gid(65_533);
    }

    let child = fork.spawn().unwrap();

    let status = std::fs::read_to_string(format!("/proc/{}/status", child.pid())).unwrap();
    if rustix::process::getuid().is_root() {
        assert!(status.contains("Uid:\t65534\t65534"), "{status}");
        assert!(status.contains("Gid:\t65533\t65533"), "{status}");
    }
    let mut named = Fork::command("sleep");
    let named = named
        .arg("1000")
        .argv0("a-name")
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    // The system tells of a new program a moment before it knows its arguments.
    let path = format!("/proc/{}/cmdline", named.pid());
    until("it is told its name", || {
        std::fs::read_to_string(&path).unwrap() == "a-name\x001000\0"
    })
    .await;
}

/// Two signals that are the C library's own, and stay as they were.
const OWN: u64 = 0b11 << 31;

#[tokio::test]
async fn a_child_ignores_and_blocks_no_signals() {
    let mut fork = Fork::command("sleep");

    let child = fork.arg("1000").kill_on_drop(true).spawn().unwrap();

    // Rust's programs ignore SIGPIPE.
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.pid())).unwrap();
    for set in ["SigIgn:", "SigBlk:"] {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(set))
            .unwrap();
        let signals = u64::from_str_radix(line.trim(), 16).unwrap();
        assert_eq!(signals & !OWN, 0, "{set} {signals:x}");
    }
}

#[tokio::test]
async fn a_child_past_its_time_is_sent_the_kill_signal() {
    let moment = Duration::from_millis(50);
    let mut polite = shell("exec sleep 1000");
    let mut deaf = shell("trap '' TERM; sleep 1000 & wait; wait");
    let polite = polite.timeout(moment).spawn().unwrap();
    let mut deaf = deaf
        .detached(true)
        .kill_signal(Signal::KILL)
        .timeout(moment)
        .spawn()
        .unwrap();
    let quick = shell("exit 3")
        .timeout(Duration::from_hours(1))
        .spawn()
        .unwrap();

    within(polite.wait()).await.unwrap();
    within(deaf.wait()).await.unwrap();
    within(quick.wait()).await.unwrap();

    assert_eq!(polite.process().exit_signal(), Some(Signal::TERM));
    assert_eq!(deaf.process().exit_signal(), Some(Signal::KILL));
    assert_eq!(quick.process().exit_code(), Some(3));
    // What it started holds its channel; it is in the group that the child led.
    let group = rustix::process::Pid::from_raw(deaf.pid().cast_signed()).unwrap();
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
    end(&mut deaf).await;
}

#[tokio::test]
async fn what_cannot_be_executed_is_named() {
    let missing = forkdeck::fork("a.js")
        .exec_path("no-such-program")
        .spawn()
        .unwrap_err();
    assert_eq!(missing.to_string(), "execute no-such-program");
    assert_eq!(missing.kind(), io::ErrorKind::NotFound);

    let nowhere = shell("true").cwd("/no/such/folder").spawn().unwrap_err();
    assert_eq!(nowhere.to_string(), "enter the folder /no/such/folder");
    assert!(matches!(nowhere, ForkError::Folder { .. }));

    let refused = Fork::command("/dev/null").spawn().unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
}

#[test]
fn without_a_runtime_nothing_is_forked() {
    let error = Fork::command("true").spawn().unwrap_err();
    assert!(matches!(error, ForkError::NoRuntime), "{error}");
}

#[tokio::test]
async fn the_channel_is_not_inherited_by_others() {
    let mut first = shell("echo 1 >&3; read -r _ <&3").spawn().unwrap();
    reply(&mut first).await;

    // Another child that lives on does not keep the first one's channel open; what std passes on, it has too.
    let other = shell("exec sleep 1000").spawn().unwrap();
    let mut plain = std::process::Command::new("sleep")
        .arg("1000")
        .spawn()
        .unwrap();
    let sockets = |pid: u32| {
        let links = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
        let names = links.filter_map(|link| std::fs::read_link(link.ok()?.path()).ok());
        names
            .filter(|name| name.to_string_lossy().starts_with("socket:"))
            .count()
    };
    assert_eq!(sockets(other.pid()), sockets(plain.id()) + 1);
    plain.kill().unwrap();
    plain.wait().unwrap();
    first.disconnect();

    assert!(end(&mut first).await.code().is_some());
}
