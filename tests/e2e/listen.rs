//! Sockets that the deck owns and its workers serve.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Rpc, runtime, skip, skip_without_node, until};

/// A web server on whatever it is given.
const WEB: &str = "
const http = require('node:http');
const serve = (request, response) => {
  // Long enough that others get their turn.
  const end = Date.now() + 3; while (Date.now() < end);
  response.end(String(process.pid));
};
const web = http.createServer(serve);
process.on('message', (m, server) => {
  if (m.cmd === 'listen') { server.on('connection', (socket) => web.emit('connection', socket)); }
});
";

/// Asks once and gives back the body; nothing when the connection broke.
fn get(mut stream: impl Read + Write) -> Option<String> {
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    head.contains(" 200 OK").then(|| body.to_owned())
}

fn over_tcp(address: &str) -> Option<String> {
    let stream = TcpStream::connect(address).ok()?;
    let limit = Some(Duration::from_secs(20));
    stream.set_read_timeout(limit).ok()?;
    get(stream)
}

/// What so many clients at once get, each so often.
fn crowd(address: &str, clients: usize, times: usize) -> Vec<String> {
    let ask = || (0..times).filter_map(|_| over_tcp(address));
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..clients)
            .map(|_| scope.spawn(|| ask().collect::<Vec<_>>()))
            .collect();
        clients
            .into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect()
    })
}

fn distinct(pids: &[String]) -> usize {
    pids.iter().collect::<std::collections::HashSet<_>>().len()
}

/// The address on which a worker says that it listens.
fn address(deck: &mut Rpc, worker: &str) -> String {
    let told = deck.event(&format!("{worker} listens"), |event| {
        event["event"] == "message"
            && event["worker"] == worker
            && event["message"]["listens"].is_string()
    });
    told["message"]["listens"].as_str().unwrap().to_owned()
}

#[test]
fn two_workers_share_a_server_and_one_may_be_killed() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("web.cjs"), WEB).unwrap();
    let config = "[pools.web]\nscript = 'web.cjs'\ninstances = 2\nlisten = [\"127.0.0.1:0\", \"unix:web.sock\"]\n";
    let mut deck = Rpc::up(folder.path(), config);
    let detail = |deck: &mut Rpc| deck.call("worker", &json!({"worker": "web/1"})).unwrap();
    let listen = detail(&mut deck)["listen"].clone();
    let address = listen[0].as_str().unwrap().to_owned();
    assert!(address.starts_with("127.0.0.1:") && !address.ends_with(":0"));

    until("it listens", || over_tcp(&address));
    until("both take their part of 200 requests", || {
        let served = crowd(&address, 8, 25);
        assert_eq!(served.len(), 200);
        (distinct(&served) == 2).then_some(())
    });
    let path = folder.path().join("web.sock");
    assert!(get(UnixStream::connect(&path).unwrap()).is_some());

    deck.call("kill", &json!({"to": "web/1"})).unwrap();
    // A connection that waits in the socket is answered by the other one, or by the next process.
    for n in 0..50 {
        until(&format!("request {n} is answered"), || over_tcp(&address));
    }
    assert!(deck.end().success());
    assert!(!path.exists() && TcpStream::connect(&address).is_err());
}

#[test]
fn the_example_of_a_web_server_serves() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/workers/web.js");
    let args = ["run", "--rpc", "--listen", "127.0.0.1:0", script];
    let mut deck = Rpc::start(folder.path(), &args);

    let log = deck.event("it serves", |event| event["event"] == "log");
    let line = log["line"].as_str().unwrap();
    let address = line.strip_prefix("serves ").unwrap();

    let pid = deck.worker_pid("web/1");
    let wanted = format!("GET /, served by process {pid}\n");
    assert_eq!(over_tcp(address), Some(wanted));
    assert!(deck.end().success());
}

#[test]
fn every_runtime_serves_what_the_deck_listens_on() {
    for name in ["node", "bun", "deno"] {
        let Some(program) = runtime(name) else {
            skip(&format!("{name} is not installed"));
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("net.cjs"),
            "
            process.on('message', (m, server) => {
              if (m.cmd !== 'listen') { process.send({ second: m }); return; }
              server.on('connection', (s) => s.end('HTTP/1.0 200 OK\\r\\n\\r\\nserved'));
              process.send({ listens: m.address });
            });
        ",
        )
        .unwrap();
        let run = if name == "deno" { ", 'run', '-A'" } else { "" };
        let config = format!(
            "[pools.net]\ncommand = ['{}'{run}, 'net.cjs']\nlisten = [\"127.0.0.1:0\"]\n",
            program.display()
        );
        let mut deck = Rpc::up(folder.path(), &config);
        // Mail that waits from the start comes after the server.
        let send = json!({"to": "net", "message": 7});
        deck.call("send", &send).unwrap();

        let address = address(&mut deck, "net/1");
        let second = |event: &Value| event["message"]["second"] == 7;
        deck.event("mail after the server", second);
        assert_eq!(over_tcp(&address).as_deref(), Some("served"), "{name}");
        deck.call("restart", &json!({"to": "net"})).unwrap();
        assert_eq!(self::address(&mut deck, "net/1"), address, "{name}");
        assert_eq!(over_tcp(&address).as_deref(), Some("served"), "{name}");
        assert!(deck.end().success());
    }
}

#[test]
fn an_address_that_is_taken_ends_the_deck_before_it_starts() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let args = ["run", "--headless", "--listen", &address, "sleep", "1"];

    let output = Command::new(env!("CARGO_BIN_EXE_forkdeck"))
        .args(args)
        .current_dir(folder.path())
        .output()
        .unwrap();

    let said = String::from_utf8(output.stderr).unwrap();
    let wanted =
        format!("pool sleep cannot listen on {address}: address already in use, EADDRINUSE");
    assert!(said.contains(&wanted), "{said}");
    assert_eq!(output.status.code(), Some(1));
}
