//! What keys and the mouse do here.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::tui::action::Action;
use crate::tui::figures::count;
use crate::tui::filter::Filter;
use crate::tui::hint::hint;
use crate::tui::place::{self, Place};
use crate::tui::reader::errors;
use crate::tui::reader::export;
use crate::tui::reader::find::{self, Jump};
use crate::tui::reader::item::Kind;
use crate::tui::reader::level::Level;
use crate::tui::reader::scroll;
use crate::tui::reader::state::Field;
use crate::tui::reader::text;
use crate::tui::reader::whose;
use crate::tui::reader::write;
use crate::tui::screen::{Overlay, Screen};
use crate::tui::update::Request;

/// How many items one notch of the wheel moves.
const NOTCH: usize = 3;

/// The furthest that lines move sideways, in cells.
const FURTHEST: usize = 60_000;

/// Does what a key asked for; none where it is nothing of this view's own.
pub(crate) fn act(screen: &mut Screen, action: Action) -> Option<Vec<Request>> {
    match action {
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::Top
        | Action::Bottom => scroll::glide(screen, action),
        Action::FollowLines => screen.reader.follow(),
        Action::Filter => write::begin(screen, Field::Search),
        Action::LinesWith => write::begin(screen, Field::With),
        Action::LinesWithout => write::begin(screen, Field::Without),
        Action::NextFind => find::jump(screen, Jump::Next),
        Action::PreviousFind => find::jump(screen, Jump::Previous),
        Action::NextError => errors::go(screen, false),
        Action::PreviousError => errors::go(screen, true),
        Action::LeastLevel => {
            screen.reader.narrowed.least = Level::turn(screen.reader.narrowed.least);
            screen.reader.frozen.clear();
        }
        Action::Timestamps => screen.reader.stamps = screen.reader.stamps.turn(),
        Action::WrapLines => wrap(screen),
        Action::JsonLines => screen.reader.is_brief = !screen.reader.is_brief,
        Action::LinesLeft => aside(screen, false),
        Action::LinesRight => aside(screen, true),
        Action::Open => open(screen),
        Action::CopyLine => return Some(copy(screen)),
        Action::SaveLines => return Some(save(screen)),
        Action::MarkLine => mark(screen),
        Action::NextWhose => whose::turn(screen, false),
        Action::PreviousWhose => whose::turn(screen, true),
        Action::Whole => screen.shows_all = !screen.shows_all,
        Action::Back => back(screen),
        // The keys that work everywhere.
        _ => return None,
    }
    Some(Vec::new())
}

/// Takes what the mouse did.
pub(crate) fn mouse(screen: &mut Screen, mouse: MouseEvent) {
    match mouse.kind {
        MouseEventKind::ScrollUp => scroll::roll(screen, NOTCH, true),
        MouseEventKind::ScrollDown => scroll::roll(screen, NOTCH, false),
        MouseEventKind::ScrollLeft => aside(screen, false),
        MouseEventKind::ScrollRight => aside(screen, true),
        MouseEventKind::Down(MouseButton::Left) => {
            let drawn = &screen.view.reader;
            let at = Position::new(mouse.column, mouse.row);
            let row = usize::from(mouse.row.saturating_sub(drawn.area.y));
            let spot = drawn.rows.get(row).copied();
            if let Some(spot) = spot.filter(|_| drawn.area.contains(at)) {
                scroll::choose(screen, spot);
            }
        }
        _ => {}
    }
}

/// Takes away what narrows the list, one after the other: the search, each filter, the level; then the zoom, then the view.
fn back(screen: &mut Screen) {
    let reader = &mut screen.reader;
    let fields = [Field::Search, Field::Without, Field::With];
    let narrowing = fields
        .into_iter()
        .find(|field| !reader.text(*field).is_empty());
    let was = reader.narrowed.clone();
    if let Some(field) = narrowing {
        *reader.text_mut(field) = Filter::default();
    } else if reader.narrowed.least.is_some() {
        reader.narrowed.least = None;
    } else if screen.is_zoomed {
        screen.is_zoomed = false;
    } else {
        place::go(screen, Place::Deck);
    }
    screen.reader.jump = None;
    // A search, and the zoom, leave the page as it is.
    if screen.reader.narrowed != was {
        screen.reader.frozen.clear();
    }
}

fn wrap(screen: &mut Screen) {
    let reader = &mut screen.reader;
    reader.is_wrapped = !reader.is_wrapped;
    reader.column = 0;
    if let Some(hold) = &mut reader.hold {
        hold.skip = 0;
    }
    screen.view.reader.skip = 0;
}

fn aside(screen: &mut Screen, is_right: bool) {
    if screen.reader.is_wrapped {
        let cuts = hint(screen, Action::WrapLines, "cuts them off");
        let text = format!("Long lines go on in the next row{cuts}");
        screen.say(text, false);
        return;
    }
    let by = (screen.view.reader.wide / 2).max(8);
    let column = &mut screen.reader.column;
    *column = if is_right {
        (*column + by).min(FURTHEST)
    } else {
        column.saturating_sub(by)
    };
}

fn open(screen: &mut Screen) {
    let opened = scroll::chosen(screen).and_then(|item| match item.kind {
        Kind::Line(worker, line) => Some(Overlay::Text {
            title: format!("Line of {worker} · {}", line.at.date_and_time()),
            lines: text::spread(line).into(),
            top: 0,
        }),
        Kind::Note(worker, _) | Kind::Gone(worker, _) | Kind::Hole(worker, _) => {
            Some(Overlay::Worker {
                id: worker.clone(),
                top: 0,
            })
        }
        Kind::Mark(_) | Kind::Left(_) => None,
    });
    screen.overlays.extend(opened);
}

fn copy(screen: &mut Screen) -> Vec<Request> {
    let Some(item) = scroll::chosen(screen) else {
        screen.say("There is no line to copy", false);
        return Vec::new();
    };
    let what = match item.kind {
        Kind::Line(worker, _) => format!("line of {worker}"),
        _ => "what is told between lines".to_owned(),
    };
    vec![Request::Copy {
        text: export::told(&item),
        what,
    }]
}

fn save(screen: &mut Screen) -> Vec<Request> {
    find::advance(screen);
    if screen.reader.sieve.is_searching() {
        let again = hint(screen, Action::SaveLines, "again in a moment");
        screen.say(format!("Older lines are still searched{again}"), false);
        return Vec::new();
    }
    // Lines may be gone since the last frame.
    scroll::freeze(screen);
    let (text, gone) = export::file(&scroll::list(screen));
    if text.is_empty() {
        screen.say("There is no line to write", false);
        return Vec::new();
    }
    if gone > 0 {
        let is_are = if gone == 1 { "line is" } else { "lines are" };
        let text = format!("{} {is_are} missing in the file: gone already", count(gone));
        screen.say(text, true);
    }
    vec![Request::Save {
        what: "logs",
        ending: "log",
        text,
    }]
}

/// Draws a line behind the newest line, wherever the list is.
fn mark(screen: &mut Screen) {
    let latest = screen.board.latest();
    screen.reader.mark(latest, screen.now.wall);
    if screen.reader.hold.is_some() {
        let goes = hint(screen, Action::FollowLines, "goes there");
        screen.say(format!("Marked behind the newest line{goes}"), false);
    }
}
