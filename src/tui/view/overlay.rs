//! Texts and questions on top of the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::model::PoolName;
use crate::tui::figures::{bytes, count, plural};
use crate::tui::jobs;
use crate::tui::json;
use crate::tui::overlay::Question;
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::Screen;
use crate::tui::view::frame::{dialog, line, scrolled};

/// The widest a text gets.
const WIDEST: usize = 110;

/// Draws a text, long lines folded; how far it can be scrolled.
pub(crate) fn text(
    screen: &Screen,
    title: &str,
    lines: &[String],
    top: usize,
    body: Rect,
    buffer: &mut Buffer,
) -> usize {
    let wide = usize::from(body.width).saturating_sub(6).clamp(8, WIDEST);
    let folded: Vec<Line<'static>> = lines
        .iter()
        .flat_map(|text| fold(text, wide))
        .map(|text| {
            let mut painter = Painter::new(wide);
            json::paint(&mut painter, &text, screen.theme);
            painter.finish()
        })
        .collect();
    let size = (wide, folded.len());
    let inner = dialog(screen.theme, title, "Esc closes", size, body, buffer);
    scrolled(&folded, top, inner, buffer)
}

/// Cuts a line into pieces that fit.
pub(crate) fn fold(text: &str, wide: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut painter = Painter::new(wide);
    for c in text.chars() {
        let before = painter.left_over();
        painter.text(c.encode_utf8(&mut [0; 4]), Style::new());
        if painter.is_full() || before == 0 {
            pieces.push(std::mem::take(&mut piece));
            painter = Painter::new(wide);
            painter.text(c.encode_utf8(&mut [0; 4]), Style::new());
        }
        piece.push(c);
    }
    pieces.push(piece);
    pieces
}

/// Cuts a sentence between words into lines that fit.
fn words(text: &str, wide: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && width(&line) + 1 + width(word) > wide {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Asks before quitting.
pub(crate) fn quit(screen: &Screen, body: Rect, buffer: &mut Buffer) {
    let (mailbox, unread) = screen.in_flight();
    let waiting = plural(usize::try_from(mailbox).unwrap_or(usize::MAX), "message");
    let jobs = jobs::of_deck(&screen.board);
    let text = match (mailbox, unread) {
        (0, 0) => format!(
            "{} in flight, {} wait.",
            plural(usize::try_from(jobs.in_flight).unwrap_or(usize::MAX), "job"),
            count(jobs.queue)
        ),
        (0, unread) => format!("Workers have {} bytes unread.", bytes(unread)),
        (_, 0) => format!("{waiting} still wait in mailboxes."),
        (_, unread) => format!(
            "{waiting} wait in mailboxes, {} bytes are unread.",
            bytes(unread)
        ),
    };
    let text = text.replace("1 message still wait", "1 message still waits");
    question(
        screen,
        "Quit?",
        &[&text, "Enter stops every worker · Esc stays"],
        body,
        buffer,
    );
}

/// Asks before killing a pool.
pub(crate) fn kill_pool(screen: &Screen, pool: &PoolName, body: Rect, buffer: &mut Buffer) {
    let workers = screen
        .board
        .pools
        .get(pool)
        .map_or(0, |pool| pool.workers.len());
    let text = format!("End {} of {pool} at once?", plural(workers, "worker"));
    question(
        screen,
        "Kill",
        &[&text, "Enter kills · Esc leaves them"],
        body,
        buffer,
    );
}

/// Asks before something that cannot be taken back.
pub(crate) fn sure(screen: &Screen, asked: &Question, body: Rect, buffer: &mut Buffer) {
    let keys = format!("Enter {} · Esc leaves it", asked.agree);
    let wide = usize::from(body.width).saturating_sub(4).max(8);
    let mut lines = words(&asked.text, wide);
    lines.push(keys);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    question(screen, &asked.title, &lines, body, buffer);
}

fn question(screen: &Screen, title: &str, lines: &[&str], body: Rect, buffer: &mut Buffer) {
    let wide = lines
        .iter()
        .map(|text| text.chars().count())
        .max()
        .unwrap_or(0);
    let inner = dialog(screen.theme, title, "", (wide, lines.len()), body, buffer);
    for (row, text) in lines.iter().enumerate() {
        let mut painter = Painter::new(usize::from(inner.width));
        let style = if row + 1 < lines.len() {
            screen.theme.text()
        } else {
            screen.theme.accent()
        };
        painter.text(text, style);
        line(buffer, inner, row, &painter.finish());
    }
}
