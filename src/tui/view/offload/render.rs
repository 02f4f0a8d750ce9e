//! The view's regions: the picture on the left, the parent and the workers on the right; on a small screen the picture with one
//! line below it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::action::Action;
use crate::tui::hint::{key, keys};
use crate::tui::offload::Picture;
use crate::tui::sanitize::Painter;
use crate::tui::screen::{Screen, ViewState};
use crate::tui::view::frame::{Frame, line};
use crate::tui::view::offload::{canvas, parent, workers};

/// Below this there is only the picture with a line.
const PANES: (u16, u16) = (64, 14);

/// The width of the right side, at the least and at the most.
const SIDE: (u16, u16) = (36, 56);

/// The deepest that is told in digits: ×8192.
const READ: u32 = 13;

/// Draws the view.
pub(crate) fn render(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    let Some(picture) = &screen.offload.picture else {
        return;
    };
    if area.width < PANES.0 || area.height < PANES.1 || screen.is_zoomed {
        small(screen, picture, view, area, buffer);
        return;
    }
    let side = (area.width * 2 / 5).clamp(SIDE.0, SIDE.1);
    let left = Rect {
        width: area.width - side,
        ..area
    };
    let right = Rect {
        x: left.right(),
        width: side,
        ..area
    };
    let inner = frame(screen, picture).render(screen.theme, left, buffer);
    paint(screen, picture, view, inner, buffer);
    let high = parent::height(right.height);
    let (above, below) = (
        Rect {
            height: high,
            ..right
        },
        Rect {
            y: right.y + high,
            height: right.height - high,
            ..right
        },
    );
    parent::render(screen, picture, above, buffer);
    workers::render(screen, picture, below, buffer);
}

fn frame(screen: &Screen, picture: &Picture) -> Frame<'static> {
    let tour = key(screen, Action::Tour);
    let note = match (picture.sight(), tour) {
        (Some(sight), Some(key)) => format!("tour to {sight} · {key} stays"),
        (Some(sight), None) => format!("tour to {sight}"),
        (None, Some(key)) if screen.offload.is_still => format!("{key} shows the next place"),
        (None, Some(key)) => format!("{key} tours"),
        (None, None) => String::new(),
    };
    let below = format!(
        "{} · {} iterations",
        factor(picture.depth()),
        picture.iterations()
    );
    let told = |actions: &[Action], what: &str| {
        let keys = keys(screen, actions);
        (!keys.is_empty()).then(|| format!("{keys} {what}"))
    };
    let moves = [Action::Up, Action::Down, Action::PanLeft, Action::PanRight];
    let zooms = [Action::ZoomOut, Action::ZoomIn];
    // Arrows are one sign each: together they are read as one.
    let moves = told(&moves, "move").map(|text| text.replace("↑ ↓ ← →", "↑↓←→"));
    let foot = [moves, told(&zooms, "zoom")];
    let foot: Vec<String> = foot.into_iter().flatten().collect();
    Frame {
        title: "Mandelbrot set",
        note: Some((note, screen.theme.dim())).filter(|(note, _)| !note.is_empty()),
        below: Some(below),
        foot: Some((foot.join(" · "), screen.theme.dim())).filter(|(foot, _)| !foot.is_empty()),
        is_focused: false,
    }
}

/// How much larger than the whole set: `×512`, and from where digits are too many to be read, `×2^30`.
fn factor(depth: u32) -> String {
    match 1_u64.checked_shl(depth) {
        Some(factor) if depth <= READ => format!("×{factor}"),
        _ => format!("×2^{depth}"),
    }
}

/// Draws the picture, and notes how much room there is for it.
fn paint(
    screen: &Screen,
    picture: &Picture,
    view: &mut ViewState,
    area: Rect,
    buffer: &mut Buffer,
) {
    view.canvas = area;
    view.picture = (area.width, area.height.saturating_mul(2));
    canvas::render(screen, picture, area, buffer);
}

fn small(
    screen: &Screen,
    picture: &Picture,
    view: &mut ViewState,
    area: Rect,
    buffer: &mut Buffer,
) {
    let above = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    paint(screen, picture, view, above, buffer);
    let text = summary(screen, picture, usize::from(area.width));
    line(buffer, area, usize::from(area.height) - 1, &text);
}

/// All that matters on one line.
fn summary(screen: &Screen, picture: &Picture, wide: usize) -> Line<'static> {
    let theme = screen.theme;
    let mut painter = Painter::new(wide);
    parent::badge(&mut painter, picture.mode(), theme);
    painter
        .pad(1)
        .text(&workers::times(picture), theme.accent());
    let delays = [
        ("frame", screen.offload.frames.now()),
        ("loop", picture.loop_delay.now()),
    ];
    for (name, ms) in delays {
        let text = ms.map_or_else(|| "—".to_owned(), |ms| format!("{ms:.1}ms"));
        if painter.left_over() < name.len() + text.len() + 2 {
            break;
        }
        painter
            .pad(1)
            .text(name, theme.dim())
            .pad(1)
            .text(&text, theme.text());
    }
    painter.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_can_be_read() {
        assert_eq!([0, 10, 30].map(factor), ["×1", "×1024", "×2^30"]);
    }
}
