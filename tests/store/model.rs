//! Whatever is written, the durable store holds what the one in memory holds.

use std::sync::Arc;
use std::time::Duration;

use forkdeck::jobs::store::{Change, MemoryStore, Store, coalesce};
use forkdeck::jobs::{Progress, Record, StoredJob};
use forkdeck::model::{Cause, JobId, JobState, PoolName, WallTime, WorkerId};
use forkdeck::wire::Message;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::support::open;

/// Few enough to meet again.
fn ids() -> impl Strategy<Value = JobId> {
    (0_u8..12).prop_map(|n| JobId::from_bytes([n; 16]))
}

fn pools() -> impl Strategy<Value = PoolName> {
    prop_oneof![Just("resize"), Just("größe.2")].prop_map(|name| PoolName::new(name).unwrap())
}

fn texts() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![Just("a".to_owned()), Just("b\0'\"".to_owned()), ".{0,8}"].prop_map(Arc::from)
}

fn times() -> impl Strategy<Value = WallTime> {
    any::<i64>().prop_map(WallTime)
}

fn durations() -> impl Strategy<Value = Duration> {
    (0..u64::MAX / 2).prop_map(Duration::from_micros)
}

fn messages() -> impl Strategy<Value = Message> {
    prop_oneof![
        Just("null".to_owned()),
        Just(r#"{"b":1.50,"a":"\u0000ü"}"#.to_owned()),
        (60_000_usize..70_000).prop_map(|length| format!("[\"{}\"]", "x".repeat(length))),
        any::<u32>().prop_map(|n| n.to_string()),
    ]
    .prop_map(|text| Message::parse(&text).unwrap())
}

fn workers() -> impl Strategy<Value = WorkerId> {
    (pools(), any::<u32>()).prop_map(|(pool, number)| WorkerId::new(pool, number))
}

fn causes() -> impl Strategy<Value = Cause> {
    (any::<u32>(), option::of(workers()), times(), texts()).prop_map(
        |(attempt, worker, at, error)| Cause {
            attempt,
            worker,
            at,
            error,
        },
    )
}

fn progress() -> impl Strategy<Value = Progress> {
    let counts = any::<(u32, u32, u32)>();
    let state = proptest::sample::select(JobState::ALL.to_vec());
    let moments = [(); 3].map(|()| option::of(times()));
    let spans = [(); 2].map(|()| option::of(durations()));
    let outcome = (
        option::of(workers()),
        option::of(messages()),
        vec(causes(), 0..3),
    );
    (counts, state, moments, spans, outcome).prop_map(
        |((attempts, max_attempts, kills), state, moments, spans, outcome)| Progress {
            state,
            attempts,
            max_attempts,
            kills,
            due: moments[0],
            started: moments[1],
            finished: moments[2],
            worker: outcome.0,
            result: outcome.1,
            causes: outcome.2,
            wait: spans[0],
            run: spans[1],
        },
    )
}

fn jobs() -> impl Strategy<Value = StoredJob> {
    (
        (ids(), pools(), messages()),
        (option::of(texts()), any::<u8>(), times(), progress()),
    )
        .prop_map(
            |((id, pool, payload), (key, priority, created, progress))| StoredJob {
                id,
                pool,
                payload,
                key,
                priority,
                created,
                progress,
            },
        )
}

fn records() -> impl Strategy<Value = Record> {
    prop_oneof![
        4 => jobs().prop_map(|job| Record::Insert(Box::new(job))),
        4 => (ids(), progress()).prop_map(|(job, progress)| Record::Update {
            job,
            progress: Box::new(progress),
        }),
        2 => ids().prop_map(Record::Remove),
        1 => (pools(), texts(), ids(), times()).prop_map(|(pool, key, job, until)| Record::Key {
            pool,
            key,
            job,
            until,
        }),
        1 => (pools(), texts()).prop_map(|(pool, key)| Record::ForgetKey { pool, key }),
        1 => (pools(), any::<bool>()).prop_map(|(pool, paused)| Record::Paused { pool, paused }),
    ]
}

fn record_of(change: Change<'_>) -> Record {
    match change {
        Change::Insert(job, progress) => Record::Insert(Box::new(StoredJob {
            progress: progress.clone(),
            ..job.clone()
        })),
        Change::Update(job, progress) => Record::Update {
            job,
            progress: Box::new(progress.clone()),
        },
        Change::Remove(job) => Record::Remove(job),
        Change::Key(pool, key, job, until) => Record::Key {
            pool: pool.clone(),
            key: Arc::clone(key),
            job,
            until,
        },
        Change::ForgetKey(pool, key) => Record::ForgetKey {
            pool: pool.clone(),
            key: Arc::clone(key),
        },
        Change::Paused(pool, paused) => Record::Paused {
            pool: pool.clone(),
            paused,
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_durable_store_holds_what_the_one_in_memory_holds(
        batches in vec((vec(records(), 0..12), any::<bool>(), any::<bool>()), 1..10)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut model = MemoryStore::default();
        let mut store = open(folder.path());

        for (batch, is_given_twice, is_reopened) in &batches {
            for _ in 0..=u8::from(*is_given_twice) {
                model.commit(batch).unwrap();
                store.commit(batch).unwrap();
            }
            if *is_reopened {
                drop(store);
                store = open(folder.path());
                prop_assert_eq!(store.load().unwrap(), model.kept());
            }
        }

        prop_assert_eq!(store.load().unwrap(), model.kept());
        drop(store);
        prop_assert_eq!(open(folder.path()).load().unwrap(), model.kept());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_coalesced_batch_leaves_what_the_batch_leaves(
        before in vec(records(), 0..12),
        batch in vec(records(), 0..24),
    ) {
        let mut whole = MemoryStore::default();
        whole.commit(&before).unwrap();
        let mut coalesced = whole.clone();

        whole.commit(&batch).unwrap();
        let changes: Vec<_> = coalesce(&batch).into_iter().map(record_of).collect();
        coalesced.commit(&changes).unwrap();

        prop_assert_eq!(coalesced.kept(), whole.kept());
        prop_assert!(changes.len() <= batch.len());
    }
}
