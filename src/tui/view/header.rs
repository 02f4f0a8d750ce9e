//! The header: the deck's name, its workers by state, how its jobs are doing, and what the deck itself costs.
//!
//! What does not fit is told in ever fewer words; what the deck costs stays to the last.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::{JobState, State};
use crate::tui::figures::{self, bytes, cells, percent};
use crate::tui::jobs;
use crate::tui::place::Place;
use crate::tui::sanitize::Painter;
use crate::tui::screen::Screen;
use crate::tui::theme::{Theme, job_mark, mark};
use crate::tui::view::frame::line;

/// The fewest cells of the deck's name.
const SHORTEST: usize = 8;

/// The fewest cells of it while all else is told in full; and those of the program's name.
const READABLE: usize = 18;
const PROGRAM: usize = 10;

/// The widest that a part of the header gets.
const WIDEST: usize = 400;

/// From how late a loop it is a warning, in microseconds.
const LATE: u64 = 20_000;

/// How much is said.
#[derive(Clone, Copy)]
struct Words {
    /// Whether the program's name is.
    has_program: bool,
    /// Whether the states' words are, beside their marks.
    has_states: bool,
    /// About jobs: 0 says all, 1 has marks for words, 2 only what waits and what is dead, 3 only what waits.
    jobs: usize,
    /// How many facts of what the deck costs.
    costs: usize,
    /// Whether the deck's name may be cut short.
    is_cut: bool,
}

const fn words(names: &str, jobs: usize, costs: usize) -> Words {
    let names = names.as_bytes();
    Words {
        has_program: matches!(names, [b'p', ..]),
        has_states: matches!(names, [_, b's', ..]),
        is_cut: matches!(names, [_, _, b'c', ..]),
        jobs,
        costs,
    }
}

/// What is tried one after the other.
const WORDS: [Words; 16] = [
    words("ps-", 0, 3),
    words("ps-", 1, 3),
    words("p--", 0, 3),
    words("p--", 1, 3),
    words("p--", 2, 3),
    words("p--", 2, 2),
    words("---", 1, 2),
    words("---", 2, 2),
    words("---", 2, 1),
    words("p-c", 1, 3),
    words("--c", 2, 2),
    words("--c", 2, 1),
    words("---", 2, 0),
    words("---", 3, 1),
    words("--c", 3, 1),
    words("--c", 3, 0),
];

/// Draws the header.
pub(crate) fn render(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let (left, cost) = arrange(screen, width);
    line(buffer, area, 0, &left.finish());
    let cost = cost.finish();
    let x = area.right() - cells(cost.width().min(width));
    buffer.set_line(x, area.y, &cost, area.width);
}

/// The first of ever shorter ways to say it that fits; at the end a name cut short, and the counts.
fn arrange(screen: &Screen, width: usize) -> (Painter, Painter) {
    for words in WORDS {
        let cost = cost(screen, words.costs);
        let mut rest = counts(screen, words.has_states);
        let counted = rest.used();
        rest.append(jobs(screen, words.jobs));
        // What ends with a word has a blank of its own.
        let ends_bare = !words.has_states || rest.used() > counted;
        let gap = match (cost.used(), ends_bare) {
            (0, _) => 0,
            (_, true) => 2,
            (_, false) => 1,
        };
        let Some(room) = width.checked_sub(rest.used() + cost.used() + gap) else {
            continue;
        };
        let brand = if words.has_program { PROGRAM } else { 0 };
        // A long name gives way before what else there is to tell.
        let least = if words.is_cut { 0 } else { READABLE + brand };
        let name = name(screen, words.has_program, room.max(least));
        if name.used() > room || room < SHORTEST {
            continue;
        }
        let mut left = Painter::new(width);
        left.append(name).append(rest);
        return (left, cost);
    }
    let mut left = Painter::new(width);
    left.append(name(screen, false, SHORTEST.min(width)));
    left.append(counts(screen, false));
    (left, Painter::new(0))
}

fn name(screen: &Screen, is_branded: bool, room: usize) -> Painter {
    let mut left = Painter::new(room.saturating_sub(2));
    if is_branded {
        left.text(" forkdeck", screen.theme.accent())
            .text(" ", screen.theme.text());
    }
    left.text(" ", screen.theme.text());
    left.text(&screen.board.deck.name, screen.theme.strong());
    let mut gapped = Painter::new(room);
    gapped.append(left).pad(2);
    gapped
}

