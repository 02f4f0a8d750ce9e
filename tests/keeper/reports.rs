//! What the keeper reports, and what a worker finds when it starts.

use std::io::{BufRead, BufReader, Write};

use forkdeck::model::{Exit, Signal};
use forkdeck::process::Report;
use rustix::io::Errno;

use crate::support::{Rig, executable, output, until_gone};

#[tokio::test]
async fn every_way_to_end_is_reported() {
    let mut rig = Rig::start();

    let worker = rig.shell("exit 7").await;
    let pid = rig.spawned().await;
    match rig.report().await {
        Report::Exited { key, exit } => assert_eq!((key, exit), (worker.key, Exit::Code(7))),
        other => panic!("{other:?}"),
    }
    until_gone(&[pid]).await;

    let worker = rig.shell("sleep 100; true").await;
    rig.spawned().await;
    rig.signal(&worker, Signal::TERM, false).await;
    assert!(matches!(
        rig.exited().await,
        Exit::Signal {
            signal: Signal::TERM,
            core: false
        }
    ));

    rig.shell("kill -40 $$").await;
    rig.spawned().await;
    let by_realtime_signal = Signal::from_raw(40);
    assert!(matches!(
        rig.exited().await,
        Exit::Signal { signal, core: false } if signal == by_realtime_signal
    ));
}

#[tokio::test]
async fn suspending_and_going_on_are_reported() {
    let mut rig = Rig::start();
    // One that forks would have to be past its vfork: while the child is stopped in it, the parent cannot stop.
    let worker = rig.shell("exec sleep 100").await;
    rig.spawned().await;

    rig.signal(&worker, Signal::STOP, false).await;
    assert!(matches!(rig.report().await, Report::Suspended { .. }));

    rig.signal(&worker, Signal::CONT, false).await;
    assert!(matches!(rig.report().await, Report::Continued { .. }));

    rig.signal(&worker, Signal::STOP, true).await;
    assert!(matches!(rig.report().await, Report::Suspended { .. }));
    rig.signal(&worker, Signal::KILL, true).await;
    assert!(matches!(
        rig.exited().await,
        Exit::Signal {
            signal: Signal::KILL,
            ..
        }
    ));
}

#[tokio::test]
async fn a_worker_has_its_channel_on_3_and_no_other_descriptor() {
    let mut rig = Rig::start();
    // Many at once: none may get another's channel.
    let mut workers = Vec::new();
    for _ in 0..30 {
        let script = "read line <&3; echo \"$line\" >&3; \
             for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 255; do \
             [ -e /proc/self/fd/$n ] && echo $n; done";
        workers.push(rig.shell(script).await);
    }

    for (number, mut worker) in workers.into_iter().enumerate() {
        writeln!(worker.channel, "{{\"n\":{number}}}").unwrap();
        let mut line = String::new();
        BufReader::new(&worker.channel)
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, format!("{{\"n\":{number}}}\n"));
        assert_eq!(output(&mut worker), "0\n1\n2\n3\n");
        // The end of the channel is seen, so nobody else holds it.
        let mut rest = String::new();
        assert_eq!(
            BufReader::new(&worker.channel)
                .read_line(&mut rest)
                .unwrap(),
            0
        );
    }
}

#[tokio::test]
async fn a_worker_starts_with_clean_signals_in_a_group_of_its_own() {
    let mut rig = Rig::start();
    let script = "while read name value; do case $name in SigBlk:|SigIgn:) echo $value;; esac; done < /proc/self/status; \
         read pid comm state ppid group rest < /proc/self/stat; echo $((group - pid)); \
         echo $0; echo $FORKDECK_DEPTH; [ -c /dev/stdin ] && echo null; (: < /dev/tty) 2>&- || echo no tty";

    let mut worker = rig.shell(script).await;

    // The C library's own two signals, 32 and 33, are ignored in all it spawns.
    let (blocked, ignored) = ("0000000000000000", "0000000180000000");
    assert_eq!(
        output(&mut worker),
        format!("{blocked}\n{ignored}\n0\nsh\n1\nnull\nno tty\n")
    );
}

#[tokio::test]
async fn a_big_environment_arrives_whole() {
    let mut rig = Rig::start();
    let env: Vec<(String, String)> = (0..4)
        .map(|n| (format!("BIG{n}"), "x".repeat(60_000)))
        .collect();
    let env: Vec<(&str, String)> = env.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();

    let script = "echo ${#BIG0} ${#BIG1} ${#BIG2} ${#BIG3}";
    let mut worker = rig.spawn("sh", &["-c", script], &env).await;

    assert_eq!(output(&mut worker), "60000 60000 60000 60000\n");
}

#[tokio::test]
async fn a_program_is_found_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    executable(folder.path().join("hello"), "#!/bin/sh\necho $0\n");
    let mut rig = Rig::start();

    let mut relative = rig.spawn_in(folder.path(), "./hello", &[], &[]).await;
    assert!(output(&mut relative).ends_with("/hello\n"));

    let path = [("PATH", folder.path().display().to_string())];
    let mut named = rig.spawn("hello", &[], &path).await;
    assert!(output(&mut named).ends_with("/hello\n"));
}

#[tokio::test]
async fn a_failure_says_what_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, "no program").unwrap();
    let garbage = executable(folder.path().join("garbage"), "\x7fgarbage");
    let script = executable(folder.path().join("script"), "#!/no/such/interpreter\n");
    let mut rig = Rig::start();
    let display = |path: &std::path::Path| path.display().to_string();

    let cases = [
        (
            "no-such-program".to_owned(),
            Errno::NOENT,
            "find no-such-program in PATH".to_owned(),
        ),
        (
            "/no/such".to_owned(),
            Errno::NOENT,
            "execute /no/such".to_owned(),
        ),
        (
            display(&plain),
            Errno::ACCESS,
            format!("execute {}", display(&plain)),
        ),
        (
            display(folder.path()),
            Errno::ACCESS,
            format!("execute {}", display(folder.path())),
        ),
        (
            display(&garbage),
            Errno::NOEXEC,
            format!("execute {}", display(&garbage)),
        ),
        (
            display(&script),
            Errno::NOENT,
            format!("execute {} by /no/such/interpreter", display(&script)),
        ),
    ];
    for (program, expected_errno, expected_what) in cases {
        let worker = rig.spawn(&program, &[], &[]).await;
        match rig.report().await {
            Report::Failed { key, errno, what } => {
                assert_eq!(key, worker.key);
                assert_eq!(
                    (errno, what),
                    (expected_errno.raw_os_error(), expected_what)
                );
            }
            other => panic!("{other:?}"),
        }
    }

    rig.spawn_in(std::path::Path::new("/no/folder"), "sh", &[], &[])
        .await;
    match rig.report().await {
        Report::Failed { errno, what, .. } => {
            assert_eq!(errno, Errno::NOENT.raw_os_error());
            assert_eq!(what, "enter the folder /no/folder");
        }
        other => panic!("{other:?}"),
    }
}
