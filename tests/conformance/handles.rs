//! §4.1: sockets that go along with messages.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::row::{Cell, Row};
use crate::wait::{DEADLINE, skip};
use crate::worker::{Runtime, python_env};

/// Takes one connection and passes it on with a message, then another message.
const GIVER: &str = r"
import forkdeck, socket
server = socket.create_server(('127.0.0.1', 0))
print(server.getsockname()[1])
connection, _ = server.accept()
forkdeck.send('hello', handle=connection)
connection.close()
forkdeck.send('next')
for message in forkdeck.messages(): pass
";

fn read_all(at: &str) -> String {
    let mut text = String::new();
    let mut connection = TcpStream::connect(at).unwrap();
    connection.set_read_timeout(Some(DEADLINE)).unwrap();
    connection.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_connection_comes_along_with_a_message() {
    let Some(python) = Runtime::Python.program() else {
        return skip("there is no python3");
    };
    let giver = format!(
        "[pools.giver]\ncommand = {}\nenv = {}\n[[routes]]\nfrom = \"giver\"\nto = \"w\"\n",
        json!([python.to_str().unwrap(), "-c", GIVER]),
        python_env()
    );
    Row::new(
        "4.1",
        "a connection that another worker gives away arrives, and what follows it",
    )
    .config(&giver)
    .js(r"
            process.on('message', (message, socket) => {
                if (socket) socket.end(message);
                process.send([message, Boolean(socket)]);
            });
        ")
    .python(
        r"
import forkdeck
for message, handle in forkdeck.messages(handles=True):
    if handle:
        handle.sendall(message.encode())
        handle.close()
    forkdeck.send([message, bool(handle)])
        ",
    )
    .check(|worker| {
        let port = worker.deck.event("the giver's port", |event| {
            event["event"] == "log" && event["worker"] == "giver/1"
        });
        let at = format!("127.0.0.1:{}", port["line"].as_str().unwrap());
        assert_eq!(read_all(&at), "hello");
        assert_eq!(worker.message(), json!(["hello", true]));
        assert_eq!(worker.message(), json!(["next", false]));
        Cell::Holds
    });
}

#[test]
fn a_server_comes_along_with_a_message() {
    Row::new(
        "4.1",
        "a socket that the deck owns arrives as a server and takes connections",
    )
    .config("listen = [\"127.0.0.1:0\"]\n")
    .js(r"
            process.on('message', (message, server) => {
                server.on('connection', (socket) => socket.end('hello'));
                process.send(message);
            });
        ")
    .python(
        r"
import forkdeck
for message, server in forkdeck.messages(handles=True):
    forkdeck.send(message)
    connection, _ = server.accept()
    connection.sendall(b'hello')
    connection.close()
        ",
    )
    .check(|worker| {
        let told: Value = worker.message();
        assert_eq!(told["cmd"], "listen");
        assert_eq!(read_all(told["address"].as_str().unwrap()), "hello");
        Cell::Holds
    });
}

#[test]
fn a_worker_passes_a_connection_on() {
    Row::new(
        "4.1",
        "a connection that a worker passes on is acknowledged, and what follows it arrives",
    )
    .js(r"
            const net = require('net');
            const server = net.createServer((socket) => {
                process.send({ from: 'a client' }, socket);
                process.send('next');
                server.close();
            });
            server.listen(0, '127.0.0.1', () => process.send(server.address().port));
            process.on('message', () => process.disconnect());
        ")
    .python(
        r"
import forkdeck, socket
server = socket.create_server(('127.0.0.1', 0))
forkdeck.send(server.getsockname()[1])
connection, _ = server.accept()
forkdeck.send({'from': 'a client'}, handle=connection)
connection.close()
forkdeck.send('next')
for message in forkdeck.messages(): forkdeck.disconnect()
        ",
    )
    .check(|worker| {
        let port = worker.message().as_u64().unwrap();
        let mut client = TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap())).unwrap();
        let with = worker.deck.event("the message with its handle", |event| {
            event["message"]["from"] == "a client"
        });
        assert_eq!(with["handle"], "net.Socket", "{with}");
        assert_eq!(worker.message(), "next");
        let _ = client.write_all(b"x");
        worker.tell(&json!("end"));
        assert_eq!(worker.exit(), json!({"code": 0}));
        Cell::Holds
    });
}

#[test]
fn a_frame_without_its_handle_is_refused() {
    Row::new(
        "4.1",
        "a handle's frame without its handle is told and not delivered",
    )
    .only(
        Runtime::Node,
        r#"
            require('fs').writeSync(3, '{"cmd":"NODE_HANDLE","type":"net.Native","msg":1}\n2\n');
        "#,
    )
    .python(r#"import os; os.write(3, b'{"cmd":"NODE_HANDLE","type":"net.Native","msg":1}\n2\n')"#)
    .sh(r#"printf '%s\n' '{"cmd":"NODE_HANDLE","type":"net.Native","msg":1}' 2 >&3"#)
    .check(|worker| {
        assert_eq!(worker.fault()["kind"], "handle");
        assert_eq!(worker.message(), json!(2));
        Cell::Holds
    });
}
