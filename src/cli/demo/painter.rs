//! Makes the picture: gives its tiles to the deck as jobs and puts their results into it, or computes them itself.
//!
//! Owns which tiles are jobs. Runs on the deck's loop beside the driver, and is nothing but a client of it. A job's end is heard
//! from its submission, so no tile can be missed; who has it is heard from the deck's events, and only shown.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::cli::demo::cpu::thread_cpu;
use crate::cli::demo::crew::Crew;
use crate::cli::demo::flight::{Flight, Going};
use crate::deck::{Clock, Deck, Subscription, Update};
use crate::model::{
    Command, Event, JobChanged, JobCommand, JobFilter, JobState, MonoTime, Outcome, PoolChanged,
    PoolName, Refusal, Submission,
};
use crate::tui::{Hand, Mode, Picture, Rgb, Studio, Tile, from_hex};
use crate::wire::Message;

/// The time from one beat to the next: how late each comes is the loop's delay.
const BEAT: Duration = Duration::from_millis(20);

/// Computing inside, how long the parent does all else between two tiles.
const BREATH: Duration = Duration::from_millis(4);

/// The time from one look for unwanted jobs to the next.
const AGAIN: Duration = Duration::from_millis(400);

/// How many jobs a worker has, one of them waiting, so that it is never idle.
const EACH: usize = 2;

/// Makes the picture until the deck ends.
pub(super) async fn paint(deck: &Deck, studio: &Studio, clock: Clock) {
    let Some(updates) = deck.subscribe_with(true).await else {
        return;
    };
    let mut painter = Painter {
        deck,
        studio,
        clock,
        crew: Crew::default(),
        flight: Flight::default(),
        own: None,
        beat_at: clock.now().mono,
        again_at: clock.now().mono,
    };
    painter.run(updates).await;
}

struct Painter<'a> {
    deck: &'a Deck,
    studio: &'a Studio,
    clock: Clock,
    crew: Crew,
    flight: Flight,
    /// The tile that the parent computes next, if it does.
    own: Option<Tile>,
    beat_at: MonoTime,
    /// When jobs that are not wanted are taken back again.
    again_at: MonoTime,
}

