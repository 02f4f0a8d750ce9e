//! What passes on the channels of the selected worker, pool or deck.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::{Direction, Envelope, FrameFault, State, Traffic, WallTime, WorkerView};
use crate::tui::action::Action;
use crate::tui::figures::{count, short};
use crate::tui::hint::hint;
use crate::tui::json;
use crate::tui::merge;
use crate::tui::rows::Scope;
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::{Pane, Screen, Tail, ViewState};
use crate::tui::view::frame::{Frame, choose, empty, line};
use crate::tui::view::sought;
use crate::wire::{FaultKind, HandleKind};

/// The cells that a latency takes at the right edge.
const LATENCY: usize = 8;

/// Draws the pane.
pub(crate) fn render(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    let sought = screen.sought(Pane::Messages);
    let scope = &sought.scope;
    let title = format!("Messages · {}", scope.title());
    let frame = Frame {
        title: &title,
        note: Some(note(screen, screen.messages)),
        below: Some(below(screen, scope)).filter(|_| screen.messages_filter.trouble().is_none()),
        foot: filter(screen, Pane::Messages),
        is_focused: screen.focus == Pane::Messages,
    };
    let inner = frame.render(screen.theme, area, buffer);
    let height = usize::from(inner.height);
    let bottom = screen.messages.bottom;
    let found = if sought.filter.is_empty() {
        merge::window::<Traffic>(&screen.board, &sought, bottom, height)
    } else {
        view.filtered.settle(&screen.board, &sought);
        view.filtered.window(&screen.board, bottom, height)
    };
    view.messages = (inner, found.iter().map(|(_, item)| item.order()).collect());
    if found.is_empty() {
        let text = waiting(screen, Pane::Messages, scope, &none_yet(screen));
        empty(screen.theme, inner, &text, buffer);
        return;
    }
    let chosen = screen.messages.cursor.or(view.messages.1.last().copied());
    let workers = found.iter().map(|(worker, _)| *worker);
    let is_focused = screen.focus == Pane::Messages;
    let sides = Sides::new(scope, inner.width, is_focused, workers);
    for (row, (worker, item)) in found.iter().enumerate() {
        let is_chosen = chosen == Some(item.order()) && sides.is_focused;
        let mut painter = Painter::new(usize::from(inner.width));
        paint(screen, &sides, worker, item, is_chosen, &mut painter);
        line(buffer, inner, row, &painter.finish());
        if is_chosen {
            choose(screen.theme, inner, row, buffer);
        }
    }
}

/// How a list's lines begin.
#[derive(Debug)]
pub(crate) struct Sides {
    naming: Naming,
    /// The cells for a worker's name; 0 where all lines are one worker's.
    names: usize,
    /// Whether the time goes without milliseconds.
    is_short: bool,
    /// Whether the pane takes the keys.
    pub(crate) is_focused: bool,
}

/// How lines name their workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// Not at all: the title does.
    Title,
    /// By the number alone, the title naming the pool.
    Number,
    /// In full.
    Full,
}

impl Naming {
    fn of(self, worker: &WorkerView) -> String {
        match self {
            Self::Title => String::new(),
            Self::Number => format!("/{}", worker.id.number),
            Self::Full => worker.id.to_string(),
        }
    }
}

impl Sides {
    /// How the lines of these workers begin in a pane of this width.
    pub(crate) fn new<'a>(
        scope: &Scope,
        columns: u16,
        is_focused: bool,
        workers: impl Iterator<Item = &'a WorkerView>,
    ) -> Self {
        let is_short = columns < 56;
        let naming = match scope {
            Scope::Worker(_) => Naming::Title,
            Scope::Pool(_) if is_short => Naming::Number,
            Scope::Pool(_) | Scope::Deck => Naming::Full,
        };
        let longest = workers.map(|worker| width(&naming.of(worker))).max();
        Self {
            naming,
            names: longest.unwrap_or(0).min(16),
            is_short,
            is_focused,
        }
    }

    /// Paints the head of the columns.
    pub(crate) fn head(&self, painter: &mut Painter, style: Style) {
        painter
            .pad(1)
            .left("time", if self.is_short { 8 } else { 12 }, style)
            .pad(1);
        if self.names > 0 {
            let head = if self.names < 6 { "" } else { "worker" };
            painter.left(head, self.names, style).pad(1);
        }
    }

    /// Paints a line's mark, time and worker.
    pub(crate) fn paint(
        &self,
        screen: &Screen,
        worker: &WorkerView,
        at: WallTime,
        is_chosen: bool,
        painter: &mut Painter,
    ) {
        let theme = screen.theme;
        let mark = if is_chosen { "▌" } else { " " };
        painter.text(mark, theme.border(self.is_focused));
        let time = at.time_of_day();
        let time = time
            .get(..if self.is_short { 8 } else { 12 })
            .unwrap_or(&time);
        painter.text(time, theme.dim()).pad(1);
        if self.names > 0 {
            let place = worker.id.number as usize;
            let name = self.naming.of(worker);
            painter.left(&name, self.names, theme.name(place));
            painter.pad(1);
        }
    }
}

/// What a list must contain.
pub(crate) fn filter(screen: &Screen, pane: Pane) -> Option<(String, Style)> {
    let is_typed = screen.is_filtering && screen.focus == pane;
    sought::foot(&screen.sought(pane).filter, is_typed, screen.theme)
}

