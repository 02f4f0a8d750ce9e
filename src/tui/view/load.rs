//! A load: what it is to be, and how it goes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::composer::{Part, Plan, Run};
use crate::tui::figures::{count, latency};
use crate::tui::jobs::held_up;
use crate::tui::sanitize::{Painter, plain};
use crate::tui::screen::Screen;
use crate::tui::target::Target;
use crate::tui::view::frame::line;

/// Below this many cells words are left out.
const NARROW: usize = 60;

/// How much of a refusal is shown, in cells.
const WHY: usize = 80;

/// Draws one line: the numbers to be written, or those that are counted.
pub(crate) fn render(screen: &Screen, plan: Plan, area: Rect, buffer: &mut Buffer) {
    let painter = match screen.composer.run() {
        Some(run) => counted(screen, run, usize::from(area.width)),
        None => planned(screen, plan, usize::from(area.width)),
    };
    line(buffer, area, 0, &painter.finish());
}

/// What stands below it.
pub(crate) fn told(screen: &Screen) -> Option<(String, Style)> {
    let theme = screen.theme;
    Some(match screen.composer.run() {
        Some(run) if run.refusal.is_some() => {
            let why = run.refusal.as_deref().unwrap_or_default();
            (format!("refused: {}", plain(why, WHY)), theme.bad())
        }
        Some(run) if run.is_running() => {
            let Target::Job(pool) = &run.target else {
                return None;
            };
            (held_up(screen, pool)?, theme.warning())
        }
        Some(_) => {
            let text = "Enter starts it again · Tab back to its numbers · Esc leaves";
            (text.to_owned(), theme.dim())
        }
        None => {
            let text = "Enter starts · Tab next · {{seq}} {{uuid}} {{now}} {{rand 1 100}}";
            (text.to_owned(), theme.dim())
        }
    })
}

fn planned(screen: &Screen, plan: Plan, wide: usize) -> Painter {
    let theme = screen.theme;
    let mut painter = Painter::new(wide);
    let form = match screen.composer.target() {
        Some(Target::Job(_)) => "jobs",
        _ => "messages",
    };
    let (times, second, gap) = if wide < NARROW {
        ("×", "/s", 0)
    } else {
        (" times", " a second", 2)
    };
    let rate = match plan.rate {
        0 => ("as fast as it goes".to_owned(), ""),
        rate => (count(rate), second),
    };
    let parts = [
        (Part::Times, count(plan.times), times),
        (Part::Rate, rate.0, rate.1),
        (Part::Form, format!("as {form}"), ""),
    ];
    for (part, value, after) in parts {
        let is_chosen = plan.part == part;
        painter.text(if is_chosen { "▌" } else { " " }, theme.border(true));
        let style = if is_chosen {
            theme.accent()
        } else {
            theme.strong()
        };
        painter.text(&value, style);
        painter.text(after, theme.dim()).pad(gap);
    }
    let how = match plan.part {
        Part::Times | Part::Rate => "type a number",
        Part::Form => "Space switches",
        Part::Text => "",
    };
    painter.text(how, theme.dim());
    painter
}

fn counted(screen: &Screen, run: &Run, wide: usize) -> Painter {
    let theme = screen.theme;
    let mut painter = Painter::new(wide);
    let word = match (run.is_running(), run.is_stopped()) {
        (true, _) => "sends",
        (false, true) => "stopped:",
        (false, false) => "done:",
    };
    painter.text(word, theme.accent());
    let sent = format!(" {} of {}", count(run.sent), count(run.times));
    painter.text(&sent, theme.strong());
    painter.text(
        &format!(" · {} answered", count(run.answered)),
        theme.good(),
    );
    if run.refused > 0 {
        painter.text(&format!(" · {} refused", count(run.refused)), theme.bad());
    }
    let latencies = (run.latency(50.0), run.latency(99.0));
    if let (Some(p50), Some(p99)) = latencies {
        let text = format!(" · p50 {} p99 {}", latency(p50), latency(p99));
        painter.text(&text, theme.text());
    }
    let pace = run.pace(screen.now.mono);
    painter.text(&format!(" · {}/s", count(pace)), theme.text());
    if run.under_way > 0 {
        let text = format!(" · {} under way", count(run.under_way));
        painter.text(&text, theme.dim());
    }
    painter
}
