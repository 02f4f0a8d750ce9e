//! A worker in Rust under a parent that is Node, Bun or Deno: `fork(script, { execPath: a Rust program })`. The worker is this
//! very program, told to run one of its ignored tests.

use std::net::TcpStream;
use std::process::{Command, Stdio};

use forkdeck::worker::{self, WorkerError};
use forkdeck::{Fork, Handle, HandleKind, Serialization};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::support::{Script, end, find, next, reply, within};

/// Forks a worker named by its first argument in the serialization named by the second one, and tells what it hears.
const PARENT: &str = r"
const { fork } = require('node:child_process');
const net = require('node:net');
const [execPath, name, serialization] = process.argv.slice(2);
const execArgv = ['--ignored', '--exact', '--test-threads=1', name];
const worker = fork('--quiet', [], { execPath, execArgv, serialization, silent: true });
const told = [];
const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    worker.send({ take: 1 }, socket);
    worker.send('after');
}).listen(0, '127.0.0.1', () => worker.send({ hello: 'wörld' }));
worker.on('message', (message, handle) => {
    told.push(message instanceof Date ? ['date', message.getTime()] : message);
    if (handle) handle.end('by handle');
    if (message.got?.hello) net.connect(server.address().port, '127.0.0.1').on('data', (text) => {
        told.push(`${text}`);
        worker.send(serialization === 'advanced' ? new Date(5) : 'date');
        worker.send('leave');
    });
});
worker.on('disconnect', () => { told.push('disconnect'); server.close(); });
worker.on('exit', (code, signal) => { console.log(JSON.stringify({ told, code, signal })); process.exit(); });
";

/// Runs the parent; what it heard.
fn ask(runtime: &str, before: &[&str], name: &str, serialization: &str) -> Option<Value> {
    let script = Script::new("parent.cjs", PARENT);
    let output = Command::new("timeout")
        .arg("60")
        .arg(find(runtime)?)
        .args(before)
        .arg(script.path())
        .arg(std::env::current_exe().unwrap())
        .args([name, serialization])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn expected(date: &Value) -> Value {
    let told =
        json!([{ "got": { "hello": "wörld" } }, { "got": "after" }, "by rust", date, "disconnect"]);
    json!({ "told": told, "code": 0, "signal": null })
}

fn check(runtime: &str, before: &[&str], name: &str, serialization: &str) {
    let Some(mut heard) = ask(runtime, before, name, serialization) else {
        return;
    };
    let date = if serialization == "advanced" {
        json!({ "got": "1970-01-01T00:00:00.005Z" })
    } else {
        json!({ "got": "date" })
    };
    // What the socket brought and what the channel brought have no order between them.
    heard["told"]
        .as_array_mut()
        .unwrap()
        .sort_by_key(|told| *told == "by rust");
    let mut expected = expected(&date);
    expected["told"]
        .as_array_mut()
        .unwrap()
        .sort_by_key(|told| *told == "by rust");
    assert_eq!(heard, expected);
}

#[test]
fn a_rust_worker_on_tokio_answers_node() {
    check("node", &[], "rust_worker::on_tokio", "json");
}

#[test]
fn a_rust_worker_on_tokio_answers_node_in_advanced_serialization() {
    check("node", &[], "rust_worker::on_tokio", "advanced");
}

#[test]
fn a_blocking_rust_worker_answers_node() {
    check("node", &[], "rust_worker::on_its_thread", "json");
}

#[test]
fn a_blocking_rust_worker_answers_node_in_advanced_serialization() {
    check("node", &[], "rust_worker::on_its_thread", "advanced");
}

/// What a worker does with a message: its answer, or nothing when it is to leave.
fn act(message: &Value, handle: Option<Handle>) -> Option<Value> {
    if let Some(handle) = handle {
        use std::io::Write;
        assert_eq!(
            (handle.kind(), message),
            (HandleKind::Socket, &json!({ "take": 1 }))
        );
        let mut socket = TcpStream::from(handle.into_fd().unwrap());
        socket.write_all(b"by rust").unwrap();
        return Some(Value::Null);
    }
    (*message != "leave").then(|| json!({ "got": message }))
}

#[test]
#[ignore = "a worker, which the other tests fork"]
fn on_tokio() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut worker = worker::connect().unwrap();
        assert!(matches!(worker::connect(), Err(WorkerError::Taken)));
        while let Some(received) = worker.recv().await {
            let received = received.unwrap();
            match act(&received.json().unwrap(), received.handle) {
                Some(Value::Null) => {}
                Some(answer) => worker.send(&answer).await.unwrap(),
                None => worker.disconnect(),
            }
        }
        worker.closed().await;
        assert!(!worker.connected());
    });
}

