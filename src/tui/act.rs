//! What each action of the table does. Called by `update`.

use crate::model::{Address, Command, PoolName, State, WorkerView};
use crate::tui::action::Action;
use crate::tui::field::Field;
use crate::tui::filter::Filter;
use crate::tui::filtering;
use crate::tui::hint::{hint, then};
use crate::tui::place::Place;
use crate::tui::rows::Row;
use crate::tui::screen::{Overlay, Pane, Screen, Tail};
use crate::tui::target::{Target, all_of};
use crate::tui::update::Request;
use crate::tui::{
    glide, inspector, jobs, offload, overlay, palette, place, pointer, reader, worker,
};

/// Does what a key asked for.
pub(crate) fn act(screen: &mut Screen, action: Action) -> Vec<Request> {
    if let Some(place) = Place::of(action) {
        place::go(screen, place);
        return Vec::new();
    }
    if pointer::shift(screen, action) {
        return Vec::new();
    }
    let own = match screen.place {
        Place::Messages => inspector::act(screen, action),
        Place::Logs => reader::act(screen, action),
        Place::OffLoad => offload::act(screen, action),
        Place::Deck => jobs::act(screen, action).or_else(|| worker::act(screen, action)),
        Place::Jobs => jobs::act(screen, action),
    };
    if let Some(requests) = own {
        return requests;
    }
    if screen.selected.is_none() && works_on_selection(screen, action) {
        say_none_selected(screen);
        return Vec::new();
    }
    match action {
        Action::Message => write_to(screen, row_address(screen)),
        Action::Broadcast => write_to(screen, pool_address(screen)),
        Action::BroadcastAll => write_to(screen, Some(Address::All)),
        Action::Restart => return restart(all_address(screen), false),
        Action::RollingRestart => return restart(pool_address(screen), true),
        Action::StopStart => return stop_or_start(screen),
        Action::Kill => return kill(screen),
        Action::Grow => return scale(screen, true),
        Action::Shrink => return scale(screen, false),
        Action::Quit => return quit(screen),
        Action::Suspend => return vec![Request::Suspend],
        Action::Redraw => return vec![Request::Redraw],
        _ => look(screen, action),
    }
    Vec::new()
}

/// Whether an action needs a selected worker or pool here.
fn works_on_selection(screen: &Screen, action: Action) -> bool {
    match action {
        Action::Message
        | Action::Broadcast
        | Action::Restart
        | Action::RollingRestart
        | Action::StopStart
        | Action::Kill => !screen.is_stopping(),
        Action::Grow | Action::Shrink => pool_meant(screen).is_none(),
        Action::Open => screen.place == Place::Deck && screen.focus == Pane::Workers,
        // The others do without.
        _ => false,
    }
}

fn say_none_selected(screen: &mut Screen) {
    let is_filtered = !screen.table.filter.is_empty();
    let changes = match (screen.place, screen.focus) {
        (Place::Deck, Pane::Workers) if is_filtered => {
            hint(screen, Action::Filter, "changes the filter")
        }
        _ => String::new(),
    };
    screen.say(format!("No worker is selected{changes}"), false);
}

/// Changes what is seen, and nothing outside.
fn look(screen: &mut Screen, action: Action) {
    match action {
        Action::Open => overlay::open(screen),
        Action::Follow => glide::follow(screen),
        Action::Whole => {
            screen.shows_all = !screen.shows_all;
            screen.messages = Tail::default();
            screen.logs = Tail::default();
        }
        Action::NextPane => turn(screen, 1),
        Action::PreviousPane => turn(screen, Pane::ALL.len() - 1),
        Action::Zoom => screen.is_zoomed = !screen.is_zoomed,
        Action::Help => screen.overlays.push(Overlay::Help {
            query: Field::default(),
            top: 0,
        }),
        Action::Palette => palette::open(screen),
        Action::Filter => filtering::begin(screen),
        Action::Back => back(screen),
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::Top
        | Action::Bottom => glide::glide(screen, action),
        // The views' own are done already.
        _ => {}
    }
}

/// Takes away what narrows the view, one after the other: a filter, the zoom; then the view itself.
fn back(screen: &mut Screen) {
    // A filter that is not on the screen narrows nothing there.
    let is_filtered = screen.place == Place::Deck && !screen.sought(screen.focus).filter.is_empty();
    if is_filtered {
        *screen.refilter() = Filter::default();
    } else if screen.is_zoomed {
        screen.is_zoomed = false;
    } else {
        place::go(screen, Place::Deck);
    }
}

