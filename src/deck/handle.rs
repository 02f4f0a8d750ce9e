//! What clients hold: commands go in, a board and the events after it come out.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::deck::subscriber::Subscription;
use crate::model::{Board, Command, Now, Outcome, Refusal, RefusalKind, Stamped, Submission};

/// How many requests wait for the driver; a further one waits for a place.
const REQUESTS: usize = 1024;

/// A client's hold on a running deck. Clones are equal clients; any thread and any runtime will do.
#[derive(Clone, Debug)]
pub struct Deck {
    requests: mpsc::Sender<Request>,
    ended: CancellationToken,
}

/// A look at the board inside the loop.
type Look = Box<dyn FnOnce(&Board, Now) + Send>;

/// What a command comes to.
pub(crate) type End = Result<Outcome, Refusal>;

/// What a client asks of the driver.
pub(crate) enum Request {
    Command {
        command: Command,
        answer: oneshot::Sender<End>,
    },
    Submit {
        submission: Submission,
        accepted: oneshot::Sender<End>,
        finished: Option<oneshot::Sender<End>>,
    },
    SubmitAll {
        submissions: Vec<Submission>,
        first: u64,
        ends: mpsc::Sender<(u64, End)>,
    },
    Read(Look),
    Subscribe {
        /// Whether it is to be told of jobs.
        jobs: bool,
        answer: oneshot::Sender<Subscription>,
    },
}

/// Where an answer goes.
#[derive(Debug)]
pub(crate) enum Sink {
    /// To one who waits for it alone.
    Once(oneshot::Sender<End>),
    /// To one who waits for many, by their index.
    Stream {
        index: u64,
        ends: mpsc::Sender<(u64, End)>,
    },
}

impl Sink {
    /// Gives the answer. A client that is gone needs none; one that keeps more under way than its queue holds loses it.
    pub(crate) fn give(self, end: End) {
        match self {
            Self::Once(answer) => drop(answer.send(end)),
            Self::Stream { index, ends } => drop(ends.try_send((index, end))),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Command { .. } => "Command",
            Self::Submit { .. } => "Submit",
            Self::SubmitAll { .. } => "SubmitAll",
            Self::Read(_) => "Read",
            Self::Subscribe { .. } => "Subscribe",
        })
    }
}

impl Deck {
    /// A handle, the requests that come by it, and what the driver cancels when it ends.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Request>, CancellationToken) {
        let (requests, received) = mpsc::channel(REQUESTS);
        let ended = CancellationToken::new();
        let deck = Self {
            requests,
            ended: ended.clone(),
        };
        (deck, received, ended)
    }

    /// Gives a command; it is in the queue when this returns, so the order of calls is the order of effect. The answer
    /// comes by what is returned, which may be dropped.
    pub async fn issue(&self, command: Command) -> Pending {
        let (answer, answered) = oneshot::channel();
        // A deck that is gone drops the answer's sender, which the pending answer tells as a refusal.
        let _ = self
            .requests
            .send(Request::Command { command, answer })
            .await;
        Pending { answered }
    }

    /// Gives a command and waits until it is carried out.
    ///
    /// # Errors
    /// A [`Refusal`] says why it was not.
    pub async fn command(&self, command: Command) -> Result<Outcome, Refusal> {
        self.issue(command).await.await
    }

    /// Submits a job; it is in the queue when this returns.
    pub async fn submit(&self, submission: Submission, wait: bool) -> Submitted {
        let (accepted, is_accepted) = oneshot::channel();
        let (finished, is_finished) = wait.then(oneshot::channel).unzip();
        let request = Request::Submit {
            submission,
            accepted,
            finished,
        };
        // A deck that is gone drops the senders, which the pending answers tell as a refusal.
        let _ = self.requests.send(request).await;
        Submitted {
            accepted: Pending {
                answered: is_accepted,
            },
            finished: is_finished.map(|answered| Pending { answered }),
        }
    }

    /// Submits many jobs at once. Each one's end comes by `ends`: its place in `submissions` plus `first`, and
    /// [`Outcome::Job`] or why there is none. Ends come as they happen; `ends` must hold as many as the caller keeps
    /// under way, what does not fit is let go. Answers whether the deck is there.
    pub async fn submit_all(
        &self,
        submissions: Vec<Submission>,
        first: u64,
        ends: mpsc::Sender<(u64, Result<Outcome, Refusal>)>,
    ) -> bool {
        let request = Request::SubmitAll {
            submissions,
            first,
            ends,
        };
        self.requests.send(request).await.is_ok()
    }

    /// Looks at the board inside the driver's loop, in order with commands; none when the deck is gone.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Board, Now) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let read = move |board: &Board, now: Now| {
            // The client may have gone meanwhile.
            let _ = answer.send(look(board, now));
        };
        let request = Request::Read(Box::new(read));
        self.requests.send(request).await.ok()?;
        answered.await.ok()
    }

    /// Follows the deck: a snapshot of the board, then exactly the events after it. None when the deck is gone.
    pub async fn subscribe(&self) -> Option<Subscription> {
        self.subscribe_with(false).await
    }

    /// Like [`Deck::subscribe`]; with `jobs` every change of a job is told too, as [`Event::Jobs`](crate::model::Event).
    pub async fn subscribe_with(&self, jobs: bool) -> Option<Subscription> {
        let (answer, answered) = oneshot::channel();
        let request = Request::Subscribe { jobs, answer };
        self.requests.send(request).await.ok()?;
        answered.await.ok()
    }

    /// Waits until the deck is gone.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Like [`Deck::ended`], without borrowing the deck.
    pub fn ended_owned(&self) -> WaitForCancellationFutureOwned {
        self.ended.clone().cancelled_owned()
    }
}

/// A job that was submitted.
#[derive(Debug)]
pub struct Submitted {
    /// [`Outcome::Submitted`] once it is accepted, or why it is not.
    pub accepted: Pending,
    /// If it was to be waited for: [`Outcome::Job`] once it is done, dead or cancelled, or why it never will be.
    pub finished: Option<Pending>,
}

/// The answer to a command that was issued.
#[derive(Debug)]
pub struct Pending {
    answered: oneshot::Receiver<End>,
}

impl Future for Pending {
    type Output = Result<Outcome, Refusal>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answered)
            .poll(context)
            .map(|answered| answered.unwrap_or_else(|_| Err(gone())))
    }
}

fn gone() -> Refusal {
    Refusal::new(RefusalKind::ShuttingDown, "the deck is gone")
}

/// What a subscription brings.
#[derive(Clone, Debug)]
pub enum Update {
    /// The board as it is now; replaces whatever was folded before.
    Snapshot(Box<Board>),
    /// What happened since, oldest first.
    Events(Arc<[Stamped]>),
    /// The client was too slow and missed so many events; a snapshot follows.
    Lagged(u64),
}
