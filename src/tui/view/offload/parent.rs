//! The parent: where the work is done, how late its frames and its loop are, and a runner that shows how smooth it goes.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use crate::model::{History, MonoTime};
use crate::tui::action::Action;
use crate::tui::hint::key;
use crate::tui::offload::{Delay, Mode, Picture};
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use crate::tui::view::frame::{Frame, line};
use crate::tui::view::spark;

/// How long the runner takes from one end to the other.
const LAP: Duration = Duration::from_millis(1500);

/// What the lowest and the highest block of a delay stand for, in milliseconds; between them each block is a factor.
const LEAST: f32 = 0.25;
const MOST: f32 = 200.0;

/// From so many milliseconds on a delay is felt, and hurts.
const FELT: f32 = 20.0;
const HURTS: f32 = 50.0;

/// The words for a mode, the same wherever it is named.
pub(super) fn words(mode: Mode) -> &'static str {
    match mode {
        Mode::OffLoaded => "off-loaded",
        Mode::Inside => "inside the parent",
    }
}

/// The words for a mode as something that cannot be overlooked.
pub(super) fn badge(painter: &mut Painter, mode: Mode, theme: Theme) {
    let color = match mode {
        Mode::OffLoaded => theme.good(),
        Mode::Inside => theme.bad(),
    };
    let style = color.add_modifier(Modifier::BOLD | Modifier::REVERSED);
    painter.text(&format!(" {} ", words(mode)), style);
}

/// How high the pane is in a column of that height.
pub(super) fn height(column: u16) -> u16 {
    if column >= 28 { 9 } else { 6 }
}

/// Draws the pane.
pub(super) fn render(screen: &Screen, picture: &Picture, area: Rect, buffer: &mut Buffer) {
    let theme = screen.theme;
    let frame = Frame {
        title: "Parent",
        note: Some(("worst of a second".to_owned(), theme.dim())),
        below: key(screen, Action::SwitchMode).map(|key| format!("{key} switches")),
        is_focused: picture.mode() == Mode::Inside,
        ..Frame::default()
    };
    let inner = frame.render(theme, area, buffer);
    let wide = usize::from(inner.width);
    let frames = &screen.offload.frames;
    let mut lines = vec![mode(picture, wide, theme), runner(screen, wide)];
    lines.push(delay("frame", frames, wide, theme));
    lines.push(delay("loop", &picture.loop_delay, wide, theme));
    if inner.height >= 7 {
        lines.insert(1, sentence(picture.mode(), wide, theme));
        lines.insert(2, Line::default());
        lines.insert(4, Line::default());
    }
    for (row, text) in lines.iter().enumerate() {
        line(buffer, inner, row, text);
    }
}

fn mode(picture: &Picture, wide: usize, theme: Theme) -> Line<'static> {
    let mut painter = Painter::new(wide);
    painter.pad(1);
    badge(&mut painter, picture.mode(), theme);
    painter.finish()
}

fn sentence(mode: Mode, wide: usize, theme: Theme) -> Line<'static> {
    let text = match mode {
        Mode::OffLoaded => "Workers compute. The parent is free.",
        Mode::Inside => "It computes. Everything else waits.",
    };
    let mut painter = Painter::new(wide);
    painter.pad(1).text(text, theme.dim());
    painter.finish()
}

/// A dot that runs to and fro by the clock: it leaps when frames come late.
fn runner(screen: &Screen, wide: usize) -> Line<'static> {
    let theme = screen.theme;
    let mut painter = Painter::new(wide);
    painter.pad(1);
    let track = wide.saturating_sub(2).max(1);
    if screen.offload.is_still {
        painter.text(&"─".repeat(track), theme.dim());
        return painter.finish();
    }
    let at = place(screen.now.mono, track);
    painter.text(&"─".repeat(at), theme.dim());
    painter.text("●", theme.accent());
    painter.text(&"─".repeat(track - at - 1), theme.dim());
    painter.finish()
}

fn place(now: MonoTime, track: usize) -> usize {
    let lap = LAP.as_millis();
    let at = now.since_start().as_millis() % (lap * 2);
    let at = if at < lap { at } else { lap * 2 - 1 - at };
    usize::try_from(at).unwrap_or(0) * track / usize::try_from(lap).unwrap_or(1)
}

fn delay(name: &str, delay: &Delay, wide: usize, theme: Theme) -> Line<'static> {
    let mut painter = Painter::new(wide);
    painter.pad(1).left(name, 6, theme.dim());
    match delay.now() {
        Some(ms) => {
            let text = format!("{ms:.1} ms");
            painter.right(&text, 8, felt(ms, theme).add_modifier(Modifier::BOLD));
        }
        None => {
            painter.right("—", 8, theme.dim());
        }
    }
    painter.pad(2);
    let room = painter.left_over().saturating_sub(1);
    trace(&mut painter, delay.history(), room, theme);
    painter.finish()
}

fn felt(ms: f32, theme: Theme) -> Style {
    match ms {
        ms if ms >= HURTS => theme.bad(),
        ms if ms >= FELT => theme.warning(),
        _ => theme.good(),
    }
}

/// A delay's history; each block is twice or thrice the one below it.
fn trace(painter: &mut Painter, history: &History, room: usize, theme: Theme) {
    for sample in spark::newest(history, room) {
        match sample {
            Some(ms) => {
                let share = (ms.max(LEAST) / LEAST).ln() / (MOST / LEAST).ln();
                painter.text(spark::block(share.clamp(0.0, 1.0)), felt(ms, theme));
            }
            None => {
                painter.pad(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_runs_to_and_fro_and_stays_on_its_track() {
        let at = |millis| place(MonoTime::from_start(Duration::from_millis(millis)), 30);
        assert_eq!((at(0), at(750), at(1499)), (0, 15, 29));
        assert_eq!((at(1500), at(2250), at(2999)), (29, 14, 0));
    }
}
