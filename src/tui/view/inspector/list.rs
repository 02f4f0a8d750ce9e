//! The list: a line for each message, and what is known of all of them in the frame.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::model::{Direction, Envelope, Traffic, WorkerView};
use crate::tui::action::Action;
use crate::tui::figures::{bytes, cells, count, plural};
use crate::tui::filter::FORMS;
use crate::tui::hint::{hint, key};
use crate::tui::inspector::{Drawn, Entry, Focus, Opened, Span};
use crate::tui::jobs::short;
use crate::tui::json;
use crate::tui::rows::Scope;
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::{Pane, Screen};
use crate::tui::view::flow::Flow;
use crate::tui::view::frame::{Frame, empty, line};
use crate::tui::view::messages::{Sides, below, exact, fault_line, handle_mark, none_yet, waiting};
use crate::tui::view::sought;

/// The cells of the head of what stands at the right edge.
const EDGE: usize = 8;

/// The cells of a size, with the gap after it.
const SIZE: usize = 6;

/// From this width on a line tells the size.
const WIDE: usize = 56;

/// From this height on the columns have a head.
const ROOMY: u16 = 8;

/// Draws the list.
pub(super) fn render(screen: &Screen, drawn: &mut Drawn, area: Rect, buffer: &mut Buffer) {
    let scope = screen.scope();
    let title = match (screen.inspector.slowest(), area.width) {
        (Some(_), 70..) => format!("Messages · {} · slowest first", scope.title()),
        (Some(_), _) => format!("Slowest · {}", scope.title()),
        (None, _) => format!("Messages · {}", scope.title()),
    };
    let is_right = screen.messages_filter.trouble().is_none();
    let frame = Frame {
        title: &title,
        note: Some(note(screen, &scope)),
        // What is typed, or wrong, needs the room.
        below: (is_right && !screen.is_filtering).then(|| position(screen, &scope, drawn.is_alone)),
        foot: foot(screen, area.width),
        is_focused: screen.inspector.focus == Focus::List,
    };
    let mut inner = frame.render(screen.theme, area, buffer);
    if screen.is_filtering {
        inner.height -= forms(screen, inner, buffer);
    }
    if screen.inspector.len() == 0 {
        let text = nothing(screen, &scope);
        return empty(screen.theme, inner, &text, buffer);
    }
    lines(screen, drawn, &scope, inner, buffer);
}

fn lines(screen: &Screen, drawn: &mut Drawn, scope: &Scope, area: Rect, buffer: &mut Buffer) {
    let mut area = area;
    let has_head = area.height >= ROOMY;
    if has_head {
        area.y += 1;
        area.height -= 1;
    }
    drawn.list = area;
    let height = usize::from(area.height);
    let top = top(screen, drawn, height);
    let inspector = &screen.inspector;
    let first = inspector.entry(top).map_or(0, |entry| entry.order);
    drawn.first = (top, first);
    let board = inspector.board(&screen.board);
    let entries = (top..).map_while(|place| inspector.entry(place));
    let found: Vec<(Entry, &WorkerView, &Traffic)> = entries
        .take(height)
        .filter_map(|entry| {
            let (worker, item) = inspector.list().resolve(board, entry)?;
            Some((entry, worker, item))
        })
        .collect();
    let is_focused = inspector.focus == Focus::List;
    let workers = found.iter().map(|(_, worker, _)| *worker);
    let sides = Sides::new(scope, area.width, is_focused, workers);
    let chosen = inspector.opened().map(Opened::order);
    for (row, (entry, worker, item)) in found.into_iter().enumerate() {
        let is_chosen = chosen == Some(entry.order);
        let painted = paint(screen, &sides, (entry, worker, item), is_chosen, area.width);
        line(buffer, area, row, &painted);
    }
    if has_head {
        let above = Rect {
            y: area.y - 1,
            height: 1,
            ..area
        };
        line(buffer, above, 0, &head(screen, &sides, area.width));
    }
}

