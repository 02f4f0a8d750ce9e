//! What the selected worker, pool or deck prints.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::{LogLine, Stream};
use crate::tui::figures::{count, plural, short};
use crate::tui::merge;
use crate::tui::rows::Scope;
use crate::tui::sanitize::Painter;
use crate::tui::screen::{Pane, Screen, ViewState};
use crate::tui::view::frame::{Frame, choose, empty, line};
use crate::tui::view::messages::{Sides, filter, note, waiting};

/// Draws the pane.
pub(crate) fn render(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    let sought = screen.sought(Pane::Logs);
    let scope = &sought.scope;
    let title = format!("Logs · {}", scope.title());
    let frame = Frame {
        title: &title,
        note: Some(note(screen, screen.logs)),
        below: Some(below(screen, scope)).filter(|_| screen.logs_filter.trouble().is_none()),
        foot: filter(screen, Pane::Logs),
        is_focused: screen.focus == Pane::Logs,
    };
    let inner = frame.render(screen.theme, area, buffer);
    let height = usize::from(inner.height);
    let found = merge::window::<LogLine>(&screen.board, &sought, screen.logs.bottom, height);
    view.logs = (inner, found.iter().map(|(_, item)| item.order).collect());
    if found.is_empty() {
        let text = waiting(screen, Pane::Logs, scope, "Nothing printed yet");
        empty(screen.theme, inner, &text, buffer);
        return;
    }
    let chosen = screen.logs.cursor.or(view.logs.1.last().copied());
    let workers = found.iter().map(|(worker, _)| *worker);
    let is_focused = screen.focus == Pane::Logs;
    let sides = Sides::new(scope, inner.width, is_focused, workers);
    for (row, (worker, item)) in found.iter().enumerate() {
        let is_chosen = chosen == Some(item.order) && sides.is_focused;
        let mut painter = Painter::new(usize::from(inner.width));
        sides.paint(screen, worker, item.at, is_chosen, &mut painter);
        paint(screen, item, &mut painter);
        line(buffer, inner, row, &painter.finish());
        if is_chosen {
            choose(screen.theme, inner, row, buffer);
        }
    }
}

fn paint(screen: &Screen, item: &LogLine, painter: &mut Painter) {
    let theme = screen.theme;
    let base = match item.stream {
        Stream::Stdout => theme.text(),
        Stream::Stderr => {
            painter.text("! ", theme.bad());
            theme.warning()
        }
    };
    painter.output(&item.bytes, base, theme.has_color());
    if item.cut > 0 {
        painter.text(&format!(" … {} bytes more", count(item.cut)), theme.dim());
    }
}

fn below(screen: &Screen, scope: &Scope) -> String {
    let (mut lines, mut dropped, mut gone) = (0, 0, 0);
    for worker in scope.workers(&screen.board) {
        lines += worker.log_lines;
        dropped += worker.dropped_lines;
        gone += worker.logs.gone();
    }
    let mut text = plural(usize::try_from(lines).unwrap_or(usize::MAX), "line");
    if dropped > 0 {
        text = format!("{text} · {} dropped", count(dropped));
    }
    if gone > 0 {
        text = format!("{text} · {} too old to show", short(gone));
    }
    text
}
