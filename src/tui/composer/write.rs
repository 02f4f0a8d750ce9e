//! What keys do while something is written, and what becomes of what was sent.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::{Address, MonoTime, Outcome, Refusal, RefusalKind};
use crate::tui::composer::judge::{Verdict, check_message};
use crate::tui::composer::load::{Ended, Part, Plan, Run};
use crate::tui::composer::sending::{Fate, Sending};
use crate::tui::composer::template::{fill, has_any};
use crate::tui::sanitize::plain;
use crate::tui::screen::{Overlay, Pane, Screen, Tail};
use crate::tui::target::Target;
use crate::tui::update::{Request, refused};
use crate::tui::volley::Shot;
use crate::tui::{inspector, keymap};
use crate::wire::Message;

/// How much of an answer a toast shows, in cells.
const SHOWN: usize = 60;

/// Takes a key.
pub(crate) fn press(screen: &mut Screen, key: KeyEvent) -> Vec<Request> {
    let now = screen.now.mono;
    if let Some(run) = &mut screen.composer.run
        && run.is_running()
    {
        run.stop(now);
        return Vec::new();
    }
    let before = seen(screen);
    let requests = match screen.composer.plan {
        Some(plan) => planned(screen, plan, key),
        None => written(screen, key),
    };
    // What is sent now is told, whatever the key changed.
    if requests.is_empty() && before != seen(screen) {
        screen.composer.went_on();
    }
    screen.composer.offer(&screen.board, &screen.named);
    requests
}

/// What a key may change, as far as then the last sending is done with.
fn seen(screen: &Screen) -> (String, Option<Target>, bool) {
    let composer = &screen.composer;
    let is_planned = composer.plan.is_some();
    (composer.text(), composer.target().cloned(), is_planned)
}

fn written(screen: &mut Screen, key: KeyEvent) -> Vec<Request> {
    if is_newline(&key) {
        screen.composer.key(key);
        return Vec::new();
    }
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Esc => screen.composer.close(),
        KeyCode::Enter => return submit(screen),
        KeyCode::Tab | KeyCode::BackTab => tab(screen, &key),
        KeyCode::Char('r') if is_control => search(screen),
        KeyCode::Char('l') if is_control => screen.composer.plan = Some(Plan::default()),
        _ => screen.composer.key(key),
    }
    Vec::new()
}

/// Whether a key makes a new line instead of sending.
fn is_newline(key: &KeyEvent) -> bool {
    let with = KeyModifiers::ALT | KeyModifiers::SHIFT;
    key.code == KeyCode::Enter && key.modifiers.intersects(with)
}

/// Completes what is written; where there is nothing to complete, goes to the next target.
fn tab(screen: &mut Screen, key: &KeyEvent) {
    let is_back = keymap::chord(key).code == KeyCode::BackTab;
    if !is_back && screen.composer.complete(&screen.board, &screen.named) {
        return;
    }
    let target = screen.composer.target();
    let targets = target.map(|target| target.all_like(&screen.board));
    screen.composer.turn(&targets.unwrap_or_default(), is_back);
}

fn search(screen: &mut Screen) {
    if screen.composer.history().is_empty() {
        screen.say("Nothing was sent yet on this deck", false);
    } else {
        screen.overlays.push(Overlay::History {
            query: String::new(),
            at: 0,
        });
    }
}

fn submit(screen: &mut Screen) -> Vec<Request> {
    let now = screen.now;
    let Some(message) = screen.composer.submit(now.wall) else {
        return Vec::new();
    };
    let Some(target) = screen.composer.target().cloned() else {
        return Vec::new();
    };
    let number = screen.composer.number();
    let text = screen.composer.text();
    screen.composer.note(number, &text, now.mono);
    screen.composer.sent();
    show_newest(screen);
    let send = Request::Send {
        number,
        target,
        message,
    };
    vec![send, Request::Remember(text)]
}

/// What was sent and its answer are to be seen.
fn show_newest(screen: &mut Screen) {
    screen.messages = Tail::default();
    inspector::sent(screen);
    if screen.is_zoomed && screen.focus == Pane::Logs {
        screen.focus = Pane::Messages;
    }
}