/// The place of the first line: rows stay where they are unless the chosen one would not be seen.
fn top(screen: &Screen, drawn: &Drawn, height: usize) -> usize {
    let inspector = &screen.inspector;
    let end = inspector.len().saturating_sub(height);
    let at = inspector.at().unwrap_or(0);
    if inspector.slowest().is_none() && at + 1 == inspector.len() {
        return end;
    }
    let (place, order) = drawn.first;
    let before = match inspector.slowest() {
        Some(_) => place,
        None => inspector.find(order).unwrap_or_else(|near| near),
    };
    let lowest = (at + 1).saturating_sub(height.max(1));
    before.clamp(lowest, at.max(lowest)).min(end)
}

fn head(screen: &Screen, sides: &Sides, columns: u16) -> Line<'static> {
    let dim = screen.theme.dim();
    let wide = usize::from(columns);
    let mut painter = Painter::new(wide);
    sides.head(&mut painter, dim);
    painter.pad(2);
    if wide >= WIDE {
        painter.right("size", SIZE - 1, dim).pad(1);
    }
    let pad = painter.left_over().saturating_sub(EDGE + 7);
    painter.text("message", dim).pad(pad);
    painter.right("latency", EDGE, dim);
    painter.finish()
}

fn paint(
    screen: &Screen,
    sides: &Sides,
    (entry, worker, item): (Entry, &WorkerView, &Traffic),
    is_chosen: bool,
    columns: u16,
) -> Line<'static> {
    let wide = usize::from(columns);
    let mut painter = Painter::new(wide);
    match item {
        Traffic::Message(envelope) => {
            sides.paint(screen, worker, envelope.at, is_chosen, &mut painter);
            let is_answered = screen.inspector.list().is_answered(entry, item);
            message(screen, envelope, is_answered, wide, &mut painter);
        }
        Traffic::Fault(fault) => {
            sides.paint(screen, worker, fault.at, is_chosen, &mut painter);
            fault_line(screen, fault, &mut painter);
        }
    }
    painter.finish()
}

fn message(
    screen: &Screen,
    envelope: &Envelope,
    is_answered: bool,
    wide: usize,
    painter: &mut Painter,
) {
    let theme = screen.theme;
    let arrow = match envelope.direction {
        Direction::Out if is_answered => "↔ ",
        Direction::Out => "→ ",
        Direction::In => "← ",
    };
    painter.text(arrow, theme.direction(envelope.direction));
    if wide >= WIDE {
        let size = bytes(envelope.bytes as u64);
        painter.right(&size, SIZE - 1, theme.dim()).pad(1);
    }
    if let Some(handle) = envelope.handle {
        painter.text(&handle_mark(handle), theme.accent());
    }
    let edge = edge(screen, envelope);
    let kept = edge.as_ref().map_or(0, |(text, _)| width(text) + 1);
    let mut body = Painter::new(painter.left_over().saturating_sub(kept));
    json::paint(&mut body, json::head(&envelope.message), theme);
    let pad = body.left_over();
    painter.append(body);
    if let Some((text, style)) = edge {
        painter.pad(pad).right(&text, kept, style);
    }
}

/// What a line ends with: a reply's latency, else the job.
fn edge(screen: &Screen, envelope: &Envelope) -> Option<(String, Style)> {
    if let Some(latency) = envelope.latency {
        return Some((exact(latency), screen.theme.accent()));
    }
    let job = envelope.job?;
    Some((short(job), screen.theme.dim()))
}

fn note(screen: &Screen, scope: &Scope) -> (String, Style) {
    let theme = screen.theme;
    if let Some(new) = screen.inspector.paused(&screen.board, scope) {
        let goes_on = hint(screen, Action::PauseMessages, "goes on");
        let text = format!("PAUSED · {} new{goes_on}", count(new));
        return (text, theme.loud());
    }
    match screen.inspector.slowest() {
        Some(Span::Minute) => {
            let turns = hint(screen, Action::Slowest, "all kept");
            (format!("last minute{turns}"), theme.warning())
        }
        Some(Span::All) => {
            let turns = hint(screen, Action::Slowest, "as they came");
            (format!("all kept{turns}"), theme.warning())
        }
        None if screen.inspector.follows() => ("following".to_owned(), theme.dim()),
        None => {
            let follows = hint(screen, Action::FollowMessages, "follows");
            (format!("held{follows}"), theme.warning())
        }
    }
}

