//! Sockets and servers that travel with messages, between real workers.

use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use forkdeck::deck::{self, Clock};
use forkdeck::model::{Address, Command, DeckSpec, Outcome, PoolName, PoolSpec};
use forkdeck::process::keeper::Keeper;
use forkdeck::wire::{Handle, HandleKind, Message, Serialization};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Rpc, runtime, skip, skip_without_node, until};

const DEADLINE: Duration = Duration::from_secs(30);

/// Takes whatever it is sent: says a word on a connection, and serves with a server.
const TAKER: &str = "
process.on('message', (m, handle) => {
  if (m.socket) { handle.end('hello ' + m.socket); process.send({ took: m.socket }); }
  if (m.server) { handle.on('connection', (s) => s.end('served')); process.send({ serves: true }); }
});
";

/// Gives every connection away, and unless told otherwise a plain message before each.
const FRONT: &str = "
const net = require('node:net');
let n = 0;
const server = net.createServer({ pauseOnConnect: true }, (s) => {
  n += 1;
  if (!process.argv.includes('alone')) { process.send({ before: n }); }
  process.send({ conn: n }, s);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', (m) => {
  if (m.server) { const s = net.createServer((c) => c.end('front')); s.listen(0, '127.0.0.1', () => process.send({ given: s.address().port }, s)); }
});
";

/// Answers on connections that others took.
const BACK: &str = "
process.on('message', (m, handle) => {
  if (m.conn) { handle.end('back ' + m.conn); }
  if (m.given) { handle.on('connection', (s) => s.end('given')); }
  process.send({ got: m });
});
";

/// A folder with the workers, which Deno runs as what Node would.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("taker.cjs", TAKER),
        ("front.cjs", FRONT),
        ("back.cjs", BACK),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// The command line that runs a script, where the runtime is there.
fn command(name: &str, script: &str) -> Option<Vec<String>> {
    let Some(program) = runtime(name) else {
        skip(&format!("{name} is not installed"));
        return None;
    };
    let mut line = vec![program.display().to_string()];
    if name == "deno" {
        line.extend(["run".to_owned(), "-A".to_owned()]);
    }
    line.push(script.to_owned());
    Some(line)
}

/// A deck whose front gives its connections to its back.
fn pair(folder: &Path, front: &str, back: &str) -> Option<Rpc> {
    let (front, back) = (command(front, "front.cjs")?, command(back, "back.cjs")?);
    Some(deck_of(folder, &front, &back))
}

fn deck_of(folder: &Path, front: &[String], back: &[String]) -> Rpc {
    let config = format!(
        "[pools.front]\ncommand = {front:?}\n[pools.back]\ncommand = {back:?}\n\
         [[routes]]\nfrom = \"front\"\nto = \"back\"\n"
    );
    Rpc::up(folder, &config)
}

fn is_message(event: &Value, worker: &str, direction: &str) -> bool {
    event["event"] == "message" && event["worker"] == worker && event["direction"] == direction
}

/// The next message from a worker that has this key.
fn message(deck: &mut Rpc, worker: &str, key: &str) -> Value {
    deck.event(&format!("{key} from {worker}"), |event| {
        is_message(event, worker, "in") && !event["message"][key].is_null()
    })
}