fn turn(screen: &mut Screen, by: usize) {
    let at = Pane::ALL
        .iter()
        .position(|pane| *pane == screen.focus)
        .unwrap_or(0);
    if let Some(pane) = Pane::ALL.get((at + by) % Pane::ALL.len()) {
        screen.focus = *pane;
    }
}

fn write_to(screen: &mut Screen, to: Option<Address>) {
    if screen.is_stopping() {
        return;
    }
    if let Some(to) = to {
        screen.composer.open(Target::Message(to));
    }
}

fn row_address(screen: &Screen) -> Option<Address> {
    screen.selected.as_ref().map(|row| match row {
        Row::Pool(pool) => Address::Pool(pool.clone()),
        Row::Worker(id) => Address::Worker(id.clone()),
    })
}

fn pool_address(screen: &Screen) -> Option<Address> {
    screen
        .selected
        .as_ref()
        .map(|row| Address::PoolAll(row.pool().clone()))
}

/// The selected worker, or all of the selected pool.
fn all_address(screen: &Screen) -> Option<Address> {
    screen.selected.as_ref().map(all_of)
}

fn issue(to: Option<Address>, command: impl FnOnce(Address) -> Command) -> Vec<Request> {
    to.map(command).map(Request::Issue).into_iter().collect()
}

fn restart(to: Option<Address>, rolling: bool) -> Vec<Request> {
    issue(to, |to| Command::Restart { to, rolling })
}

fn targets(screen: &Screen) -> Vec<&WorkerView> {
    match &screen.selected {
        Some(Row::Worker(id)) => screen.board.worker(id).into_iter().collect(),
        Some(Row::Pool(pool)) => screen
            .board
            .pools
            .get(pool)
            .map(|pool| pool.workers.iter().collect())
            .unwrap_or_default(),
        None => Vec::new(),
    }
}

fn stop_or_start(screen: &Screen) -> Vec<Request> {
    let is_off = |worker: &&WorkerView| worker.state.is_over() || worker.state == State::Stopping;
    let is_off = targets(screen).iter().all(is_off);
    issue(all_address(screen), |to| {
        if is_off {
            Command::Start { to }
        } else {
            Command::Stop { to }
        }
    })
}

fn kill(screen: &mut Screen) -> Vec<Request> {
    let live = targets(screen).len();
    match &screen.selected {
        Some(Row::Pool(pool)) if live > 1 => {
            screen.overlays.push(Overlay::KillPool(pool.clone()));
            Vec::new()
        }
        _ => issue(all_address(screen), |to| Command::Kill { to }),
    }
}

/// The pool that grows or shrinks.
fn pool_meant(screen: &Screen) -> Option<PoolName> {
    if screen.jobs.is_open() {
        return screen.jobs.pool(&screen.board);
    }
    screen.selected.as_ref().map(|row| row.pool().clone())
}

fn scale(screen: &mut Screen, is_more: bool) -> Vec<Request> {
    let Some(pool) = pool_meant(screen) else {
        return Vec::new();
    };
    let now = screen.size_of(&pool);
    if !is_more && now <= 1 {
        let stops = match screen.place {
            Place::Deck => hint(screen, Action::StopStart, "stops it"),
            _ => then(screen, Action::Deck, Action::StopStart, "stops it"),
        };
        screen.say(format!("{pool} has one worker{stops}"), false);
        return Vec::new();
    }
    let instances = if is_more {
        now.saturating_add(1)
    } else {
        now - 1
    };
    vec![screen.scale_to(pool, instances)]
}

fn quit(screen: &mut Screen) -> Vec<Request> {
    if screen.is_stopping() {
        return Vec::new();
    }
    let jobs = jobs::of_deck(&screen.board);
    let is_idle = screen.in_flight() == (0, 0) && jobs.queue + jobs.in_flight == 0;
    // What a demo draws is nobody's loss.
    if is_idle || offload::is_offered(screen) {
        return stop_all(screen);
    }
    screen.overlays.push(Overlay::Quit);
    Vec::new()
}

/// Takes the deck down and shows who is still alive.
pub(crate) fn stop_all(screen: &mut Screen) -> Vec<Request> {
    screen.board.deck.is_going_down = true;
    show_stopping(screen);
    vec![Request::Issue(Command::Down)]
}

/// Shows who is still alive once the deck goes down, whoever asked for it.
pub(crate) fn show_stopping(screen: &mut Screen) {
    if !screen.board.deck.is_going_down || screen.is_stopping() {
        return;
    }
    screen.composer.close();
    screen.overlays = vec![Overlay::Stopping {
        since: screen.now.mono,
        at: 0,
    }];
}
