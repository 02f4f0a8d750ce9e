//! Messages both ways, with every runtime.

use forkdeck::{Fork, Message, SendError, Serialization};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{ECHO, Script, end, find, next, reply, shell, within};

async fn round_trip(fork: &mut Fork) {
    let mut child = fork.kill_on_drop(true).spawn().unwrap();
    assert!(child.connected());

    for message in [json!({ "hello": "wörld" }), json!(null), json!([1.5, "\n"])] {
        within(child.send(&message)).await.unwrap();
        assert_eq!(reply(&mut child).await, json!({ "got": message }));
    }
    child.disconnect();

    let status = end(&mut child).await;
    assert!(status.success(), "{status}");
    assert!(!child.connected());
}

#[tokio::test]
async fn a_script_of_node_answers() {
    let script = Script::new("echo.js", ECHO);
    round_trip(&mut script.fork()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_of_node_answers_a_runtime_of_many_threads() {
    let script = Script::new("echo.js", ECHO);
    round_trip(&mut script.fork()).await;
}

#[tokio::test]
async fn a_script_of_bun_answers() {
    let script = Script::new("echo.js", ECHO);
    if let Some(bun) = find("bun") {
        round_trip(script.fork().exec_path(bun)).await;
    }
}

#[tokio::test]
async fn a_script_of_deno_answers() {
    let script = Script::new(
        "echo.mjs",
        &format!("import process from 'node:process'; {ECHO}"),
    );
    if let Some(deno) = find("deno") {
        let mut fork = script.fork();
        round_trip(fork.exec_path(deno).exec_args(["run", "--allow-all"])).await;
    }
}

#[tokio::test]
async fn a_script_of_python_answers() {
    let script = Script::new(
        "echo.py",
        "import json, os, socket\n\
         channel = socket.socket(fileno=int(os.environ['NODE_CHANNEL_FD']))\n\
         for line in channel.makefile(encoding='utf-8'):\n\
         \x20   answer = json.dumps({'got': json.loads(line)})\n\
         \x20   channel.sendall((answer + '\\n').encode())\n",
    );
    if find("python3").is_some() {
        round_trip(&mut script.fork()).await;
    }
}

#[tokio::test]
async fn a_script_of_the_shell_answers() {
    let script = Script::new(
        "echo.sh",
        "while read -r message <&3; do printf '{\"got\":%s}\\n' \"$message\" >&3; done",
    );
    round_trip(&mut script.fork()).await;
}

#[tokio::test]
async fn advanced_serialization_brings_what_json_cannot() {
    let script = Script::new(
        "dates.js",
        "process.on('message', (date) => process.send([date.getTime(), new Map([[1n, undefined]])]));",
    );
    let mut fork = script.fork();
    let mut child = fork.serialization(Serialization::Advanced).spawn().unwrap();

    let date = json!({ "$date": "2026-01-02T03:04:05.678Z" });
    within(child.send(&date)).await.unwrap();
    let answer = reply(&mut child).await;
    let nonsense = child.send(&json!({ "$date": "yesterday" })).await;

    assert_eq!(answer[0], 1_767_323_045_678_u64);
    assert!(answer[1].get("$map").is_some(), "{answer}");
    assert!(matches!(nonsense, Err(SendError::Marks { .. })));
    child.disconnect();
    assert!(end(&mut child).await.success());
}

#[tokio::test]
async fn values_of_ones_own_types_travel() {
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Job {
        id: u64,
        name: String,
    }
    let mut child = shell("read -r job <&3; echo \"$job\" >&3").spawn().unwrap();
    let job = Job {
        id: u64::MAX,
        name: "ä".to_owned(),
    };

    within(child.send(&job)).await.unwrap();
    let received = next(&mut child).await.unwrap().unwrap();

    assert_eq!(received.json::<Job>().unwrap(), job);
}

#[tokio::test]
async fn what_no_runtime_could_read_is_not_sent() {
    let child = shell("read -r _ <&3").spawn().unwrap();

    let keys = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert!(matches!(
        child.send(&keys).await,
        Err(SendError::Value { .. })
    ));
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    assert!(matches!(
        child.try_send(&deep),
        Err(SendError::Message { .. })
    ));
    let acknowledged = json!({ "cmd": "NODE_HANDLE_ACK" });
    assert!(matches!(
        child.send(&acknowledged).await,
        Err(SendError::Reserved)
    ));
    let prepared = Message::from_value(&acknowledged).unwrap();
    assert!(matches!(
        child.send_message(prepared).await,
        Err(SendError::Reserved)
    ));
}

#[tokio::test]
async fn messages_between_runtimes_are_not_the_users() {
    let text = r#"echo '{"cmd":"NODE_SOMETHING"}' >&3; echo '{"cmd":"NODE_"}' >&3"#;
    let mut child = shell(text).spawn().unwrap();

    assert_eq!(reply(&mut child).await, json!({ "cmd": "NODE_" }));
    end(&mut child).await;
}

#[tokio::test]
async fn what_is_no_message_is_told_and_messages_go_on() {
    let mut child = shell("echo oops >&3; echo 1 >&3; printf '[2' >&3")
        .spawn()
        .unwrap();

    let invalid = next(&mut child).await.unwrap().unwrap_err();
    assert_eq!(
        (invalid.kind, invalid.bytes),
        (forkdeck::FaultKind::Invalid, 5)
    );
    assert_eq!(reply(&mut child).await, 1);
    let cut = next(&mut child).await.unwrap().unwrap_err();
    assert_eq!((cut.kind, cut.bytes), (forkdeck::FaultKind::Truncated, 2));
    assert!(cut.to_string().contains("of which 2 bytes came"), "{cut}");
    assert!(end(&mut child).await.success());
}

#[tokio::test]
async fn a_message_longer_than_is_taken_is_told() {
    let mut fork = shell("printf '\"%0100d\"\\n7\\n' 1 >&3");
    let mut child = fork.max_frame(50).spawn().unwrap();

    let fault = next(&mut child).await.unwrap().unwrap_err();
    assert_eq!(
        (fault.kind, fault.bytes),
        (forkdeck::FaultKind::TooLong, 103)
    );
    assert_eq!(reply(&mut child).await, 7);
}
