//! How a deck ends: what its jobs did last is kept, its clients are told, then the spawner ends what still lives.
//!
//! Called by the driver once nothing is to happen any more.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::deck::driver::Driver;
use crate::jobs::store::Committed;

/// How long a deck that goes down waits for its store.
const LAST_COMMIT: Duration = Duration::from_secs(10);

/// How a deck ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// What ended it against its will: the keeper died.
    pub fault: Option<String>,
}

impl Driver {
    pub(crate) async fn end(mut self, mut committed: mpsc::Receiver<Committed>) -> Ended {
        let late = tokio::time::timeout(LAST_COMMIT, self.keep_the_last(&mut committed)).await;
        let unkept = late.unwrap_or_else(|_| {
            // A disk that hangs holds its thread, not the deck.
            self.desk.ledger.abandon();
            Some(format!("the disk takes longer than {LAST_COMMIT:?}").into())
        });
        if let Some(reason) = unkept {
            self.fault.get_or_insert(format!(
                "what happened to jobs last is not kept, and will be done again: {reason}"
            ));
        }
        let now = self.now();
        self.journal.flush(now);
        let Self {
            orders,
            tasks,
            fault,
            journal,
            ..
        } = self;
        // The clients are told first: the dashboard gives the terminal back while the keeper still holds it.
        drop(journal);
        // Without orders to come the spawner ends what still lives, and itself.
        drop(orders);
        tasks.end().await;
        Ended { fault }
    }

    /// Has the store keep what is left, with one more try where it could not write; why it is not kept, if it is not.
    async fn keep_the_last(
        &mut self,
        committed: &mut mpsc::Receiver<Committed>,
    ) -> Option<Arc<str>> {
        self.desk.ledger.hand_over();
        while self.desk.ledger.is_busy() {
            let committed = committed.recv().await?;
            let now = self.now();
            self.committed(now, committed);
            if let Some(reason) = self.desk.ledger.trouble() {
                return Some(Arc::clone(reason));
            }
        }
        None
    }
}
