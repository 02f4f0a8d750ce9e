//! The header: the deck's name, its workers by state, and what the deck itself costs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::model::State;
use crate::tui::figures::{self, bytes, cells, percent};
use crate::tui::jobs;
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::theme::mark;
use crate::tui::view::frame::line;

/// The fewest cells of the program's and the deck's name.
const SHORTEST: usize = 16;

/// Draws the header.
pub(crate) fn render(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let cost = cost(screen);
    let room = width.saturating_sub(cost.width() + 1);
    let room = if room < 30 { width } else { room };
    let mut left = name(screen, room);
    counts(screen, &mut left, true);
    let jobs = jobs(screen);
    let least = jobs.last().map_or(0, Painter::used);
    if left.is_full() || left.left_over() < least {
        // The words go first, then of the name what leaves no place for the counts.
        let mut short = Painter::new(room);
        counts(screen, &mut short, false);
        let rest = room.saturating_sub(short.used()).max(SHORTEST);
        left = Painter::new(room);
        left.append(name(screen, rest)).append(short);
    }
    let fitting = jobs
        .into_iter()
        .find(|jobs| jobs.used() <= left.left_over());
    if let Some(jobs) = fitting {
        left.append(jobs);
    }
    let used = left.used();
    line(buffer, area, 0, &left.finish());
    if used + cost.width() < width {
        let x = area.right() - cells(cost.width());
        buffer.set_line(x, area.y, &cost, area.width);
    }
}

fn name(screen: &Screen, room: usize) -> Painter {
    let mut left = Painter::new(room);
    left.text(" forkdeck", screen.theme.accent())
        .text("  ", screen.theme.text());
    left.text(&screen.board.deck.name, screen.theme.strong());
    left.text("  ", screen.theme.text());
    left
}

/// How many workers are in each state; the states that nobody is in are left out.
fn counts(screen: &Screen, painter: &mut Painter, with_words: bool) {
    for state in State::ALL {
        let workers = screen.board.workers();
        let count = workers.filter(|worker| worker.state == state).count();
        if count == 0 {
            continue;
        }
        painter.text(" ", screen.theme.text());
        painter.text(mark(state), screen.theme.state(state));
        painter.text(&format!(" {count}"), screen.theme.strong());
        if with_words {
            painter.text(&format!(" {state} "), screen.theme.text());
        }
    }
}

/// How the deck's jobs are doing, in ever fewer words; nothing where it has had none.
fn jobs(screen: &Screen) -> Vec<Painter> {
    if screen.board.deck.sampled.store_error.is_some() {
        let told = [
            "✖ the store cannot be written: no job is accepted",
            "✖ store",
        ];
        return told.map(|text| store_trouble(screen, text)).into();
    }
    let jobs = jobs::of_deck(&screen.board);
    if !jobs::had_jobs(&jobs) {
        return Vec::new();
    }
    let facts = [
        (jobs.queue, "queued"),
        (jobs.dead, "dead"),
        (jobs.in_flight, "active"),
        (jobs.done, "done"),
    ];
    let worded = |most: usize| {
        let mut painter = Painter::new(80);
        painter.text("  jobs", screen.theme.dim());
        let before = painter.used();
        for (number, word) in facts.iter().take(most).filter(|(number, _)| *number > 0) {
            let style = if *word == "dead" {
                screen.theme.bad()
            } else {
                screen.theme.strong()
            };
            painter.pad(1).text(&figures::count(*number), style);
            painter.text(&format!(" {word} "), screen.theme.text());
        }
        if painter.used() == before {
            return Painter::new(0);
        }
        painter
    };
    let mut short = Painter::new(80);
    short.text(" ", screen.theme.text());
    for (number, name) in [(jobs.queue, "queue"), (jobs.dead, "dead")] {
        if number > 0 {
            short.pad(1).text(name, screen.theme.dim()).pad(1);
            short.text(&figures::short(number), screen.theme.strong());
        }
    }
    vec![worded(4), worded(2), short]
}

fn store_trouble(screen: &Screen, text: &str) -> Painter {
    let mut painter = Painter::new(80);
    painter.text("  ", screen.theme.text());
    painter.text(text, screen.theme.bad()).pad(1);
    painter
}

fn cost(screen: &Screen) -> Line<'static> {
    let sampled = &screen.board.deck.sampled;
    let theme = screen.theme;
    let mut painter = Painter::new(60);
    let cpu = sampled.cpu_percent.map_or_else(
        || "—".to_owned(),
        |cpu| {
            if cpu < 10.0 {
                format!("{cpu:.1}%")
            } else {
                percent(cpu)
            }
        },
    );
    painter.text("deck ", theme.dim()).text(&cpu, theme.text());
    if sampled.memory_bytes > 0 {
        painter.text("  ", theme.text());
        painter.text(&bytes(sampled.memory_bytes), theme.text());
    }
    if sampled.loop_p99_us > 0 {
        let late = sampled.loop_p99_us;
        painter.text("  loop ", theme.dim());
        let tenths = late.div_ceil(100);
        let style = if late > 20_000 {
            theme.warning()
        } else {
            theme.text()
        };
        painter.text(&format!("{}.{}ms", tenths / 10, tenths % 10), style);
    }
    painter.pad(1);
    painter.finish()
}
