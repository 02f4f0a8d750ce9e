//! From a subscription to a client's output: events as lines, and what a slow client misses.
//!
//! A client that does not read fills its output; then bodies of messages are left out, then events, which are counted and
//! followed by a snapshot once it has caught up. Never waits for the client; called by the server.

use tokio::io::AsyncWrite;

use crate::control::event::{MAX_BODY, count, write_lagged, write_snapshot};
use crate::control::output::{Output, Room};
use crate::control::rpc::write_event;
use crate::control::{Wanted, board_json, project};
use crate::deck::{Deck, Subscription, Update};
use crate::model::{Board, Event, Stamped, WallTime};

/// What a client is told without asking again.
#[derive(Debug)]
pub(super) struct Feed {
    wanted: Wanted,
    subscription: Subscription,
    /// Events left out since the client fell behind; none while it keeps up.
    missed: Option<u64>,
    /// When the newest event happened.
    newest: WallTime,
}

impl Feed {
    /// Follows the deck from now on, and gives the board as it is before that. None when the deck is gone.
    pub(super) async fn begin(deck: &Deck, wanted: Wanted) -> Option<(Self, Box<Board>)> {
        let mut subscription = deck.subscribe_with(wanted.has("job")).await?;
        loop {
            if let Update::Snapshot(board) = subscription.next().await? {
                let feed = Self {
                    wanted,
                    subscription,
                    missed: None,
                    newest: WallTime::default(),
                };
                return Some((feed, board));
            }
        }
    }

    /// Changes which events are told; none is lost or told twice. None when the deck is gone.
    ///
    /// A subscription without jobs is given up for one with them. Both queues hold what happened since the new one began:
    /// the old one tells it, and of the new one only jobs are told, which the old one lacks.
    pub(super) async fn change<W: AsyncWrite + Unpin>(
        &mut self,
        deck: &Deck,
        wanted: Wanted,
        output: &mut Output<W>,
    ) -> Option<()> {
        if wanted.has("job") && !self.wanted.has("job") {
            let (mut fresh, _) = Self::begin(deck, wanted.clone()).await?;
            let mut jobs = Vec::new();
            while let Some(update) = fresh.ready().await {
                if let Update::Events(events) = update {
                    let is_job = |stamped: &&Stamped| matches!(stamped.event, Event::Jobs(_));
                    jobs.extend(events.iter().filter(is_job).cloned());
                }
            }
            while let Some(update) = self.ready().await {
                self.tell(deck, update, output).await;
            }
            self.subscription = fresh.subscription;
            self.wanted = wanted;
            self.tell_events(&jobs, output);
        } else {
            self.wanted = wanted;
        }
        Some(())
    }

    /// The next update; none when the deck is gone.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub(super) async fn next(&mut self) -> Option<Update> {
        self.subscription.next().await
    }

    /// The next update, if it is there already.
    pub(super) async fn ready(&mut self) -> Option<Update> {
        tokio::select! {
            // The queue is looked at before it is given up.
            biased;
            update = self.subscription.next() => update,
            () = std::future::ready(()) => None,
        }
    }

    /// Whether the client missed events and has read enough to go on.
    pub(super) fn is_to_recover<W: AsyncWrite + Unpin>(&self, output: &Output<W>) -> bool {
        self.missed.is_some() && output.has_recovered()
    }

    /// Tells an update, as far as there is room.
    pub(super) async fn tell<W: AsyncWrite + Unpin>(
        &mut self,
        deck: &Deck,
        update: Update,
        output: &mut Output<W>,
    ) {
        match update {
            Update::Events(events) => self.tell_events(&events, output),
            Update::Lagged(count) => self.missed = Some(self.missed.unwrap_or(0) + count),
            Update::Snapshot(board) => self.tell_snapshot(deck, &board, output).await,
        }
    }

    /// Goes on after a lag with a board that is up to date.
    pub(super) async fn recover<W: AsyncWrite + Unpin>(
        &mut self,
        deck: &Deck,
        output: &mut Output<W>,
    ) {
        // What still waits is older than the new snapshot.
        while let Some(update) = self.ready().await {
            match update {
                Update::Events(events) => events.iter().for_each(|event| self.miss(event)),
                Update::Lagged(count) => self.missed = Some(self.missed.unwrap_or(0) + count),
                Update::Snapshot(_) => {}
            }
        }
        let Some((fresh, board)) = Self::begin(deck, self.wanted.clone()).await else {
            return;
        };
        self.subscription = fresh.subscription;
        self.tell_snapshot(deck, &board, output).await;
    }

    /// Tells how many events were missed, when there will be no board to go on from.
    pub(super) fn tell_missed<W: AsyncWrite + Unpin>(&mut self, output: &mut Output<W>) {
        let Some(count) = self.missed.take() else {
            return;
        };
        let mut params = Vec::new();
        let mut line = Vec::new();
        write_lagged(&mut params, self.newest, count);
        write_event(&mut line, &params);
        output.push(&line);
    }

    fn tell_events<W: AsyncWrite + Unpin>(&mut self, events: &[Stamped], output: &mut Output<W>) {
        let mut line = Vec::with_capacity(256);
        for stamped in events {
            self.newest = stamped.now.wall;
            let max_body = match (self.missed, output.room()) {
                (None, Room::Everything) => MAX_BODY,
                (None, Room::NoBodies) => 0,
                (Some(_), _) | (None, Room::Nothing) => {
                    self.miss(stamped);
                    continue;
                }
            };
            project(stamped, &self.wanted, max_body, &mut |params: &[u8]| {
                line.clear();
                write_event(&mut line, params);
                output.push(&line);
            });
        }
    }

    /// Counts what would have been told.
    fn miss(&mut self, stamped: &Stamped) {
        let missed = count(&stamped.event, &self.wanted);
        if missed > 0 {
            self.missed = Some(self.missed.unwrap_or(0) + missed);
        }
    }

    async fn tell_snapshot<W: AsyncWrite + Unpin>(
        &mut self,
        deck: &Deck,
        board: &Board,
        output: &mut Output<W>,
    ) {
        // The first snapshot of a subscription is in its answer; a later one follows a lag.
        let Some(count) = self.missed.take() else {
            return;
        };
        let now = deck.read(|_, now| now).await.unwrap_or_default();
        let mut params = Vec::new();
        let mut line = Vec::new();
        write_lagged(&mut params, now.wall, count);
        write_event(&mut line, &params);
        params.clear();
        write_snapshot(&mut params, now.wall, &board_json(board, now));
        write_event(&mut line, &params);
        output.push(&line);
    }
}

/// A feed's next update; waits for ever without a feed.
pub(super) async fn next_update(feed: &mut Option<Feed>) -> Option<Update> {
    match feed {
        Some(feed) => feed.next().await,
        None => std::future::pending().await,
    }
}
