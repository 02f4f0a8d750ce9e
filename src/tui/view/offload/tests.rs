//! The off-load view, drawn.

use std::time::Duration;

use insta::assert_snapshot;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::tui::action::Action;
use crate::tui::ascii;
use crate::tui::fixture::Fixture;
use crate::tui::keymap::{Keymap, parse};
use crate::tui::offload::fixture::{drawing, half_done, look, shown};
use crate::tui::offload::{Hand, Order, Stage};
use crate::tui::theme::{Depth, Look, Theme, ThemeName, ThemeSpec, contrast};
use crate::tui::view::offload::canvas::ink;
use crate::tui::view::render;

/// A picture in the making on a terminal without colours, where its text says most.
fn plain(size: (u16, u16)) -> String {
    let (mut fixture, studio) = drawing();
    fixture.screen.theme = Theme::new(false);
    fixture.screen.offload.depth = Depth::None;
    half_done(&mut fixture, &studio, size)
}

fn buffer(fixture: &mut Fixture, size: (u16, u16)) -> Buffer {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    render(&mut fixture.screen, area, &mut buffer);
    buffer
}

#[test]
fn a_picture_in_the_making_at_120_by_40() {
    assert_snapshot!(plain((120, 40)));
}

#[test]
fn a_picture_in_the_making_at_80_by_24() {
    assert_snapshot!(plain((80, 24)));
}

#[test]
fn a_picture_in_the_making_at_40_by_12() {
    assert_snapshot!(plain((40, 12)));
}

