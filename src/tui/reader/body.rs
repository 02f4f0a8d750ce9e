//! A line's text, painted: with its own colours, JSON with those of JSON, others by how serious they are.

use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use crate::model::{LogLine, Stream};
use crate::tui::figures::count;
use crate::tui::json::tokens;
use crate::tui::reader::brief::brief;
use crate::tui::reader::item::{Item, Kind};
use crate::tui::reader::level::Level;
use crate::tui::reader::text::is_json;
use crate::tui::reader::wrap::cut;
use crate::tui::sanitize::Painter;
use crate::tui::theme::Theme;

/// How much of a JSON line is looked at for its message, in bytes.
const BRIEF: usize = 16 << 10;

/// How lines look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Their colours.
    pub(crate) theme: Theme,
    /// Whether JSON lines are shown by their message.
    pub(crate) is_brief: bool,
}

/// Paints a line's text for at most `cells` cells.
pub(crate) fn body(
    line: &LogLine,
    level: Option<Level>,
    look: Look,
    cells: usize,
) -> Line<'static> {
    let theme = look.theme;
    let mut painter = Painter::new(cells);
    let base = base(line.stream, level, theme);
    if is_json(&line.bytes) {
        json(&mut painter, &line.bytes, base, look);
    } else {
        painter.output(&line.bytes, base, theme.has_color());
    }
    if line.cut > 0 {
        painter.text(&format!(" … {} bytes more", count(line.cut)), theme.dim());
    }
    painter.finish()
}

/// How many rows an item takes where long lines go on in the next row.
pub(crate) fn rows(item: &Item<'_>, is_brief: bool, wide: usize, most: usize) -> usize {
    let Kind::Line(_, line) = item.kind else {
        return 1;
    };
    let look = Look {
        theme: Theme::plain(),
        is_brief,
    };
    let painted = body(line, None, look, wide * most + 1);
    cut(&painted, wide, most).len()
}

/// The look of a level's mark.
pub(crate) fn mark(level: Level, theme: Theme) -> Style {
    match level {
        Level::Trace | Level::Debug => theme.dim(),
        Level::Info => theme.good(),
        Level::Warn => theme.warning(),
        Level::Error | Level::Fatal => theme.bad(),
    }
}

fn base(stream: Stream, level: Option<Level>, theme: Theme) -> Style {
    match (level, stream) {
        (Some(Level::Trace | Level::Debug), _) => theme.dim(),
        (Some(Level::Warn), _) | (None, Stream::Stderr) => theme.warning(),
        (Some(Level::Error | Level::Fatal), _) => theme.bad().remove_modifier(Modifier::BOLD),
        (Some(Level::Info), _) | (None, Stream::Stdout) => theme.text(),
    }
}

fn json(painter: &mut Painter, bytes: &[u8], base: Style, look: Look) {
    // No cell takes more than a few bytes; the rest of a long line cannot be seen.
    let enough = if look.is_brief {
        BRIEF
    } else {
        painter.left_over().saturating_mul(8).saturating_add(64)
    };
    let head = bytes.get(..enough).unwrap_or(bytes);
    let text = String::from_utf8_lossy(head.strip_suffix(b"\r").unwrap_or(head));
    if look.is_brief && brief(painter, &text, base, look.theme) {
        return;
    }
    for (token, piece) in tokens(&text) {
        if painter.is_full() {
            return;
        }
        painter.text(piece, look.theme.token(token));
    }
}