fn connect(port: u64) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap())).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// All that comes on a connection.
fn all(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// How many descriptors a process has open.
fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

#[tokio::test]
async fn a_client_hands_connections_and_servers_to_workers_of_each_runtime() {
    let folder = folder();
    let (json, advanced) = (Serialization::Json, Serialization::Advanced);
    // What bun calls advanced is its own.
    for (name, serialization) in [
        ("node", json),
        ("bun", json),
        ("deno", json),
        ("node", advanced),
        ("deno", advanced),
    ] {
        let Some(line) = command(name, "taker.cjs") else {
            continue;
        };
        let pool = PoolName::new("taker").unwrap();
        let mut spec = PoolSpec::new(pool, &line[0], folder.path());
        spec.serialization = serialization;
        spec.args = line[1..].iter().map(Into::into).collect();
        let keeper = Keeper::start(Path::new(env!("CARGO_BIN_EXE_forkdeck"))).unwrap();
        let spec = DeckSpec::new("test", vec![spec]);
        let (deck, driver) = deck::start(spec, keeper, Clock::start());
        #[expect(clippy::disallowed_methods, reason = "a test of its own runtime")]
        let driver = tokio::spawn(driver);
        let to = || Address::All;
        deck.command(Command::Start { to: to() }).await.unwrap();
        let send = async |text: &str, handle| {
            let message = Message::parse(text).unwrap().with_handle(handle);
            let wait = Some(DEADLINE);
            let sent = Command::Send {
                to: to(),
                message,
                wait,
            };
            match deck.command(sent).await.unwrap() {
                Outcome::Sent { replies, .. } => replies[0].message.to_string(),
                other => panic!("{other:?}"),
            }
        };

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        for n in 1..=3 {
            let client = connect(address.port().into());
            let (accepted, _) = listener.accept().unwrap();
            let handle = Handle::new(HandleKind::Socket, accepted);
            let reply = send(&format!(r#"{{"socket":{n}}}"#), handle).await;
            assert_eq!(reply, format!(r#"{{"took":{n}}}"#), "{name}");
            let said = tokio::task::spawn_blocking(|| all(client)).await.unwrap();
            assert_eq!(said, format!("hello {n}"), "{name}");
        }
        let server = Handle::new(HandleKind::Server, listener);
        assert_eq!(
            send(r#"{"server":true}"#, server).await,
            r#"{"serves":true}"#
        );
        let client = connect(address.port().into());
        let said = tokio::task::spawn_blocking(|| all(client)).await.unwrap();
        assert_eq!(said, "served", "{name}");

        deck.command(Command::Down).await.unwrap();
        assert_eq!(driver.await.unwrap().fault, None);
    }
}

#[test]
fn handles_go_along_a_route_between_runtimes() {
    for (front, back) in [("node", "bun"), ("bun", "deno"), ("deno", "node")] {
        let folder = folder();
        let Some(mut deck) = pair(folder.path(), front, back) else {
            continue;
        };
        let port = message(&mut deck, "front/1", "port")["message"]["port"].clone();
        let client = connect(port.as_u64().unwrap());

        let given = message(&mut deck, "front/1", "conn");
        assert_eq!(given["handle"], "net.Socket", "{front}: {given}");
        assert_eq!(all(client), "back 1", "{front} to {back}");

        let go = json!({"to": "front", "message": {"server": true}});
        deck.call("send", &go).unwrap();
        // What several workers say in one moment is told worker by worker.
        let (mut kind, mut port) = (None, None);
        deck.event(&format!("a server from {front} to {back}"), |event| {
            if is_message(event, "front/1", "in") && !event["message"]["given"].is_null() {
                kind = Some(event["handle"].clone());
            }
            if is_message(event, "back/1", "in") {
                port = port.or(event["message"]["got"]["given"].as_u64());
            }
            kind.is_some() && port.is_some()
        });
        assert_eq!(kind.unwrap(), "net.Server", "{front}");
        let port = port.unwrap();
        // Both serve it now; who takes a connection is chance.
        until(&format!("{back} serves what {front} gave"), || {
            (all(connect(port)) == "given").then_some(())
        });
        assert!(deck.end().success());
    }
}

#[test]
fn five_hundred_connections_in_a_row_arrive_in_order() {
    let folder = folder();
    let Some(mut deck) = pair(folder.path(), "node", "node") else {
        return;
    };
    let port = message(&mut deck, "front/1", "port")["message"]["port"].clone();
    let port = port.as_u64().unwrap();
    let before = descriptors(deck.pid());

    for tenth in 0..10 {
        let clients: Vec<TcpStream> = (0..50).map(|_| connect(port)).collect();
        let mut said: Vec<String> = clients.into_iter().map(all).collect();
        said.sort_by_key(String::len);
        assert!(
            said.iter().all(|text| text.starts_with("back ")),
            "{tenth}: {said:?}"
        );
    }
    let mut got = Vec::new();
    while got.len() < 1000 {
        let one = message(&mut deck, "back/1", "got")["message"]["got"].clone();
        if one["port"].is_null() {
            got.push(one);
        }
    }

    let wanted = (1..=500).flat_map(|n| [json!({"before": n}), json!({"conn": n})]);
    assert_eq!(got, wanted.collect::<Vec<_>>());
    let pid = deck.pid();
    until("every descriptor is closed", || {
        (descriptors(pid) <= before).then_some(())
    });
    assert!(deck.end().success());
}

#[test]
fn a_worker_that_dies_with_a_handle_under_way_leaves_none_open() {
    let folder = folder();
    let (Some(mut front), Some(back)) = (command("node", "front.cjs"), command("node", "back.cjs"))
    else {
        return;
    };
    front.push("alone".to_owned());
    let mut deck = deck_of(folder.path(), &front, &back);
    let port = message(&mut deck, "front/1", "port")["message"]["port"].clone();
    let port = port.as_u64().unwrap();
    assert_eq!(all(connect(port)), "back 1");
    let pid = deck.pid();
    let before = descriptors(pid);

    let stop = json!({"to": "back/1", "signal": "SIGSTOP"});
    deck.call("signal", &stop).unwrap();
    let clients: Vec<TcpStream> = (0..3).map(|_| connect(port)).collect();
    until("a handle waits", || {
        let detail = deck.call("worker", &json!({"worker": "back/1"})).unwrap();
        let waits = &detail["unacknowledged"];
        (waits["handle"] == "net.Socket" && waits["age_ms"].is_u64()).then_some(())
    });
    deck.call("kill", &json!({"to": "back/1"})).unwrap();

    // Nothing was acknowledged: the next process gets all of them.
    let said: Vec<String> = clients.into_iter().map(all).collect();
    assert_eq!(said, ["back 2", "back 3", "back 4"]);
    until("every descriptor is closed", || {
        (descriptors(pid) <= before).then_some(())
    });
    assert!(deck.end().success());
}

#[test]
fn a_worker_that_sends_no_handle_with_its_frame_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
        echo '{"cmd":"NODE_HANDLE","type":"net.Socket","msg":1}' >&3
        read -r answer <&3
        echo "{\"answer\":$answer}" >&3
        while read -r line <&3; do echo "$line" >&3; done
    "#;
    fs::write(folder.path().join("bare.sh"), script).unwrap();
    let mut deck = Rpc::start(folder.path(), &["run", "--rpc", "bare.sh"]);

    let fault = deck.event("the fault", |event| event["event"] == "frame_error");
    assert_eq!(fault["kind"], "handle");
    assert_eq!(
        fault["hint"],
        "no handle came with it; the worker is told so"
    );
    let answer = message(&mut deck, "bare/1", "answer");
    assert_eq!(
        answer["message"]["answer"],
        json!({"cmd": "NODE_HANDLE_NACK"})
    );
    assert_eq!(deck.reply("bare", &json!([1])), json!([1]));
    assert!(deck.end().success());
}

#[test]
fn answers_that_nobody_asked_for_disturb_nothing() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "
        const answer = (cmd) => process.send({ cmd });
        answer('NODE_HANDLE_ACK'); answer('NODE_HANDLE_NACK');
        process.on('message', (m, handle) => { answer('NODE_HANDLE_ACK'); process.send({ m, handle: !!handle }); });
    ";
    fs::write(folder.path().join("eager.cjs"), script).unwrap();
    let mut deck = Rpc::start(folder.path(), &["run", "--rpc", "eager.cjs"]);

    for n in 0..3 {
        let reply = deck.reply("eager", &json!(n));
        assert_eq!(reply, json!({"m": n, "handle": false}));
    }
    assert!(deck.end().success());
}
