//! The chosen message: as a tree, as text, or as bytes.

use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::model::{Direction, Traffic};
use crate::tui::figures::{count, plural};
use crate::tui::inspector::{Cut, Drawn, Focus, Opened, Shape};
use crate::tui::jobs::short;
use crate::tui::json;
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::view::flow::Flow;
use crate::tui::view::frame::{Frame, empty, line};
use crate::tui::view::inspector::{pair, tree};
use crate::tui::view::messages::{exact, wrong};
use crate::tui::view::overlay::fold;

/// From this width on bytes stand sixteen in a line.
const SIXTEEN: usize = 76;

/// Draws the chosen message.
pub(super) fn render(screen: &Screen, drawn: &mut Drawn, area: Rect, buffer: &mut Buffer) {
    let theme = screen.theme;
    let inspector = &screen.inspector;
    let is_focused = inspector.focus == Focus::Detail;
    let Some(opened) = inspector.opened() else {
        let frame = Frame {
            title: "Message",
            is_focused,
            ..Frame::default()
        };
        let inner = frame.render(theme, area, buffer);
        return empty(theme, inner, "The chosen message stands here", buffer);
    };
    let shape = opened.shape(inspector.shape);
    let gone = ("no longer kept".to_owned(), theme.warning());
    let frame = Frame {
        title: &title(opened),
        note: Some((words(opened, shape).to_owned(), theme.dim())),
        below: place(opened, shape),
        foot: if opened.is_gone {
            Some(gone)
        } else {
            drawn
                .is_alone
                .then(|| ("Esc goes back".to_owned(), theme.dim()))
        },
        is_focused,
    };
    let mut inner = frame.render(theme, area, buffer);
    let mut facts = facts(screen, opened, inner.width);
    facts.truncate(usize::from(inner.height / 3).max(1));
    for text in facts {
        line(buffer, inner, 0, &text);
        inner.y += 1;
        inner.height = inner.height.saturating_sub(1);
    }
    if drawn.pair.height == 0
        && inner.height > 2
        && let Some(text) = pair::short(screen, opened, inner.width)
    {
        inner.height -= 1;
        line(buffer, inner, usize::from(inner.height), &Line::default());
        let below = Rect {
            y: inner.bottom(),
            height: 1,
            ..inner
        };
        line(buffer, below, 0, &text);
        drawn.pair = below;
    }
    drawn.detail = inner;
    match shape {
        Shape::Tree => drawn.top = tree::render(screen, opened, drawn.top, inner, buffer),
        Shape::Text => text(screen, opened, drawn, inner, buffer),
        Shape::Bytes => dump(screen, opened, drawn, inner, buffer),
    }
}

fn title(opened: &Opened) -> String {
    let worker = &opened.worker;
    match &opened.item {
        Traffic::Fault(_) => format!("✖ no message from {worker}"),
        Traffic::Message(envelope) => match envelope.direction {
            Direction::Out => format!("→ to {worker}"),
            Direction::In => format!("← from {worker}"),
        },
    }
}

/// How it is shown, and how else it can be.
fn words(opened: &Opened, shape: Shape) -> &'static str {
    match (shape, &opened.item) {
        (_, Traffic::Fault(_)) => "bytes",
        (Shape::Tree, _) => "tree · t text · x bytes",
        (Shape::Text, _) => "text · t tree · x bytes",
        (Shape::Bytes, _) => "bytes · x tree · t text",
    }
}

/// Where in the message one is.
fn place(opened: &Opened, shape: Shape) -> Option<String> {
    match shape {
        Shape::Tree => {
            let pointer = opened.tree()?.pointer(opened.text());
            (!pointer.is_empty()).then_some(pointer)
        }
        Shape::Text => None,
        Shape::Bytes => match &opened.item {
            Traffic::Fault(fault) if fault.bytes > fault.head.len() as u64 => {
                let kept = plural(fault.head.len(), "byte");
                Some(format!("the first {kept} of {}", count(fault.bytes)))
            }
            _ => None,
        },
    }
}

