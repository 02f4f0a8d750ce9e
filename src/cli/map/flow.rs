//! The loop of a map: lines in, jobs to the deck, ends back, lines out.
//!
//! Owns when a map reads on, when it ends and why, and what its exit code is. Everything that is full stops what fills it.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use tokio::signal::unix::SignalKind;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::cli::deck::{Signals, start_all};
use crate::cli::diagnose::Failure;
use crate::cli::map::console::{Console, Style};
use crate::cli::map::feed::{Fed, Line};
use crate::cli::map::ledger::{Ledger, Lines};
use crate::cli::map::linger::Linger;
use crate::cli::map::pace::{Pace, Pass};
use crate::cli::map::pen::Pen;
use crate::cli::map::plan::{Plan, Report};
use crate::cli::map::progress::{Going, Meter};
use crate::cli::map::room::Room;
use crate::cli::map::urge::{Sign, Urge, Wish};
use crate::cli::map::verdict::Ending;
use crate::cli::map::watch::Watch;
use crate::deck::{Clock, Deck};
use crate::model::{Command, JobCommand, JobFilter, MonoTime, Outcome, Refusal, Submission};

/// How often the progress is drawn at the most.
const BEAT: Duration = Duration::from_millis(100);

/// How many ends are taken in one turn at the most.
const TURN: usize = 1024;

/// Lines that wait for room in the window; with so many, no more are taken from the feed.
const PENDING: usize = 1024;

/// The standard streams of a map.
#[derive(Debug)]
pub(super) struct Streams {
    /// Lines of standard input.
    pub(super) feed: mpsc::Receiver<Fed>,
    /// What those lines weigh until their jobs end.
    pub(super) room: Room,
    /// How many bytes standard input has, where it is a file.
    pub(super) size: Option<u64>,
    /// Standard output.
    pub(super) out: Pen,
    /// Standard error.
    pub(super) console: Console,
    /// What standard error can show.
    pub(super) style: Style,
}

/// A job's end, with the number that it was given by.
type End = (u64, Result<Outcome, Refusal>);

/// A map that runs.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) deck: Deck,
    pub(super) clock: Clock,
    pub(super) plan: Plan,
    pub(super) streams: Streams,
    pub(super) ledger: Ledger,
    pub(super) pending: VecDeque<Line>,
    pub(super) ends: (mpsc::Sender<End>, mpsc::Receiver<End>),
    pace: Pace,
    pub(super) watch: Watch,
    meter: Meter,
    pub(super) urge: Urge,
    /// Whether jobs that run have had their time after SIGTERM or SIGHUP.
    is_overdue: bool,
    pub(super) linger: Linger,
    /// Whether standard input is at its end, and whether it broke there.
    pub(super) is_read: bool,
    pub(super) broken: Option<io::Error>,
    /// Why no more is read, and since when.
    pub(super) ending: Option<(Ending, MonoTime)>,
}

impl Flow {
    /// A map that has read nothing yet.
    pub(super) fn new(deck: Deck, clock: Clock, plan: Plan, streams: Streams) -> Self {
        Self {
            // Room for the end of every job in hand: none of them ever waits for this side.
            ends: mpsc::channel(plan.window.jobs + 1),
            ledger: Ledger::new(plan.window, plan.is_ordered),
            pace: Pace::new(plan.window.at_work),
            watch: Watch::new(plan.workers, plan.channel, plan.pairing),
            urge: Urge::new(plan.drain),
            is_overdue: false,
            linger: Linger::default(),
            deck,
            clock,
            plan,
            streams,
            pending: VecDeque::new(),
            meter: Meter::default(),
            is_read: false,
            broken: None,
            ending: None,
        }
    }

