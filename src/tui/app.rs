//! The dashboard's thread: keys, the deck's updates and time go into the model, frames and commands come out.
//!
//! Called by `cli` through [`run`], on a thread of its own.

mod feed;
mod fulfil;

use std::collections::hash_map::RandomState;
use std::future::pending;
use std::hash::BuildHasher;
use std::io::IsTerminal;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::deck::{Clock, Deck, Update};
use crate::model::MonoTime;
use crate::tui::app::feed::Feed;
use crate::tui::clip::Around;
use crate::tui::composer::{self, Ended};
use crate::tui::decoder::Decoder;
use crate::tui::errand::{Errands, Said};
use crate::tui::memory::Keeper;
use crate::tui::offload::{self, Studio};
use crate::tui::options::{Options, Quit, TuiError};
use crate::tui::pace::{Pace, is_calm};
use crate::tui::pending::Answers;
use crate::tui::place::{self, Place};
use crate::tui::recall::Recall;
use crate::tui::screen::Screen;
use crate::tui::surface::Surface;
use crate::tui::update::{Msg, Request, update};
use crate::tui::volley::Volley;
use crate::tui::{jobs, outset, reader, worker};

/// How long the rest of a sequence is waited for before an Escape counts as the key.
const ESCAPE_DELAY: Duration = Duration::from_millis(30);

/// The same while the terminal's answer is to come, which a network may cut.
const ANSWER_DELAY: Duration = Duration::from_millis(150);

/// How long the terminal has to answer; what comes later is understood, but no key waits for it.
const ANSWER_TIME: Duration = Duration::from_secs(1);

/// How long the first frame waits for the deck's snapshot.
const FIRST_FRAME: Duration = Duration::from_millis(15);

/// How long files that are being saved may take once the dashboard is over; the process waits little longer for it.
const LAST_ERRANDS: Duration = Duration::from_millis(800);

