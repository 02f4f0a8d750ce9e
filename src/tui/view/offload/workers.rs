//! Who draws, how busy each is, and how much faster all are than one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::model::{History, Runtime, State, WorkerView};
use crate::tui::action::Action;
use crate::tui::figures::{percent, plural};
use crate::tui::hint::{hint, keys};
use crate::tui::offload::{Hand, Mode, Picture, Stage, fit};
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::Screen;
use crate::tui::theme::{Depth, mark};
use crate::tui::view::frame::{Frame, line};
use crate::tui::view::offload::canvas::ink;
use crate::tui::view::{chart, spark};

/// Cells of a bar where there is room and where there is little, and the parts of one cell.
const BARS: (usize, usize) = (8, 3);
const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// What to try, where there is room to say so.
const HINTS: [(&[Action], &str); 4] = [
    (&[Action::SwitchMode], "the same work inside the parent"),
    (&[Action::KillBusiest], "kill one: nothing goes missing"),
    (
        &[Action::Grow, Action::Shrink],
        "more workers, fewer workers",
    ),
    (&[Action::Deck], "their messages and restarts"),
];

/// The rows of the chart of all workers, at the least and at the most.
const CHART: (usize, usize) = (2, 8);

/// Draws the pane.
pub(super) fn render(screen: &Screen, picture: &Picture, area: Rect, buffer: &mut Buffer) {
    let theme = screen.theme;
    let workers: Vec<&WorkerView> = workers(screen).collect();
    let cpu: f32 = workers
        .iter()
        .filter_map(|worker| worker.sampled.cpu_percent)
        .sum();
    let cores = u16::try_from(screen.cores).unwrap_or(u16::MAX);
    let note = format!("cpu {} of {}%", percent(cpu), u32::from(cores) * 100);
    let frame = Frame {
        title: "Workers",
        note: Some((note, theme.dim())),
        below: others(screen, workers.len()),
        is_focused: picture.mode() == Mode::OffLoaded,
        ..Frame::default()
    };
    let inner = frame.render(theme, area, buffer);
    let wide = usize::from(inner.width);
    let mut lines = vec![speed(screen, picture, wide)];
    if inner.height >= 12 {
        lines.insert(0, Line::default());
        lines.push(Line::default());
    }
    lines.push(progress(screen, picture, wide));
    if inner.height >= 10 {
        lines.push(Line::default());
    }
    lines.push(parent(screen, picture, wide));
    let room = usize::from(inner.height).saturating_sub(lines.len());
    let shown = if workers.len() > room {
        room.saturating_sub(1)
    } else {
        workers.len()
    };
    lines.extend(
        workers
            .iter()
            .take(shown)
            .map(|worker| row(screen, picture, worker, wide)),
    );
    if workers.len() > shown {
        let mut painter = Painter::new(wide);
        painter.pad(1).text(
            &format!("… and {} more", workers.len() - shown),
            theme.dim(),
        );
        lines.push(painter.finish());
    }
    let hints = hints(screen, wide);
    let free = usize::from(inner.height).saturating_sub(lines.len());
    let has_hints = !hints.is_empty() && free >= hints.len() + 3;
    let free = free.saturating_sub(if has_hints { hints.len() + 2 } else { 0 });
    // A blank, what it is, the chart.
    if let Some(rows) = free.checked_sub(2).filter(|rows| *rows >= CHART.0) {
        lines.push(Line::default());
        lines.extend(chart(screen, &workers, (wide, rows.min(CHART.1))));
    }
    for (row, text) in lines.iter().enumerate() {
        line(buffer, inner, row, text);
    }
    if has_hints {
        let first = usize::from(inner.height) - hints.len() - 1;
        for (row, text) in hints.iter().enumerate() {
            line(buffer, inner, first + row, text);
        }
    }
}

fn hints(screen: &Screen, wide: usize) -> Vec<Line<'static>> {
    let theme = screen.theme;
    let hints = HINTS
        .iter()
        .map(|(actions, text)| (keys(screen, actions), text));
    let hints: Vec<_> = hints.filter(|(keys, _)| !keys.is_empty()).collect();
    let longest = hints.iter().map(|(keys, _)| width(keys)).max().unwrap_or(0);
    let lines = hints.iter().map(|(keys, text)| {
        let mut painter = Painter::new(wide);
        painter
            .pad(1)
            .left(keys, longest.max(3) + 2, theme.accent());
        painter.text(text, theme.dim());
        painter.finish()
    });
    lines.collect()
}

