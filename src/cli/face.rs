//! The faces of a deck: the dashboard on its thread, lines on standard output, JSON-RPC on both streams.
//!
//! Owns how each is joined to the process's standard streams, and what the end of a face means for its deck. None of
//! them can hold the process once the deck is gone.

use std::future::Future;
use std::io::{self, IsTerminal};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::{Stdin, stdin, stdout};
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::cli::args::Color;
use crate::cli::diagnose::{Code, Failure, failed};
use crate::control::{self, Input, LogStyle};
use crate::deck::{Clock, Deck};
use crate::model::Command;
use crate::process::keeper::TerminalLease;
use crate::tui::{self, Quit, Taste, TuiError};

/// How long the dashboard may take to leave the terminal once the deck is gone; then the keeper gives it back.
const LEAVE: Duration = Duration::from_secs(1);

/// How long the last lines may take to a slow reader once the deck is gone.
const LAST_LINES: Duration = Duration::from_secs(5);

/// The dashboard on its own thread.
#[derive(Debug)]
pub(super) struct Dashboard {
    over: oneshot::Receiver<Result<Quit, TuiError>>,
}

impl Dashboard {
    /// Starts the thread; it draws its first frame while the deck starts.
    pub(super) fn start(deck: Deck, clock: Clock, options: tui::Options) -> Result<Self, Failure> {
        let (done, over) = oneshot::channel();
        let run = move || {
            // Nobody listens any more when the process is about to end anyway.
            let _ = done.send(tui::run(deck, clock, options));
        };
        thread::Builder::new()
            .name("dashboard".to_owned())
            .spawn(run)
            .map_err(|error| failed("cannot start the dashboard", &error))?;
        Ok(Self { over })
    }

    /// Waits for the dashboard's end, which is the deck's. A second Ctrl-C cancels `patience`.
    pub(super) async fn watch(
        self,
        deck: &Deck,
        patience: &CancellationToken,
    ) -> Result<(), Failure> {
        // One that hangs in a terminal which takes no more is left to the keeper.
        let Some(over) = until_gone(deck, LEAVE, self.over).await else {
            return Ok(());
        };
        drop(deck.issue(Command::Down).await);
        match over {
            Ok(Ok(Quit::Now)) => {
                patience.cancel();
                Ok(())
            }
            // A terminal that is gone takes the deck down, as a hangup does.
            Ok(Ok(Quit::Ended | Quit::Shutdown | Quit::TerminalLost)) => Ok(()),
            Ok(Err(TuiError::Script(what))) => Err(Failure::new(Code::Failed, what)),
            Ok(Err(error)) => Err(failed("cannot show the dashboard", &error)),
            Err(_) => Err(Failure::new(Code::Failed, "the dashboard crashed")),
        }
    }
}

/// How the dashboard is to be run.
pub(super) fn options(
    lease: TerminalLease,
    color: Color,
    taste: Taste,
    keeps_jobs: bool,
) -> tui::Options {
    let after = lease.clone();
    tui::Options {
        taste,
        keeps_jobs,
        color: match color {
            Color::Auto => tui::Color::Auto,
            Color::Always => tui::Color::Always,
            Color::Never => tui::Color::Never,
        },
        lease: Some(tui::Lease {
            // Without the keeper's help the dashboard still gives back what it takes, unless it is killed.
            before: Box::new(move || drop(lease.lend())),
            after: Box::new(move || after.give_back()),
        }),
        ..tui::Options::default()
    }
}

/// Prints what the workers print, or every event as JSON, until the deck is gone. A reader that went away takes the deck
/// down in order.
pub(super) async fn lines(deck: &Deck, json: bool, color: Color) -> Result<(), Failure> {
    // Dead jobs are told to people too.
    let Some(subscription) = deck.subscribe_with(true).await else {
        return Ok(());
    };
    let printing = async {
        if json {
            return control::print_events(deck.clone(), subscription, stdout()).await;
        }
        control::print_logs(subscription, stdout(), log_style(color)).await
    };
    let printed = until_gone(deck, LAST_LINES, printing).await;
    drop(deck.issue(Command::Down).await);
    match printed {
        Some(Err(error)) => Err(failed("cannot print", &error)),
        Some(Ok(())) | None => Ok(()),
    }
}

fn log_style(color: Color) -> LogStyle {
    let terminal = io::stdout().is_terminal();
    let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    LogStyle {
        colour: match color {
            Color::Auto => terminal && !is_unwanted,
            Color::Always => true,
            Color::Never => false,
        },
        terminal,
    }
}

/// Serves the program at the other end of standard input and output. The server starts the workers, and takes the deck
/// down at the end of input.
pub(super) async fn rpc(deck: &Deck) -> Result<(), Failure> {
    let options = control::Options::default();
    let serving = control::serve(deck.clone(), stdin(), stdout(), options);
    match serving.await {
        Ok(_) => Ok(()),
        Err(error) => Err(failed("the control protocol broke", &error)),
    }
}

impl Input for Stdin {
    /// A pipe tells its hang-up while there is still something in it (poll(2), `POLLHUP`).
    fn is_hung_up(&self) -> bool {
        let gone = PollFlags::HUP | PollFlags::RDHUP | PollFlags::ERR;
        let mut watched = [PollFd::new(self, PollFlags::RDHUP)];
        let polled = poll(&mut watched, Some(&Timespec::default()));
        polled.is_ok() && watched.iter().any(|one| one.revents().intersects(gone))
    }
}

/// Lets a face end by itself, but not later than `wait` after the deck.
async fn until_gone<T>(deck: &Deck, wait: Duration, face: impl Future<Output = T>) -> Option<T> {
    let late = async {
        deck.ended().await;
        sleep(wait).await;
    };
    tokio::select! {
        shown = face => Some(shown),
        () = late => None,
    }
}
