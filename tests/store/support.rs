//! Records to keep, and stores to keep them in.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use forkdeck::jobs::store::{Opening, SqliteStore, Store, StoreError};
use forkdeck::jobs::{Kept, Progress, Record, StoredJob};
use forkdeck::model::{JobId, JobState, PoolName, WallTime};
use forkdeck::wire::Message;

pub const WALL: WallTime = WallTime(1_769_860_800_123);

pub fn pool() -> PoolName {
    PoolName::new("resize").unwrap()
}

pub fn id(n: u64) -> JobId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    JobId::new(WallTime(WALL.0 + i64::try_from(n).unwrap()), random)
}

pub fn job(n: u64, payload: &str) -> StoredJob {
    StoredJob {
        id: id(n),
        pool: pool(),
        payload: Message::parse(payload).unwrap(),
        key: None,
        priority: 5,
        created: WallTime(WALL.0 + i64::try_from(n).unwrap()),
        progress: Progress::new(JobState::Ready, 4, None),
    }
}

pub fn insert(n: u64, payload: &str) -> Record {
    Record::Insert(Box::new(job(n, payload)))
}

pub fn done(n: u64) -> Record {
    let mut progress = Progress::new(JobState::Done, 4, None);
    progress.attempts = 1;
    progress.result = Some(Message::parse("{\"ok\":true}").unwrap());
    Record::Update {
        job: id(n),
        progress: Box::new(progress),
    }
}

pub fn key(n: u64) -> Record {
    Record::Key {
        pool: pool(),
        key: Arc::from(format!("key-{n}")),
        job: id(n),
        until: WALL,
    }
}

pub fn try_open(folder: &Path) -> Result<Opening, StoreError> {
    SqliteStore::open(folder, WALL)
}

/// Opens a store that is to be sound.
pub fn open(folder: &Path) -> SqliteStore {
    let opening = try_open(folder).unwrap();
    assert_eq!(opening.set_aside, None);
    opening.store
}

pub fn load(folder: &Path) -> Kept {
    open(folder).load().unwrap()
}

/// Copies the files of a folder into another one.
pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Numbers that look random and are the same in each run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(bound).unwrap()).unwrap()
    }
}