    /// Runs until the deck is gone and all is printed. A second signal cancels `patience`.
    pub(super) async fn run(
        mut self,
        mut signals: Signals,
        patience: &CancellationToken,
    ) -> Result<(), Failure> {
        let Some(mut events) = self.deck.subscribe().await else {
            return Ok(());
        };
        start_all(&self.deck).await;
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let eased = self.streams.out.eased();
        let deck = self.deck.clone();
        loop {
            self.give().await;
            self.streams.room.give_back(self.ledger.freed());
            self.streams.console.settle();
            let is_reading = self.is_reading();
            let can_print = self.can_print();
            let shows_progress = self.shows_progress();
            let left = self.left();
            let lingers = self.lingers();
            let pass = self.pass();
            // Every arm is cancel safe: what was not taken stays where it is.
            tokio::select! {
                Some(end) = self.ends.1.recv(), if can_print && pass.ends => self.take(end),
                fed = self.streams.feed.recv(), if is_reading => self.feed(fed),
                Some(update) = events.next(), if !self.streams.console.pen.is_full() => {
                    self.hear(&update).await;
                }
                is_open = self.streams.out.hand_on(), if pass.text => {
                    self.pace.handed_on(self.clock.now().mono);
                    if !is_open {
                        self.end(Ending::Unread).await;
                    }
                }
                () = sleep(pass.wait.unwrap_or_default()), if pass.wait.is_some() => {}
                _ = self.streams.console.pen.hand_on() => {}
                // There may be room for more jobs.
                () = eased() => {}
                _ = beat.tick(), if shows_progress => self.progress(),
                signal = signals.any() => self.signalled(signal, patience).await,
                () = sleep(lingers.unwrap_or_default()), if lingers.is_some() => {}
                () = sleep(left.unwrap_or_default()), if left.is_some() => self.hasten().await,
                () = deck.ended() => break,
            }
            self.judge().await;
        }
        self.hear_out(events).await;
        self.finish(signals).await
    }

    /// Whether more lines are wanted.
    fn is_reading(&self) -> bool {
        !self.is_read && self.ending.is_none() && self.pending.len() < PENDING
    }

    /// Whether it ends before every job came to its end.
    fn is_ending_early(&self) -> bool {
        matches!(&self.ending, Some((ending, _)) if *ending != Ending::Done)
    }

    fn shows_progress(&self) -> bool {
        self.streams.style.is_movable && self.plan.report != Report::Quiet
    }

    fn feed(&mut self, fed: Option<Fed>) {
        match fed {
            Some(Fed::Lines(lines)) => self.pending.extend(lines),
            Some(Fed::Broken(error)) => {
                self.broken = Some(error);
                self.is_read = true;
            }
            None => self.is_read = true,
        }
    }

    /// Gives the deck as many jobs as there is room for, once there is room for many: each giving has its price.
    async fn give(&mut self) {
        if !self.ledger.has_much_room() {
            return;
        }
        let first = self.ledger.next();
        let mut lines = Lines::default();
        let mut jobs = Vec::new();
        while self.ending.is_none()
            && self.ledger.has_room(self.streams.out.held())
            && !self.streams.console.pen.is_full()
            && let Some(line) = self.pending.pop_front()
        {
            if let Some(payload) = self.ledger.give(line, &mut lines) {
                jobs.push(Submission::new(self.plan.pool.clone(), payload));
            }
            self.print(&mut lines);
        }
        if !jobs.is_empty() {
            let ends = self.ends.0.clone();
            self.deck.submit_all(jobs, first, ends).await;
        }
    }

    /// Takes a job's end, and more of them as long as what came of them can be printed.
    pub(super) fn take(&mut self, first: End) {
        let now = self.clock.now().mono;
        let mut lines = Lines::default();
        let mut next = Some(first);
        let mut taken = 0;
        while let Some((job, result)) = next {
            self.ledger.end(now, job, result, &mut lines);
            self.print(&mut lines);
            taken += 1;
            let takes_more = taken < TURN && self.can_print();
            next = takes_more.then(|| self.ends.1.try_recv().ok()).flatten();
        }
        self.pace.took(taken);
        if self.ledger.tally.done > 0 {
            self.watch.replied();
        }
    }