/// Its circumstances.
fn facts(screen: &Screen, opened: &Opened, columns: u16) -> Vec<Line<'static>> {
    let theme = screen.theme;
    let mut flow = Flow::new(usize::from(columns));
    let mut fact = |text: &str, style: Style| {
        flow.add(|painter| {
            painter.text(text, style);
        });
    };
    match &opened.item {
        Traffic::Message(envelope) => {
            fact(&envelope.at.time_of_day(), theme.text());
            fact(&plural(envelope.bytes, "byte"), theme.dim());
            if let Some(handle) = envelope.handle {
                fact(&format!("⇄ with a {handle}"), theme.accent());
            }
            if let Some(latency) = envelope.latency {
                fact(&format!("answered in {}", exact(latency)), theme.accent());
            }
            if let Some(job) = envelope.job {
                fact(&format!("job {}", short(job)), theme.dim());
            }
            if envelope.incarnation.0 > 1 {
                let lives = format!("process {}", envelope.incarnation.0);
                fact(&lives, theme.dim());
            }
        }
        Traffic::Fault(fault) => {
            fact(&fault.at.time_of_day(), theme.text());
            let what = wrong(fault.kind);
            fact(what, theme.bad());
            fact(&format!("{} bytes", count(fault.bytes)), theme.bad());
            if let Some(hint) = &fault.hint {
                fact(hint, theme.warning());
            }
        }
    }
    flow.finish()
}

/// Draws it as text, long lines folded. It is cut into lines once.
fn text(screen: &Screen, opened: &Opened, drawn: &mut Drawn, area: Rect, buffer: &mut Buffer) {
    let wide = usize::from(area.width).saturating_sub(2).max(8);
    let of = Some((opened.order(), Shape::Text, wide));
    if drawn.text.of != of {
        let lines = json::whole(opened.text());
        let lines = lines.iter().flat_map(|line| fold(line, wide)).collect();
        drawn.text = Cut { of, lines };
    }
    let height = usize::from(area.height);
    drawn.end = drawn.text.lines.len().saturating_sub(height);
    let shown = drawn.text.lines.iter().skip(opened.top.min(drawn.end));
    for (row, text) in shown.take(height).enumerate() {
        let mut painter = Painter::new(usize::from(area.width));
        painter.pad(1);
        json::paint(&mut painter, text, screen.theme);
        line(buffer, area, row, &painter.finish());
    }
}

/// Draws its bytes, those that are visible.
fn dump(screen: &Screen, opened: &Opened, drawn: &mut Drawn, area: Rect, buffer: &mut Buffer) {
    let bytes = opened.bytes();
    let each = match usize::from(area.width) {
        SIXTEEN.. => 16,
        42.. => 8,
        _ => 4,
    };
    let height = usize::from(area.height);
    drawn.end = bytes.len().div_ceil(each).saturating_sub(height);
    let top = opened.top.min(drawn.end);
    let shown = bytes.chunks(each).enumerate().skip(top).take(height);
    for (row, (place, chunk)) in shown.enumerate() {
        let painted = hex(screen, place * each, chunk, each, usize::from(area.width));
        line(buffer, area, row, &painted);
    }
}

/// A line of bytes: where they are, in hexadecimal, and as text.
fn hex(screen: &Screen, at: usize, chunk: &[u8], each: usize, wide: usize) -> Line<'static> {
    let theme = screen.theme;
    let mut digits = String::new();
    let mut signs = String::new();
    for (place, byte) in chunk.iter().enumerate() {
        let gap = if place == 8 { " " } else { "" };
        // Writing to a string never fails.
        let _ = write!(digits, "{gap}{byte:02x} ");
        let is_sign = byte.is_ascii_graphic() || *byte == b' ';
        signs.push(if is_sign { char::from(*byte) } else { '·' });
    }
    let mut painter = Painter::new(wide);
    painter.pad(1).text(&format!("{at:06x}  "), theme.dim());
    let cells = each * 3 + usize::from(each > 8);
    painter.left(&digits, cells + 1, theme.text());
    painter.text(&signs, theme.good());
    painter.finish()
}
