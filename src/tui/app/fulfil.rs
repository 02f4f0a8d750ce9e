//! What the model asks for, done outside: commands, files, the clipboard, the terminal itself.

use std::time::Duration;

use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use crate::model::MonoTime;
use crate::tui::action::{Action, Context};
use crate::tui::app::App;
use crate::tui::composer::Ended;
use crate::tui::errand::Said;
use crate::tui::hint::hint;
use crate::tui::options::Quit;
use crate::tui::screen::{Overlay, Screen};
use crate::tui::update::{Msg, Request, update};

/// The time between two frames while nothing but a load's numbers changes.
const LOAD_FRAME: Duration = Duration::from_millis(100);

/// How long a stop by Ctrl-Z may take to begin; where the shell has no job control it never does.
const STOP_DELAY: Duration = Duration::from_millis(500);

impl App {
    /// Changes the model and does what it asks for; an answer ends the dashboard.
    pub(super) async fn change(&mut self, msgs: Vec<Msg>, now: MonoTime) -> Option<Quit> {
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
    pub(super) async fn fulfil(&mut self, requests: Vec<Request>) -> Option<Quit> {
        for request in requests {
            match request {
                Request::Issue(command) => self.answers.give(&self.deck, command),
                Request::Send {
                    number,
                    target,
                    message,
                } => self.answers.send(&self.deck, number, target, message),
                Request::Fire(shots) => self.volley.send(&self.deck, shots),
                Request::Remember(text) => {
                    if let Some(recall) = &self.recall {
                        recall.keep(self.screen.composer.history(), &text);
                    }
                }
                Request::Paint(order) => {
                    if let Some(studio) = &self.studio {
                        studio.order(order);
                    }
                }
                Request::Copy { text, what } => {
                    if self.copy(text, &what).is_err() {
                        return Some(Quit::TerminalLost);
                    }
                }
                Request::Save { what, ending, text } => self.save(what, ending, text),
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

    pub(super) fn say(&mut self, said: Option<Said>, now: MonoTime) {
        if let Some((text, is_bad)) = said {
            self.screen.say(text, is_bad);
            self.pace.soon(now);
        }
    }

    /// Counts what ended of a load, and sends what there is room for now.
    pub(super) async fn count(&mut self, ended: Vec<(u64, Ended)>, now: MonoTime) -> Option<Quit> {
        if ended.is_empty() {
            return None;
        }
        self.pace.within(now, LOAD_FRAME);
        let requests = update(&mut self.screen, Msg::Ended(ended));
        self.fulfil(requests).await
    }

    fn copy(&mut self, text: String, what: &str) -> std::io::Result<()> {
        let saves = saves(&self.screen);
        let (bytes, said) = self.errands.copy(text, what, &saves);
        self.say(said, self.screen.now.mono);
        self.surface.tell(&bytes)
    }

    fn save(&mut self, what: &'static str, ending: &'static str, text: String) {
        let now = self.screen.now;
        let said = match std::env::current_dir() {
            Ok(folder) => {
                let names = (self.screen.board.deck.name.as_str(), what, ending);
                self.errands.save(folder, names, now.wall, text)
            }
            Err(error) => Some((format!("Cannot tell the current folder: {error}"), true)),
        };
        self.say(said, now.mono);
    }

    /// Gives the terminal back and stops the whole job, as the terminal's own Ctrl-Z does; the workers run on in their
    /// own session. Takes the terminal again when the shell says so.
    async fn suspend(&mut self) -> std::io::Result<()> {
        let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
        self.hear_out().await;
        self.surface.leave();
        kill_current_process_group(Signal::TSTP)?;
        // The stop reaches the process a moment later; until it is over nothing may touch the terminal.
        let _ = timeout(STOP_DELAY, continued.recv()).await;
        self.surface.enter()
    }
}

/// Which key writes to a file what is looked at.
fn saves(screen: &Screen) -> String {
    let action = match (screen.overlays.last(), screen.context()) {
        // Its keys are its own.
        (Some(Overlay::Text { .. }), _) => return " · w saves it".to_owned(),
        (None, Context::Inspector) => Action::WriteMessages,
        (None, Context::Reader) => Action::SaveLines,
        (None, Context::Jobs) => Action::SaveJobs,
        _ => return String::new(),
    };
    hint(screen, action, "writes it to a file")
}