/// Runs the dashboard until it ends. Blocks; to be called on a thread of its own.
///
/// # Errors
/// [`TuiError`] when there is no terminal to draw on; after that, the end is a [`Quit`].
pub fn run(deck: Deck, clock: Clock, options: Options) -> Result<Quit, TuiError> {
    let is_scripted = options.script.is_some();
    if !is_scripted && !std::io::stdout().is_terminal() {
        return Err(TuiError::NotATerminal);
    }
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if !is_scripted && is_dumb {
        return Err(TuiError::DumbTerminal);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(TuiError::Runtime)?;
    runtime.block_on(async move {
        let mut app = App::new(deck, clock, options)?;
        let quit = app.run().await;
        app.hear_out().await;
        app.surface.leave();
        // A file that is being saved is to be a whole one.
        let _ = timeout(LAST_ERRANDS, app.errands.finish()).await;
        if let Some(memory) = &mut app.memory {
            memory.end(&app.screen);
        }
        match app.surface.failure() {
            Some(failure) => Err(TuiError::Script(failure)),
            None => quit,
        }
    })
}

/// What came.
enum Came {
    Shutdown,
    Bytes(std::io::Result<usize>),
    Resize,
    Flush,
    Frame,
    Second,
    Refresh,
    Answer(Msg),
    Said(Option<Said>),
    Ended(Vec<(u64, Ended)>),
    Picture,
    Step,
    Update(Option<Update>),
}

/// Waits until the picture changed; for ever where there is none.
async fn changed(studio: Option<&Studio>) {
    match studio {
        Some(studio) => studio.changed().await,
        None => pending().await,
    }
}

struct App {
    deck: Deck,
    clock: Clock,
    screen: Screen,
    surface: Surface,
    decoder: Decoder,
    flush_at: Option<MonoTime>,
    resized: tokio::signal::unix::Signal,
    shutdown: CancellationToken,
    answers: Answers,
    volley: Volley,
    errands: Errands,
    feed: Feed,
    pace: Pace,
    recall: Option<Recall>,
    /// Whether a script drives it: then nothing is remembered.
    is_staged: bool,
    memory: Option<Keeper>,
    start: Place,
    /// Until when the terminal's answer is waited for where that makes a difference.
    answer_until: MonoTime,
    studio: Option<Studio>,
}

impl App {
    fn new(deck: Deck, clock: Clock, options: Options) -> Result<Self, TuiError> {
        let is_staged = options.script.is_some();
        let variable = if is_staged {
            outset::of_stage
        } else {
            outset::of_terminal
        };
        let (mut screen, manner) = outset::dress(&options, &variable);
        screen.named.clone_from(&options.taste.messages);
        let seed = if is_staged {
            1
        } else {
            RandomState::new().hash_one(0)
        };
        screen.composer.seed(seed);
        // A deck that draws a picture shows it first.
        let picture = options.studio.as_ref();
        let start = picture.map_or(Place::Deck, |_| Place::OffLoad);
        let resized = signal(SignalKind::window_change()).map_err(TuiError::Runtime)?;
        let joining = deck.clone();
        let mut surface = match options.script {
            Some(script) => Surface::stage(script, clock),
            None => Surface::terminal(options.lease, manner)?,
        };
        let mut decoder = Decoder::default();
        if screen.look.depends_on_background() {
            surface.ask().map_err(TuiError::Terminal)?;
            decoder.asked();
        }
        Ok(Self {
            deck,
            answer_until: clock.now().mono + ANSWER_TIME,
            clock,
            screen,
            surface,
            decoder,
            flush_at: None,
            resized,
            shutdown: options.shutdown,
            answers: Answers::default(),
            volley: Volley::default(),
            errands: Errands::new(Around::of(|name| std::env::var_os(name))),
            feed: Feed::Joining(Box::pin(async move { joining.subscribe().await })),
            pace: Pace::default(),
            recall: None,
            is_staged,
            memory: None,
            start: options.taste.start.unwrap_or(start),
            studio: options.studio,
        })
    }

    async fn run(&mut self) -> Result<Quit, TuiError> {
        let start = self.clock.now().mono;
        self.pace.soon(start + FIRST_FRAME);
        let mut bytes = [0; 4096];
        loop {
            let came = self.next(&mut bytes).await;
            if !self.surface.is_taken() {
                return Err(TuiError::Panicked);
            }
            // While the parent computes inside itself, this thread has its turn only in between; a frame waits by itself.
            let studio = self
                .studio
                .as_ref()
                .filter(|_| !matches!(came, Came::Frame));
            drop(studio.map(Studio::turn));
            let now = self.clock.now();
            let toasts = self.screen.toasts.len();
            let requests = update(&mut self.screen, Msg::Tick(now));
            if let Some(quit) = self.fulfil(requests).await {
                return Ok(quit);
            }
            let ended = self.volley.ended();
            if let Some(quit) = self.count(ended, now.mono).await {
                return Ok(quit);
            }
            if toasts != self.screen.toasts.len() {
                self.pace.soon(now.mono);
            }
            if let Some(quit) = self.react(came, &bytes, now.mono).await {
                return Ok(quit);
            }
        }
    }

    /// Does what came; an answer ends the dashboard.
    async fn react(&mut self, came: Came, bytes: &[u8], now: MonoTime) -> Option<Quit> {
        match came {
            Came::Shutdown => return Some(Quit::Shutdown),
            Came::Update(None) => return Some(Quit::Ended),
            Came::Update(Some(update)) => {
                let requests = self.take(update, now);
                return self.fulfil(requests).await;
            }
            Came::Bytes(Err(_)) => return Some(Quit::TerminalLost),
            Came::Bytes(Ok(read)) => {
                let msgs = self.decoder.feed(bytes.get(..read).unwrap_or_default());
                if now >= self.answer_until {
                    self.decoder.give_up();
                }
                self.wait_for_rest(now);
                return self.change(msgs, now).await;
            }
            Came::Flush => {
                let msgs = self.decoder.flush();
                self.wait_for_rest(now);
                return self.change(msgs, now).await;
            }
            Came::Picture => self.look(now),
            Came::Answer(msg) => return self.change(vec![msg], now).await,
            Came::Said(said) => self.say(said, now),
            Came::Resize => {
                self.pace.soon(now);
                return self.surface.resize().err().map(|_| Quit::TerminalLost);
            }
            Came::Ended(ended) => return self.count(ended, now).await,
            // Due since then, so that a frame that comes late is known to be late.
            Came::Step => self.look(offload::step_at(&self.screen).unwrap_or(now)),
            // The tick has asked already; a search in logs goes on with the frame.
            Came::Second | Came::Refresh => self.pace.soon(now),
            Came::Frame => {
                let due = self.pace.due().unwrap_or(now);
                let turn = self.studio.as_ref().map(Studio::turn);
                let drawn = self.surface.draw(&mut self.screen);
                drop(turn);
                let end = self.clock.now().mono;
                self.pace.drawn(now, end.since(now));
                self.screen.offload.framed(end, end.since(due));
                if let Some(memory) = &mut self.memory {
                    memory.note(&self.screen, now);
                }
                let requests = offload::ask(&mut self.screen);
                if drawn.is_err() {
                    return Some(Quit::TerminalLost);
                }
                return self.fulfil(requests).await;
            }
        }
        None
    }

    /// A sequence that is not complete gets its time; more of it while an answer is to come.
    fn wait_for_rest(&mut self, now: MonoTime) {
        let delay = if self.decoder.is_asked() {
            ANSWER_DELAY
        } else {
            ESCAPE_DELAY
        };
        self.flush_at = self.decoder.is_waiting().then(|| now + delay);
    }

    /// Takes what the terminal has still to answer, for a moment: the shell is not to get it. Keys in between are lost.
    async fn hear_out(&mut self) {
        let now = self.clock.now().mono;
        if !self.decoder.is_asked() || now >= self.answer_until {
            return;
        }
        let mut bytes = [0; 256];
        let hearing = async {
            while self.decoder.is_asked()
                && let Ok(read) = self.surface.read(&mut bytes).await
            {
                self.decoder.feed(bytes.get(..read).unwrap_or_default());
            }
        };
        let _ = timeout(ANSWER_DELAY, hearing).await;
        self.decoder.give_up();
    }

    /// Takes the picture as it is now, if it is on the screen.
    fn look(&mut self, now: MonoTime) {
        if self.screen.place != Place::OffLoad {
            return;
        }
        if let Some(studio) = &self.studio {
            // It asks for nothing.
            drop(update(&mut self.screen, Msg::Picture(studio.look())));
            self.pace.soon(now);
        }
    }

    /// Waits for whatever comes first. Biased: keys come before frames and frames before the deck's updates, so that
    /// a flood of updates delays neither.
    async fn next(&mut self, bytes: &mut [u8]) -> Came {
        let now = self.clock.now().mono;
        let due = self.pace.due();
        let frame = self.clock.instant(due.unwrap_or(now));
        let flush = self.clock.instant(self.flush_at.unwrap_or(now));
        let second = self.clock.instant(now + Duration::from_secs(1));
        let owed = [
            jobs::due_at(&self.screen),
            reader::due_at(&self.screen),
            worker::due_at(&self.screen),
        ];
        let refresh_at = owed.into_iter().flatten().min();
        let refresh = self.clock.instant(refresh_at.unwrap_or(now));
        let shot_at = composer::due_at(&self.screen);
        let shot = self.clock.instant(shot_at.unwrap_or(now));
        let step_at = offload::step_at(&self.screen);
        let step = self.clock.instant(step_at.unwrap_or(now));
        let studio = self.studio.as_ref();
        let ticks = due.is_none() && self.screen.has_countdown();
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Came::Shutdown,
            read = self.surface.read(bytes) => Came::Bytes(read),
            _ = self.resized.recv() => Came::Resize,
            () = sleep_until(flush), if self.flush_at.is_some() => Came::Flush,
            () = sleep_until(frame), if due.is_some() => Came::Frame,
            answer = self.answers.next() => Came::Answer(answer),
            said = self.errands.next() => Came::Said(said),
            () = sleep_until(refresh), if refresh_at.is_some() => Came::Refresh,
            () = sleep_until(step), if step_at.is_some() && due.is_none() => Came::Step,
            () = changed(studio) => Came::Picture,
            update = self.feed.next() => Came::Update(update),
            () = sleep_until(second), if ticks => Came::Second,
            ended = self.volley.next() => Came::Ended(ended),
            () = sleep_until(shot), if shot_at.is_some() => Came::Refresh,
        }
    }

    fn take(&mut self, arrived: Update, now: MonoTime) -> Vec<Request> {
        let msg = match arrived {
            Update::Snapshot(board) => {
                self.pace.soon(now);
                let requests = update(&mut self.screen, Msg::Snapshot(board));
                self.remember();
                return requests;
            }
            Update::Events(events) => {
                if is_calm(&events) {
                    self.pace.calmly(now);
                } else {
                    self.pace.soon(now);
                }
                Msg::Events(events)
            }
            Update::Lagged(missed) => Msg::Lagged(missed),
        };
        update(&mut self.screen, msg)
    }

    /// Makes the dashboard as it was left in an earlier run, once the deck's name is known.
    fn remember(&mut self) {
        if self.recall.is_some() {
            return;
        }
        let deck = &self.screen.board.deck.name;
        let (recall, memory) = if self.is_staged {
            (Recall::within(None, deck), Keeper::within(None, deck))
        } else {
            (Recall::of(deck), Keeper::of(deck))
        };
        self.screen.composer.remember(recall.load());
        memory.kept().apply(&mut self.screen);
        place::go(&mut self.screen, self.start);
        self.recall = Some(recall);
        self.memory = Some(memory);
        self.surface.ready();
    }
}
