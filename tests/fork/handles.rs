//! Sockets and servers, both ways, with Node.

use forkdeck::{Fork, Handle, HandleKind};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Script, end, find, next, reply, within};

async fn serve(fork: &mut Fork) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut child = fork.spawn().unwrap();
    let handle = Handle::new(HandleKind::Server, listener);

    within(child.send_with_handle(&json!({ "serve": 1 }), handle))
        .await
        .unwrap();
    within(child.send(&json!("after"))).await.unwrap();
    assert_eq!(reply(&mut child).await, json!({ "serve": 1 }));
    assert_eq!(reply(&mut child).await, json!("after"));

    let mut stream = within(TcpStream::connect(address)).await.unwrap();
    let request = b"GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    within(stream.write_all(request)).await.unwrap();
    let mut answer = String::new();
    within(stream.read_to_string(&mut answer)).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("/a of "),
        "{answer}"
    );

    // Nobody else holds the listener: it is closed when its worker is gone.
    within(child.send(&json!("end"))).await.unwrap();
    assert!(end(&mut child).await.success());
    assert!(within(TcpStream::connect(address)).await.is_err());
}

/// Serves on what it is given.
const SERVER: &str = "const http = require('node:http');
    process.on('message', (message, server) => {
        if (message === 'end') process.exit();
        if (server) {
            const answers = http.createServer((request, response) => response.end(`${request.url} of ${process.pid}`));
            server.on('connection', (socket) => answers.emit('connection', socket));
        }
        process.send(message);
    });";

#[tokio::test]
async fn a_server_is_handed_to_node_which_answers_http_on_it() {
    let script = Script::new("server.js", SERVER);
    serve(&mut script.fork()).await;
}

#[tokio::test]
async fn a_server_is_handed_to_bun_which_answers_http_on_it() {
    let script = Script::new("server.js", SERVER);
    if let Some(bun) = find("bun") {
        serve(script.fork().exec_path(bun)).await;
    }
}

#[tokio::test]
async fn a_connection_is_handed_to_node_and_comes_back_from_it() {
    let script = Script::new(
        "socket.js",
        "process.on('message', (message, socket) => {
            socket.write('node was here\\n', () => process.send({ back: message }, socket));
        });",
    );
    let listener = within(TcpListener::bind("127.0.0.1:0")).await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut far = within(TcpStream::connect(address)).await.unwrap();
    let (near, _) = within(listener.accept()).await.unwrap();
    let mut child = script.fork().spawn().unwrap();

    let handle = Handle::new(HandleKind::Socket, near.into_std().unwrap());
    within(child.send_with_handle(&7, handle)).await.unwrap();
    let received = next(&mut child).await.unwrap().unwrap();

    assert_eq!(received.message.as_str(), r#"{"back":7}"#);
    let handle = received.handle.unwrap();
    assert_eq!(handle.kind(), HandleKind::Socket);
    let near = std::net::TcpStream::from(handle.into_fd().unwrap());
    near.set_nonblocking(true).unwrap();
    let mut near = TcpStream::from_std(near).unwrap();
    within(near.write_all(b"and rust again\n")).await.unwrap();
    drop(near);
    let mut text = String::new();
    within(far.read_to_string(&mut text)).await.unwrap();
    assert_eq!(text, "node was here\nand rust again\n");
    child.disconnect();
    end(&mut child).await;
}

#[tokio::test]
async fn a_udp_socket_is_handed_to_node() {
    let script = Script::new(
        "udp.js",
        "process.on('message', (message, socket) => {
            socket.on('message', (text, from) => socket.send(`got ${text}`, from.port, from.address));
            process.send(message);
        });",
    );
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let mut child = script.fork().spawn().unwrap();

    let handle = Handle::new(HandleKind::Dgram { is_v6: false }, socket);
    within(child.send_with_handle(&1, handle)).await.unwrap();
    assert_eq!(reply(&mut child).await, 1);
    let client = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    client.send_to(b"hi", address).await.unwrap();
    let mut room = [0; 16];
    let length = within(client.recv(&mut room)).await.unwrap();

    assert_eq!(&room[..length], b"got hi");
}

#[tokio::test]
async fn handles_in_numbers_keep_their_order_among_messages() {
    let script = Script::new(
        "count.js",
        "process.on('message', (message, handle) => { handle?.destroy(); process.send([message, handle !== undefined]); });",
    );
    let mut child = script.fork().spawn().unwrap();
    let sender = child.sender();
    let sending = tokio::spawn(async move {
        for n in 0..40 {
            if n % 2 == 0 {
                let (one, _other) = std::os::unix::net::UnixStream::pair().unwrap();
                let handle = Handle::new(HandleKind::Socket, one);
                sender.send_with_handle(&n, handle).await.unwrap();
            } else {
                sender.send(&n).await.unwrap();
            }
        }
    });

    for n in 0..40 {
        assert_eq!(reply(&mut child).await, json!([n, n % 2 == 0]));
    }
    within(sending).await.unwrap();
}
