//! How channels and processes end, and what arrives before.

use std::os::unix::process::ExitStatusExt;

use forkdeck::{Child, FaultKind, SendError, Signal};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::support::{ECHO, Script, end, exists, find, next, reply, shell, until, within};

#[tokio::test]
async fn exit_codes_and_signals_are_told() {
    let mut seven = shell("exit 7").spawn().unwrap();
    let mut killed = shell("kill -9 $$").spawn().unwrap();

    assert_eq!(end(&mut seven).await.code(), Some(7));
    assert_eq!(end(&mut killed).await.signal(), Some(9));
    let process = killed.process();
    assert_eq!(
        (process.exit_code(), process.exit_signal()),
        (None, Some(Signal::KILL))
    );
    // As often as wanted, from wherever.
    assert_eq!(within(process.wait()).await.unwrap().signal(), Some(9));
}

#[tokio::test]
async fn a_parent_that_disconnects_ends_its_worker_after_what_was_sent() {
    let script = Script::new("echo.js", ECHO);
    let mut child = script.fork().spawn().unwrap();
    for n in 0..1000 {
        child.try_send(&n).unwrap();
    }

    child.disconnect();

    assert!(matches!(child.send(&1).await, Err(SendError::Closed)));
    within(child.flush()).await.unwrap();
    // Node has read all of it before it sees the end; what it answers then, it can no longer write.
    let mut answers = 0;
    while let Some(received) = next(&mut child).await {
        answers += usize::from(received.is_ok());
    }
    assert!(answers <= 1000);
    assert!(within(child.wait()).await.unwrap().success());
}

#[tokio::test]
async fn what_a_worker_wrote_before_it_saw_the_disconnect_is_received() {
    let mut child = shell("read -r a <&3; cat <&3 >/dev/null; echo \"[$a]\" >&3; exit 4")
        .spawn()
        .unwrap();
    child.try_send(&1).unwrap();

    child.disconnect();

    assert_eq!(reply(&mut child).await, json!([1]));
    assert_eq!(end(&mut child).await.code(), Some(4));
}

#[tokio::test]
async fn a_worker_that_disconnects_may_live_on() {
    let script = Script::new(
        "leave.js",
        "process.send(1, () => process.disconnect()); setInterval(() => {}, 1e6);",
    );
    let mut child = script.fork().spawn().unwrap();

    assert_eq!(reply(&mut child).await, 1);
    assert!(next(&mut child).await.is_none());

    assert!(!child.connected());
    within(child.sender().closed()).await;
    assert!(matches!(child.try_send(&1), Err(SendError::Closed)));
    assert!(child.process().exit_status().is_none());
    assert!(child.kill(Signal::from_raw(0)) && child.kill(Signal::TERM));
    assert_eq!(end(&mut child).await.signal(), Some(15));
    assert!(!child.kill(Signal::from_raw(0)) && !child.kill(Signal::TERM));
}

#[tokio::test]
async fn a_channel_that_another_process_holds_goes_on_after_the_exit() {
    let text = "( read -r m <&3; echo \"{\\\"late\\\":$m}\" >&3 ) & echo 1 >&3; exit 0";
    let mut child = shell(text).spawn().unwrap();
    assert_eq!(reply(&mut child).await, 1);
    assert!(within(child.wait()).await.unwrap().success());

    within(child.send(&2)).await.unwrap();

    assert_eq!(reply(&mut child).await, json!({ "late": 2 }));
    assert!(next(&mut child).await.is_none());
}

/// Receives to the end: the messages, and the bytes of one that was cut off.
async fn all(child: &mut Child) -> (Vec<Value>, Option<u64>) {
    let mut messages = Vec::new();
    while let Some(received) = next(child).await {
        match received {
            Ok(received) => messages.push(received.json().unwrap()),
            Err(fault) => {
                assert_eq!(fault.kind, FaultKind::Truncated);
                return (messages, Some(fault.bytes));
            }
        }
    }
    (messages, None)
}

