//! The help: every key, out of the one table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::model::{JobState, State};
use crate::tui::action::Context;
use crate::tui::place;
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::theme::{job_mark, mark};
use crate::tui::view::frame::{dialog, scrolled};

/// The widest the help gets.
const WIDEST: usize = 92;

/// Draws the help; how far it can be scrolled.
pub(crate) fn render(screen: &Screen, top: usize, body: Rect, buffer: &mut Buffer) -> usize {
    let wide = usize::from(body.width).saturating_sub(4).min(WIDEST);
    let lines = lines(screen, wide);
    let inner = dialog(
        screen.theme,
        "Keys",
        "Esc closes",
        (wide, lines.len()),
        body,
        buffer,
    );
    scrolled(&lines, top, inner, buffer)
}

fn lines(screen: &Screen, wide: usize) -> Vec<Line<'static>> {
    let theme = screen.theme;
    let mut lines = Vec::new();
    for context in Context::ALL {
        let mut title = Painter::new(wide);
        title.text(context.title(), theme.strong());
        lines.push(title.finish());
        let rows = screen.keymap.rows().iter();
        let offered = rows.filter(|row| place::is_offered(screen, row.binding.action));
        for row in offered.filter(|row| row.binding.context == context) {
            let keys: Vec<String> = row.keys.iter().map(ToString::to_string).collect();
            let mut painter = Painter::new(wide);
            painter.pad(1).left(&keys.join(" "), 14, theme.accent());
            painter.text(row.binding.help, theme.text());
            lines.push(painter.finish());
        }
        lines.push(Line::default());
    }
    let mut title = Painter::new(wide);
    title.text("Marks", theme.strong());
    lines.push(title.finish());
    let mut marks = Painter::new(wide);
    for state in State::ALL {
        if marks.left_over() < 16 {
            let full = std::mem::replace(&mut marks, Painter::new(wide));
            lines.push(full.finish());
        }
        marks.pad(1).text(mark(state), theme.state(state)).pad(1);
        marks.left(state.as_str(), 14, theme.text());
    }
    lines.push(marks.finish());
    let mut marks = Painter::new(wide);
    for state in JobState::ALL {
        if marks.left_over() < 16 {
            let full = std::mem::replace(&mut marks, Painter::new(wide));
            lines.push(full.finish());
        }
        marks.pad(1).text(job_mark(state), theme.job(state)).pad(1);
        marks.left(&format!("{state} job"), 14, theme.text());
    }
    lines.push(marks.finish());
    let mut news = Painter::new(wide);
    news.pad(1).text("◆", theme.dim());
    news.text(" said something since you looked   ", theme.text());
    news.text("!", theme.bad());
    news.text(" on standard error", theme.text());
    lines.push(news.finish());
    lines
}
