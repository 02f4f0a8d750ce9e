//! The workers table with none, one, a hundred workers, at the sizes that are promised; and the header in few cells.

use insta::assert_snapshot;

use crate::model::{State, Stream};
use crate::tui::fixture::{Fixture, worker};
use crate::tui::jobs::fixture::one_of_each;

fn hundred() -> Fixture {
    let mut fixture = Fixture::new(&[("many", 100)]);
    for number in 1..=100 {
        fixture.state(&worker("many", number), State::Ready);
    }
    fixture.load(&worker("many", 50), &[10.0, 90.0]);
    fixture.press("c");
    fixture
}

#[test]
fn a_hundred_workers_by_cpu_at_120_by_40() {
    assert_snapshot!(hundred().draw(120, 40));
}

#[test]
fn a_hundred_workers_by_cpu_at_40_by_12() {
    assert_snapshot!(hundred().draw(40, 12));
}

#[test]
fn a_filtered_table_at_80_by_24() {
    let mut fixture = Fixture::busy();
    fixture.press("/ready");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn no_workers_at_40_by_12() {
    assert_snapshot!(Fixture::new(&[]).draw(40, 12));
}

#[test]
fn one_worker_with_all_columns_at_200_by_24() {
    let mut fixture = Fixture::new(&[("process", 1)]);
    let id = worker("process", 1);
    fixture.state(&id, State::Ready);
    fixture.load(&id, &[10.0, 40.0, 99.0]);
    let all = crate::tui::worker::Column::NAMES.iter();
    let all = all.filter_map(|name| crate::tui::worker::Column::from_name(name));
    fixture.screen.columns = Some(all.collect());
    assert_snapshot!(fixture.draw(200, 24));
}

#[test]
fn the_header_never_loses_what_the_deck_costs_while_there_is_room() {
    let mut fixture = Fixture::jobs_view(one_of_each());
    for width in [40, 60, 80, 100, 120, 160] {
        let text = fixture.draw(width, 24);
        let head = text.lines().next().unwrap();
        assert!(head.contains("thumbs") && head.contains("● 5"), "{head}");
        assert!(width < 60 || head.contains("deck 0.6%"), "{width}: {head}");
        assert!(
            head.contains("jobs ✔ 1204 ○ 48") || head.contains("48 queued"),
            "{head}"
        );
    }
    let wide = fixture.draw(160, 24);
    assert!(wide.contains("jobs 1,204 done  48 queued  4 active  2 dead"));
}

#[test]
fn a_long_name_gives_way_to_the_words_of_states_and_to_a_gap() {
    let mut fixture = Fixture::new(&[("process", 1)]);
    fixture.state(&worker("process", 1), State::Ready);
    fixture.load(&worker("process", 1), &[1.0]);
    for length in 4..90 {
        fixture.screen.board.deck.name = "n".repeat(length);
        for width in [80, 100, 120] {
            let text = fixture.draw(width, 24);
            let head = text.lines().next().unwrap();
            assert!(head.contains("● 1 ready  "), "{width}: {head}");
            assert!(head.contains("  deck 0.6%"), "{width}: {head}");
        }
    }
}

#[test]
fn queued_jobs_have_no_mark_of_stopped_workers() {
    let mut fixture = Fixture::jobs_view(one_of_each());
    for width in 20..160 {
        let text = fixture.draw(width, 24);
        let head = text.lines().next().unwrap();
        assert!(!head.contains('○') || head.contains("  jobs "), "{head}");
        assert!(width < 40 || head.contains("48"), "{width}: {head}");
    }
}

#[test]
fn a_worker_that_failed_says_what_its_program_did() {
    let mut fixture = Fixture::new(&[("process", 1)]);
    let id = worker("process", 1);
    fixture.log(&id, Stream::Stderr, b"Error: cannot connect");
    fixture.exit(&id);
    fixture.state(&id, State::Failed);
    let pools = &mut fixture.screen.board.pools;
    let worker = &mut pools.get_mut(&id.pool).unwrap().workers[0];
    let cause = worker.exits.last().unwrap().cause.clone();
    let reason = format!("5 restarts within 30 s, then {cause}");
    worker.reason = Some(reason.as_str().into());
    let told = format!("{reason}: Error: cannot connect");
    assert!(fixture.draw(140, 24).contains(&told), "{told}");
}

#[test]
fn the_smallest_screen_has_a_row() {
    let text = Fixture::busy().draw(20, 6);
    assert!(text.contains("resize/1"), "{text}");
    let text = Fixture::busy().draw(20, 5);
    assert_eq!(text.trim(), "Too small: forkdeck\nneeds 20 x 6 cells.");
}
