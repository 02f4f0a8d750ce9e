//! A client of a served fake deck, for tests of the server.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadBuf, ReadHalf,
    WriteHalf, duplex, split,
};
use tokio::time::timeout;

use crate::control::fake::Fake;
use crate::control::{Input, Options, Served, serve};
use crate::deck::Deck;
use crate::model::Command;

/// The client's end.
pub(super) struct Client {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    to: Option<WriteHalf<DuplexStream>>,
    is_gone: Arc<AtomicBool>,
}

/// The end at which a client is served.
struct Far {
    stream: DuplexStream,
    is_gone: Arc<AtomicBool>,
}

/// Its input, which knows whether the client has left.
struct FarInput {
    from: ReadHalf<DuplexStream>,
    is_gone: Arc<AtomicBool>,
}

impl AsyncRead for FarInput {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().from).poll_read(context, buffer)
    }
}

impl Input for FarInput {
    fn is_hung_up(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }
}

impl Client {
    pub(super) async fn ask(&mut self, line: &str) {
        let to = self.to.as_mut().unwrap();
        to.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    pub(super) async fn line(&mut self) -> String {
        let line = timeout(Duration::from_secs(10), self.lines.next_line()).await;
        line.expect("a line in time").unwrap().expect("a line")
    }

    pub(super) async fn value(&mut self) -> Value {
        serde_json::from_str(&self.line().await).unwrap()
    }

    /// Reads until the answer to `id`.
    pub(super) async fn answer(&mut self, id: u64) -> Value {
        loop {
            let value = self.value().await;
            if value["id"] == id {
                return value;
            }
        }
    }

    /// Closes the client's half and reads what is left.
    pub(super) async fn leave(mut self) -> Vec<String> {
        let mut to = self.to.take().unwrap();
        to.shutdown().await.unwrap();
        self.is_gone.store(true, Ordering::Relaxed);
        let mut rest = Vec::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            rest.push(line);
        }
        rest
    }
}

/// A client and the end at which it is served.
fn connection() -> (Client, Far) {
    let (near, stream) = duplex(1 << 16);
    let (from, to) = split(near);
    let is_gone = Arc::default();
    let client = Client {
        lines: BufReader::new(from).lines(),
        to: Some(to),
        is_gone: Arc::clone(&is_gone),
    };
    (client, Far { stream, is_gone })
}

/// Serves a connection of the fake deck.
async fn serve_one(deck: Deck, far: Far, options: Options) -> Served {
    let (from, output) = split(far.stream);
    let is_gone = far.is_gone;
    let input = FarInput { from, is_gone };
    serve(deck, input, output, options).await.unwrap()
}

/// Runs a client against a served fake deck; gives what serving came to and the commands the deck was given.
pub(super) async fn session<T>(
    options: Options,
    client: impl AsyncFnOnce(Client) -> T,
) -> (Served, Vec<Command>, T) {
    let (deck, requests, ended) = Deck::new();
    let (near, far) = connection();
    let drive = async {
        let commands = Fake::drive(requests).await;
        ended.cancel();
        commands
    };
    let everything = async {
        tokio::join!(
            Box::pin(serve_one(deck, far, options)),
            drive,
            Box::pin(client(near))
        )
    };
    let everything = timeout(Duration::from_secs(30), everything).await;
    everything.expect("the session ends")
}

/// Runs two clients, given to one function, against one served fake deck; gives the commands the deck was given.
pub(super) async fn two_sessions(clients: impl AsyncFnOnce(Client, Client)) -> Vec<Command> {
    let (deck, requests, ended) = Deck::new();
    let (first, first_far) = connection();
    let (second, second_far) = connection();
    let drive = async {
        let commands = Fake::drive(requests).await;
        ended.cancel();
        commands
    };
    let everything = async {
        tokio::join!(
            Box::pin(serve_one(deck.clone(), first_far, Options::default())),
            Box::pin(serve_one(deck, second_far, Options::default())),
            drive,
            Box::pin(clients(first, second))
        )
    };
    let everything = timeout(Duration::from_secs(30), everything).await;
    everything.expect("the sessions end").2
}

/// Lets every other future of the test take its turns.
pub(super) async fn let_others_run() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
