//! What a headless deck prints: events as lines of JSON, or log lines and what happens to workers as lines of text.
//!
//! Never drives the deck; called by `cli`. A reader that is too slow misses events and is told how many; it never slows
//! the deck.

use std::collections::HashMap;
use std::fmt::{Display, Write};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::control::event::{MAX_BODY, write_lagged, write_snapshot};
use crate::control::sanitise::sanitise;
use crate::control::{Wanted, board_json, project};
use crate::deck::{Deck, Subscription, Update};
use crate::model::{
    Dropped, DroppedWhat, Event, FrameFault, JobChanged, JobState, LogLine, Logs, MonoTime,
    RollingChanged, Stamped, State, StateChanged, Stream, WallTime, WorkerId,
};
use crate::wire::FaultKind;

/// How long an end is held back for the state that follows it, so that both are one line.
const HELD_BACK: Duration = Duration::from_millis(50);

/// How lines of text look.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogStyle {
    /// Whether colours are used, the workers' own included.
    pub colour: bool,
    /// Whether the lines go to a terminal: then only colours of what workers print reach it. Otherwise every byte does.
    pub terminal: bool,
}

/// Prints every event as one JSON object per line, as the control protocol's `params`, until the deck is gone: those of
/// jobs too, if the subscription was asked for with them. A closed output ends it without an error.
///
/// # Errors
/// What the output refuses otherwise.
pub async fn print_events<W: AsyncWrite + Unpin>(
    deck: Deck,
    mut subscription: Subscription,
    mut out: W,
) -> io::Result<()> {
    let wanted = Wanted::all();
    let mut missed = None;
    let mut lines = Vec::new();
    while let Some(update) = subscription.next().await {
        lines.clear();
        match update {
            Update::Events(events) => {
                for stamped in events.iter() {
                    project(stamped, &wanted, MAX_BODY, &mut |params: &[u8]| {
                        lines.extend_from_slice(params);
                        lines.push(b'\n');
                    });
                }
            }
            Update::Lagged(count) => missed = Some(count),
            Update::Snapshot(board) => {
                if let Some(count) = missed.take() {
                    let now = deck.read(|_, now| now).await.unwrap_or_default();
                    write_lagged(&mut lines, now.wall, count);
                    lines.push(b'\n');
                    write_snapshot(&mut lines, now.wall, &board_json(&board, now));
                    lines.push(b'\n');
                }
            }
        }
        if !is_open(write(&mut out, &lines).await)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Prints what workers print, what happens to them, and which jobs are dead, as one line of text each, until the deck is
/// gone. The subscription is one with jobs. A closed output ends it without an error.
///
/// # Errors
/// What the output refuses otherwise.
pub async fn print_logs<W: AsyncWrite + Unpin>(
    mut subscription: Subscription,
    mut out: W,
    style: LogStyle,
) -> io::Result<()> {
    let mut printer = Printer::new(style);
    loop {
        let next = subscription.next();
        let update = if printer.ends.is_empty() {
            Ok(next.await)
        } else {
            timeout(HELD_BACK, next).await
        };
        let is_gone = matches!(update, Ok(None));
        match update {
            Ok(Some(Update::Events(events))) => printer.take(&events),
            Ok(Some(Update::Lagged(count))) => printer.lagged(count),
            Ok(Some(Update::Snapshot(_))) => {}
            // No state followed in time, or none will.
            Err(_) | Ok(None) => printer.tell_ends(),
        }
        let lines = std::mem::take(&mut printer.out);
        if !is_open(write(&mut out, &lines).await)? || is_gone {
            return Ok(());
        }
    }
}

async fn write<W: AsyncWrite + Unpin>(out: &mut W, lines: &[u8]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    out.write_all(lines).await?;
    out.flush().await
}

/// Whether somebody still reads the output.
fn is_open(written: io::Result<()>) -> io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes events as lines of text.
struct Printer {
    style: LogStyle,
    /// Ends that are told together with the state that follows them.
    ends: HashMap<WorkerId, (WallTime, String)>,
    /// Why jobs cannot be kept, as it was told last.
    store_error: Option<Arc<str>>,
    out: Vec<u8>,
}

impl Printer {
    fn new(style: LogStyle) -> Self {
        Self {
            style,
            ends: HashMap::new(),
            store_error: None,
            out: Vec::new(),
        }
    }

    fn take(&mut self, events: &[Stamped]) {
        for stamped in events {
            self.print(stamped);
        }
    }

    /// Tells the ends that no state followed.
    fn tell_ends(&mut self) {
        for (worker, (at, cause)) in std::mem::take(&mut self.ends) {
            self.tell(at, &worker, &cause);
        }
    }

    fn print(&mut self, stamped: &Stamped) {
        let at = stamped.now.wall;
        match &stamped.event {
            Event::Logs(Logs { worker, lines, .. }) => {
                for line in lines.iter() {
                    self.log(worker, line);
                }
            }
            Event::Exit(exited) => {
                let end = (exited.now.wall, exited.cause.to_string());
                if let Some((at, cause)) = self.ends.insert(exited.worker.clone(), end) {
                    self.tell(at, &exited.worker, &cause);
                }
            }
            Event::State(changed) => self.state(at, stamped.now.mono, changed),
            Event::FrameError(fault) => self.tell(fault.at, &fault.worker, &fault_text(fault)),
            Event::Dropped(dropped) => self.tell(at, &dropped.worker, &dropped_text(dropped)),
            Event::Jobs(jobs) => {
                let dead = jobs.iter().filter(|job| job.state == JobState::Dead);
                dead.for_each(|job| self.tell(at, &job.pool, &dead_text(job)));
            }
            Event::Rolling(changed) => self.tell(at, &changed.pool, &rolling_text(changed)),
            Event::Pool(_)
            | Event::Messages(_)
            | Event::Liveness(_)
            | Event::Stalled(_)
            | Event::Sample(_)
            | Event::Route(_)
            | Event::Down => {}
            Event::Deck(sampled) => self.store(at, sampled.store_error.as_ref()),
        }
    }

    /// Tells when the store of jobs cannot be written, and when it can again.
    fn store(&mut self, at: WallTime, error: Option<&Arc<str>>) {
        if self.store_error.as_ref() == error {
            return;
        }
        let text = match error {
            Some(error) => format!("no job is accepted: {error}"),
            None => "can be written again".to_owned(),
        };
        self.tell(at, &"store", &text);
        self.store_error = error.cloned();
    }

    fn state(&mut self, at: WallTime, now: MonoTime, changed: &StateChanged) {
        let end = self.ends.remove(&changed.worker);
        let state = state_text(now, changed);
        let (at, text) = match (end, state) {
            (Some((at, cause)), Some(state)) => (at, format!("{cause}; {state}")),
            (Some((at, cause)), None) => (at, cause),
            (None, Some(state)) => (at, state),
            (None, None) => return,
        };
        self.tell(at, &changed.worker, &text);
    }

    fn log(&mut self, worker: &WorkerId, line: &LogLine) {
        let (before, after) = match (self.style.colour, line.stream) {
            (true, Stream::Stderr) => ("\x1b[31m", "\x1b[0m"),
            _ => ("", ""),
        };
        self.begin(line.at, worker);
        self.out
            .extend_from_slice(format!(" {before}|{after} ").as_bytes());
        if self.style.terminal {
            let mut text = String::new();
            sanitise(&line.text(), self.style.colour, &mut text);
            self.out.extend_from_slice(text.as_bytes());
        } else {
            self.out.extend_from_slice(&line.bytes);
        }
        if line.cut > 0 {
            self.out
                .extend_from_slice(format!(" … {} bytes cut", line.cut).as_bytes());
        }
        self.out.push(b'\n');
    }

    /// A line about a worker or a pool.
    fn tell(&mut self, at: WallTime, whose: &impl Display, text: &str) {
        self.begin(at, whose);
        self.out.extend_from_slice(b" * ");
        // A reason may quote what a worker or the system said.
        let mut clean = String::new();
        sanitise(text, false, &mut clean);
        self.out.extend_from_slice(clean.as_bytes());
        self.out.push(b'\n');
    }

    fn lagged(&mut self, count: u64) {
        self.out.extend_from_slice(
            format!("* {count} events are not shown: their reader was too slow\n").as_bytes(),
        );
    }

    fn begin(&mut self, at: WallTime, whose: &impl Display) {
        let (dim, name, reset) = if self.style.colour {
            ("\x1b[2m", "\x1b[36m", "\x1b[0m")
        } else {
            ("", "", "")
        };
        let at = at.time_of_day();
        self.out
            .extend_from_slice(format!("{dim}{at}{reset} {name}{whose}{reset}").as_bytes());
    }
}

/// What a state means to somebody who reads along; nothing for those that only pass.
fn state_text(now: MonoTime, changed: &StateChanged) -> Option<String> {
    let with_reason = |text: &str| match &changed.reason {
        Some(reason) => format!("{text}: {reason}"),
        None => text.to_owned(),
    };
    match changed.state {
        // One that is there already is waited for.
        State::Starting => {
            let pid = changed.pid.filter(|_| changed.reason.is_some());
            pid.map(|pid| with_reason(&format!("starting, pid {pid}")))
        }
        State::Ready => changed.pid.map(|pid| format!("ready, pid {pid}")),
        State::Backoff => Some(changed.until.map_or_else(
            || "starts again".to_owned(),
            |until| format!("starts again in {}", short(until - now)),
        )),
        State::Failed => Some(with_reason("given up")),
        State::Stalled => Some(with_reason("stalled")),
        State::Suspended
        | State::Disconnected
        | State::Stopping
        | State::Finished
        | State::Stopped => Some(changed.state.to_string()),
    }
}

/// How far a rolling restart is.
fn rolling_text(changed: &RollingChanged) -> String {
    let RollingChanged { restarted, of, .. } = changed;
    match (&changed.worker, &changed.error) {
        (_, Some(error)) => {
            format!("the rolling restart stopped after {restarted} of {of}: {error}")
        }
        (Some(worker), None) => format!("restarts {} of {of}: {worker}", restarted + 1),
        (None, None) => format!("{restarted} of {of} restarted, one after the other"),
    }
}

/// What is to be known of a job that was given up.
fn dead_text(job: &JobChanged) -> String {
    let unit = if job.attempts == 1 {
        "attempt"
    } else {
        "attempts"
    };
    let mut text = format!("job {} is dead after {} {unit}", job.job, job.attempts);
    if let Some(error) = &job.error {
        // Writing to a string does not fail.
        let _ = write!(text, ": {error}");
    }
    text
}

fn fault_text(fault: &FrameFault) -> String {
    let what = match fault.kind {
        FaultKind::Invalid => "sent something that is no message",
        FaultKind::Truncated => "ended within a message",
        FaultKind::TooLong => "sent a message that is too long",
        FaultKind::Mismatch => "speaks another serialization",
        FaultKind::Uncaught => "did not catch an error",
        FaultKind::Handle => "did not get a handle, or sent none",
    };
    let mut text = what.to_owned();
    if fault.kind != FaultKind::Uncaught {
        let unit = if fault.bytes == 1 { "byte" } else { "bytes" };
        // Writing to a string does not fail.
        let _ = write!(text, ", {} {unit}", fault.bytes);
    }
    if let Some(hint) = &fault.hint {
        // Writing to a string does not fail.
        let _ = write!(text, "; {hint}");
    }
    text
}

fn dropped_text(dropped: &Dropped) -> String {
    let what = match dropped.what {
        DroppedWhat::Log => "lines of output",
        DroppedWhat::Message => "messages",
        DroppedWhat::Body => "bodies of messages",
    };
    format!("{} {what} were lost", dropped.count)
}

/// A wait as people say it: `100 ms`, `1.6 s`, `30 s`.
fn short(wait: Duration) -> String {
    let ms = wait.as_millis();
    match (ms / 1000, ms % 1000 / 100) {
        (0, _) => format!("{ms} ms"),
        (s, 0) => format!("{s} s"),
        (s, tenths) => format!("{s}.{tenths} s"),
    }
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