/// Whether a list follows.
pub(crate) fn note(screen: &Screen, tail: Tail) -> (String, Style) {
    if tail.bottom.is_none() {
        ("following".to_owned(), screen.theme.dim())
    } else {
        let follows = hint(screen, Action::Follow, "follows");
        (format!("held{follows}"), screen.theme.warning())
    }
}

/// What a list of messages says before the first one.
pub(crate) fn none_yet(screen: &Screen) -> String {
    let writes = hint(screen, Action::Message, "writes one");
    format!("No messages yet{writes}")
}

/// What an empty pane says: what it waits for, or why it waits in vain.
pub(crate) fn waiting(screen: &Screen, pane: Pane, scope: &Scope, otherwise: &str) -> String {
    if !screen.sought(pane).filter.is_empty() {
        let all = hint(screen, Action::Back, "shows all");
        return format!("Nothing contains that{all}");
    }
    let Scope::Worker(id) = scope else {
        return otherwise.to_owned();
    };
    let starts = hint(screen, Action::StopStart, "starts it");
    match screen.board.worker(id).map(|worker| worker.state) {
        Some(State::Stopped | State::Finished) => format!("{id} does not run{starts}"),
        Some(State::Failed) => {
            let why = hint(screen, Action::Open, "says why");
            format!("{id} was given up{starts}{why}")
        }
        Some(State::Disconnected) => {
            let restarts = hint(screen, Action::Restart, "restarts it");
            format!("{id} closed its channel{restarts}")
        }
        _ => otherwise.to_owned(),
    }
}

/// What passed in all.
pub(crate) fn below(screen: &Screen, scope: &Scope) -> String {
    let (mut sent, mut received, mut bad, mut lost) = (0, 0, 0, 0);
    for worker in scope.workers(&screen.board) {
        sent += worker.sent;
        received += worker.received;
        bad += worker.frame_errors;
        lost += worker.dropped_messages;
    }
    let mut text = format!("{} → {} ←", count(sent), count(received));
    if bad > 0 {
        text = format!("{} bad · {text}", short(bad));
    }
    if lost > 0 {
        text = format!("{} lost · {text}", short(lost));
    }
    text
}

fn paint(
    screen: &Screen,
    sides: &Sides,
    worker: &WorkerView,
    item: &Traffic,
    is_chosen: bool,
    painter: &mut Painter,
) {
    match item {
        Traffic::Message(envelope) => {
            sides.paint(screen, worker, envelope.at, is_chosen, painter);
            message(screen, envelope, painter);
        }
        Traffic::Fault(fault) => {
            sides.paint(screen, worker, fault.at, is_chosen, painter);
            fault_line(screen, fault, painter);
        }
    }
}

fn message(screen: &Screen, envelope: &Envelope, painter: &mut Painter) {
    let theme = screen.theme;
    let arrow = match envelope.direction {
        Direction::Out => "→ ",
        Direction::In => "← ",
    };
    painter.text(arrow, theme.direction(envelope.direction));
    if let Some(handle) = envelope.handle {
        painter.text(&handle_mark(handle), theme.accent());
    }
    let edge = envelope.latency.map_or(0, |_| LATENCY);
    let mut body = Painter::new(painter.left_over().saturating_sub(edge));
    json::paint(&mut body, envelope.message.as_str(), theme);
    let pad = body.left_over();
    painter.append(body);
    if let Some(latency) = envelope.latency {
        painter
            .pad(pad)
            .right(&exact(latency), LATENCY, theme.accent());
    }
}

/// What says that a handle went with a message.
pub(crate) fn handle_mark(handle: HandleKind) -> String {
    format!("⇄ {handle} ")
}

/// A latency with a tenth of a millisecond, as far as that says anything.
pub(crate) fn exact(latency: Duration) -> String {
    if latency < Duration::from_secs(1) {
        format!("{:.1}ms", latency.as_secs_f64() * 1e3)
    } else {
        format!("{:.2}s", latency.as_secs_f64())
    }
}

/// Paints what was no message.
pub(crate) fn fault_line(screen: &Screen, fault: &FrameFault, painter: &mut Painter) {
    let theme = screen.theme;
    let what = wrong(fault.kind);
    if fault.kind == FaultKind::Uncaught {
        let error = fault.hint.as_deref().unwrap_or(what);
        painter.text(&format!("✖ {error}"), theme.bad());
        return;
    }
    let unit = if fault.bytes == 1 { "byte" } else { "bytes" };
    painter.text(
        &format!("✖ {what}, {} {unit}  ", count(fault.bytes)),
        theme.bad(),
    );
    painter.text(&String::from_utf8_lossy(&fault.head), theme.dim());
    if let Some(hint) = &fault.hint {
        painter.text(&format!("  {hint}"), theme.warning());
    }
}

/// What was wrong with a frame.
pub(crate) fn wrong(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Invalid => "not JSON",
        FaultKind::Truncated => "cut off",
        FaultKind::TooLong => "too long",
        FaultKind::Mismatch => "another serialization",
        FaultKind::Uncaught => "uncaught error",
        FaultKind::Handle => "handle not handed over",
    }
}