/// Where the chosen one is among those listed, and what passed in all.
fn position(screen: &Screen, scope: &Scope, is_alone: bool) -> String {
    let inspector = &screen.inspector;
    let listed = inspector.len();
    let place = inspector.at().map_or(0, |at| at + 1);
    let mut text = format!("{} of {}", count(place as u64), count(listed as u64));
    if is_alone
        && listed > 0
        && let Some(key) = key(screen, Action::Open)
    {
        text = format!("{key} opens it · {text}");
    }
    if inspector.list().is_cut() {
        text.push_str(" newest");
    }
    format!("{text} · {}", below(screen, scope))
}

/// The filter; of a long one that is typed its end, where the typist is.
fn foot(screen: &Screen, columns: u16) -> Option<(String, Style)> {
    let filter = &screen.messages_filter;
    let theme = screen.theme;
    if screen.is_filtering {
        let mut text = filter.text();
        while width(text) + 16 > usize::from(columns) && !text.is_empty() {
            let mut rest = text.chars();
            rest.next();
            text = rest.as_str();
        }
        return Some((format!("filter: {text}▌"), theme.accent()));
    }
    sought::foot(filter, false, theme).or_else(|| widens(screen))
}

/// The slowest are those of the selection: the key that takes in everyone.
fn widens(screen: &Screen) -> Option<(String, Style)> {
    let is_part = screen.inspector.slowest().is_some() && screen.scope() != Scope::Deck;
    let key = key(screen, Action::Whole).filter(|_| is_part)?;
    Some((format!("{key} looks at the whole deck"), screen.theme.dim()))
}

/// Shows how filters look, or what is wrong with the one that is typed, above the frame's foot; how many lines that takes.
fn forms(screen: &Screen, area: Rect, buffer: &mut Buffer) -> u16 {
    let theme = screen.theme;
    let wide = usize::from(area.width);
    let mut lines = Vec::new();
    if let Some(verdict) = screen.messages_filter.verdict("no filter") {
        let mut painter = Painter::new(wide);
        let verdict = sought::fitted(&verdict, wide.saturating_sub(1)).unwrap_or(verdict);
        painter.pad(1).text(&verdict, theme.bad());
        lines.push(painter.finish());
    }
    let mut flow = Flow::new(wide);
    for (form, what) in FORMS {
        flow.add(|painter| {
            painter.text(form, theme.accent()).pad(1);
            painter.text(what, theme.dim());
        });
    }
    lines.extend(flow.finish());
    let most = usize::from(area.height / 2);
    lines.truncate(most);
    let taken = cells(lines.len());
    let area = Rect {
        y: area.bottom() - taken,
        height: taken,
        ..area
    };
    for (row, text) in lines.iter().enumerate() {
        line(buffer, area, row, text);
    }
    taken
}

/// What an empty list says.
fn nothing(screen: &Screen, scope: &Scope) -> String {
    let list = screen.inspector.list();
    let kept = plural(list.len(), "message");
    if list.len() == 0 && !screen.messages_filter.in_force().is_empty() {
        let all = hint(screen, Action::Back, "shows all");
        return format!("Nothing passes the filter{all}");
    }
    match screen.inspector.slowest() {
        Some(Span::Minute) => {
            let looks = hint(screen, Action::Slowest, "looks at all kept");
            format!("No reply in the last minute{looks} · {kept}")
        }
        Some(Span::All) => {
            let shows = hint(screen, Action::Slowest, &format!("shows {kept}"));
            format!("No reply is kept{shows}")
        }
        None => waiting(screen, Pane::Messages, scope, &none_yet(screen)),
    }
}
