//! Serves one client that owns a deck: requests in, answers and events out, over a reader and a writer.
//!
//! One loop without tasks of its own. Requests take effect in the order in which they were sent, answers come when they
//! are ready. Neither a slow client nor a slow command holds up the deck; the requests of a client that is owed too many
//! answers wait for some of them. Called by `cli` for `--rpc`.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::control::session::Session;
use crate::deck::Deck;
use crate::model::Command;

/// How a client is served.
#[derive(Clone, Debug)]
pub struct Options {
    /// Starts the workers after the first `subscribe`, the first command that is more than a question, or this long,
    /// whichever comes first. None: they
    /// are started by others. Default 100 ms.
    pub start_after: Option<Duration>,
    /// The longest request line, in bytes. Default 64 MiB.
    pub max_request: usize,
    /// How much may wait for a client that does not read, in bytes, before bodies of messages are left out; events are
    /// left out a quarter above. Default 32 MiB.
    pub max_buffered: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            start_after: Some(Duration::from_millis(100)),
            max_request: 64 << 20,
            max_buffered: 32 << 20,
        }
    }
}

/// Why serving came to its end. The deck is gone in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// The client asked for it by `down`.
    Down,
    /// The input ended.
    InputEnded,
    /// The client no longer takes output.
    OutputClosed,
    /// The deck ended by itself or by another client.
    DeckEnded,
}

/// Why a client could not be served to the end. The deck is down all the same.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The input cannot be read.
    #[error("cannot read requests")]
    Read(#[source] io::Error),
    /// The output cannot be written, for another reason than that nobody reads it.
    #[error("cannot write answers")]
    Write(#[source] io::Error),
}

/// Where requests come from.
pub trait Input: AsyncRead + Unpin {
    /// Whether nobody is left who could send more than is there already. Asked once a second while too much of a client's
    /// work waits for it to be read, as the end of the input is not seen then. By default nobody knows.
    fn is_hung_up(&self) -> bool {
        false
    }
}

/// Serves the client that owns this deck until it asks for `down`, its input ends, or the deck is gone. At the end of input
/// answers that are on their way are waited for, five seconds at the most, and the deck is taken down. Requests that found
/// no room in that time are refused before.
///
/// # Errors
/// [`ControlError`] when input or output fail; a closed output is no error.
pub async fn serve<R, W>(
    deck: Deck,
    input: R,
    output: W,
    options: Options,
) -> Result<Served, ControlError>
where
    R: Input,
    W: AsyncWrite + Unpin,
{
    let mut session = Session::new(deck, input, output, &options);
    let served = session.run().await;
    // Whatever ended the session, its deck goes down with it; a deck that is gone refuses, which is as good.
    drop(session.deck.command(Command::Down).await);
    session.deck.ended().await;
    let served = served?;
    if served != Served::OutputClosed {
        session.say_last_words().await?;
    }
    Ok(served)
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "server_job_tests.rs"]
mod job_tests;

#[cfg(test)]
#[path = "server_full_tests.rs"]
mod full_tests;