impl Painter<'_> {
    async fn run(&mut self, mut updates: Subscription) {
        loop {
            let beat = self.clock.instant(self.beat_at);
            tokio::select! {
                update = updates.next() => match update {
                    Some(update) => self.hear(&update),
                    None => return,
                },
                (tile, end) = self.flight.next() => self.ended(tile, end),
                () = tokio::time::sleep_until(beat) => self.beat(),
                () = self.studio.ordered() => {}
            }
            self.call_back().await;
            self.hand_out().await;
        }
    }

    fn hear(&mut self, update: &Update) {
        match update {
            Update::Snapshot(board) => {
                let states = board
                    .workers()
                    .map(|worker| (worker.id.clone(), worker.state));
                self.crew.renew(states);
            }
            Update::Events(events) => {
                for stamped in events.iter() {
                    self.apply(&stamped.event);
                }
            }
            // A snapshot follows.
            Update::Lagged(_) => {}
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::State(changed) => {
                self.crew.note(changed.worker.clone(), changed.state);
            }
            Event::Pool(PoolChanged {
                pool, instances, ..
            }) => self.crew.resize(pool, *instances),
            Event::Jobs(jobs) => {
                for job in jobs.iter() {
                    self.follow(job);
                }
            }
            // The picture shows nothing else.
            _ => {}
        }
    }

    fn follow(&self, job: &JobChanged) {
        let Some(tile) = self.flight.tile(job.job) else {
            return;
        };
        let now = self.clock.now().mono;
        match (job.state, &job.worker) {
            (JobState::Running, Some(worker)) => {
                let hand = Hand::Worker(worker.clone());
                self.studio.change(|picture| picture.began(&tile, hand));
            }
            (JobState::Failed | JobState::Dead, _) => {
                self.studio.change(|picture| picture.lost(&tile, now));
            }
            _ => {}
        }
    }

    /// A job came to its end; a tile that has none yet is given away again, unless it was meanwhile: what left the picture and
    /// came back is another job by then, or the parent's.
    fn ended(&self, tile: Tile, end: Result<Outcome, Refusal>) {
        let now = self.clock.now().mono;
        let answer = end.ok().and_then(Answer::of);
        let is_anew = self.flight.has(&tile) || self.own == Some(tile);
        self.studio.change(|picture| match answer {
            Some(answer) => picture.done(&tile, &answer.pixels, answer.hand, (answer.cpu, now)),
            None if is_anew => {}
            None => picture.returned(&tile),
        });
    }

    fn beat(&mut self) {
        let now = self.clock.now().mono;
        let late = now.since(self.beat_at);
        let has_turned = self.studio.note(|picture| {
            picture.note_loop(now, late);
            picture.beat(now)
        });
        if has_turned {
            self.studio.change(|_| {});
        }
        let mode = self.studio.look().mode();
        let rest = match mode {
            Mode::OffLoaded => BEAT,
            Mode::Inside => BREATH,
        };
        match (mode, self.own.take()) {
            (Mode::Inside, own) => self.compute(own),
            (Mode::OffLoaded, Some(own)) => self.studio.change(|picture| picture.returned(&own)),
            (Mode::OffLoaded, None) => {}
        }
        // Counted from before the computing: who waits for the loop meanwhile waits as long.
        self.beat_at = now + rest;
    }

    /// Computes a tile right here: the deck's loop and, by the turn that is held, the dashboard stand still meanwhile. The
    /// next one is chosen at once, so that the frame in between can show it.
    fn compute(&mut self, own: Option<Tile>) {
        let wanted = self.studio.look();
        if let Some(tile) = own.filter(|tile| wanted.is_wanted(tile)) {
            let Some(turn) = self.studio.try_turn() else {
                self.own = Some(tile);
                return;
            };
            let before = thread_cpu();
            let drawn = tile.draw();
            let cpu = thread_cpu().saturating_sub(before);
            let now = self.clock.now().mono;
            let note = (cpu, now);
            self.studio
                .change(|picture| picture.done(&tile, &drawn.pixels, Hand::Parent, note));
            drop(turn);
        }
        self.own = self.studio.change(|picture| {
            let next = picture.give()?;
            picture.began(&next, Hand::Parent);
            Some(next)
        });
    }

    /// Takes jobs back that wait and are not wanted there any more: their tiles have left the picture, the parent computes
    /// by itself, or their pool has no worker left that will draw. Those that run are let run.
    async fn call_back(&mut self) {
        let picture = self.studio.look();
        let is_off_loaded = picture.mode() == Mode::OffLoaded;
        let crew = &self.crew;
        let mut ids = self.flight.unwant(|going| {
            is_off_loaded && picture.is_wanted(&going.tile) && crew.draws(&going.pool)
        });
        // One that ran may wait again by now: its worker died, or left.
        let now = self.clock.now().mono;
        if now >= self.again_at {
            self.again_at = now + AGAIN;
            ids = self.flight.unwanted();
        }
        if ids.is_empty() {
            return;
        }
        let filter = JobFilter {
            ids,
            states: vec![JobState::Ready, JobState::Scheduled],
            ..JobFilter::default()
        };
        // Each one's end is told to its submission.
        drop(
            self.deck
                .issue(Command::Jobs(JobCommand::Cancel(filter)))
                .await,
        );
    }

    /// Gives out tiles as long as workers have a place for them, the emptiest pool first.
    async fn hand_out(&mut self) {
        while self.studio.look().mode() == Mode::OffLoaded {
            let room = |pool: &&PoolName| self.seats(pool).saturating_sub(self.flight.of(pool));
            let emptiest = self.studio.pools().iter().max_by_key(room);
            let Some(pool) = emptiest.filter(|pool| room(pool) > 0).cloned() else {
                return;
            };
            let Some(tile) = self.studio.note(Picture::give) else {
                return;
            };
            if !self.submit(tile, pool).await {
                self.studio.note(|picture| picture.returned(&tile));
                return;
            }
        }
    }

    fn seats(&self, pool: &PoolName) -> usize {
        EACH * self.crew.live(pool)
    }

    async fn submit(&mut self, tile: Tile, pool: PoolName) -> bool {
        let Ok(payload) = Message::from_value(&json!({ "tile": tile })) else {
            return false;
        };
        let submission = Submission::new(pool.clone(), payload);
        let submitted = self.deck.submit(submission, true).await;
        let (Ok(Outcome::Submitted(job)), Some(finished)) =
            (submitted.accepted.await, submitted.finished)
        else {
            return false;
        };
        self.flight.add(Going {
            tile,
            pool,
            job,
            is_unwanted: false,
            finished,
        });
        true
    }
}

/// What a worker answered.
struct Answer {
    hand: Hand,
    pixels: Vec<Rgb>,
    cpu: Duration,
}

/// The members of a reply that matter.
#[derive(Deserialize)]
struct Reply {
    pixels: String,
    cpu_us: u64,
}

impl Answer {
    /// The pixels of a job that is done; none of one that is not.
    fn of(outcome: Outcome) -> Option<Self> {
        let Outcome::Job(job) = outcome else {
            return None;
        };
        let result = job.result.filter(|_| job.state == JobState::Done)?;
        let reply: Reply = serde_json::from_str(result.as_str()).ok()?;
        Some(Self {
            hand: Hand::Worker(job.worker?),
            pixels: from_hex(&reply.pixels)?,
            cpu: Duration::from_micros(reply.cpu_us),
        })
    }
}
