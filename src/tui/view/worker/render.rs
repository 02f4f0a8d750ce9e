//! Where the sections of the sheet go.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::model::{WorkerId, WorkerView};
use crate::tui::figures::cells;
use crate::tui::screen::Screen;
use crate::tui::view::frame::{dialog, line};
use crate::tui::view::sheet::Sheet;
use crate::tui::view::worker::{exits, head, load, policy, process, traffic};

/// The widest it gets.
const WIDEST: usize = 168;

/// From this width on there are two columns.
const TWO: usize = 110;

/// The cells between them.
const GAP: usize = 3;

/// The lines of a sheet: over its whole width, then two columns; the second one is empty where it is narrow.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) above: Vec<Line<'static>>,
    pub(super) left: Vec<Line<'static>>,
    pub(super) right: Vec<Line<'static>>,
}

/// How wide the sheet and its columns are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide {
    /// The sheet.
    pub(super) whole: usize,
    /// The left column, or the only one.
    pub(super) left: usize,
    /// The right column, where there is one.
    pub(super) right: Option<usize>,
}

impl Wide {
    /// Of a sheet in the body.
    pub(super) fn of(body: Rect) -> Self {
        let whole = usize::from(body.width).saturating_sub(4).min(WIDEST);
        if whole < TWO {
            return Self {
                whole,
                left: whole,
                right: None,
            };
        }
        let left = (whole - GAP) / 2;
        Self {
            whole,
            left,
            right: Some(whole - GAP - left),
        }
    }
}

/// Draws the worker; how far it can be scrolled.
pub(crate) fn render(
    screen: &Screen,
    id: &WorkerId,
    top: usize,
    body: Rect,
    buffer: &mut Buffer,
) -> usize {
    let wide = Wide::of(body);
    let lines = match screen.board.worker(id) {
        Some(worker) => lines(screen, worker, wide),
        None => Lines {
            above: vec![Line::from("It is no longer part of the deck.")],
            ..Lines::default()
        },
    };
    draw(
        screen,
        &format!("Worker {id}"),
        &lines,
        (wide, top),
        body,
        buffer,
    )
}

/// Draws a sheet; how far it can be scrolled.
pub(super) fn draw(
    screen: &Screen,
    title: &str,
    lines: &Lines,
    (wide, top): (Wide, usize),
    body: Rect,
    buffer: &mut Buffer,
) -> usize {
    let above = lines.above.len();
    let count = above + lines.left.len().max(lines.right.len());
    let size = (wide.whole, count);
    let inner = dialog(screen.theme, title, "Esc closes", size, body, buffer);
    let height = usize::from(inner.height);
    let end = count.saturating_sub(height);
    let top = top.min(end);
    let beside = Rect {
        x: inner.x + cells(wide.left + GAP).min(inner.width),
        width: inner.width.saturating_sub(cells(wide.left + GAP)),
        ..inner
    };
    for row in 0..height {
        let place = top + row;
        if let Some(text) = lines.above.get(place) {
            line(buffer, inner, row, text);
            continue;
        }
        let place = place.saturating_sub(above);
        if let Some(text) = lines.left.get(place) {
            line(buffer, inner, row, text);
        }
        if let Some(text) = lines.right.get(place) {
            line(buffer, beside, row, text);
        }
    }
    end
}

fn lines(screen: &Screen, worker: &WorkerView, wide: Wide) -> Lines {
    let theme = screen.theme;
    let mut above = Sheet::new(wide.whole, theme);
    head::add(screen, worker, &mut above);
    let mut left = Sheet::new(wide.left, theme);
    process::add(screen, worker, &mut left);
    let mut right = Sheet::new(wide.right.unwrap_or(wide.left), theme);
    load::add(screen, worker, &mut right);
    exits::add(worker, &mut right);
    if wide.right.is_none() {
        left.lines(std::iter::once(Line::default()));
        left.lines(right.finish());
        right = Sheet::new(0, theme);
    }
    traffic::add(screen, worker, &mut left);
    policy::add(screen, worker, &mut left);
    let (above, mut left, mut right) = (above.finish(), left.finish(), right.finish());
    // The columns begin below what stands above them.
    left.insert(0, Line::default());
    if wide.right.is_some() {
        right.insert(0, Line::default());
    }
    Lines { above, left, right }
}
