//! The view's one region: a frame with the list in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use crate::model::{LogLine, Noted, WorkerId};
use crate::tui::figures::cells;
use crate::tui::reader::{
    self, Item, Kind, Level, List, Look, Spot, aside, body, cut, finds, light,
};
use crate::tui::rows::Scope;
use crate::tui::sanitize::Painter;
use crate::tui::screen::{Screen, ViewState};
use crate::tui::view::frame::{Frame, empty, line};
use crate::tui::view::reader::gutter::Gutter;
use crate::tui::view::reader::{foot, waiting};

/// Draws the view.
pub(crate) fn render(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    let scope = screen.scope();
    let list = reader::list(screen);
    let inner = Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    let columns = usize::from(inner.width);
    let gutter = Gutter::new(screen, &scope, list.workers(), columns);
    view.reader.area = inner;
    view.reader.wide = columns.saturating_sub(gutter.wide()).max(1);
    let (items, skip) = reader::window(&list, &screen.reader, &view.reader);
    let cursor = chosen(screen, &items, usize::from(inner.height));
    view.reader.cursor = cursor;
    frame(screen, &scope, &list, cursor, area, buffer);
    view.reader.skip = skip;
    view.reader.rows.clear();
    let pen = Pen {
        screen,
        list: &list,
        gutter,
        columns,
        wide: view.reader.wide,
        most: view.reader.most_rows(),
    };
    let mut left = skip;
    for item in &items {
        let is_chosen = cursor == Some(item.spot);
        for row in pen.rows(item, is_chosen) {
            if left > 0 {
                left -= 1;
                continue;
            }
            let at = view.reader.rows.len();
            if at >= usize::from(inner.height) {
                return;
            }
            line(buffer, inner, at, &row);
            view.reader.rows.push(item.spot);
        }
    }
    let has_lines = items.iter().any(|item| matches!(item.kind, Kind::Line(..)));
    if !has_lines && screen.reader.hold.is_none() {
        let taken = cells(view.reader.rows.len());
        let rest = Rect {
            y: inner.y.saturating_add(taken),
            height: inner.height.saturating_sub(taken),
            ..inner
        };
        empty(
            screen.theme,
            rest,
            &waiting::waiting(screen, &scope),
            buffer,
        );
    }
}

/// The chosen item: the newest while the list follows; else the one that was chosen, or the nearest on the screen.
fn chosen(screen: &Screen, items: &[Item<'_>], height: usize) -> Option<Spot> {
    let Some(hold) = screen.reader.hold else {
        return items.last().map(|item| item.spot);
    };
    let shown = items.iter().take(height.max(1));
    let nearest = shown.rev().find(|item| item.spot <= hold.cursor);
    nearest.or(items.first()).map(|item| item.spot)
}

fn frame(
    screen: &Screen,
    scope: &Scope,
    list: &List<'_>,
    cursor: Option<Spot>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let columns = usize::from(area.width);
    let below = foot::below(screen, scope, list, columns);
    let frame = Frame {
        title: &foot::title(screen, scope, columns),
        note: Some(foot::note(screen, scope)),
        below: Some(below).filter(|below| !below.is_empty()),
        foot: Some(foot::foot(screen, cursor)),
        is_focused: true,
    };
    frame.render(screen.theme, area, buffer);
}

/// How items are drawn.
struct Pen<'a> {
    screen: &'a Screen,
    list: &'a List<'a>,
    gutter: Gutter,
    columns: usize,
    wide: usize,
    most: usize,
}

impl Pen<'_> {
    /// The rows of an item.
    fn rows(&self, item: &Item<'_>, is_chosen: bool) -> Vec<Line<'static>> {
        let level = self.list.level(item);
        match item.kind {
            Kind::Line(worker, line) => self.lines(worker, line, level, is_chosen),
            _ => vec![self.rule(item, is_chosen)],
        }
    }

    fn lines(
        &self,
        worker: &WorkerId,
        line: &LogLine,
        level: Option<Level>,
        is_chosen: bool,
    ) -> Vec<Line<'static>> {
        let pieces = self.pieces(line, level, is_chosen);
        let pieces = pieces.into_iter().enumerate().map(|(place, piece)| {
            let mut painter = Painter::new(self.columns);
            if place == 0 {
                self.gutter
                    .begin(self.screen, Some(line.at), is_chosen, &mut painter);
                self.gutter
                    .tell(self.screen, worker, line.stream, level, &mut painter);
            } else {
                self.gutter
                    .begin(self.screen, None, is_chosen, &mut painter);
                painter.pad(self.gutter.wide().saturating_sub(painter.used()));
            }
            let mut row = painter.finish();
            row.spans.extend(piece.spans);
            row
        });
        pieces.collect()
    }

    /// A line's text, cut into rows or off at the edge, with what was found lit up.
    fn pieces(&self, line: &LogLine, level: Option<Level>, is_chosen: bool) -> Vec<Line<'static>> {
        let reader = &self.screen.reader;
        let cells = if reader.is_wrapped {
            self.wide * self.most + 1
        } else {
            reader.column + self.wide
        };
        let look = Look {
            theme: self.screen.theme,
            is_brief: reader.is_brief,
        };
        let mut painted = body(line, level, look, cells);
        if !reader.search.is_empty() {
            let found = finds(&reader.search, &painted.to_string());
            let style = if is_chosen {
                Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
            } else {
                Style::new().add_modifier(Modifier::REVERSED)
            };
            painted = light(painted, &found, style);
        }
        if reader.is_wrapped {
            cut(&painted, self.wide, self.most)
        } else {
            vec![aside(painted, reader.column)]
        }
    }

    /// What is told between lines, as a line across.
    fn rule(&self, item: &Item<'_>, is_chosen: bool) -> Line<'static> {
        let theme = self.screen.theme;
        let (style, is_across) = match item.kind {
            Kind::Note(_, note) => match note.what {
                Noted::Dropped(_) => (theme.warning(), false),
                Noted::Ended { planned: false, .. } => (theme.bad(), true),
                Noted::Started { .. } | Noted::Ended { .. } => (theme.dim(), true),
            },
            Kind::Mark(_) | Kind::Left(_) => (theme.accent(), true),
            Kind::Hole(..) => (theme.warning(), false),
            Kind::Gone(..) | Kind::Line(..) => (theme.dim(), false),
        };
        let mut painter = Painter::new(self.columns);
        self.gutter
            .begin(self.screen, item.at(), is_chosen, &mut painter);
        let told = item.told().unwrap_or_default();
        if !is_across {
            painter.text(&told, style);
            return painter.finish();
        }
        painter
            .text("── ", style)
            .text(&told, style)
            .text(" ", style);
        let rest = painter.left_over();
        painter.text(&"─".repeat(rest), style);
        painter.finish()
    }
}
