//! What leaves the view: messages sent again, copied, or written to a file.

use std::fmt::Write;

use crate::model::{Address, Command, Direction, Envelope, FrameFault, Traffic, WorkerId};
use crate::tui::action::Action;
use crate::tui::hint::hint;
use crate::tui::inspector::opened::{Opened, Shape};
use crate::tui::inspector::state::Focus;
use crate::tui::json;
use crate::tui::overlay::hex;
use crate::tui::screen::Screen;
use crate::tui::target::Target;
use crate::tui::update::Request;
use crate::wire::FaultKind;

/// The longest message that is edited, in bytes: a text field is no place for megabytes.
const EDITABLE: usize = 64 << 10;

/// The message that is sent again, with its worker; says why where there is none.
fn again(screen: &mut Screen) -> Option<(WorkerId, Envelope)> {
    if screen.is_stopping() {
        return None;
    }
    let opened = screen.inspector.opened()?;
    let worker = opened.worker.clone();
    if let Some(request) = opened.request() {
        return Some((worker, request.clone()));
    }
    let why = match opened.envelope() {
        Some(_) => {
            let writes = hint(screen, Action::EditAgain, "writes to it from a copy");
            format!("Nobody sent that to {worker}{writes}")
        }
        None => "That was no message and cannot be sent".to_owned(),
    };
    screen.say(why, true);
    None
}

/// Sends the chosen message again as it was; of a reply, the request that it answers.
pub(super) fn send(screen: &mut Screen) -> Vec<Request> {
    let Some((worker, envelope)) = again(screen) else {
        return Vec::new();
    };
    screen.inspector.follow();
    screen.say(format!("Sending it to {worker} again"), false);
    vec![Request::Issue(Command::Send {
        to: Address::Worker(worker),
        message: envelope.message,
        wait: None,
    })]
}

/// Writes a message to the same worker from a copy of the chosen one; of a reply, from the request that it answers.
pub(super) fn edit(screen: &mut Screen) {
    let Some(opened) = screen.inspector.opened() else {
        return;
    };
    let copied = opened.request().or(opened.envelope());
    let copied = copied.map(|envelope| envelope.message.clone());
    let to = Target::Message(Address::Worker(opened.worker.clone()));
    if screen.is_stopping() {
        return;
    }
    match copied {
        None => screen.say("That was no message and cannot be sent", true),
        Some(message) if message.len() > EDITABLE => {
            let sends = hint(screen, Action::SendAgain, "sends it as it was");
            screen.say(format!("It is too long to be edited{sends}"), true);
        }
        Some(message) => screen.composer.edit(to, message.as_str()),
    }
}

/// Copies the chosen message, or what is chosen in its tree.
pub(super) fn copy(screen: &mut Screen) -> Vec<Request> {
    let inspector = &mut screen.inspector;
    let shape = inspector.shape;
    let in_tree = inspector.focus == Focus::Detail && shape == Shape::Tree;
    let Some(opened) = inspector.opened_mut() else {
        return Vec::new();
    };
    let node = opened.tree_mut().filter(|_| in_tree);
    let node = node.and_then(|(tree, text)| {
        let pointer = tree.pointer(text);
        Some((tree.value(text)?.to_owned(), pointer))
    });
    let worker = &opened.worker;
    let (text, what) = match (node, &opened.item) {
        (Some((text, pointer)), _) if !pointer.is_empty() => {
            (text, format!("{pointer} of {worker}"))
        }
        (_, Traffic::Fault(fault)) => (hex(&fault.head), format!("bytes from {worker}")),
        (_, Traffic::Message(envelope)) => (
            envelope.message.as_str().to_owned(),
            format!("message {} {worker}", way(envelope)),
        ),
    };
    vec![Request::Copy { text, what }]
}

fn way(envelope: &Envelope) -> &'static str {
    match envelope.direction {
        Direction::In => "from",
        Direction::Out => "to",
    }
}

/// Writes what is listed to a file, a JSON object for each.
pub(super) fn save(screen: &mut Screen) -> Vec<Request> {
    let inspector = &screen.inspector;
    let board = inspector.board(&screen.board);
    let entries = (0..inspector.len()).filter_map(|place| inspector.entry(place));
    let mut text = String::new();
    for (worker, item) in entries.filter_map(|entry| inspector.list().resolve(board, entry)) {
        match item {
            Traffic::Message(envelope) => message(&mut text, &worker.id, envelope),
            Traffic::Fault(fault) => bad(&mut text, fault),
        }
    }
    if text.is_empty() {
        screen.say("There is nothing to write", true);
        return Vec::new();
    }
    vec![Request::Save {
        what: "messages",
        ending: "jsonl",
        text,
    }]
}

// Writing to a string never fails.
fn message(out: &mut String, worker: &WorkerId, envelope: &Envelope) {
    let direction = match envelope.direction {
        Direction::In => "in",
        Direction::Out => "out",
    };
    let _ = write!(
        out,
        r#"{{"at":"{}","worker":"{worker}","direction":"{direction}""#,
        envelope.at
    );
    if let Some(latency) = envelope.latency {
        let _ = write!(out, r#","latency_ms":{:.3}"#, latency.as_secs_f64() * 1e3);
    }
    if let Some(job) = envelope.job {
        let _ = write!(out, r#","job":"{job}""#);
    }
    if let Some(handle) = envelope.handle {
        let _ = write!(out, r#","handle":"{handle}""#);
    }
    let json = envelope.message.as_str();
    let _ = writeln!(out, r#","message":{json}}}"#);
}

fn bad(out: &mut String, fault: &FrameFault) {
    let _ = writeln!(
        out,
        r#"{{"at":"{}","worker":"{}","direction":"in","bad":"{}","bytes":{},"head":"{}"}}"#,
        fault.at,
        fault.worker,
        kind(fault.kind),
        fault.bytes,
        hex(&fault.head),
    );
}

fn kind(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Invalid => "invalid",
        FaultKind::Truncated => "truncated",
        FaultKind::TooLong => "too_long",
        FaultKind::Mismatch => "mismatch",
        FaultKind::Uncaught => "uncaught",
        FaultKind::Handle => "handle",
    }
}

/// The whole of what is chosen in the tree, over several lines.
pub(super) fn node(opened: &mut Opened) -> Option<(String, Vec<String>)> {
    let worker = opened.worker.clone();
    let (tree, text) = opened.tree_mut()?;
    let value = tree.value(text)?;
    let title = format!("{} of {worker} · {} bytes", tree.pointer(text), value.len());
    let lines = match serde_json::from_str::<String>(value) {
        Ok(text) => text.lines().take(json::LINES).map(str::to_owned).collect(),
        Err(_) => json::whole(value),
    };
    Some((title, lines))
}