/// What all that draw had of the machine's cores, over time.
fn chart(
    screen: &Screen,
    workers: &[&WorkerView],
    (wide, rows): (usize, usize),
) -> Vec<Line<'static>> {
    let theme = screen.theme;
    let cells = wide.saturating_sub(2);
    let mut sums = vec![None; cells * 2];
    for worker in workers {
        for (sum, sample) in sums.iter_mut().zip(spark::newest(&worker.cpu, cells * 2)) {
            *sum = match (*sum, sample) {
                (Some(sum), Some(sample)) => Some(sum + sample),
                (sum, sample) => sum.or(sample),
            };
        }
    }
    let mut history = History::default();
    for sum in sums {
        history.push(sum);
    }
    let cores = u16::try_from(screen.cores).unwrap_or(u16::MAX).max(1);
    let full = f32::from(cores) * 100.0;
    let mut title = Painter::new(wide);
    let text = format!("all of them, of {}", plural(cores.into(), "core"));
    title.pad(1).text(&text, theme.dim());
    let last = format!("last {} s", cells * 2);
    let room = title.left_over().saturating_sub(1);
    if room > last.len() {
        title.right(&last, room, theme.dim());
    }
    let area = chart::area(&history, (cells, rows), full, |cpu| {
        theme.load(cpu / full * 100.0)
    });
    let drawn = area.into_iter().map(|mut line| {
        line.spans.insert(0, Span::raw(" "));
        line
    });
    [title.finish()].into_iter().chain(drawn).collect()
}

/// The workers of the deck that do not draw, which the header counts, too.
fn others(screen: &Screen, drawing: usize) -> Option<String> {
    let others = screen.board.workers().count().saturating_sub(drawing);
    let shows = hint(screen, Action::Deck, "shows them");
    (others > 0).then(|| format!("{others} more do other work{shows}"))
}

/// The workers that draw, those of each pool in turn.
pub(super) fn workers(screen: &Screen) -> impl Iterator<Item = &WorkerView> {
    let pools = screen.offload.pools.iter();
    let pools: Vec<_> = pools
        .filter_map(|pool| screen.board.pools.get(pool))
        .collect();
    let most = pools
        .iter()
        .map(|pool| pool.workers.len())
        .max()
        .unwrap_or(0);
    (0..most).flat_map(move |place| {
        let each: Vec<_> = pools
            .iter()
            .filter_map(|pool| pool.workers.get(place))
            .collect();
        each
    })
}

/// `3.8×`, as wide as it needs.
pub(super) fn times(picture: &Picture) -> String {
    let speed_up = picture.meter.speed_up();
    speed_up.map_or_else(|| "—".to_owned(), |times| format!("{times:.1}×"))
}

fn speed(screen: &Screen, picture: &Picture, wide: usize) -> Line<'static> {
    let theme = screen.theme;
    let mut painter = Painter::new(wide);
    painter.pad(1);
    if picture.mode() == Mode::Inside {
        // Nothing is off-loaded: there is no such number.
        painter.text("one core, and nobody answers", theme.text());
        return painter.finish();
    }
    if picture.meter.speed_up().is_none() {
        painter.text("measuring the speed…", theme.dim());
        return painter.finish();
    }
    painter.text(&times(picture), theme.accent());
    let rate = picture.meter.rate();
    let rate = rate.map_or_else(String::new, |rate| format!("{rate:.1} tiles/s"));
    let room = painter.left_over().saturating_sub(rate.len() + 3);
    let words = [" as fast as one worker", " one worker"];
    let words = words.into_iter().find(|words| words.len() <= room);
    painter.text(words.unwrap_or_default(), theme.text());
    let room = painter.left_over().saturating_sub(1);
    painter.right(&rate, room, theme.text());
    painter.finish()
}

fn progress(screen: &Screen, picture: &Picture, wide: usize) -> Line<'static> {
    let theme = screen.theme;
    let (done, all) = picture.progress();
    let text = format!("{done} of {all} tiles");
    let mut painter = Painter::new(wide);
    painter.pad(1);
    let room = wide.saturating_sub(text.len() + 4);
    let filled = done * room / all.max(1);
    painter.text(&"━".repeat(filled), theme.accent());
    painter.text(&"─".repeat(room - filled), theme.dim());
    painter.pad(2).text(&text, theme.dim());
    painter.finish()
}

