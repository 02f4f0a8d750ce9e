//! The deck as the primary of a cluster: unmodified servers of `node:cluster` behind addresses that the deck owns.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, UdpSocket};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Load, Request, Rpc, request, runtime, skip, skip_without_node, until};

/// An http server as every cluster program has it. It tells which connections it took, and where it listens.
const SERVER: &str = "
const cluster = require('node:cluster');
const http = require('node:http');
if (cluster.isPrimary) {
  cluster.fork();
  throw new Error('this is the primary');
}
const delay = Number(process.env.DELAY || 0);
const server = http.createServer((_, answer) => setTimeout(() => answer.end(String(process.pid)), delay));
server.on('connection', (socket) => process.send({ took: socket.remotePort }));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
";

const NODE: &[&str] = &["node"];

struct Cluster {
    deck: Rpc,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Cluster {
    /// Two workers that are ready, all on one port.
    fn of(script: &str, runtime: &[&str], keys: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut deck = deck(&folder, script, runtime, &format!("instances = 2\n{keys}"));
        let (mut ready, mut ports) = (BTreeSet::new(), BTreeMap::new());
        deck.event("two servers", |event| {
            if event["event"] == "state" && event["state"] == "ready" {
                ready.insert(event["worker"].to_string());
            }
            if let Some(port) = said(event)["port"].as_u64() {
                ports.insert(event["worker"].to_string(), port);
            }
            ready.len() == 2 && ports.len() == 2
        });
        let ports: BTreeSet<u64> = ports.into_values().collect();
        assert_eq!(ports.len(), 1, "all listen on one port: {ports:?}");
        Self {
            port: u16::try_from(*ports.first().unwrap()).unwrap(),
            deck,
            _folder: folder,
        }
    }

    fn node(keys: &str) -> Self {
        Self::of(SERVER, NODE, keys)
    }

    fn listeners(&mut self) -> Vec<Value> {
        listeners(&mut self.deck)
    }

    /// The pids that answer so many requests.
    fn pids(&self, requests: usize) -> BTreeSet<String> {
        let answers = (0..requests).map(|_| request(self.port).answer.unwrap());
        answers.collect()
    }
}

fn deck(folder: &tempfile::TempDir, script: &str, runtime: &[&str], keys: &str) -> Rpc {
    fs::write(folder.path().join("server.js"), script).unwrap();
    let config = format!(
        "[pools.web]\ncommand = {:?}\napi = 'cluster'\n{keys}",
        [runtime, &["server.js"]].concat()
    );
    Rpc::up(folder.path(), &config)
}

fn listeners(deck: &mut Rpc) -> Vec<Value> {
    let pool = deck.call("pool", &json!({"pool": "web"})).unwrap();
    pool["listeners"].as_array().unwrap().clone()
}

/// What an event says that a worker sent.
fn said(event: &Value) -> &Value {
    let is_in = event["event"] == "message" && event["direction"] == "in";
    if is_in {
        &event["message"]
    } else {
        &Value::Null
    }
}

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn unanswered(requests: &[Request]) -> Vec<&Request> {
    let all = requests.iter();
    all.filter(|request| request.answer.is_err()).collect()
}

fn assert_all_answered(requests: &[Request]) {
    let lost = unanswered(requests);
    let (count, of) = (lost.len(), requests.len());
    assert!(lost.is_empty(), "{count} of {of}: {:?}", lost.first());
}

#[test]
fn two_workers_answer_all_of_a_load() {
    if skip_without_node() {
        return;
    }
    let mut cluster = Cluster::node("");

    let load = Load::start(cluster.port, 8);
    until("enough requests", || {
        let handed = cluster.listeners()[0]["handed_over"].as_u64();
        (handed.unwrap() > 400).then_some(())
    });
    let requests = load.stop();

    assert_all_answered(&requests);
    let mut shares: BTreeMap<&str, usize> = BTreeMap::new();
    for request in &requests {
        *shares.entry(request.answer.as_ref().unwrap()).or_default() += 1;
    }
    assert_eq!(shares.len(), 2);
    let least = shares.values().min().unwrap();
    assert!(
        least * 4 > requests.len(),
        "both have their share: {shares:?}"
    );
    let listener = &cluster.listeners()[0];
    assert_eq!(listener["handed_over"], requests.len());
    assert_eq!(
        listener["address"],
        format!("tcp 127.0.0.1:{}", cluster.port)
    );
    assert_eq!(listener["workers"], json!([1, 2]));
    assert_eq!(listener["dropped"], 0);
    assert!(cluster.deck.end().success());
}

#[test]
fn a_rolling_restart_under_load_drops_no_request() {
    if skip_without_node() {
        return;
    }
    let mut cluster = Cluster::node("env = { DELAY = '20' }\n");
    let before = cluster.pids(8);

    let load = Load::start(cluster.port, 8);
    let id = cluster
        .deck
        .ask("restart", &json!({"to": "web", "rolling": true}));
    let answer = cluster.deck.answer(id).unwrap();
    let requests = load.stop();

    assert_eq!(answer["workers"].as_array().unwrap().len(), 2, "{answer}");
    assert_all_answered(&requests);
    assert!(requests.len() > 20, "{}", requests.len());
    let after = cluster.pids(8);
    assert!(after.is_disjoint(&before), "{before:?} {after:?}");
    assert!(cluster.deck.end().success());
}

#[test]
fn a_restart_of_all_at_once_drops_no_request() {
    if skip_without_node() {
        return;
    }
    let mut cluster = Cluster::node("env = { DELAY = '20' }\n");
    let load = Load::start(cluster.port, 8);

    cluster.deck.call("restart", &json!({"to": "web"})).unwrap();
    for _ in 0..2 {
        cluster.deck.event("one is back", |event| {
            event["event"] == "state" && event["state"] == "ready" && event["incarnation"] == 2
        });
    }
    let requests = load.stop();

    assert_all_answered(&requests);
    assert!(cluster.deck.end().success());
}

#[test]
fn a_killed_worker_costs_only_what_it_had_accepted() {
    if skip_without_node() {
        return;
    }
    let mut cluster = Cluster::node("env = { DELAY = '20' }\n");
    let pid = cluster.deck.worker_pid("web/1");
    let load = Load::start(cluster.port, 16);
    let mut taken = BTreeSet::new();
    let mut note = |event: &Value| {
        if event["worker"] == "web/1" {
            taken.extend(said(event)["took"].as_u64());
        }
        taken.len()
    };
    cluster.deck.event("a load", |event| note(event) > 30);

    signal(pid, Signal::KILL);
    cluster.deck.event("the next process", |event| {
        note(event);
        event["event"] == "state" && event["worker"] == "web/1" && event["incarnation"] == 2
    });
    cluster
        .deck
        .event("it serves again", |event| note(event) > 60);
    let requests = load.stop();

    let lost = unanswered(&requests);
    let others = lost.iter().filter(|request| {
        let port = request.port.map(u64::from);
        !port.is_some_and(|port| taken.contains(&port))
    });
    // One may be taken and not told yet.
    let others: Vec<_> = others.collect();
    assert!(others.len() <= 1, "{others:?} of {}", lost.len());
    assert!(cluster.deck.end().success());
}

#[test]
fn what_a_worker_has_not_taken_when_it_dies_is_given_to_another() {
    if skip_without_node() {
        return;
    }
    let mut cluster = Cluster::node("");
    let pid = cluster.deck.worker_pid("web/1");
    signal(pid, Signal::STOP);
    cluster.deck.state("web/1", "suspended");

    let load = Load::start(cluster.port, 4);
    until("one is in the hand of the suspended worker", || {
        let listener = &cluster.listeners()[0];
        let others = listener["handed_over"].as_u64().unwrap();
        (listener["offered"].as_u64().unwrap() >= 1 && others > 10).then_some(())
    });
    signal(pid, Signal::KILL);
    until("it is offered again", || {
        (cluster.listeners()[0]["reoffered"] == 1).then_some(())
    });
    let requests = load.stop();

    assert_all_answered(&requests);
    assert!(cluster.deck.end().success());
}

#[test]
fn a_graceful_stop_ends_requests_and_then_workers_with_exit_0() {
    if skip_without_node() {
        return;
    }
    let mut cluster = Cluster::node("env = { DELAY = '300' }\n");
    let port = cluster.port;
    let slow = std::thread::spawn(move || request(port));
    cluster
        .deck
        .event("it is taken", |event| said(event)["took"].is_u64());

    cluster.deck.call("stop", &json!({"to": "web"})).unwrap();
    for _ in 0..2 {
        let exit = cluster
            .deck
            .event("an exit", |event| event["event"] == "exit");
        assert_eq!(exit["code"], 0, "{exit}");
        assert_eq!(exit["planned"], true);
    }

    assert!(slow.join().unwrap().answer.is_ok());
    assert_eq!(request(port).port, None, "nobody listens");
    assert!(cluster.listeners().is_empty());
    assert!(cluster.deck.end().success());
}

#[test]
fn a_taken_address_reaches_the_worker_as_its_error() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let script = format!(
        "const server = require('node:net').createServer();
         server.on('error', (error) => {{
           process.send({{ code: error.code, syscall: error.syscall }});
         }});
         server.listen({port}, '127.0.0.1');"
    );
    let mut deck = deck(&folder, &script, NODE, "");

