//! Commands that were given and not yet answered.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use crate::deck::{Deck, Pending};
use crate::model::{Command, Submission};
use crate::tui::jobs::Asked;
use crate::tui::target::Target;
use crate::tui::update::Msg;
use crate::wire::Message;

/// How many answers are waited for; of the oldest beyond, nobody hears.
const MOST: usize = 256;

/// How long a worker's answer to a message is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

type Step = Pin<Box<dyn Future<Output = (Msg, Option<(u64, Pending)>)> + Send>>;

/// The answers that are awaited, oldest first.
#[derive(Default)]
pub(crate) struct Answers {
    waiting: Vec<Step>,
}

impl Answers {
    /// Gives the deck a command. Commands reach it in the order of these calls.
    pub(crate) fn give(&mut self, deck: &Deck, command: Command) {
        let deck = deck.clone();
        let asked = Asked::of(&command);
        self.wait(Box::pin(async move {
            (Msg::Answered(asked, deck.command(command).await), None)
        }));
    }

    /// Sends a message or a job, and waits for what comes of it.
    pub(crate) fn send(&mut self, deck: &Deck, number: u64, target: Target, message: Message) {
        let deck = deck.clone();
        self.wait(match target {
            Target::Message(to) => Box::pin(async move {
                let wait = Some(PATIENCE);
                let sent = deck.command(Command::Send { to, message, wait }).await;
                (Msg::Sent(number, sent), None)
            }),
            Target::Job(pool) => Box::pin(async move {
                let asked = Asked::Submit(pool.clone());
                let submitted = deck.submit(Submission::new(pool, message), true).await;
                match (submitted.accepted.await, submitted.finished) {
                    (Ok(taken), Some(finished)) => {
                        (Msg::Answered(asked, Ok(taken)), Some((number, finished)))
                    }
                    (accepted, _) => (Msg::Sent(number, accepted), None),
                }
            }),
        });
    }

    fn wait(&mut self, step: Step) {
        if self.waiting.len() >= MOST {
            drop(self.waiting.remove(0));
        }
        self.waiting.push(step);
    }

    /// The next answer, and what it answers; waits for ever where none is awaited.
    ///
    /// Cancel safe: what waits is kept here.
    pub(crate) async fn next(&mut self) -> Msg {
        let (msg, rest) = poll_fn(|context| {
            // Oldest first, so that commands enter the deck's queue in order.
            for place in 0..self.waiting.len() {
                let Some(step) = self.waiting.get_mut(place) else {
                    break;
                };
                if let Poll::Ready(done) = step.as_mut().poll(context) {
                    drop(self.waiting.remove(place));
                    return Poll::Ready(done);
                }
            }
            Poll::Pending
        })
        .await;
        if let Some((number, finished)) = rest {
            self.wait(Box::pin(async move {
                let msg = match finished.await {
                    Err(refusal) => Msg::Forsaken(number, refusal),
                    end => Msg::Sent(number, end),
                };
                (msg, None)
            }));
        }
        msg
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers")
            .field("waiting", &self.waiting.len())
            .finish()
    }
}
