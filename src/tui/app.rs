//! The dashboard's thread: keys, the deck's updates and time go into the model, frames and commands come out.
//!
//! Called by `cli` through [`run`], on a thread of its own.

use std::future::Future;
use std::io::IsTerminal;
use std::pin::Pin;
use std::time::Duration;

use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::deck::{Clock, Deck, Subscription, Update};
use crate::model::MonoTime;
use crate::tui::decoder::Decoder;
use crate::tui::options::{Options, Quit, TuiError};
use crate::tui::pace::{Pace, is_calm};
use crate::tui::pending::Answers;
use crate::tui::recall::Recall;
use crate::tui::screen::Screen;
use crate::tui::surface::Surface;
use crate::tui::theme::Theme;
use crate::tui::update::{Msg, Request, update};
use crate::tui::{jobs, reader};

/// How long the rest of a sequence is waited for before an Escape counts as the key.
const ESCAPE_DELAY: Duration = Duration::from_millis(30);

/// How long the first frame waits for the deck's snapshot.
const FIRST_FRAME: Duration = Duration::from_millis(15);

/// How long a stop by Ctrl-Z may take to begin; where the shell has no job control it never does.
const STOP_DELAY: Duration = Duration::from_millis(500);

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
        app.surface.leave();
        match app.surface.failure() {
            Some(failure) => Err(TuiError::Script(failure)),
            None => quit,
        }
    })
}

/// The deck's updates, once it has answered.
enum Feed {
    Joining(Pin<Box<dyn Future<Output = Option<Subscription>> + Send>>),
    Joined(Subscription),
}

impl Feed {
    /// The next update; none when the deck is gone. Cancel safe: what waits is kept.
    async fn next(&mut self) -> Option<Update> {
        if let Self::Joining(joining) = self {
            let subscription = joining.as_mut().await?;
            *self = Self::Joined(subscription);
        }
        match self {
            Self::Joined(subscription) => subscription.next().await,
            Self::Joining(_) => None,
        }
    }
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
    Update(Option<Update>),
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
    feed: Feed,
    pace: Pace,
    recall: Option<Recall>,
}

impl App {
    fn new(deck: Deck, clock: Clock, options: Options) -> Result<Self, TuiError> {
        let theme = Theme::new(options.color.is_used());
        let mut screen = Screen::new("", theme, Vec::new());
        screen.cores = std::thread::available_parallelism().map_or(1, usize::from);
        screen.jobs.are_kept = options.keeps_jobs;
        let resized = signal(SignalKind::window_change()).map_err(TuiError::Runtime)?;
        let joining = deck.clone();
        let surface = match options.script {
            Some(script) => Surface::stage(script, clock),
            None => Surface::terminal(options.lease)?,
        };
        Ok(Self {
            deck,
            clock,
            screen,
            surface,
            decoder: Decoder::default(),
            flush_at: None,
            resized,
            shutdown: options.shutdown,
            answers: Answers::default(),
            feed: Feed::Joining(Box::pin(async move { joining.subscribe().await })),
            pace: Pace::default(),
            recall: None,
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
            let now = self.clock.now();
            let toasts = self.screen.toasts.len();
            let requests = update(&mut self.screen, Msg::Tick(now));
            if let Some(quit) = self.fulfil(requests).await {
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
                let is_waiting = self.decoder.is_waiting();
                self.flush_at = is_waiting.then(|| now + ESCAPE_DELAY);
                return self.change(msgs, now).await;
            }
            Came::Flush => {
                let msgs = self.decoder.flush();
                self.flush_at = None;
                return self.change(msgs, now).await;
            }
            Came::Answer(msg) => return self.change(vec![msg], now).await,
            Came::Resize => {
                self.pace.soon(now);
                return self.surface.resize().err().map(|_| Quit::TerminalLost);
            }
            Came::Second => self.pace.soon(now),
            // The tick has asked already; a search goes on with the frame.
            Came::Refresh => self.pace.soon(now),
            Came::Frame => {
                let drawn = self.surface.draw(&mut self.screen);
                let took = self.clock.now().mono.since(now);
                self.pace.drawn(now, took);
                return drawn.err().map(|_| Quit::TerminalLost);
            }
        }
        None
    }

    /// Waits for whatever comes first. Biased: keys come before frames and frames before the deck's updates, so that
    /// a flood of updates delays neither.
    async fn next(&mut self, bytes: &mut [u8]) -> Came {
        let now = self.clock.now().mono;
        let due = self.pace.due();
        let frame = self.clock.instant(due.unwrap_or(now));
        let flush = self.clock.instant(self.flush_at.unwrap_or(now));
        let second = self.clock.instant(now + Duration::from_secs(1));
        let owed = [jobs::due_at(&self.screen), reader::due_at(&self.screen)];
        let refresh_at = owed.into_iter().flatten().min();
        let refresh = self.clock.instant(refresh_at.unwrap_or(now));
        let ticks = due.is_none() && self.screen.has_countdown();
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Came::Shutdown,
            read = self.surface.read(bytes) => Came::Bytes(read),
            _ = self.resized.recv() => Came::Resize,
            () = sleep_until(flush), if self.flush_at.is_some() => Came::Flush,
            () = sleep_until(frame), if due.is_some() => Came::Frame,
            (asked, answer) = self.answers.next() => Came::Answer(Msg::Answered(asked, answer)),
            () = sleep_until(refresh), if refresh_at.is_some() => Came::Refresh,
            update = self.feed.next() => Came::Update(update),
            () = sleep_until(second), if ticks => Came::Second,
        }
    }