    /// What need not wait for the next beat.
    fn pass(&mut self) -> Pass {
        let jobs = self.ledger.in_hand().saturating_sub(self.ends.1.len());
        let text = self.streams.out.text().len();
        self.pace.pass(self.clock.now().mono, jobs, text)
    }

    fn can_print(&self) -> bool {
        !self.streams.out.is_full() && !self.streams.console.pen.is_full()
    }

    /// Prints lines, and empties them.
    pub(super) fn print(&mut self, lines: &mut Lines) {
        let text = self.streams.out.text();
        if text.is_empty() {
            // Results that waited for their turn may be many.
            std::mem::swap(text, &mut lines.results);
        } else {
            text.extend_from_slice(&lines.results);
        }
        lines.results.clear();
        self.streams.console.lines(&lines.failures);
        lines.failures.clear();
    }

    /// Ends the map where there is nothing left to do, or where a failure is to end it.
    async fn judge(&mut self) {
        let is_out = self.is_read && self.pending.is_empty();
        if self.plan.is_fail_fast && self.ledger.tally.failed > 0 {
            self.end(Ending::FailFast).await;
        } else if is_out && self.ledger.in_hand() == 0 {
            self.conclude().await;
        } else if is_out && let Some(command) = self.watch.ebb(self.ledger.in_hand()) {
            drop(self.deck.issue(command).await);
        }
    }

    /// Reads no more, and takes the deck down: jobs that run come to their end first, unless nobody wants it.
    pub(super) async fn end(&mut self, ending: Ending) {
        if self.ending.is_some() {
            return;
        }
        let is_wanted = !matches!(ending, Ending::Unread | Ending::Hopeless(_));
        let at = self.linger.since().filter(|_| ending == Ending::Done);
        self.ending = Some((ending, at.unwrap_or_else(|| self.clock.now().mono)));
        if !is_wanted && self.ledger.in_hand() > 0 {
            let filter = JobFilter {
                pool: Some(self.plan.pool.clone()),
                ..JobFilter::default()
            };
            let cancel = Command::Jobs(JobCommand::Cancel(filter));
            drop(self.deck.issue(cancel).await);
        }
        drop(self.deck.issue(Command::Down).await);
    }

    async fn signalled(&mut self, signal: SignalKind, patience: &CancellationToken) {
        let (sign, wish) = if signal == SignalKind::interrupt() {
            let wish = self.urge.interrupt(self.is_ending_early());
            (Sign::Interrupt, wish)
        } else {
            let wish = self.urge.terminate(self.clock.now().mono);
            (Sign::Terminate, wish)
        };
        if wish == Wish::Kill {
            patience.cancel();
            return;
        }
        if !self.is_ending_early() && self.plan.report != Report::Quiet {
            let words = self.urge.words(sign, self.ending.is_some());
            let line = format!("forkdeck: {words}\n");
            self.streams.console.lines(line.as_bytes());
        }
        self.end(Ending::Interrupted).await;
    }

    /// How long jobs that run may still take, where that is bounded.
    fn left(&self) -> Option<Duration> {
        let left = self.urge.left(self.clock.now().mono)?;
        (!self.is_overdue).then_some(left)
    }

    /// Waits no longer for jobs that run: a second `down` ends the drain, and workers have their grace.
    async fn hasten(&mut self) {
        self.is_overdue = true;
        drop(self.deck.issue(Command::Down).await);
    }

    fn progress(&mut self) {
        let tally = &self.ledger.tally;
        let going = Going {
            done: tally.done,
            failed: tally.failed,
            in_flight: self.watch.in_flight(),
            bytes: tally.bytes,
            size: self.streams.size,
            is_ending: self.is_ending_early(),
        };
        let now = self.clock.now().mono;
        let line = self.meter.line(now, &going, Console::columns());
        self.streams.console.show(Some(line));
    }
}
