//! What happens on the screen when something happens: the only place that changes the model.
//!
//! Pure: what has to be done outside comes back as [`Request`]s. Called by `app`.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent};

use crate::model::{Board, Command, Event, Now, Outcome, Refusal, RollingChanged, Stamped};
use crate::tui::action::Action;
use crate::tui::composer::Run;
use crate::tui::inspector::List;
use crate::tui::jobs::{self, Asked};
use crate::tui::offload::{Order, Picture};
use crate::tui::place::Place;
use crate::tui::screen::{Overlay, Screen};
use crate::tui::target::{Target, whom};
use crate::tui::theme::Rgb;
use crate::tui::volley::Shot;
use crate::tui::{
    act, composer, filtering, keymap, named, offload, overlay, palette, pointer, reader, worker,
};
use crate::wire::Message;

/// What can happen.
#[derive(Debug)]
pub(crate) enum Msg {
    /// Time went on.
    Tick(Now),
    /// A key.
    Key(KeyEvent),
    /// The mouse.
    Mouse(MouseEvent),
    /// Pasted text.
    Paste(String),
    /// The deck as it is.
    Snapshot(Box<Board>),
    /// What happened in the deck.
    Events(Arc<[Stamped]>),
    /// How many events were missed.
    Lagged(u64),
    /// The terminal said what its background is.
    Background(Rgb),
    /// The picture as it is now.
    Picture(Arc<Picture>),
    /// What became of a command.
    Answered(Asked, Result<Outcome, Refusal>),
    /// What came of what was sent under this number.
    Sent(u64, Result<Outcome, Refusal>),
    /// Why nothing will come any more of a job that was taken.
    Forsaken(u64, Refusal),
    /// What became of messages of loads, each with its load's number.
    Ended(Vec<(u64, composer::Ended)>),
}

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Request {
    /// Give the deck a command.
    Issue(Command),
    /// Send a message or a job, and tell what came of it.
    Send {
        /// Tells it from others.
        number: u64,
        /// Where it goes.
        target: Target,
        /// What is sent.
        message: Message,
    },
    /// Send messages of a load.
    Fire(Vec<Shot>),
    /// Keep a text that was sent.
    Remember(String),
    /// Put a text on the clipboard; `what` says what it is, in a toast that follows.
    Copy {
        /// The text.
        text: String,
        /// What it is: `message of resize/1`.
        what: String,
    },
    /// Write lines into a new file in the current folder; a toast says which.
    Save {
        /// The middle of the file's name: `messages`.
        what: &'static str,
        /// Its ending: `jsonl`.
        ending: &'static str,
        /// What it holds.
        text: String,
    },
    /// Order something of the picture.
    Paint(Order),
    /// Give the terminal back and stop until called to the foreground.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// End at once, whatever still runs.
    EndNow,
}

/// Changes the model by what happened.
pub(crate) fn update(screen: &mut Screen, msg: Msg) -> Vec<Request> {
    let mut requests = change(screen, msg);
    for request in &requests {
        // One worker after the other tells itself how it goes.
        if let Request::Issue(Command::Restart { to, rolling: false }) = request {
            screen.say(format!("Restarting {}", whom(to)), false);
        }
    }
    requests.extend(jobs::ask(screen).map(Request::Issue));
    requests.extend(composer::shots(screen));
    requests.extend(worker::ask(screen).map(Request::Issue));
    requests.extend(offload::ask(screen));
    requests
}

fn change(screen: &mut Screen, msg: Msg) -> Vec<Request> {
    match msg {
        Msg::Tick(now) => screen.tick(now),
        Msg::Key(key) if key.kind == KeyEventKind::Release => {}
        Msg::Key(key) => {
            let requests = press(screen, key);
            screen.settle();
            return requests;
        }
        Msg::Mouse(mouse) => {
            let requests = pointer::mouse(screen, mouse);
            screen.settle();
            return requests;
        }
        Msg::Paste(text) => pasted(screen, &text),
        Msg::Snapshot(board) => {
            screen.board = *board;
            screen.inspector.renew();
            screen.view.filtered = List::default();
            screen.wanted.clear();
            screen.scalings = 0;
            screen.settle();
            act::show_stopping(screen);
        }
        Msg::Events(events) => fold(screen, &events),
        Msg::Lagged(missed) => screen.say(
            format!("The dashboard fell behind and skipped {missed} events"),
            false,
        ),
        Msg::Background(color) => {
            screen.look.learn(color);
            screen.theme = screen.look.theme();
        }
        Msg::Sent(number, answer) => composer::sent(screen, number, &answer),
        Msg::Forsaken(number, refusal) => composer::forsaken(screen, number, refusal),
        Msg::Ended(ends) => composer::ended(screen, ends),
        Msg::Picture(picture) => screen.offload.picture = Some(picture),
        Msg::Answered(asked, answer) => {
            answered(screen, &asked, answer);
            screen.settle();
        }
    }
    Vec::new()
}

/// Pasted text goes into the text field on top, or nowhere: it never acts.
fn pasted(screen: &mut Screen, text: &str) {
    if let Some(Overlay::History { query, .. }) = screen.overlays.last_mut() {
        query.extend(text.chars().filter(|c| !c.is_control()).take(200));
    } else if let Some(Overlay::Help { query, top }) = screen.overlays.last_mut() {
        query.put(text);
        *top = 0;
    } else if let Some(Overlay::Palette(_)) = screen.overlays.last() {
        palette::paste(screen, text);
    } else if screen.overlays.is_empty() && screen.composer.is_open() {
        screen.composer.paste(text);
    } else if screen.overlays.is_empty() && paste(screen, text) {
        // A view's own field has it.
    } else if screen.overlays.is_empty() && screen.is_filtering {
        screen.refilter().add(text);
    }
}