/// How many workers are in each state; the states that nobody is in are left out.
fn counts(screen: &Screen, with_words: bool) -> Painter {
    let mut painter = Painter::new(WIDEST);
    let mut counts = [0_usize; State::ALL.len()];
    for worker in screen.board.workers() {
        let place = State::ALL.iter().position(|state| *state == worker.state);
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    for (state, count) in State::ALL.into_iter().zip(counts) {
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
    painter
}

/// How the deck's jobs are doing, in ever fewer words; nothing where it has had none.
fn jobs(screen: &Screen, words: usize) -> Painter {
    let theme = screen.theme;
    let mut painter = Painter::new(WIDEST);
    if screen.board.deck.sampled.store_error.is_some() {
        let text = match words {
            0 => "✖ the store cannot be written: no job is accepted",
            _ => "✖ store",
        };
        painter.pad(2).text(text, theme.bad()).pad(1);
        return painter;
    }
    let jobs = jobs::of_deck(&screen.board);
    if !jobs::had_jobs(&jobs) {
        return painter;
    }
    let facts = [
        (jobs.done, "done", JobState::Done),
        (jobs.queue, "queued", JobState::Ready),
        (jobs.in_flight, "active", JobState::Running),
        (jobs.dead, "dead", JobState::Dead),
    ];
    if words < 2 {
        painter.text("  jobs", theme.dim());
    } else {
        painter.pad(1);
    }
    for (number, word, state) in facts.into_iter().filter(|(number, ..)| *number > 0) {
        let style = match state {
            JobState::Dead => theme.bad(),
            _ => theme.strong(),
        };
        let matters = matches!(state, JobState::Ready | JobState::Dead);
        match words {
            0 => {
                painter.pad(1).text(&figures::count(number), style);
                painter.text(&format!(" {word} "), theme.text());
            }
            1 => marked(&mut painter, theme, state, (number, style)),
            // Alone a mark would be taken for one of workers.
            2 if matters => worded(&mut painter, theme, word, (number, style)),
            3 if state == JobState::Ready => worded(&mut painter, theme, word, (number, style)),
            _ => {}
        }
    }
    painter
}

fn marked(painter: &mut Painter, theme: Theme, state: JobState, (number, style): (u64, Style)) {
    painter
        .pad(1)
        .text(job_mark(state), theme.job(state))
        .pad(1);
    painter.text(&figures::short(number), style);
}

fn worded(painter: &mut Painter, theme: Theme, word: &str, (number, style): (u64, Style)) {
    painter.pad(1).text(&figures::short(number), style);
    painter.text(&format!(" {word}"), theme.text());
}

/// What the deck itself costs: its CPU, then how late its loop is, then its memory.
fn cost(screen: &Screen, facts: usize) -> Painter {
    let sampled = &screen.board.deck.sampled;
    let theme = screen.theme;
    let mut painter = Painter::new(WIDEST);
    if facts == 0 {
        return painter;
    }
    let cpu = sampled.cpu_percent.map_or_else(
        || "—".to_owned(),
        |cpu| match cpu {
            cpu if cpu < 9.95 => format!("{cpu:.1}%"),
            cpu => percent(cpu),
        },
    );
    painter.text("deck ", theme.dim()).text(&cpu, theme.text());
    if facts > 2 && sampled.memory_bytes > 0 {
        painter.text("  ", theme.text());
        painter.text(&bytes(sampled.memory_bytes), theme.text());
    }
    if facts > 1 && sampled.loop_p99_us > 0 {
        let late = sampled.loop_p99_us;
        // The off-load view shows a loop of its own, as late as it is now.
        let is_told = facts > 2 && screen.place == Place::OffLoad;
        let name = if is_told { "  loop p99 " } else { "  loop " };
        painter.text(name, theme.dim());
        let tenths = late.div_ceil(100);
        let style = if late > LATE {
            theme.warning()
        } else {
            theme.text()
        };
        painter.text(&format!("{}.{}ms", tenths / 10, tenths % 10), style);
    }
    painter.pad(1);
    painter
}