#[tokio::test]
async fn what_was_sent_before_an_exit_arrives_in_order_and_a_cut_is_told() {
    let table = [
        ("process.send(0); process.exit()", 1),
        ("process.send('x'.repeat(200_000)); process.exit()", 1),
        (
            "for (let n = 0; n < 20_000; n += 1) process.send(n); process.exit()",
            278,
        ),
        ("process.send('x'.repeat(1e6), () => process.exit())", 1),
        ("process.send('x'.repeat(1e6))", 1),
        ("process.send(0); process.kill(process.pid, 'SIGKILL')", 1),
        ("process.send(0); throw new Error('on purpose')", 1),
        ("process.send('x'.repeat(20e6)); process.exit()", 0),
    ];
    for (text, at_least) in table {
        let script = Script::new("exit.js", text);
        let mut fork = script.fork();
        let mut child = fork.stderr(forkdeck::Stdio::Null).spawn().unwrap();
        // All is drained also when the process has been gone for long.
        within(child.wait()).await.unwrap();

        let (messages, cut) = all(&mut child).await;

        assert!(messages.len() >= at_least, "{text}: {}", messages.len());
        for (n, message) in messages.iter().enumerate() {
            assert!(
                message.is_string() || message == n,
                "{text}: {message} at {n}"
            );
        }
        if at_least == 0 {
            assert!(
                messages.len() == 1 || cut.is_some_and(|bytes| bytes > 200_000),
                "{cut:?}"
            );
        }
    }
}

#[tokio::test]
async fn nothing_of_a_program_that_writes_by_itself_is_lost() {
    let text = "i=0; while [ $i -lt 5000 ]; do echo $i >&3; i=$((i+1)); done; kill -9 $$";
    let mut child = shell(text).spawn().unwrap();

    let (messages, cut) = all(&mut child).await;

    assert_eq!((messages.len(), cut), (5000, None));
    assert_eq!(within(child.wait()).await.unwrap().signal(), Some(9));
}

#[tokio::test]
async fn sending_to_a_worker_that_closed_its_channel_fails() {
    let mut child = shell("exec 3<&-; sleep 1000 & echo $!; wait")
        .silent(true)
        .spawn()
        .unwrap();
    let large = "x".repeat(1 << 20);

    let sent = async { while child.send(&large).await.is_ok() {} };

    within(sent).await;
    assert!(matches!(
        child.flush().await,
        Ok(()) | Err(SendError::Closed)
    ));
    assert!(!child.connected());
    let mut pid = [0; 16];
    let read = within(child.stdout.take().unwrap().read(&mut pid))
        .await
        .unwrap();
    child.kill(Signal::KILL);
    let sleeper = std::str::from_utf8(&pid[..read])
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    let sleeper = rustix::process::Pid::from_raw(sleeper).unwrap();
    rustix::process::kill_process(sleeper, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn dropping_a_child_ends_one_that_waits_for_messages_and_reaps_it() {
    let script = Script::new("echo.js", ECHO);
    let child = forkdeck::fork(script.path()).spawn().unwrap();
    let pid = child.pid();

    drop(child);

    until("it ends and is reaped", || !exists(pid)).await;
}

#[tokio::test]
async fn dropping_a_child_leaves_others_alone_unless_they_are_to_be_killed() {
    let mut fork = forkdeck::Fork::command("sleep");
    let child = fork.arg("1000").spawn().unwrap();
    let process = child.process();
    drop(child);
    assert!(process.exit_status().is_none());
    assert!(process.kill(Signal::KILL));
    within(process.wait()).await.unwrap();

    let child = fork.kill_on_drop(true).spawn().unwrap();
    let pid = child.pid();
    let process = child.process();
    drop(child);
    assert!(process.exit_status().is_none(), "somebody holds it still");
    drop(process);
    until("it is killed and reaped", || !exists(pid)).await;
}

#[tokio::test]
async fn a_child_taken_apart_ends_when_its_last_sender_is_dropped() {
    let script = Script::new("echo.js", ECHO);
    let (sender, mut receiver, process) = script.fork().spawn().unwrap().split();
    let second = sender.clone();

    within(second.send(&1)).await.unwrap();
    drop(sender);
    let first = within(receiver.recv()).await.unwrap().unwrap();
    drop(second);

    assert_eq!(first.message.as_str(), r#"{"got":1}"#);
    assert!(within(receiver.recv()).await.is_none());
    assert!(within(process.wait()).await.unwrap().success());
}

#[tokio::test]
async fn a_worker_of_bun_or_deno_that_exits_is_received_to_its_end() {
    for (name, before) in [("bun", &[][..]), ("deno", &["run", "--allow-all"][..])] {
        let text = "import process from 'node:process';\
                    process.send('x'.repeat(1e6), () => process.exit(5));";
        let script = Script::new("exit.mjs", text);
        let Some(path) = find(name) else {
            continue;
        };
        let mut fork = script.fork();
        let mut child = fork.exec_path(path).exec_args(before).spawn().unwrap();

        assert_eq!(
            reply(&mut child).await.as_str().map(str::len),
            Some(1_000_000)
        );
        assert_eq!(end(&mut child).await.code(), Some(5));
    }
}