    let error = deck.event("the error", |event| said(event)["code"].is_string());

    assert_eq!(
        said(&error),
        &json!({"code": "EADDRINUSE", "syscall": "bind"})
    );
    assert!(deck.end().success());
}

#[test]
fn several_servers_of_all_kinds_are_served() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "
const http = require('node:http');
const dgram = require('node:dgram');
const answer = (_, answer) => answer.end('x');
const report = (name, server) => () => process.send({ [name]: server.address().port ?? server.address() });
const one = http.createServer(answer);
one.listen(0, report('one', one));
const two = http.createServer(answer);
two.listen(0, report('two', two));
const file = http.createServer(answer);
file.listen('x.sock', report('file', file));
const udp = dgram.createSocket('udp4');
udp.on('message', (text, from) => udp.send(text, from.port, from.address));
udp.bind(0, '127.0.0.1', report('udp', udp));
";
    let mut deck = deck(&folder, script, NODE, "instances = 2\n");
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut count = 0;
    deck.event("four servers of two workers", |event| {
        for (name, at) in said(event).as_object().into_iter().flatten() {
            told.entry(name.clone()).or_default().insert(at.to_string());
            count += 1;
        }
        count == 8
    });

    assert!(told.values().all(|all| all.len() == 1), "{told:?}");
    let port = |name: &str| -> u16 { told[name].first().unwrap().parse().unwrap() };
    assert_ne!(port("one"), port("two"));
    assert_eq!(request(port("one")).answer.unwrap(), "x");
    assert_eq!(request(port("two")).answer.unwrap(), "x");
    let path = folder.path().join("x.sock");
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.ends_with("\r\n\r\nx"), "{text}");
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    socket
        .send_to(b"hi", (Ipv4Addr::LOCALHOST, port("udp")))
        .unwrap();
    let mut buffer = [0; 8];
    assert_eq!(socket.recv(&mut buffer).unwrap(), 2);
    assert_eq!(listeners(&mut deck).len(), 4);

    assert!(deck.end().success());
    assert!(!path.exists(), "the socket file is gone");
}

