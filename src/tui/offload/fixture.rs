//! A deck that draws: some tiles are there, some are being computed, one was lost.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{MonoTime, Runtime, State};
use crate::tui::fixture::{Fixture, pool, worker};
use crate::tui::offload::{Effort, Hand, Offload, Order, Picture, Studio};
use crate::tui::place::{self, Place};
use crate::tui::theme::Depth;

/// A deck with two workers of each kind, and a studio.
pub(crate) fn drawing() -> (Fixture, Studio) {
    let mut fixture = Fixture::new(&[("rust", 2), ("node", 2), ("primes", 1)]);
    fixture.screen.cores = 4;
    let effort = Effort {
        tiles: 30,
        work: 30 * 1000,
        pause: Duration::from_secs(1),
    };
    let studio = Studio::new(effort, vec![pool("rust"), pool("node")]);
    fixture.screen.offload = Offload::of(Some(&studio), Depth::True);
    for name in ["rust", "node"] {
        for number in 1..=2 {
            fixture.state(&worker(name, number), State::Ready);
        }
    }
    for (name, number, cpu) in [
        ("rust", 1, 98.0),
        ("rust", 2, 97.0),
        ("node", 1, 99.0),
        ("node", 2, 60.0),
    ] {
        fixture.load(&worker(name, number), &[40.0, cpu]);
    }
    for number in 1..=2 {
        let id = worker("rust", number);
        let pools = &mut fixture.screen.board.pools;
        let found = pools.get_mut(&id.pool).unwrap();
        found.workers[number as usize - 1].runtime = Some(Runtime::Forkdeck);
    }
    place::go(&mut fixture.screen, Place::OffLoad);
    (fixture, studio)
}

/// What is on the screen becomes what the studio has.
pub(crate) fn look(fixture: &mut Fixture, studio: &Studio) {
    fixture.screen.offload.picture = Some(studio.look());
}

/// Draws a screen of this size once, so that the studio learns it, and then all but the last eight tiles: four of them
/// are being computed, one of these for the second time.
pub(crate) fn half_done(fixture: &mut Fixture, studio: &Studio, size: (u16, u16)) -> String {
    drop(fixture.draw(size.0, size.1));
    studio.order(Order::Size(fixture.screen.view.picture));
    let now = fixture.screen.now.mono;
    studio.change(|picture| work(picture, now));
    look(fixture, studio);
    fixture.draw(size.0, size.1)
}

fn work(picture: &mut Picture, now: MonoTime) {
    let long_ago = MonoTime::ZERO;
    let all = picture.progress().1;
    for _ in 0..all - 8 {
        let tile = picture.give().unwrap();
        let hand = Hand::Worker(worker("rust", 1));
        picture.began(&tile, hand.clone());
        picture.done(
            &tile,
            &tile.draw().pixels,
            hand,
            (Duration::from_millis(80), long_ago),
        );
    }
    for (name, number) in [("rust", 1), ("node", 1), ("rust", 2), ("node", 2)] {
        let tile = picture.give().unwrap();
        if number == 2 {
            picture.lost(&tile, now);
        }
        if (name, number) != ("node", 2) {
            picture.began(&tile, Hand::Worker(worker(name, number)));
        }
    }
    let mut at = MonoTime::ZERO;
    for _ in 0..100 {
        at = at + Duration::from_millis(20);
        picture.note_loop(at, Duration::from_micros(300));
        picture.beat(at);
    }
}

/// The picture on the screen.
pub(crate) fn shown(fixture: &Fixture) -> Arc<Picture> {
    fixture.screen.offload.picture.clone().unwrap()
}