    fn take(&mut self, arrived: Update, now: MonoTime) -> Vec<Request> {
        let msg = match arrived {
            Update::Snapshot(board) => {
                self.remember(&board.deck.name);
                self.pace.soon(now);
                Msg::Snapshot(board)
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

    /// Loads what was sent in earlier runs, once the deck's name is known.
    fn remember(&mut self, deck: &str) {
        if self.recall.is_none() {
            let recall = Recall::of(deck);
            self.screen.composer.remember(recall.load());
            self.recall = Some(recall);
        }
    }

    /// Changes the model and does what it asks for; an answer ends the dashboard.
    async fn change(&mut self, msgs: Vec<Msg>, now: MonoTime) -> Option<Quit> {
        self.pace.soon(now);
        for msg in msgs {
            let requests = update(&mut self.screen, msg);
            if let Some(quit) = self.fulfil(requests).await {
                return Some(quit);
            }
        }
        None
    }

    /// Does what the model asks for; an answer ends the dashboard.
    async fn fulfil(&mut self, requests: Vec<Request>) -> Option<Quit> {
        for request in requests {
            match request {
                Request::Issue(command) => self.answers.give(&self.deck, command),
                Request::Remember(text) => {
                    if let Some(recall) = &self.recall {
                        recall.keep(self.screen.composer.history(), &text);
                    }
                }
                Request::Copy { .. } | Request::Save { .. } => {}
                Request::EndNow => return Some(Quit::Now),
                Request::Redraw => {
                    if self.surface.resize().is_err() {
                        return Some(Quit::TerminalLost);
                    }
                }
                Request::Suspend => {
                    if self.suspend().await.is_err() {
                        return Some(Quit::TerminalLost);
                    }
                }
            }
        }
        None
    }

    /// Gives the terminal back and stops the whole job, as the terminal's own Ctrl-Z does; the workers run on in their
    /// own session. Takes the terminal again when the shell says so.
    async fn suspend(&mut self) -> std::io::Result<()> {
        let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
        self.surface.leave();
        kill_current_process_group(Signal::TSTP)?;
        // The stop reaches the process a moment later; until it is over nothing may touch the terminal.
        let _ = timeout(STOP_DELAY, continued.recv()).await;
        self.surface.enter()
    }
}
