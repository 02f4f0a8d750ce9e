//! What the board makes of events.

use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::model::{
    Dropped, DroppedWhat, Incarnation, LogLine, Logs, Noted, Now, PoolChanged, Stream, WallTime,
};

fn board() -> Board {
    let mut board = Board::new("test", 1);
    board.add_pool(PoolName::new("a").unwrap(), None, "a".into());
    resize(&mut board, 3);
    board
}

fn resize(board: &mut Board, instances: u32) {
    let changed = PoolChanged::sized(PoolName::new("a").unwrap(), instances);
    board.apply(&Stamped {
        now: Now::default(),
        event: Event::Pool(changed),
    });
}

#[test]
fn a_smaller_pool_loses_its_highest_workers() {
    let mut board = board();
    resize(&mut board, 1);
    let numbers: Vec<u32> = board.workers().map(|worker| worker.id.number).collect();
    assert_eq!(numbers, [1]);
}

fn apply(board: &mut Board, event: Event) {
    board.apply(&Stamped {
        now: Now::default(),
        event,
    });
}

fn line(worker: &WorkerId, order: u64) -> Event {
    let line = LogLine {
        at: WallTime::default(),
        incarnation: Incarnation(1),
        order,
        stream: Stream::Stdout,
        bytes: Bytes::from_static(b"a line"),
        cut: 0,
    };
    Event::Logs(Logs {
        worker: worker.clone(),
        incarnation: Incarnation(1),
        lines: Arc::from([line]),
    })
}

fn dropped(worker: &WorkerId, count: u64) -> Event {
    Event::Dropped(Dropped {
        worker: worker.clone(),
        what: DroppedWhat::Log,
        count,
    })
}

#[test]
fn what_was_dropped_is_noted_where_it_was_dropped() {
    let mut board = board();
    let [one, other] = [1, 2].map(|number| WorkerId::new(PoolName::new("a").unwrap(), number));
    apply(&mut board, line(&one, 1));
    apply(&mut board, dropped(&one, 12_000));
    apply(&mut board, dropped(&one, 34));
    apply(&mut board, line(&other, 2));
    apply(&mut board, line(&one, 3));
    apply(&mut board, line(&other, 4));
    apply(&mut board, dropped(&one, 5));

    let view = board.worker(&one).unwrap();
    let notes: Vec<_> = view
        .notes
        .iter()
        .map(|note| (note.after, note.what.clone()))
        .collect();
    assert_eq!(notes, [(1, Noted::Dropped(12_034)), (4, Noted::Dropped(5))]);
    assert_eq!((view.logs.len(), view.dropped_lines), (2, 12_039));
}

#[test]
fn a_rolling_restart_is_shown_while_there_is_one() {
    let mut board = board();
    let name = PoolName::new("a").unwrap();
    let rolling = |worker: Option<u32>, restarted| RollingChanged {
        pool: name.clone(),
        worker: worker.map(|number| WorkerId::new(name.clone(), number)),
        restarted,
        of: 3,
        error: None,
    };

    apply(&mut board, Event::Rolling(rolling(Some(2), 1)));
    assert_eq!(board.pools[&name].rolling, Some(rolling(Some(2), 1)));

    apply(&mut board, Event::Rolling(rolling(None, 3)));
    assert_eq!(board.pools[&name].rolling, None);
}

#[test]
fn an_event_of_a_removed_worker_changes_nothing() {
    let mut board = board();
    let worker = WorkerId::new(PoolName::new("a").unwrap(), 9);
    let event = Event::Dropped(Dropped {
        worker,
        what: DroppedWhat::Log,
        count: 1,
    });
    board.apply(&Stamped {
        now: Now::default(),
        event,
    });
    assert!(board.workers().all(|worker| worker.dropped_lines == 0));
}
