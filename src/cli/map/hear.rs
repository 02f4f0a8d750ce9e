//! What a map does on what the deck tells: failures of workers, their silence, and their miscounts.
//!
//! Called by `flow`; what an event means is decided in `watch`.

use crate::cli::map::flow::Flow;
use crate::cli::map::verdict::Ending;
use crate::cli::map::watch;
use crate::deck::{Subscription, Update};
use crate::model::{Command, JobCommand, JobFilter, WorkerId};

impl Flow {
    /// Takes what the deck told.
    pub(super) async fn hear(&mut self, update: &Update) {
        match update {
            Update::Events(events) => {
                for stamped in events.iter() {
                    let hopeless = self.watch.take(&stamped.event, &mut self.streams.console);
                    if let Some(hopeless) = hopeless {
                        self.end(Ending::Hopeless(hopeless)).await;
                    }
                }
            }
            Update::Lagged(count) => {
                self.watch.count.lagged();
                let line = format!(
                    "forkdeck: {count} events are not shown: standard error was too slow\n"
                );
                self.streams.console.lines(line.as_bytes());
            }
            // A map shows no states.
            Update::Snapshot(_) => {}
        }
        self.note_gone().await;
        self.note_silence();
    }

    /// What a worker left unanswered is not tried again: its answer may have been taken for another's.
    async fn note_gone(&mut self) {
        let mut jobs = JobFilter::default();
        for gone in self.watch.gone() {
            if self.watch.count.begins_anew(&gone.worker) {
                self.ledger.tally.renew(gone.worker.number);
            }
            self.ledger.gone(&gone);
            jobs.ids.extend(gone.unanswered);
        }
        if !jobs.ids.is_empty() {
            let cancel = Command::Jobs(JobCommand::Cancel(jobs));
            drop(self.deck.issue(cancel).await);
        }
    }

    fn note_silence(&mut self) {
        if !self.watch.is_silent() {
            return;
        }
        let (worker, payload) = self.watch.count.oldest().unzip();
        let worker = worker.map(|number| WorkerId::new(self.plan.pool.clone(), number));
        let line = payload.and_then(|payload| self.ledger.line(&payload));
        let said = watch::silent(worker.as_ref(), line);
        self.streams.console.lines(said.as_bytes());
    }

    /// Takes what a deck that is gone told last.
    pub(super) async fn hear_out(&mut self, mut events: Subscription) {
        while let Some(update) = events.next().await {
            self.hear(&update).await;
        }
        while let Ok(end) = self.ends.1.try_recv() {
            self.take(end);
        }
    }
}
