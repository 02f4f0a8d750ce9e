//! What the deck's routes forward, a line or two below the workers.

use ratatui::text::Line;

use crate::model::{RouteForm, RouteView};
use crate::tui::figures::{count, plural, rate};
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use crate::tui::view::flow::Flow;

/// How many lines they get.
const LINES: usize = 3;

/// From this width on they are told whole.
const ROOMY: usize = 90;

/// The lines; none where the deck has no routes.
pub(crate) fn lines(screen: &Screen, wide: usize) -> Vec<Line<'static>> {
    if screen.board.routes.is_empty() {
        return Vec::new();
    }
    let theme = screen.theme;
    let mut flow = Flow::new(wide);
    let routes = plural(screen.board.routes.len(), "route");
    flow.add(|painter| {
        painter.text(&routes, theme.dim());
    });
    for route in &screen.board.routes {
        flow.add(|painter| paint(painter, theme, route, wide >= ROOMY));
    }
    let mut lines = flow.finish();
    lines.truncate(LINES);
    lines
}

fn paint(painter: &mut Painter, theme: Theme, route: &RouteView, is_whole: bool) {
    painter.text(route.from.as_str(), theme.text());
    painter.text(" → ", theme.accent());
    painter.text(route.to.as_str(), theme.text());
    if is_whole && route.form == RouteForm::Job {
        painter.text(" as job", theme.dim());
    }
    let now = route.rate.last().map_or_else(|| "—".to_owned(), rate);
    painter.text(&format!(" {now}"), theme.strong());
    painter.text("/s", theme.dim());
    if is_whole {
        painter.text(&format!(" of {}", count(route.count)), theme.dim());
    }
    if route.refused > 0 {
        painter.text(&format!(" ✖ {} refused", count(route.refused)), theme.bad());
    }
}
