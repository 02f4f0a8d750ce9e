//! §4.1: sockets that go along with messages.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::json;

use crate::row::{Cell, Row};
use crate::worker::{Runtime, Worker};

/// Has the deck connect to us and pass the connection on.
fn pass_connection(worker: &mut Worker) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap().to_string();
    let params = json!({"to": "w/1", "message": "hello", "handle": {"connect": to}});
    let id = worker.deck.ask("send", &params);
    let (connection, _) = listener.accept().unwrap();
    worker.deck.answer(id).unwrap();
    connection
}

#[test]
fn a_connection_comes_along_with_a_message() {
    Row::new(
        "4.1",
        "a connection that the deck passes on arrives, and what follows it",
    )
    .js(r"
            process.on('message', (message, socket) => {
                if (!socket) return process.send(message);
                socket.end(message);
                process.send('got it');
            });
        ")
    .python(
        r"
import forkdeck
for message, handle in forkdeck.messages(handles=True):
    if handle is None:
        forkdeck.send(message)
    else:
        handle.sendall(message.encode())
        handle.close()
        forkdeck.send('got it')
        ",
    )
    .check(|worker| {
        let mut connection = pass_connection(worker);
        worker.tell(&json!("next"));
        let mut text = String::new();
        connection.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
        assert_eq!(worker.message(), "got it");
        assert_eq!(worker.message(), "next");
        Cell::Holds
    });
}

#[test]
fn a_server_comes_along_with_a_message() {
    Row::new("4.1", "a server that the deck passes on takes connections")
        .js(r"
            process.on('message', (message, server) => {
                server.on('connection', (socket) => socket.end('hello'));
                process.send('listening');
            });
        ")
        .python(
            r"
import forkdeck
for message, server in forkdeck.messages(handles=True):
    forkdeck.send('listening')
    connection, _ = server.accept()
    connection.sendall(b'hello')
    connection.close()
        ",
        )
        .check(|worker| {
            // A port that was just free.
            let at = TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap();
            let params = json!({"to": "w/1", "message": 1, "handle": {"listen": at.to_string()}});
            worker.deck.call("send", &params).unwrap();
            assert_eq!(worker.message(), "listening");
            let mut text = String::new();
            TcpStream::connect(at)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            assert_eq!(text, "hello");
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
