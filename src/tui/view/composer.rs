//! The composer's field, with what it would send in its title.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::model::Address;
use crate::tui::action::Action;
use crate::tui::composer::{Fate, Run, Verdict, stays, unwritable};
use crate::tui::hint::key;
use crate::tui::jobs::held_up;
use crate::tui::rows::Row;
use crate::tui::sanitize::{plain, width};
use crate::tui::screen::Screen;
use crate::tui::target::{Target, whom};
use crate::tui::view::frame::{Frame, empty};
use crate::tui::view::load;

/// How much of an answer is shown, in cells.
const ANSWER: usize = 200;

/// Draws the composer, open or closed.
pub(crate) fn render(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    Clear.render(area, buffer);
    if !screen.composer.is_open() {
        closed(screen, area, buffer);
        return;
    }
    let composer = &screen.composer;
    let title = title(screen);
    let room = usize::from(area.width).saturating_sub(width(&title) + 9);
    let (told, below) = below(screen, room);
    let frame = Frame {
        title: &title,
        note: Some(note(screen, room)),
        below,
        foot: told,
        is_focused: true,
    };
    let inner = frame.render(screen.theme, area, buffer);
    let mut field = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    if let Some(plan) = composer.plan()
        && field.height > 0
    {
        field.height -= 1;
        let last = Rect {
            y: field.bottom(),
            height: 1,
            ..field
        };
        load::render(screen, plan, last, buffer);
    }
    composer.area().render(field, buffer);
}

fn title(screen: &Screen) -> String {
    let is_load = screen.composer.plan().is_some();
    match (screen.composer.target(), is_load) {
        (Some(Target::Job(pool)), false) => format!("New job for {pool}"),
        (Some(Target::Message(to)), false) => format!("Send to {}", whom(to)),
        (Some(Target::Job(pool)), true) => format!("Load of jobs for {pool}"),
        (Some(Target::Message(to)), true) => format!("Load on {}", whom(to)),
        (None, _) => "Send".to_owned(),
    }
}

/// What stands in the frame's last line: a mistake for which the first line has no room; else what came of the last
/// sending, and what Tab puts in or which keys there are.
fn below(screen: &Screen, room: usize) -> (Option<(String, Style)>, Option<String>) {
    let (composer, theme) = (&screen.composer, screen.theme);
    if let Verdict::Invalid(line, column, reason) = composer.verdict() {
        let place = Verdict::place(&composer.text(), *line, *column);
        if width(&place) + 2 + width(reason) > room {
            return (Some((plain(reason, ANSWER), theme.bad())), None);
        }
    }
    if composer.plan().is_some() {
        return (load::told(screen), None);
    }
    let offered = composer.offered();
    let offers = (!offered.is_empty()).then(|| format!("Tab: {}", offered.join(" · ")));
    let Some(sending) = composer.sending() else {
        let tab = match composer.target() {
            Some(Target::Job(_)) => "pool",
            _ => "target",
        };
        let keys = format!("Tab {tab} · Alt-Enter new line · Ctrl-L load · ↑ Ctrl-R history");
        return (None, Some(offers.unwrap_or(keys)));
    };
    let (mut text, json) = sending.words(screen.now.mono);
    if let (Target::Job(pool), Fate::Waits) = (&sending.target, &sending.fate)
        && let Some(why) = held_up(screen, pool)
    {
        text = format!("submitted to {pool} · {why}");
    }
    if let Some(json) = json {
        text = format!("{text}: {}", plain(&json, ANSWER));
    }
    let style = match sending.fate {
        Fate::Waits => theme.dim(),
        Fate::Refused | Fate::Unreadable(_) => theme.bad(),
        Fate::Job(ref job) => theme.job(job.state),
        Fate::Sent(_, ref replies) if replies.is_empty() => theme.warning(),
        Fate::Sent(..) => theme.good(),
    };
    (Some((text, style)), offers)
}

fn closed(screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let inner = Frame {
        title: "Send",
        ..Frame::default()
    }
    .render(screen.theme, area, buffer);
    let draft = screen.composer.text();
    let text = if draft.trim().is_empty() {
        writes(screen)
    } else {
        let draft = plain(&draft.replace('\n', " "), 60);
        match key(screen, Action::Message) {
            Some(key) => format!("{key} goes on with the draft: {draft}"),
            None => format!("A draft: {draft}"),
        }
    };
    empty(screen.theme, inner, &text, buffer);
}

/// Which keys write to whom.
fn writes(screen: &Screen) -> String {
    let one = match &screen.selected {
        Some(Row::Worker(id)) => format!("writes to {id}"),
        Some(Row::Pool(pool)) => format!("writes to {}", whom(&Address::Pool(pool.clone()))),
        None => "writes a message".to_owned(),
    };
    let mut ways = vec![(Action::Message, one)];
    if let Some(row) = &screen.selected {
        let all = whom(&Address::PoolAll(row.pool().clone()));
        ways.push((Action::Broadcast, format!("to {all}")));
        ways.push((Action::BroadcastAll, "to every worker".to_owned()));
    }
    let ways = ways.into_iter().filter_map(|(action, what)| {
        let key = key(screen, action)?;
        Some(format!("{key} {what}"))
    });
    ways.collect::<Vec<_>>().join(" · ")
}

/// What stands at the right of the title: what Enter does, or what is wrong.
fn note(screen: &Screen, room: usize) -> (String, Style) {
    let (composer, theme) = (&screen.composer, screen.theme);
    if composer.run().is_some_and(Run::is_running) {
        return ("any key stops it".to_owned(), theme.accent());
    }
    let is_load = composer.plan().is_some();
    let sends = match composer.target() {
        _ if is_load => "starts",
        Some(Target::Job(_)) => "submits",
        _ => "sends",
    };
    if let Some(problem) = unwritable(composer, &screen.board) {
        return (plain(&problem, room), theme.bad());
    }
    match composer.verdict() {
        Verdict::Empty if sends == "submits" => ("a JSON job".to_owned(), theme.dim()),
        Verdict::Empty => ("a JSON message".to_owned(), theme.dim()),
        Verdict::Valid(_) => match stays(&composer.text()) {
            Some(own) => {
                let own = plain(&own, 20);
                let text = format!("{own} stays as it is · Enter {sends}");
                (text, theme.warning())
            }
            None => (format!("valid JSON · Enter {sends}"), theme.good()),
        },
        Verdict::Word(message) => {
            let enter = match (is_load, composer.is_armed()) {
                (true, _) => "Enter starts",
                (false, true) => "Enter again sends",
                (false, false) => "Enter twice sends",
            };
            // A word too long for the line is cut: what would be sent is never left out.
            let word = room.saturating_sub(enter.len() + 1);
            let prefix = if word > 40 { "as text, not JSON: " } else { "" };
            let word = word.saturating_sub(prefix.len());
            let text = format!("{prefix}{enter} {}", plain(message.as_str(), word.max(4)));
            (text, theme.warning())
        }
        Verdict::Invalid(line, column, reason) => {
            let place = Verdict::place(&composer.text(), *line, *column);
            let text = format!("{place}: {reason}");
            let is_whole = width(&text) <= room;
            let at = format!("mistake at {line}:{column}");
            let place = if width(&place) > room { at } else { place };
            (
                if is_whole { plain(&text, room) } else { place },
                theme.bad(),
            )
        }
    }
}