#[test]
fn the_parent_computes_by_itself_at_80_by_24() {
    let (mut fixture, studio) = drawing();
    fixture.screen.theme = Theme::new(false);
    fixture.screen.offload.depth = Depth::None;
    fixture.screen.offload.is_ascii = true;
    half_done(&mut fixture, &studio, (80, 24));
    studio.order(Order::Switch);
    studio.change(|picture| {
        let tile = picture.give().unwrap();
        picture.began(&tile, Hand::Parent);
        let now = fixture.screen.now.mono;
        picture.note_loop(now, Duration::from_millis(82));
        fixture
            .screen
            .offload
            .framed(now, Duration::from_millis(84));
    });
    look(&mut fixture, &studio);
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn the_whole_screen_is_for_the_picture_when_it_is_zoomed() {
    let (mut fixture, studio) = drawing();
    fixture.press("z");
    let text = half_done(&mut fixture, &studio, (120, 40));

    assert_eq!(fixture.screen.view.picture, (120, 74));
    assert!(text.contains("off-loaded") && !text.contains("Workers"));
}

#[test]
fn a_tile_is_edged_in_its_workers_colour() {
    let (mut fixture, studio) = drawing();
    half_done(&mut fixture, &studio, (120, 40));
    let picture = shown(&fixture);
    let (spot, hand) = picture
        .spots()
        .iter()
        .find_map(|spot| match &spot.stage {
            Stage::Computing(hand) if spot.lost.is_none() => Some((spot, hand)),
            _ => None,
        })
        .unwrap();
    let canvas = fixture.screen.view.canvas;
    let (column, row) = (
        spot.place.0 * picture.side(),
        spot.place.1 * picture.side() / 2,
    );

    let drawn = buffer(&mut fixture, (120, 40));

    let cell = &drawn[(canvas.x + column, canvas.y + row)];
    let [red, green, blue] = ink(&fixture.screen, hand);
    // Two pixels of one colour are a blank.
    let Color::Rgb(r, g, b) = cell.bg else {
        panic!("{cell:?}");
    };
    for (is, wanted) in [(r, red), (g, green), (b, blue)] {
        assert!(is.abs_diff(wanted) < 40, "{cell:?}");
    }
}

#[test]
fn a_toast_leaves_the_picture_as_it_is() {
    let (mut fixture, studio) = drawing();
    half_done(&mut fixture, &studio, (120, 40));
    let before = fixture.screen.view.picture;
    fixture.screen.say("rust/1 gets SIGKILL", false);
    let text = fixture.draw(120, 40);
    assert_eq!(fixture.screen.view.picture, before);
    assert!(text.contains("● rust/1 gets SIGKILL"), "{text}");
}

#[test]
fn few_colours_are_enough() {
    let (mut fixture, studio) = drawing();
    // What has a colour then is the picture.
    fixture.screen.theme = Theme::plain();
    half_done(&mut fixture, &studio, (80, 24));
    for depth in [Depth::Indexed, Depth::Sixteen] {
        fixture.screen.offload.depth = depth;
        let drawn = buffer(&mut fixture, (80, 24));
        let is_rgb = |color: Color| matches!(color, Color::Rgb(..));
        assert!(
            !drawn
                .content()
                .iter()
                .any(|cell| is_rgb(cell.fg) || is_rgb(cell.bg))
        );
    }
}

#[test]
fn without_colours_no_cell_has_one() {
    let (mut fixture, studio) = drawing();
    fixture.screen.theme = Theme::new(false);
    fixture.screen.offload.depth = Depth::None;
    half_done(&mut fixture, &studio, (120, 40));

    let drawn = buffer(&mut fixture, (120, 40));

    let plain = |color: Color| color == Color::Reset;
    assert!(
        drawn
            .content()
            .iter()
            .all(|cell| plain(cell.fg) && plain(cell.bg))
    );
}

#[test]
fn any_size_can_be_drawn() {
    let (mut fixture, studio) = drawing();
    for size in [(20, 5), (64, 16), (65, 17), (300, 100), (40, 12), (120, 6)] {
        drop(fixture.draw(size.0, size.1));
        studio.order(Order::Size(fixture.screen.view.picture));
        look(&mut fixture, &studio);
        assert!(!fixture.draw(size.0, size.1).is_empty());
    }
}

#[test]
fn a_terminal_with_ascii_alone_gets_nothing_else() {
    let (mut fixture, studio) = drawing();
    fixture.screen.offload.is_ascii = true;
    half_done(&mut fixture, &studio, (120, 40));
    let mut drawn = buffer(&mut fixture, (120, 40));

    ascii::reduce(&mut drawn);

    let symbols: String = drawn.content().iter().map(Cell::symbol).collect();
    assert!(symbols.is_ascii());
    // Only the help has one of its own.
    assert_eq!(symbols.matches('?').count(), 1, "{symbols}");
}

#[test]
fn what_keeps_still_does_not_fade() {
    let (mut fixture, studio) = drawing();
    fixture.screen.offload.is_still = true;
    half_done(&mut fixture, &studio, (120, 40));
    let mut after = |millis| {
        let now = fixture.screen.now;
        fixture.screen.now.mono = now.mono + Duration::from_millis(millis);
        let canvas = fixture.screen.view.canvas;
        let drawn = buffer(&mut fixture, (120, 40));
        fixture.screen.now = now;
        let rows = (canvas.y..canvas.bottom())
            .flat_map(|y| (canvas.x..canvas.right()).map(move |x| (x, y)));
        rows.map(|at| drawn[at].clone()).collect::<Vec<Cell>>()
    };

    assert!(after(100) == after(2000), "nothing changed meanwhile");
    assert!(after(100) != after(2600), "it is red no more");
}

#[test]
fn its_hints_name_the_keys_in_force() {
    let (mut fixture, studio) = drawing();
    let bound = [
        (Action::SwitchMode, "F7"),
        (Action::Tour, "F8"),
        (Action::ZoomIn, "F9"),
        (Action::Deck, "F10"),
    ];
    let bound = bound.map(|(action, key)| (action, vec![parse(key).unwrap()]));
    fixture.screen.keymap = Keymap::with(&bound);
    let text = half_done(&mut fixture, &studio, (120, 40));
    for hint in [
        "F7 switches",
        "F8 stays",
        "[ F9 zoom",
        "F7   the same work inside the parent",
        "1 more do other work · F10 shows them",
    ] {
        assert!(text.contains(hint), "{hint}: {text}");
    }
}

#[test]
fn numbers_say_what_they_are_and_stand_apart() {
    let (mut fixture, studio) = drawing();
    let text = half_done(&mut fixture, &studio, (120, 40));
    assert!(text.contains("loop p99 0.3ms") && text.contains("worst of a second"));
    assert!(text.contains("all of them, of 4 cores"), "{text}");
    let text = half_done(&mut fixture, &studio, (80, 24));
    let row = text.lines().find(|line| line.contains("● rust/1")).unwrap();
    assert!(row.contains(" █") && row.ends_with(" │"), "{row}");
}

#[test]
fn names_of_workers_can_be_read_on_a_light_background() {
    let (mut fixture, studio) = drawing();
    let spec = ThemeSpec {
        name: Some(ThemeName::Light),
        ..ThemeSpec::default()
    };
    let variable = |name: &str| (name == "COLORTERM").then(|| "truecolor".into());
    fixture.screen.theme = Look::new(spec, true, &variable).theme();
    half_done(&mut fixture, &studio, (120, 40));

    let buffer = buffer(&mut fixture, (120, 40));

    let light = buffer.content.iter().filter(|cell| {
        let Color::Rgb(red, green, blue) = cell.fg else {
            return false;
        };
        // Where nothing else lies behind, the terminal's own background does.
        let is_text = cell.symbol().starts_with(char::is_alphanumeric);
        is_text && cell.bg == Color::Reset && contrast([red, green, blue], [250; 3]) < 4.5
    });
    assert_eq!(light.count(), 0);
}