/// The parent as one more line: it hardly has a load while others have it all.
fn parent(screen: &Screen, picture: &Picture, wide: usize) -> Line<'static> {
    let theme = screen.theme;
    let is_inside = picture.mode() == Mode::Inside;
    let [names, runtimes, tasks] = columns(wide);
    let tile = tile_of(picture, &Hand::Parent, tasks);
    let (task, style) = match tile {
        Some(tile) => (tile, theme.bad()),
        None if is_inside => ("waits".to_owned(), theme.dim()),
        None => ("free".to_owned(), theme.good()),
    };
    let mut painter = Painter::new(wide);
    painter.pad(1).text("◆", theme.accent()).pad(1);
    painter.left("parent", names, theme.strong());
    painter.left("Rust", runtimes, theme.dim());
    painter.left(&task, tasks, style);
    let deck = &screen.board.deck;
    load(screen, &mut painter, deck.sampled.cpu_percent, &deck.cpu);
    painter.finish()
}

fn row(screen: &Screen, picture: &Picture, worker: &WorkerView, wide: usize) -> Line<'static> {
    let theme = screen.theme;
    let hand = Hand::Worker(worker.id.clone());
    let raw = ink(screen, &hand);
    let color = theme.legible(raw, screen.offload.depth);
    let color = match screen.offload.depth {
        Depth::None => Style::new(),
        // None of sixteen is a darker shade of another.
        Depth::Sixteen if color != raw => theme.text(),
        depth => Style::new().fg(fit(depth, color)),
    };
    let [names, runtimes, tasks] = columns(wide);
    let (task, style) = match tile_of(picture, &hand, tasks) {
        Some(tile) => (tile, theme.text()),
        None if worker.state == State::Ready => ("waits".to_owned(), theme.dim()),
        None => (worker.state.to_string(), theme.state(worker.state)),
    };
    let runtime = match worker.runtime {
        Some(Runtime::Node) => "Node",
        Some(Runtime::Forkdeck) => "Rust",
        _ => "",
    };
    let mut painter = Painter::new(wide);
    painter
        .pad(1)
        .text(mark(worker.state), theme.state(worker.state))
        .pad(1);
    painter.left(
        &worker.id.to_string(),
        names,
        color.add_modifier(Modifier::BOLD),
    );
    painter.left(runtime, runtimes, theme.dim());
    painter.left(&task, tasks, style);
    load(
        screen,
        &mut painter,
        worker.sampled.cpu_percent,
        &worker.cpu,
    );
    painter.finish()
}

/// Cells of a name, a runtime and a task.
fn columns(wide: usize) -> [usize; 3] {
    if wide >= 40 { [8, 6, 9] } else { [8, 5, 9] }
}

/// A bar and a number; with them a history where there is room.
fn load(screen: &Screen, painter: &mut Painter, cpu: Option<f32>, history: &History) {
    let theme = screen.theme;
    let left = painter.left_over();
    let (long, short) = BARS;
    let cells = if left >= long + 5 { long } else { short };
    if left >= cells + 5 {
        let share = cpu.unwrap_or(0.0);
        bar(painter, share, cells, theme.load(share));
    }
    let text = cpu.map_or_else(|| "—".to_owned(), percent);
    painter.right(&text, 5, theme.text());
    let room = painter.left_over().saturating_sub(2);
    if room >= 4 {
        painter.pad(1);
        spark::paint(painter, &spark::newest(history, room), 100.0, theme);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a bar of a few cells"
)]
fn bar(painter: &mut Painter, cpu: f32, cells: usize, style: Style) {
    let eighths = ((cpu / 100.0).clamp(0.0, 1.0) * (cells * 8) as f32).round() as usize;
    let mut text = "█".repeat(eighths / 8);
    text.push_str(PARTS.get(eighths % 8).copied().unwrap_or(""));
    painter.left(&text, cells, style);
}

/// The tile that somebody computes, by its column and row; within so many cells, the last of them free.
fn tile_of(picture: &Picture, hand: &Hand, cells: usize) -> Option<String> {
    let is_his = |stage: &Stage| matches!(stage, Stage::Computing(computes) if computes == hand);
    let spot = picture.spots().iter().find(|spot| is_his(&spot.stage))?;
    let (column, row) = spot.place;
    let place = format!("{},{}", column + 1, row + 1);
    let told = format!("tile {place}");
    Some(if told.len() < cells { told } else { place })
}
