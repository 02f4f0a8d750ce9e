//! Routes: messages of one pool that are passed on to another.
//!
//! Owns what the routes are and how much went along each; bounded by the mailboxes and queues at their ends, and by
//! [`MOST_HOPS`] along the way. Takes nothing away from other views of a message. Called by `machine`.

use crate::model::{DeckSpec, Forwarded, PoolName, RouteForm, WorkerId};
use crate::supervisor::Effect;
use crate::supervisor::machine::Machine;
use crate::supervisor::roster::{Pool, Roster};
use crate::supervisor::turn::{Heard, Returned, Slot, Turn};
use crate::supervisor::waits::Asker;
use crate::wire::{Message, Pointer, canonical};

/// How many routes a message goes along at the most, one after the other.
const MOST_HOPS: u8 = 16;

/// All routes in config order.
#[derive(Debug, Default)]
pub(super) struct Routes {
    routes: Vec<Route>,
    /// Of each pool in config order, whether a route leaves it.
    leaves: Vec<bool>,
}

#[derive(Debug)]
struct Route {
    from: Option<usize>,
    /// The values that a message has at these places, each in the form in which equal ones are equal bytes.
    when: Vec<(Pointer, Box<[u8]>)>,
    pool: PoolName,
    to: Option<usize>,
    form: RouteForm,
    back: bool,
    count: u64,
    refused: u64,
}

/// A message on its way along a route.
#[derive(Clone, Copy, Debug)]
struct Way<'a> {
    route: usize,
    from: Slot,
    message: &'a Message,
    hops: u8,
}

impl Routes {
    /// The routes of a deck.
    pub(super) fn new(spec: &DeckSpec, roster: &Roster) -> Self {
        let place = |name| roster.find_pool(name).ok();
        let routes = spec.routes.iter().map(|route| Route {
            from: place(&route.from),
            when: route
                .when
                .iter()
                .map(|(pointer, value)| (pointer.clone(), canonical(&value.to_string())))
                .collect(),
            pool: route.to.clone(),
            to: place(&route.to),
            form: route.form,
            back: route.back,
            count: 0,
            refused: 0,
        });
        let routes: Vec<Route> = routes.collect();
        let leaves = |(place, _)| routes.iter().any(|route| route.from == Some(place));
        let leaves = roster.pools().enumerate().map(leaves).collect();
        Self { routes, leaves }
    }

    /// Whether any route leaves a pool.
    pub(super) fn leave(&self, pool: usize) -> bool {
        self.leaves.get(pool).is_some_and(|leaves| *leaves)
    }

    /// How many messages went along each route, and how many were refused.
    pub(super) fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        self.routes.iter().map(|route| (route.count, route.refused))
    }

    /// A message that had gone along a route was refused in the end.
    pub(super) fn refuse(&mut self, route: usize) {
        if let Some(route) = self.routes.get_mut(route) {
            route.count = route.count.saturating_sub(1);
            route.refused += 1;
        }
    }
}

impl Route {
    fn takes(&self, pool: usize, message: &Message) -> bool {
        let has = |(pointer, value): &(Pointer, Box<[u8]>)| {
            let found = pointer.find(message);
            found.is_some_and(|found| canonical(found) == *value)
        };
        self.from == Some(pool) && self.when.iter().all(has)
    }
}

impl Machine {
    /// Passes on what a worker sent, and what others owed an answer to.
    pub(super) fn forward(&mut self, turn: &mut Turn<'_>, from: Slot) {
        for Heard { message, hops } in turn.heard.take().unwrap_or_default() {
            for route in 0..self.routes.routes.len() {
                let way = Way {
                    route,
                    from,
                    message: &message,
                    hops,
                };
                self.go(turn, way);
            }
        }
        for Returned { to, message, hops } in std::mem::take(&mut turn.returned) {
            self.bring_back(turn, to, message, hops);
        }
    }

    fn go(&mut self, turn: &mut Turn<'_>, way: Way<'_>) {
        let Some(route) = self.routes.routes.get(way.route) else {
            return;
        };
        if !route.takes(way.from.pool, way.message) {
            return;
        }
        let (form, back, to) = (route.form, route.back, route.to);
        let is_taken = way.hops < MOST_HOPS
            && match form {
                RouteForm::Message => self.pass_on(turn, way, to, back),
                RouteForm::Job => self.make_job(turn, way, back),
            };
        if let Some(route) = self.routes.routes.get_mut(way.route) {
            route.count += u64::from(is_taken);
            route.refused += u64::from(!is_taken);
        }
    }

    fn pass_on(
        &mut self,
        turn: &mut Turn<'_>,
        way: Way<'_>,
        to: Option<usize>,
        back: bool,
    ) -> bool {
        let pool = to.and_then(|place| self.roster.pool_mut(place));
        let slot = pool.and_then(Pool::least_busy);
        let Some(worker) = slot.and_then(|slot| self.roster.worker_mut(slot)) else {
            return false;
        };
        let asker = back.then_some(Asker::Worker(way.from));
        worker
            .deliver(turn, way.message.detached(), asker, way.hops + 1)
            .is_ok()
    }

    fn make_job(&self, turn: &mut Turn<'_>, way: Way<'_>, back: bool) -> bool {
        let route = self.routes.routes.get(way.route);
        let (Some(route), Some(origin)) = (route, self.roster.worker(way.from)) else {
            return false;
        };
        turn.push(Effect::Forward(Forwarded {
            route: way.route,
            pool: route.pool.clone(),
            message: way.message.detached().without_handle(),
            origin: origin.id.clone(),
            hops: way.hops + 1,
            back,
        }));
        true
    }

    /// The answer to a job that a route had made.
    pub(super) fn take_back(
        &mut self,
        turn: &mut Turn<'_>,
        to: &WorkerId,
        message: Message,
        hops: u8,
    ) {
        if let Some(slot) = self.roster.slot(to) {
            self.bring_back(turn, slot, message, hops);
        }
    }

    /// An answer to who sent the message; one that its mailbox does not take is lost, counted.
    fn bring_back(&mut self, turn: &mut Turn<'_>, to: Slot, message: Message, hops: u8) {
        if let Some(worker) = self.roster.worker_mut(to)
            && worker.deliver(turn, message, None, hops).is_err()
        {
            worker.tell_dropped(turn, 1);
        }
    }
}
