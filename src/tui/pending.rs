//! Commands that were given and not yet answered.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use crate::deck::Deck;
use crate::model::{Command, Outcome, Refusal};
use crate::tui::jobs::Asked;

/// How many answers are waited for; of the oldest beyond, nobody hears.
const MOST: usize = 256;

type Answer = Pin<Box<dyn Future<Output = Result<Outcome, Refusal>> + Send>>;

/// The answers that are awaited, oldest first.
#[derive(Default)]
pub(crate) struct Answers {
    waiting: Vec<(Asked, Answer)>,
}

impl Answers {
    /// Gives the deck a command. Commands reach it in the order of these calls.
    pub(crate) fn give(&mut self, deck: &Deck, command: Command) {
        if self.waiting.len() >= MOST {
            drop(self.waiting.remove(0));
        }
        let deck = deck.clone();
        let asked = Asked::of(&command);
        let answer = Box::pin(async move { deck.command(command).await });
        self.waiting.push((asked, answer));
    }

    /// The next answer, and what it answers; waits for ever where none is awaited.
    ///
    /// Cancel safe: what waits is kept here.
    pub(crate) async fn next(&mut self) -> (Asked, Result<Outcome, Refusal>) {
        poll_fn(|context| {
            // Oldest first, so that commands enter the deck's queue in order.
            for place in 0..self.waiting.len() {
                let Some((_, answer)) = self.waiting.get_mut(place) else {
                    break;
                };
                if let Poll::Ready(answer) = answer.as_mut().poll(context) {
                    let (asked, _) = self.waiting.remove(place);
                    return Poll::Ready((asked, answer));
                }
            }
            Poll::Pending
        })
        .await
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers")
            .field("waiting", &self.waiting.len())
            .finish()
    }
}
