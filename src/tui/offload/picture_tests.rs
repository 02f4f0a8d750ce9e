//! What becomes of tiles.

use std::time::Duration;

use super::*;
use crate::model::PoolName;

const CPU: Duration = Duration::from_millis(80);

fn at(millis: u64) -> MonoTime {
    MonoTime::from_start(Duration::from_millis(millis))
}

fn hand(number: u32) -> Hand {
    Hand::Worker(WorkerId::new(PoolName::new("rust").unwrap(), number))
}

/// Four by four tiles of eight by eight pixels.
fn picture() -> Picture {
    let mut picture = Picture::new(Effort {
        tiles: 16,
        work: 64,
        pause: Duration::from_secs(1),
    });
    picture.order(Order::Size((32, 32)));
    assert_eq!(picture.progress(), (0, 16));
    picture
}

fn draw(picture: &mut Picture, tile: &Tile, color: Rgb) {
    let pixels = vec![color; usize::from(tile.width) * usize::from(tile.height)];
    picture.began(tile, hand(1));
    picture.done(tile, &pixels, hand(1), (CPU, at(0)));
}

fn draw_all(picture: &mut Picture, color: Rgb) {
    while let Some(tile) = picture.give() {
        draw(picture, &tile, color);
    }
}

#[test]
fn tiles_are_given_away_once_and_from_the_middle_outwards() {
    let mut picture = picture();
    let given: Vec<Tile> = std::iter::from_fn(|| picture.give()).collect();

    assert_eq!(given.len(), 16);
    let place = |tile: &Tile| {
        let spot = picture.spots().iter().find(|spot| spot.tile == *tile);
        spot.unwrap().place
    };
    let inner = |(column, row): (u16, u16)| (1..=2).contains(&column) && (1..=2).contains(&row);
    assert!(given[..4].iter().all(|tile| inner(place(tile))));
    assert!(!given[4..].iter().any(|tile| inner(place(tile))));
}

#[test]
fn a_drawn_tile_is_where_it_belongs() {
    let mut picture = picture();
    let tile = picture.give().unwrap();
    draw(&mut picture, &tile, [9, 9, 9]);

    let red = (0..32_u16).flat_map(|row| (0..32_u16).map(move |column| (column, row)));
    let drawn: Vec<_> = red
        .filter(|place| picture.pixel(*place) == [9, 9, 9])
        .collect();
    assert_eq!(drawn.len(), 64);
    let (left, top) = drawn[0];
    assert!(left % 8 == 0 && top % 8 == 0);
    assert_eq!(drawn[63], (left + 7, top + 7));
    assert_eq!(picture.progress(), (1, 16));
}

#[test]
fn the_tile_of_a_killed_worker_comes_from_another_one() {
    let mut picture = picture();
    let tile = picture.give().unwrap();
    picture.began(&tile, hand(1));

    picture.lost(&tile, at(50));

    let spot = |picture: &Picture| {
        let mut spots = picture.spots().iter();
        spots.find(|spot| spot.tile == tile).cloned().unwrap()
    };
    assert_eq!(spot(&picture).lost, Some(at(50)));
    assert_eq!(
        spot(&picture).stage,
        Stage::Given,
        "the deck tries it again"
    );
    picture.began(&tile, hand(2));
    assert_eq!(spot(&picture).stage, Stage::Computing(hand(2)));
    draw(&mut picture, &tile, [1, 1, 1]);
    draw_all(&mut picture, [1, 1, 1]);
    assert_eq!(picture.progress(), (16, 16), "nothing is missing");
}

#[test]
fn a_tile_that_comes_back_is_given_away_again() {
    let mut picture = picture();
    let tile = picture.give().unwrap();
    picture.returned(&tile);
    assert_eq!(picture.give(), Some(tile));
}

