//! What keys do in the palette, and what a line does.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::{Address, Command};
use crate::tui::act;
use crate::tui::action::Action;
use crate::tui::bindings::actions;
use crate::tui::composer;
use crate::tui::figures::plural;
use crate::tui::named;
use crate::tui::overlay::Question;
use crate::tui::palette::complete::{offers, where_it_works};
use crate::tui::palette::read::{Fault, Meaning, read};
use crate::tui::palette::state::{Palette, remember};
use crate::tui::place::{self, Place};
use crate::tui::rows::Row;
use crate::tui::screen::{Overlay, Screen, Tail};
use crate::tui::update::Request;

/// Opens the palette.
pub(crate) fn open(screen: &mut Screen) {
    screen.overlays.push(Overlay::Palette(Box::default()));
}

fn palette(screen: &mut Screen) -> Option<&mut Palette> {
    match screen.overlays.last_mut() {
        Some(Overlay::Palette(palette)) => Some(palette),
        _ => None,
    }
}

/// Takes pasted text.
pub(crate) fn paste(screen: &mut Screen, text: &str) {
    if let Some(palette) = palette(screen) {
        palette.field.put(text);
        palette.changed();
    }
}

/// Takes a key.
pub(crate) fn press(screen: &mut Screen, key: &KeyEvent) -> Vec<Request> {
    let history = std::mem::take(&mut screen.lines);
    let requests = keyed(screen, key, &history);
    screen.lines.splice(..0, history);
    let Some((requests, line)) = requests else {
        return Vec::new();
    };
    if let Some(line) = line {
        remember(&mut screen.lines, &line);
    }
    requests
}

/// What a key asks for, and the line that was done.
fn keyed(
    screen: &mut Screen,
    key: &KeyEvent,
    history: &[String],
) -> Option<(Vec<Request>, Option<String>)> {
    let line = palette(screen)?.field.text().to_owned();
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Esc => drop(screen.overlays.pop()),
        KeyCode::Enter => return Some(enter(screen, &line)),
        KeyCode::Tab => {
            let offers = offers(screen, &line);
            let palette = palette(screen)?;
            if let Some(offer) = offers.get(palette.at) {
                palette.replace(&offer.line);
            }
        }
        KeyCode::Up => palette(screen)?.up(history),
        KeyCode::Char('p') if is_control => palette(screen)?.up(history),
        KeyCode::Down => {
            let offers = offers(screen, &line).len();
            palette(screen)?.down(history, offers);
        }
        KeyCode::Char('n') if is_control => {
            let offers = offers(screen, &line).len();
            palette(screen)?.down(history, offers);
        }
        // An empty line is left as it was entered.
        KeyCode::Backspace if line.is_empty() => drop(screen.overlays.pop()),
        _ => {
            let palette = palette(screen)?;
            if palette.field.key(key) && palette.field.text() != line {
                palette.changed();
            }
        }
    }
    Some((Vec::new(), None))
}

/// Does the line; where it means nothing yet, or another offer was chosen, takes the offer into it.
fn enter(screen: &mut Screen, line: &str) -> (Vec<Request>, Option<String>) {
    let at = palette(screen).map_or(0, |palette| palette.at);
    let meaning = read(screen, line);
    if let (0, Ok(meaning)) = (at, meaning.clone()) {
        return perform(screen, meaning, line);
    }
    let Some(offer) = offers(screen, line).into_iter().nth(at) else {
        return match meaning {
            Ok(meaning) => perform(screen, meaning, line),
            // The fault stands under the line already.
            Err(_) => (Vec::new(), None),
        };
    };
    // A whole offer is done at once; an order that may take something more is shown first.
    let is_whole = !offer.line.ends_with(' ');
    match read(screen, &offer.line) {
        Ok(meaning) if is_whole => return perform(screen, meaning, &offer.line),
        Ok(_) | Err(Fault::Unfinished(_) | Fault::Wrong(_)) => {}
    }
    if let Some(palette) = palette(screen) {
        palette.replace(&offer.line);
    }
    (Vec::new(), None)
}

fn perform(screen: &mut Screen, meaning: Meaning, line: &str) -> (Vec<Request>, Option<String>) {
    screen.overlays.pop();
    let line = line.trim().to_owned();
    let requests = match meaning {
        Meaning::Act(action) => here(screen, action),
        Meaning::Issue(Command::Scale { pool, instances }) => {
            vec![screen.scale_to(pool, instances)]
        }
        Meaning::Issue(command) => vec![Request::Issue(command)],
        Meaning::Kill(to) => kill(screen, to),
        Meaning::Send(to, text) => composer::send(screen, to, &text),
        Meaning::Goto(row) => {
            goto(screen, row);
            Vec::new()
        }
        Meaning::Say(name) => named::say(screen, &name),
    };
    (requests, Some(line))
}

/// Does what a key of the table would do here, or says where it works.
fn here(screen: &mut Screen, action: Action) -> Vec<Request> {
    let context = screen.context();
    let is_here = actions().any(|row| row.action == action && row.context.covers(context));
    if is_here && place::is_offered(screen, action) {
        return act::act(screen, action);
    }
    let text = format!("{} works here: {}", action.id(), where_it_works(action));
    screen.say(text, false);
    Vec::new()
}

/// Kills one worker at once, several after a question.
fn kill(screen: &mut Screen, to: Address) -> Vec<Request> {
    let (live, whose) = match &to {
        Address::Worker(_) => (1, String::new()),
        Address::Pool(pool) | Address::PoolAll(pool) => {
            let pool = screen.board.pools.get(pool);
            let size = pool.map_or(0, |pool| pool.workers.len());
            (
                size,
                pool.map_or_else(String::new, |pool| format!(" of {}", pool.name)),
            )
        }
        Address::All => (screen.board.workers().count(), " of the deck".to_owned()),
    };
    let command = Command::Kill { to };
    if live < 2 {
        return vec![Request::Issue(command)];
    }
    screen.overlays.push(Overlay::Sure(Box::new(Question {
        title: "Kill".to_owned(),
        text: format!("End all {}{whose} at once?", plural(live, "worker")),
        agree: "kills them",
        command,
    })));
    Vec::new()
}

fn goto(screen: &mut Screen, row: Row) {
    if matches!(screen.place, Place::Jobs | Place::OffLoad) {
        place::go(screen, Place::Deck);
    }
    if let Row::Worker(id) = &row {
        screen.table.folded.remove(&id.pool);
    }
    screen.selected = Some(row);
    screen.shows_all = false;
    screen.messages = Tail::default();
    screen.logs = Tail::default();
}
