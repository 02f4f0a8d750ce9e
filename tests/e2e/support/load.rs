//! A load of http requests, one on each connection, and what became of them.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Requests that are made until it is stopped.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<thread::JoinHandle<Vec<Request>>>,
}

/// One request on a connection of its own.
#[derive(Debug)]
pub(crate) struct Request {
    /// The client's port; none if it could not connect.
    pub(crate) port: Option<u16>,
    /// The body of the answer, or what went wrong.
    pub(crate) answer: Result<String, String>,
}

impl Load {
    /// So many clients, each making one request after the other.
    pub(crate) fn start(port: u16, clients: usize) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let clients = (0..clients).map(|_| {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                let mut made = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    made.push(request(port));
                }
                made
            })
        });
        Self {
            clients: clients.collect(),
            stop,
        }
    }

    /// Ends it: all requests that were made.
    pub(crate) fn stop(self) -> Vec<Request> {
        self.stop.store(true, Ordering::Relaxed);
        let clients = self.clients.into_iter();
        clients.flat_map(|client| client.join().unwrap()).collect()
    }
}

/// Makes one request.
pub(crate) fn request(port: u16) -> Request {
    let stream = match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
        Ok(stream) => stream,
        Err(error) => {
            return Request {
                port: None,
                answer: Err(error.to_string()),
            };
        }
    };
    Request {
        port: stream.local_addr().ok().map(|at| at.port()),
        answer: ask(stream),
    }
}

fn ask(mut stream: TcpStream) -> Result<String, String> {
    let text = exchange(&mut stream).map_err(|error| error.to_string())?;
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    body.ok_or_else(|| format!("no whole answer: {text:?}"))
}

/// Asks, and reads to the end.
fn exchange(stream: &mut TcpStream) -> io::Result<String> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}