#[test]
fn what_comes_after_the_picture_moved_on_is_not_drawn() {
    let mut picture = picture();
    let tile = picture.give().unwrap();
    picture.began(&tile, hand(1));

    picture.order(Order::Nearer);

    assert!(!picture.is_wanted(&tile));
    draw(&mut picture, &tile, [9, 9, 9]);
    assert_eq!(picture.progress().0, 0);
    assert!(!picture.pixels().contains(&[9, 9, 9]));
    assert_eq!(picture.total().tiles, 1, "but it was work");
}

#[test]
fn a_picture_that_is_moved_by_a_tile_keeps_what_it_has() {
    let mut picture = picture();
    draw_all(&mut picture, [9, 9, 9]);
    assert!(!picture.has_work());

    picture.order(Order::Move((1, 0)));

    assert_eq!(picture.progress(), (12, 16));
    assert_eq!(picture.pixel((23, 0)), [9, 9, 9]);
    assert_eq!(picture.pixel((24, 0)), UNKNOWN);
    draw_all(&mut picture, [8, 8, 8]);
    assert_eq!(picture.pixel((24, 31)), [8, 8, 8]);
}

#[test]
fn the_earlier_picture_shines_through_the_nearer_one() {
    let mut picture = picture();
    draw_all(&mut picture, [9, 9, 9]);
    picture.order(Order::Nearer);
    assert_eq!(picture.progress().0, 0);
    assert!(picture.pixels().iter().all(|pixel| *pixel == [9, 9, 9]));
}

#[test]
fn another_size_shows_the_same_place() {
    let mut picture = picture();
    picture.order(Order::Nearer);
    let middle = picture.plane.middle();
    picture.order(Order::Size((64, 40)));

    let off = (picture.plane.middle().0 - middle.0).abs();
    assert!(off <= picture.plane.step, "{off}");
    assert_eq!((picture.depth(), picture.size()), (1, (64, 40)));
}

#[test]
fn another_mode_makes_the_same_picture_again() {
    let mut picture = picture();
    draw_all(&mut picture, [9, 9, 9]);

    picture.order(Order::Switch);

    assert_eq!(picture.mode(), Mode::Inside);
    assert_eq!(picture.progress(), (0, 16));
    draw_all(&mut picture, [9, 9, 9]);
    picture.order(Order::Switch);
    assert_eq!(
        (picture.mode(), picture.has_work()),
        (Mode::OffLoaded, true)
    );
}

#[test]
fn the_tour_goes_on_after_a_pause_until_somebody_moves() {
    let mut picture = picture();
    assert!(!picture.beat(at(0)), "nothing is drawn yet");
    draw_all(&mut picture, [9, 9, 9]);
    assert!(!picture.beat(at(100)));
    assert!(!picture.beat(at(1000)));
    assert!(picture.beat(at(1100)));
    assert_eq!(picture.depth(), 1);

    picture.order(Order::Farther);
    draw_all(&mut picture, [9, 9, 9]);
    assert!(!picture.beat(at(2000)) && !picture.beat(at(9000)));
    assert_eq!(picture.sight(), None);

    picture.order(Order::Tour);
    assert!(picture.sight().is_some());
    assert!(picture.beat(at(9100)));
}

#[test]
fn a_new_size_does_not_stop_the_tour() {
    let mut picture = picture();
    picture.order(Order::Size((40, 40)));
    assert!(picture.sight().is_some());
    picture.order(Order::Still);
    assert!(picture.sight().is_none());
}

#[test]
fn without_motion_a_tour_shows_one_place_with_each_order() {
    let mut picture = picture();
    picture.order(Order::Still);
    let first = Tour::default().sight().depth();
    picture.order(Order::Tour);
    assert_eq!((picture.depth(), picture.sight()), (first, None));
    draw_all(&mut picture, [9, 9, 9]);
    assert!(!picture.beat(at(100)) && !picture.beat(at(99_000)));
    let before = picture.plane;
    picture.order(Order::Tour);
    assert!(picture.plane != before && picture.sight().is_none());
}