/// Sends what was not written here; its answer is told in a toast.
pub(crate) fn send(screen: &mut Screen, target: Target, text: &str) -> Vec<Request> {
    let now = screen.now.wall;
    if let Err(error) = check_message(text) {
        screen.say(format!("That is no message: {error}"), true);
        return Vec::new();
    }
    let filled = fill(text, &mut screen.composer.supply, now);
    let message = Message::parse(&filled).ok();
    let send = message.map(|message| Request::Send {
        number: screen.composer.number(),
        target,
        message,
    });
    send.into_iter().collect()
}

/// Takes what came of a sending.
pub(crate) fn sent(screen: &mut Screen, number: u64, answer: &Result<Outcome, Refusal>) {
    let now = screen.now.mono;
    let is_last = |sending: &&mut Sending| sending.number == number;
    let sending = screen.composer.sending.as_mut().filter(is_last);
    let mine = sending.map(|sending| {
        sending.take(answer, now);
        sending.clone()
    });
    match (answer, mine) {
        // It came to the worker: nothing is to be put back.
        (Err(refusal), mine) if refusal.kind == RefusalKind::BadReply => {
            if mine.is_none() || !screen.composer.is_open() {
                let text = refused(screen, refusal);
                screen.say(text, true);
            }
        }
        (Err(refusal), mine) => {
            if let Some(sending) = mine {
                screen.composer.restore(&sending.target, &sending.text);
            }
            let text = refused(screen, refusal);
            screen.say(text, true);
        }
        (Ok(_), Some(_)) if screen.composer.is_open() => {}
        (Ok(outcome), _) => tell(screen, outcome),
    }
}

/// Takes that a job that was taken never comes to an end. Its text does not come back: it was not refused.
pub(crate) fn forsaken(screen: &mut Screen, number: u64, refusal: Refusal) {
    let text = refused(screen, &refusal);
    screen.say(text, true);
    let is_last = |sending: &&mut Sending| sending.number == number;
    if let Some(sending) = screen.composer.sending.as_mut().filter(is_last) {
        sending.take(&Err(refusal), screen.now.mono);
    }
}

/// Tells of an answer where the composer, which would show it, is closed.
fn tell(screen: &mut Screen, outcome: &Outcome) {
    let target = match outcome {
        Outcome::Sent { replies, .. } if replies.is_empty() => return,
        Outcome::Job(job) => Target::Job(job.pool.clone()),
        _ => Target::Message(Address::All),
    };
    let mut sending = Sending {
        number: 0,
        target,
        text: String::new(),
        since: screen.now.mono,
        fate: Fate::Waits,
        is_shown: true,
        settled: None,
    };
    sending.take(&Ok(outcome.clone()), screen.now.mono);
    let (mut text, json) = sending.words(screen.now.mono);
    if let Some(json) = json {
        text = format!("{text}: {}", plain(&json, SHOWN));
    }
    screen.say(text, false);
}

/// Keys while a load is planned, or its end is on the screen.
fn planned(screen: &mut Screen, mut plan: Plan, key: KeyEvent) -> Vec<Request> {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    let is_start = key.code == KeyCode::Enter && !is_newline(&key);
    match key.code {
        KeyCode::Esc => return leave(screen),
        KeyCode::Char('l') if is_control => return leave(screen),
        KeyCode::Enter if is_start => return start(screen, plan),
        _ if screen.composer.run.is_some() && !is_back_to_plan(screen, plan, &key) => {
            return Vec::new();
        }
        _ => {}
    }
    match key.code {
        KeyCode::Tab | KeyCode::BackTab => {
            plan.turn(keymap::chord(&key).code == KeyCode::BackTab);
        }
        _ if plan.part == Part::Text => screen.composer.key(key),
        KeyCode::Char(c @ '0'..='9') => plan.digit(u64::from(u32::from(c) - u32::from('0'))),
        KeyCode::Backspace => plan.shorten(),
        KeyCode::Left | KeyCode::Right | KeyCode::Char(' ') if plan.part == Part::Form => {
            reform(screen);
        }
        // What is no digit is no part of a number.
        _ => {}
    }
    screen.composer.plan = Some(plan);
    Vec::new()
}

