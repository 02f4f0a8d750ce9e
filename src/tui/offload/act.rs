//! What keys and the mouse do here.

use crossterm::event::{MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::model::{Address, Command, MonoTime, PoolName, Signal, WorkerId};
use crate::tui::action::Action;
use crate::tui::figures::plural;
use crate::tui::hint::hint;
use crate::tui::offload::picture::{Hand, Mode, Order, Stage};
use crate::tui::place::Place;
use crate::tui::screen::Screen;
use crate::tui::update::Request;

/// How many workers the picture may have.
const MOST: u32 = 64;

/// Whether the deck has a picture to show.
pub(crate) fn is_offered(screen: &Screen) -> bool {
    screen.offload.picture.is_some()
}

/// Whether a key of another place has something to do in this view, too.
pub(crate) fn works_here(action: Action) -> bool {
    !matches!(
        action,
        Action::Open
            | Action::Filter
            | Action::Whole
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom
    )
}

/// What the view asks of the painter: what keys and the mouse ordered, and the size that there is room for.
pub(crate) fn ask(screen: &mut Screen) -> Vec<Request> {
    let room = screen.view.picture;
    let offload = &mut screen.offload;
    if let Some(picture) = &offload.picture
        && screen.place == Place::OffLoad
        && room.0 > 0
        && room.1 > 0
        && picture.size() != room
        && offload.told != room
    {
        offload.told = room;
        offload.orders.push_back(Order::Size(room));
    }
    if offload.is_still && !offload.told_still && offload.picture.is_some() {
        offload.told_still = true;
        offload.orders.push_back(Order::Still);
    }
    offload.orders.drain(..).map(Request::Paint).collect()
}

/// When the view moves next by itself, if it is on the screen.
pub(crate) fn step_at(screen: &Screen) -> Option<MonoTime> {
    let is_shown = screen.place == Place::OffLoad;
    screen.offload.step_at().filter(|_| is_shown)
}

/// Does what a key asked for; none where it is nothing of this view's own.
pub(crate) fn act(screen: &mut Screen, action: Action) -> Option<Vec<Request>> {
    let order = match action {
        Action::SwitchMode => Order::Switch,
        Action::PanLeft => Order::Move((-1, 0)),
        Action::PanRight => Order::Move((1, 0)),
        Action::Up => Order::Move((0, -1)),
        Action::Down => Order::Move((0, 1)),
        Action::ZoomIn => Order::Nearer,
        Action::ZoomOut => Order::Farther,
        Action::WholeSet => Order::Whole,
        Action::Tour => Order::Tour,
        Action::KillBusiest => return Some(kill_busiest(screen)),
        Action::Grow => return Some(scale(screen, true)),
        Action::Shrink => return Some(scale(screen, false)),
        action if !works_here(action) => return Some(Vec::new()),
        _ => return None,
    };
    screen.offload.orders.push_back(order);
    Some(Vec::new())
}

/// Kills a worker that computes, or else the one with the most load: from outside, as the system's killer of processes
/// would, so that the deck finds out by itself.
fn kill_busiest(screen: &mut Screen) -> Vec<Request> {
    let Some(id) = busiest(screen) else {
        let text = match mode(screen) {
            Some(Mode::Inside) => {
                let off_loads = hint(screen, Action::SwitchMode, "off-loads");
                format!("The parent computes by itself: there is no worker to kill{off_loads}")
            }
            _ => "No worker is there to be killed".to_owned(),
        };
        screen.say(text, false);
        return Vec::new();
    };
    let tile = if computing(screen).contains(&id) {
        "its tile goes to another worker"
    } else {
        "it had no tile"
    };
    screen.say(format!("{id} gets SIGKILL · {tile}"), false);
    vec![Request::Issue(Command::Signal {
        to: Address::Worker(id),
        signal: Signal::KILL,
    })]
}

fn mode(screen: &Screen) -> Option<Mode> {
    screen
        .offload
        .picture
        .as_ref()
        .map(|picture| picture.mode())
}

/// The workers that compute a tile.
fn computing(screen: &Screen) -> Vec<WorkerId> {
    let spots = screen
        .offload
        .picture
        .iter()
        .flat_map(|picture| picture.spots());
    spots
        .filter_map(|spot| match &spot.stage {
            Stage::Computing(Hand::Worker(id)) => Some(id.clone()),
            _ => None,
        })
        .collect()
}

fn busiest(screen: &Screen) -> Option<WorkerId> {
    let picture = screen.offload.picture.as_ref()?;
    let is_live = |id: &WorkerId| {
        let worker = screen.board.worker(id);
        worker.is_some_and(|worker| worker.state.is_live())
    };
    let computes = picture.spots().iter().find_map(|spot| match &spot.stage {
        Stage::Computing(Hand::Worker(id)) if is_live(id) => Some(id.clone()),
        _ => None,
    });
    if computes.is_some() || picture.mode() == Mode::Inside {
        return computes;
    }
    let pools = screen.offload.pools.iter();
    let workers = pools.filter_map(|pool| screen.board.pools.get(pool));
    let live = workers
        .flat_map(|pool| &pool.workers)
        .filter(|worker| worker.state.is_live());
    let load = |cpu: Option<f32>| cpu.unwrap_or(0.0);
    let most = live.max_by(|one, other| {
        load(one.sampled.cpu_percent).total_cmp(&load(other.sampled.cpu_percent))
    });
    most.map(|worker| worker.id.clone())
}

/// One worker more in the smaller pool, or one less in the larger one, so that they stay equals.
fn scale(screen: &mut Screen, is_more: bool) -> Vec<Request> {
    let sizes: Vec<(PoolName, u32)> = screen
        .offload
        .pools
        .iter()
        .map(|pool| (pool.clone(), screen.size_of(pool)))
        .collect();
    let all: u32 = sizes.iter().map(|(_, size)| size).sum();
    let chosen = if is_more {
        sizes.iter().min_by_key(|(_, size)| *size)
    } else {
        sizes.iter().max_by_key(|(_, size)| *size)
    };
    let Some((pool, size)) = chosen else {
        return Vec::new();
    };
    if (is_more && all >= MOST) || (!is_more && all <= 1) {
        let draw = if all == 1 { "draws" } else { "draw" };
        let text = format!(
            "{} {draw} · that is the limit",
            plural(all as usize, "worker")
        );
        screen.say(text, false);
        return Vec::new();
    }
    let size = if is_more { size + 1 } else { size - 1 };
    vec![screen.scale_to(pool.clone(), size)]
}

/// Takes what the mouse did: the wheel goes nearer and farther, a click brings what is there to the middle.
pub(crate) fn mouse(screen: &mut Screen, mouse: MouseEvent) {
    let area = screen.view.canvas;
    if !area.contains(Position::new(mouse.column, mouse.row)) {
        return;
    }
    let order = match mouse.kind {
        MouseEventKind::ScrollUp => Order::Nearer,
        MouseEventKind::ScrollDown => Order::Farther,
        MouseEventKind::Down(_) => {
            let right = i64::from(mouse.column) - i64::from(area.x + area.width / 2);
            let down = (i64::from(mouse.row) - i64::from(area.y + area.height / 2)) * 2;
            let side = screen
                .offload
                .picture
                .as_ref()
                .map_or(1, |picture| picture.side());
            let tiles = |pixels: i64| {
                let side = i64::from(side.max(1));
                (pixels + side / 2).div_euclid(side)
            };
            Order::Move((tiles(right), tiles(down)))
        }
        _ => return,
    };
    screen.offload.orders.push_back(order);
}
