//! Texts and questions on top of the panes.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::PoolName;
use crate::tui::figures::{bytes, count, plural};
use crate::tui::jobs;
use crate::tui::json;
use crate::tui::overlay::{Pieces, Question};
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::Screen;
use crate::tui::view::frame::{dialog, line};

/// The widest a text gets.
const WIDEST: usize = 110;

/// Draws a text, long lines folded; how far it can be scrolled. It is cut once, and painted where it is seen.
pub(crate) fn text(
    screen: &Screen,
    pieces: &mut Pieces,
    (title, lines, top): (&str, &Arc<[String]>, usize),
    body: Rect,
    buffer: &mut Buffer,
) -> usize {
    let wide = usize::from(body.width).saturating_sub(6).clamp(8, WIDEST);
    let cut = |lines: &[String]| lines.iter().flat_map(|text| fold(text, wide)).collect();
    let pieces = pieces.of(lines, wide, cut);
    let size = (wide, pieces.len());
    let inner = dialog(screen.theme, title, "Esc closes", size, body, buffer);
    let height = usize::from(inner.height);
    let end = pieces.len().saturating_sub(height);
    let shown = pieces.iter().skip(top.min(end)).take(height);
    for (row, piece) in shown.enumerate() {
        let mut painter = Painter::new(wide);
        json::paint(&mut painter, piece, screen.theme);
        line(buffer, inner, row, &painter.finish());
    }
    end
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
pub(crate) fn words(text: &str, wide: usize) -> Vec<String> {
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
    let wide = usize::from(body.width).saturating_sub(4).max(8);
    let mut lines = Vec::new();
    let texts = [mailboxes(screen), unfinished(screen), draining(screen)];
    for text in texts.into_iter().flatten() {
        lines.extend(words(&text, wide));
    }
    lines.push("Enter stops every worker · Esc stays".to_owned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    question(screen, "Quit?", &lines, body, buffer);
}

/// What is on its way to workers.
fn mailboxes(screen: &Screen) -> Option<String> {
    let (mailbox, unread) = screen.in_flight();
    let waiting = match mailbox {
        1 => "1 message still waits".to_owned(),
        _ => format!("{} messages still wait", count(mailbox)),
    };
    match (mailbox, unread) {
        (0, 0) => None,
        (0, unread) => Some(format!("Workers have {} bytes unread.", bytes(unread))),
        (_, 0) => Some(format!("{waiting} in mailboxes.")),
        (_, unread) => Some(format!(
            "{waiting} in mailboxes, {} bytes are unread.",
            bytes(unread)
        )),
    }
}

/// Which jobs are not done, and what becomes of those that wait.
fn unfinished(screen: &Screen) -> Option<String> {
    let jobs = jobs::of_deck(&screen.board);
    let running = match jobs.in_flight {
        1 => "1 job is in flight".to_owned(),
        in_flight => format!("{} jobs are in flight", count(in_flight)),
    };
    let fate = |one: &str, many: &str| match (jobs.queue, screen.jobs.are_kept) {
        (1, true) => format!("1{one} waits and is kept for the next run."),
        (1, false) => format!("1{one} waits and is lost."),
        (queue, true) => format!("{}{many} wait and are kept for the next run.", count(queue)),
        (queue, false) => format!("{}{many} wait and are lost.", count(queue)),
    };
    match (jobs.in_flight, jobs.queue) {
        (0, 0) => None,
        (0, _) => Some(fate(" job", " jobs")),
        (_, 0) => Some(format!("{running}.")),
        (_, _) => Some(format!("{running}, {}", fate("", ""))),
    }
}

/// What becomes of jobs that workers have.
fn draining(screen: &Screen) -> Option<String> {
    let jobs = jobs::of_deck(&screen.board);
    let fate = if screen.jobs.are_kept {
        "is done again in the next run"
    } else {
        "is lost"
    };
    let text = format!("Workers finish what is in flight; what takes longer than drain {fate}.");
    (jobs.in_flight > 0).then_some(text)
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