/// The end of a load stands where its numbers do, and nothing is to change unseen: some keys bring them back. Whether the
/// key then works on them.
fn is_back_to_plan(screen: &mut Screen, plan: Plan, key: &KeyEvent) -> bool {
    let works = plan.part == Part::Text || matches!(key.code, KeyCode::Char('0'..='9'));
    let brings = matches!(
        key.code,
        KeyCode::Tab | KeyCode::BackTab | KeyCode::Backspace
    );
    if works || brings {
        screen.composer.run = None;
    }
    works
}

fn leave(screen: &mut Screen) -> Vec<Request> {
    screen.composer.plan = None;
    screen.composer.run = None;
    Vec::new()
}

/// Turns messages into jobs for the same pool, and back; the draft stays of the kind that it was.
fn reform(screen: &mut Screen) {
    let pools = &screen.board.pools;
    let selected = screen.selected.as_ref().map(|row| row.pool().clone());
    let target = match screen.composer.target() {
        Some(Target::Job(pool)) => Some(Target::Message(Address::Pool(pool.clone()))),
        Some(Target::Message(Address::Pool(pool) | Address::PoolAll(pool))) => {
            Some(Target::Job(pool.clone()))
        }
        Some(Target::Message(Address::Worker(id))) => Some(Target::Job(id.pool.clone())),
        Some(Target::Message(Address::All)) | None => selected
            .or_else(|| pools.keys().next().cloned())
            .map(Target::Job),
    };
    if let Some(target) = target {
        let composer = &mut screen.composer;
        let was_job = composer.was_job.or(Some(composer.is_job));
        composer.aim(target);
        composer.was_job = was_job;
    }
}

fn start(screen: &mut Screen, plan: Plan) -> Vec<Request> {
    let now = screen.now;
    if !matches!(
        screen.composer.verdict(),
        Verdict::Valid(_) | Verdict::Word(_)
    ) {
        // Goes to the mistake.
        screen.composer.submit(now.wall);
        screen.composer.plan = Some(Plan {
            part: Part::Text,
            ..plan
        });
        return Vec::new();
    }
    if plan.times == 0 {
        screen.say("A load of 0 times sends nothing", false);
        return Vec::new();
    }
    let Some(target) = screen.composer.target().cloned() else {
        return Vec::new();
    };
    let written = screen.composer.text();
    let text = match screen.composer.verdict() {
        Verdict::Word(message) => message.as_str().to_owned(),
        _ => written.clone(),
    };
    let number = screen.composer.number();
    screen.composer.keep(&written);
    screen.composer.loaded = Some(written.clone());
    screen.composer.plan = Some(Plan {
        is_untouched: true,
        ..plan
    });
    screen.composer.run = Some(Run::new(number, target, text, plan, now.mono));
    show_newest(screen);
    vec![Request::Remember(written)]
}

/// When the next ones of a load are to be sent.
pub(crate) fn due_at(screen: &Screen) -> Option<MonoTime> {
    screen.composer.run.as_ref().and_then(Run::due_at)
}

/// What of a load is to be sent now.
pub(crate) fn shots(screen: &mut Screen) -> Option<Request> {
    let now = screen.now;
    let composer = &mut screen.composer;
    let run = composer.run.as_mut()?;
    let count = run.take(now.mono);
    if count == 0 {
        return None;
    }
    let same = if has_any(&run.text) {
        None
    } else {
        Message::parse(&run.text).ok()
    };
    let supply = &mut composer.supply;
    let mut message = || match &same {
        Some(message) => Some(message.clone()),
        None => Message::parse(&fill(&run.text, supply, now.wall)).ok(),
    };
    let messages: Vec<Message> = (0..count).filter_map(|_| message()).collect();
    let shot = |message| Shot {
        load: run.number,
        target: run.target.clone(),
        message,
        waits: run.expects_answers(),
    };
    Some(Request::Fire(messages.into_iter().map(shot).collect()))
}

/// Takes what became of messages of a load.
pub(crate) fn ended(screen: &mut Screen, ends: Vec<(u64, Ended)>) {
    let now = screen.now.mono;
    let Some(run) = &mut screen.composer.run else {
        return;
    };
    for (load, ended) in ends {
        if load == run.number {
            run.end(ended, now);
        }
    }
}
