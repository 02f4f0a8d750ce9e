//! What keys do in the workers table.

use crate::model::{Direction, PoolName, State, Stream};
use crate::tui::fixture::{Fixture, pool, worker};
use crate::tui::rows::{self, Row};
use crate::tui::sort::Sort;
use crate::tui::worker::Column;

/// The names in the first column, from top to bottom.
fn names(fixture: &Fixture) -> Vec<String> {
    let screen = &fixture.screen;
    let count = rows::count(&screen.board, &screen.table);
    let rows = (0..count).filter_map(|index| rows::at(&screen.board, &screen.table, index));
    let name = |row| match row {
        Row::Pool(pool) => pool.to_string(),
        Row::Worker(id) => id.to_string(),
    };
    rows.map(name).collect()
}

#[test]
fn a_filter_leaves_workers_with_that_name_or_state() {
    let mut fixture = Fixture::busy();

    fixture.press("/stall");

    assert_eq!(names(&fixture), ["resize", "resize/3"]);
    assert!(fixture.draw(80, 24).contains("filter: stall▌"));
    fixture.press("\n");
    assert!(fixture.draw(80, 24).contains(" filter: stall "));
    fixture.press("\u{1b}/FETCH\u{1b}/fetch\n");
    assert_eq!(names(&fixture), ["fetch", "fetch/1", "fetch/2"]);
    fixture.press("\u{1b}");
    assert_eq!(names(&fixture).len(), 9);
}

#[test]
fn what_is_sought_is_shown_in_a_folded_pool_too() {
    let mut fixture = Fixture::busy();
    fixture.press("H/resize/3\n");
    assert_eq!(names(&fixture), ["resize", "resize/3"]);

    fixture.press("\u{1b}");

    assert_eq!(names(&fixture), ["resize", "fetch", "mail/1"]);
}

#[test]
fn a_filter_that_nothing_contains_says_how_to_leave_it() {
    let mut fixture = Fixture::busy();
    fixture.press("/nothing\n");
    assert!(names(&fixture).is_empty());
    assert!(fixture.draw(80, 24).contains("Esc shows all"));
    fixture.press("\u{1b}");
    assert!(fixture.screen.selected.is_some());
}

#[test]
fn every_column_sorts_in_both_directions() {
    let mut fixture = Fixture::busy();
    let count = names(&fixture).len();
    for name in Column::NAMES {
        let sort = Sort::by(Column::from_name(name).unwrap());
        for sort in [sort, sort.reversed()] {
            fixture.screen.table.sort = Some(sort);
            fixture.screen.settle();
            assert_eq!(names(&fixture).len(), count, "{name}");
        }
    }
}

#[test]
fn a_sorted_column_is_turned_and_left() {
    let mut fixture = Fixture::new(&[("b", 1), ("a", 2)]);
    for (name, number, cpu) in [("b", 1, 50.0), ("a", 1, 10.0), ("a", 2, 20.0)] {
        let id = worker(name, number);
        fixture.state(&id, State::Ready);
        fixture.load(&id, &[cpu]);
    }
    fixture.press("o");
    assert_eq!(names(&fixture), ["a", "a/1", "a/2", "b/1"]);
    fixture.press("O");
    assert_eq!(names(&fixture), ["b/1", "a", "a/2", "a/1"]);
    fixture.press("<c");
    assert_eq!(names(&fixture), ["b/1", "a", "a/2", "a/1"]);
    fixture.press("O");
    assert!(fixture.draw(100, 24).contains("cpu(c)▲"));
    assert_eq!(names(&fixture), ["a", "a/1", "a/2", "b/1"]);
    fixture.press("c");
    assert_eq!(names(&fixture), ["b/1", "a", "a/1", "a/2"]);
}

#[test]
fn all_pools_fold_and_unfold() {
    let mut fixture = Fixture::busy();
    fixture.press("H");
    assert_eq!(names(&fixture), ["resize", "fetch", "mail/1"]);
    assert_eq!(fixture.screen.selected, Some(Row::Pool(pool("resize"))));
    fixture.press("L");
    assert_eq!(names(&fixture).len(), 9);
}

#[test]
fn a_folded_pool_tells_of_what_its_workers_say() {
    let mut fixture = Fixture::busy();
    fixture.press("GH");
    fixture.message(&worker("fetch", 2), Direction::In, "1", None);
    assert!(fixture.draw(80, 24).contains("◆ ▸ fetch ×2"));
    fixture.log(&worker("fetch", 2), Stream::Stderr, b"oh");
    assert!(fixture.draw(80, 24).contains("! ▸ fetch ×2"));
}

#[test]
fn cpu_is_shown_as_a_share_of_the_machine() {
    let mut fixture = Fixture::busy();
    assert!(fixture.draw(120, 40).contains("cpu 410% of 800%"));
    fixture.press("%");
    let text = fixture.draw(120, 40);
    assert!(text.contains("cpu 51% of 8 cores"), "{text}");
    assert!(text.contains(" 1.1%") && text.contains(" 49%"), "{text}");
}

#[test]
fn the_config_chooses_columns_but_never_without_name_state_and_cpu() {
    let mut fixture = Fixture::busy();
    let names = ["uptime", "runtime", "state", "memory"];
    let columns = names.map(|name| Column::from_name(name).unwrap());
    fixture.screen.columns = Some(columns.into());
    let text = fixture.draw(120, 40);
    let head = text.lines().nth(2).unwrap();
    let titles: Vec<&str> = head.split_whitespace().collect();
    assert_eq!(
        titles,
        [
            "│", "worker", "state", "cpu(c)", "·", "last", "58", "s", "up", "runtime", "mem│"
        ]
    );
}

#[test]
fn a_thousand_workers_are_counted_not_gathered() {
    let mut fixture = Fixture::new(&[("many", 1000), ("few", 1)]);
    for number in [1, 500, 1000] {
        fixture.state(&worker("many", number), State::Ready);
    }
    fixture.press("G");
    let few = PoolName::new("few").unwrap();
    assert_eq!(fixture.screen.selected.as_ref().map(Row::pool), Some(&few));
    fixture.press("/ready\n");
    assert_eq!(names(&fixture), ["many", "many/1", "many/500", "many/1000"]);
    assert!(fixture.draw(120, 40).contains("many/1000"));
}