#[test]
fn workers_accept_by_themselves_where_the_schedule_is_shared() {
    if skip_without_node() {
        return;
    }
    let mut cluster = Cluster::node("schedule = 'shared'\n");
    assert_eq!(cluster.listeners()[0]["schedule"], "shared");

    let load = Load::start(cluster.port, 4);
    let mut took = 0;
    cluster.deck.event("a load", |event| {
        took += usize::from(said(event)["took"].is_u64());
        took > 50
    });
    let requests = load.stop();

    assert_all_answered(&requests);
    assert_eq!(cluster.listeners()[0]["handed_over"], 0);
    assert!(cluster.deck.end().success());
}

#[test]
fn a_worker_that_leaves_by_itself_exits_in_order_and_the_policy_decides() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "
const cluster = require('node:cluster');
const server = require('node:http').createServer();
server.listen(0, () => process.send({ id: cluster.worker.id }));
process.on('message', () => cluster.worker.disconnect());
";
    let mut deck = deck(&folder, script, NODE, "restart = { when = 'on-failure' }\n");
    let first = deck.event("it listens", |event| said(event)["id"].is_u64());
    assert_eq!(said(&first)["id"], 1);
    deck.state("web/1", "ready");

    deck.call("send", &json!({"to": "web", "message": 1}))
        .unwrap();

    let exit = deck.event("its exit", |event| event["event"] == "exit");
    assert_eq!(exit["code"], 0, "{exit}");
    deck.state("web/1", "finished");
    assert!(listeners(&mut deck).is_empty());
    deck.call("start", &json!({"to": "web"})).unwrap();
    let second = deck.event("it is back", |event| said(event)["id"].is_u64());
    assert_eq!(said(&second)["id"], 2, "ids are never used again");
    assert!(deck.end().success());
}

#[test]
fn a_cluster_speaks_advanced_serialization_too() {
    if skip_without_node() {
        return;
    }
    let mut cluster = Cluster::node("serialization = 'advanced'\n");

    assert_eq!(cluster.pids(8).len(), 2);
    assert_eq!(cluster.listeners()[0]["handed_over"], 8);
    assert!(cluster.deck.end().success());
}

#[test]
fn run_makes_a_cluster_that_listens_on_one_port() {
    if skip_without_node() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("web.js"), SERVER).unwrap();

    let args = ["run", "--rpc", "-n", "2", "--api", "cluster", "web.js"];
    let mut deck = Rpc::start(folder.path(), &args);

    let listening = until("two workers on one address", || {
        let found = listeners(&mut deck);
        found
            .into_iter()
            .find(|one| one["workers"] == json!([1, 2]))
    });
    assert_eq!(listening["schedule"], "round-robin");
    assert!(deck.end().success());
}

#[test]
fn deno_workers_share_a_port_too() {
    let Some(deno) = runtime("deno") else {
        return skip("there is no deno");
    };
    let script = SERVER.replace(
        "require('node:cluster')",
        "process.getBuiltinModule('node:cluster')",
    );
    let script = script.replace(
        "require('node:http')",
        "process.getBuiltinModule('node:http')",
    );
    let mut cluster = Cluster::of(&script, &[deno.to_str().unwrap(), "run", "-A"], "");

    let pids = cluster.pids(8);

    assert_eq!(pids.len(), 2);
    assert_eq!(cluster.listeners()[0]["handed_over"], 8);
    assert!(cluster.deck.end().success());
}
