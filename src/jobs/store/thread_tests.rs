use std::sync::mpsc;
use std::time::Duration;

use super::*;
use crate::jobs::Kept;
use crate::jobs::store::MemoryStore;
use crate::model::JobId;

const DEADLINE: Duration = Duration::from_secs(20);

/// Panics at a batch of two, fails at a batch of three, and keeps all others.
struct Moody {
    kept: MemoryStore,
    sizes: mpsc::Sender<usize>,
}

impl Store for Moody {
    fn load(&mut self) -> Result<Kept, StoreError> {
        self.kept.load()
    }

    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        self.sizes.send(batch.len()).unwrap();
        match batch.len() {
            2 => panic!("two is too many"),
            3 => Err(StoreError::Failed {
                reason: "three is worse".into(),
            }),
            _ => self.kept.commit(batch),
        }
    }
}

fn batch(size: u8) -> Vec<Record> {
    (0..size)
        .map(|n| Record::Remove(JobId::from_bytes([n; 16])))
        .collect()
}

fn start() -> (StoreThread, Receiver<Committed>, Receiver<usize>) {
    let (sizes, seen) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    let store = Moody {
        kept: MemoryStore::default(),
        sizes,
    };
    let thread = StoreThread::start(Box::new(store), move |committed| {
        tell.send(committed).unwrap();
    })
    .unwrap();
    (thread, told, seen)
}

#[test]
fn a_batch_comes_back_after_an_error_and_only_then() {
    let (thread, told, _seen) = start();

    thread.commit(batch(1));
    let kept = told.recv_timeout(DEADLINE).unwrap();
    thread.commit(batch(3));
    let failed = told.recv_timeout(DEADLINE).unwrap();

    assert!(kept.result.is_ok());
    assert_eq!(kept.batch, []);
    assert!(failed.result.is_err());
    assert_eq!(failed.batch, batch(3));
}

#[test]
fn a_panic_in_the_store_is_an_error_and_not_the_end() {
    let (thread, told, _seen) = start();

    thread.commit(batch(2));
    let panicked = told.recv_timeout(DEADLINE).unwrap();
    thread.commit(batch(1));
    let kept = told.recv_timeout(DEADLINE).unwrap();

    assert_eq!(
        panicked.result.unwrap_err().to_string(),
        "the store failed while it wrote: two is too many"
    );
    assert_eq!(panicked.batch, batch(2));
    assert!(kept.result.is_ok());
}

#[test]
fn dropping_it_lets_what_was_handed_over_finish() {
    let (thread, told, seen) = start();

    thread.commit(batch(1));
    thread.commit(batch(4));
    drop(thread);

    assert_eq!(seen.iter().collect::<Vec<_>>(), [1, 4]);
    assert!(told.iter().all(|committed| committed.result.is_ok()));
}