fn fold(screen: &mut Screen, events: &[Stamped]) {
    for stamped in events {
        screen.board.apply(stamped);
        if let Event::Pool(changed) = &stamped.event
            && screen.scalings == 0
        {
            screen.wanted.remove(&changed.pool);
        }
        if let Event::Rolling(changed) = &stamped.event
            && let Some((text, is_wrong)) = rolling(changed)
        {
            screen.say(text, is_wrong);
        }
    }
    act::show_stopping(screen);
}

/// That a rolling restart begins or is over, and whether it went wrong; the pool's row says how far it is meanwhile.
fn rolling(changed: &RollingChanged) -> Option<(String, bool)> {
    let RollingChanged {
        pool,
        restarted,
        of,
        ..
    } = changed;
    match (&changed.worker, &changed.error) {
        (_, Some(error)) => {
            let text = format!("Restarting {pool} stopped after {restarted} of {of}: {error}");
            Some((text, true))
        }
        (Some(_), None) if *restarted > 0 => None,
        (Some(worker), None) => {
            let text = format!("Restarting {pool}, one after the other: {worker} is the first");
            Some((text, false))
        }
        (None, None) => Some((format!("Restarted {restarted} of {of} of {pool}"), false)),
    }
}

fn answered(screen: &mut Screen, asked: &Asked, mut answer: Result<Outcome, Refusal>) {
    if jobs::answered(screen, asked, &mut answer) {
        return;
    }
    match answer {
        Ok(Outcome::Sent { delivered, .. }) if delivered.len() != 1 => {
            screen.say(format!("Sent to {} workers", delivered.len()), false);
        }
        Ok(Outcome::Scaled { .. }) => screen.scaled(),
        Ok(_) => {}
        Err(refusal) => {
            if *asked == Asked::Other {
                screen.wanted.clear();
                screen.scalings = 0;
            }
            let text = refused(screen, &refusal);
            screen.say(text, true);
        }
    }
}

/// A refusal with what may help, as it is said.
pub(crate) fn refused(screen: &Screen, refusal: &Refusal) -> String {
    let mut text = capital(screen, &refusal.message);
    // Here a key does what a command is named for.
    let starts = jobs::starts_first(screen, refusal);
    if let Some(starts) = starts.filter(|starts| !starts.is_empty()) {
        return text + &starts;
    }
    for hint in [refusal.hint.clone(), jobs::retry_hint(refusal)] {
        text.extend(hint.map(|hint| format!(" · {hint}")));
    }
    text
}

/// A fragment as the beginning of a sentence; the name of a worker or a pool stays as it is.
fn capital(screen: &Screen, fragment: &str) -> String {
    let pools = &screen.board.pools;
    let is_name = |word: &str| word.contains('/') || pools.keys().any(|pool| pool.as_str() == word);
    if fragment.split(' ').next().is_some_and(is_name) {
        return fragment.to_owned();
    }
    let mut chars = fragment.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// Whether the composer takes the keys.
fn is_written(screen: &Screen) -> bool {
    screen.overlays.is_empty() && screen.composer.is_open()
}

/// Does what a key asks for.
pub(crate) fn press(screen: &mut Screen, key: KeyEvent) -> Vec<Request> {
    let chord = keymap::chord(&key);
    if is_written(screen) && screen.composer.run().is_some_and(Run::is_running) {
        return composer::press(screen, key);
    }
    if chord.modifiers == KeyModifiers::CONTROL {
        match chord.code {
            KeyCode::Char('c') => return interrupt(screen),
            KeyCode::Char('z') => return vec![Request::Suspend],
            KeyCode::Char('l') if !is_written(screen) => return vec![Request::Redraw],
            _ => {}
        }
    }
    if !screen.overlays.is_empty() {
        return overlay::press(screen, key);
    }
    if screen.composer.is_open() {
        return composer::press(screen, key);
    }
    if screen.is_filtering {
        filtering::press(screen, &key);
        return Vec::new();
    }
    let own = match screen.place {
        Place::Logs => reader::press(screen, &key),
        Place::Deck | Place::Messages | Place::Jobs | Place::OffLoad => None,
    };
    if let Some(requests) = own {
        return requests;
    }
    match screen.keymap.find(&key, screen.context()) {
        Some(action) => act::act(screen, action),
        // An action that was given the key of a named message keeps it.
        None => named::press(screen, &key).unwrap_or_default(),
    }
}

/// Gives pasted text to the field of the view that is shown; false where none is open.
fn paste(screen: &mut Screen, text: &str) -> bool {
    match screen.place {
        Place::Logs => reader::paste(screen, text),
        Place::Deck | Place::Messages | Place::Jobs | Place::OffLoad => false,
    }
}

/// Ctrl-C asks as `q` does; a second one, while the question or the stopping is on the screen, ends everything.
fn interrupt(screen: &mut Screen) -> Vec<Request> {
    if screen.is_stopping() || screen.overlays.contains(&Overlay::Quit) {
        return vec![Request::EndNow];
    }
    act::act(screen, Action::Quit)
}
