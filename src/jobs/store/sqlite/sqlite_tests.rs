use std::fs;

use super::*;
use crate::jobs::{Progress, StoredJob};
use crate::model::{JobId, JobState, PoolName};
use crate::wire::Message;

const WALL: WallTime = WallTime(1_769_860_800_123);

fn open(folder: &Path) -> SqliteStore {
    let opening = SqliteStore::open(folder, WALL).unwrap();
    assert_eq!(opening.set_aside, None);
    opening.store
}

fn insert(n: u32, bytes: usize) -> Record {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    Record::Insert(Box::new(StoredJob {
        id: JobId::from_bytes(id),
        pool: PoolName::new("resize").unwrap(),
        payload: Message::parse(&format!("\"{}\"", "x".repeat(bytes))).unwrap(),
        key: None,
        priority: 5,
        created: WALL,
        progress: Progress::new(JobState::Ready, 4, None),
    }))
}

fn remove(record: &Record) -> Record {
    match record {
        Record::Insert(job) => Record::Remove(job.id),
        other => other.clone(),
    }
}

fn count(store: &mut SqliteStore) -> usize {
    store.load().unwrap().jobs.len()
}

fn limit_pages(store: &SqliteStore, pages: i64) {
    let connection = store.connection.as_ref().unwrap();
    connection
        .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
        .unwrap();
}

#[test]
fn a_full_database_keeps_nothing_of_a_batch_and_takes_it_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    store.commit(&[insert(1, 10)]).unwrap();
    limit_pages(&store, 20);
    let batch = [insert(2, 10), insert(3, 200_000)];

    let full = store.commit(&batch).unwrap_err();

    assert!(matches!(full, StoreError::Full { .. }), "{full}");
    assert_eq!(count(&mut store), 1);
    store.commit(&[insert(4, 10)]).unwrap();

    limit_pages(&store, 1_000_000);
    store.commit(&batch).unwrap();

    assert_eq!(count(&mut store), 4);
}

#[test]
fn a_connection_that_broke_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let batch = [insert(1, 10)];
    store.commit(&batch).unwrap();

    store.connection = None;
    store.commit(&batch).unwrap();
    store.commit(&[insert(2, 10)]).unwrap();

    assert_eq!(count(&mut store), 2);
    drop(store);
    assert_eq!(count(&mut open(folder.path())), 2);
}

#[test]
fn the_file_shrinks_when_its_jobs_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let large: Vec<_> = (0..100).map(|n| insert(n, 500_000)).collect();
    store.commit(&large).unwrap();
    let size = |store: SqliteStore| {
        drop(store);
        fs::metadata(folder.path().join("jobs.sqlite3"))
            .unwrap()
            .len()
    };
    let before = size(store);

    let mut store = open(folder.path());
    for gone in &large {
        store.commit(&[remove(gone)]).unwrap();
    }

    let after = size(store);
    assert!(before > 45 << 20, "{before}");
    assert!(after < 20 << 20, "{after}");
}

#[test]
fn the_log_stays_small_while_much_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());

    for n in 0..60 {
        store.commit(&[insert(n, 1_000_000)]).unwrap();
    }

    let log = fs::metadata(folder.path().join("jobs.sqlite3-wal")).unwrap();
    assert!(log.len() <= 16 << 20, "{}", log.len());
}