#[test]
#[ignore = "a worker, which the other tests fork"]
fn on_its_thread() {
    let mut worker = worker::blocking().unwrap();
    while let Some(received) = worker.recv() {
        let received = received.unwrap();
        match act(&received.json().unwrap(), received.handle) {
            Some(Value::Null) => {}
            Some(answer) => worker.send(&answer).unwrap(),
            None => worker.disconnect(),
        }
    }
}

#[tokio::test]
async fn a_rust_worker_answers_all_that_came_before_its_parent_disconnected() {
    for name in ["rust_worker::on_tokio", "rust_worker::on_its_thread"] {
        let mut child = fork_worker(name).spawn().unwrap();

        for n in 0..1000 {
            within(child.feed(&n)).await.unwrap();
        }
        child.disconnect();

        for n in 0..1000 {
            assert_eq!(reply(&mut child).await, json!({ "got": n }));
        }
        assert!(end(&mut child).await.success());
    }
}

#[tokio::test]
async fn a_rust_worker_that_disconnects_ends_with_its_parent_there() {
    for name in ["rust_worker::on_tokio", "rust_worker::on_its_thread"] {
        let mut child = fork_worker(name).spawn().unwrap();

        within(child.send("leave")).await.unwrap();

        assert!(end(&mut child).await.success());
    }
}

/// This program as a worker.
fn fork_worker(name: &str) -> Fork {
    let mut fork = Fork::command(std::env::current_exe().unwrap());
    fork.args(["--ignored", "--exact", "--test-threads=1", name]);
    fork.silent(true).kill_on_drop(true);
    fork
}

/// Both ends of the library, a handle there and back.
#[tokio::test]
async fn a_rust_worker_answers_a_rust_parent() {
    for serialization in [Serialization::Json, Serialization::Advanced] {
        let mut fork = fork_worker("rust_worker::giving_back");
        let mut child = fork.serialization(serialization).spawn().unwrap();
        let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();

        let handle = Handle::new(HandleKind::Socket, one);
        within(child.send_with_handle(&1, handle)).await.unwrap();
        let back = next(&mut child).await.unwrap().unwrap();
        child.disconnect();

        assert_eq!(back.message.as_str(), "1");
        let back = std::os::unix::net::UnixStream::from(back.handle.unwrap().into_fd().unwrap());
        drop(back);
        // Nobody holds it any more, the worker too.
        other.set_nonblocking(true).unwrap();
        let mut other = tokio::net::UnixStream::from_std(other).unwrap();
        assert_eq!(within(other.read(&mut [0; 1])).await.unwrap(), 0);
        let told = reply(&mut child).await;
        assert_eq!(told["children_inherit_it"], told["threads"] != 1, "{told}");
        assert!(end(&mut child).await.success());
    }
}

#[test]
#[ignore = "a worker, which the other tests fork"]
fn giving_back() {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().count();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut worker = worker::connect().unwrap();
        let received = worker.recv().await.unwrap().unwrap();
        let handle = received.handle.clone().unwrap();
        let message = received.message.with_handle(handle);
        worker.send_message(message).await.unwrap();
        let is_inherited = std::env::var_os("NODE_CHANNEL_FD").is_some();
        let told = json!({ "threads": threads, "children_inherit_it": is_inherited });
        worker.send(&told).await.unwrap();
        assert!(worker.recv().await.is_none());
    });
}
