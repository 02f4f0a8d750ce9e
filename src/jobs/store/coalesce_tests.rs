use super::*;
use crate::model::JobState;
use crate::wire::Message;

fn id(n: u8) -> JobId {
    JobId::from_bytes([n; 16])
}

fn progress(attempts: u32) -> Progress {
    Progress {
        attempts,
        ..Progress::new(JobState::Ready, 4, None)
    }
}

fn insert(n: u8) -> Record {
    Record::Insert(Box::new(StoredJob {
        id: id(n),
        pool: PoolName::new("resize").unwrap(),
        payload: Message::parse("1").unwrap(),
        key: None,
        priority: 5,
        created: WallTime(0),
        progress: progress(0),
    }))
}

fn update(n: u8, attempts: u32) -> Record {
    Record::Update {
        job: id(n),
        progress: Box::new(progress(attempts)),
    }
}

/// Each change in a few letters.
fn told(batch: &[Record]) -> Vec<String> {
    let number = |job: JobId| job.bytes()[0];
    coalesce(batch)
        .into_iter()
        .map(|change| match change {
            Change::Insert(job, progress) => {
                format!("+{} at {}", number(job.id), progress.attempts)
            }
            Change::Update(job, progress) => format!("{} at {}", number(job), progress.attempts),
            Change::Remove(job) => format!("-{}", number(job)),
            Change::Key(_, key, job, _) => format!("{key} is {}", number(job)),
            Change::ForgetKey(_, key) => format!("{key} is free"),
            Change::Paused(pool, paused) => format!("{pool} paused: {paused}"),
        })
        .collect()
}

#[test]
fn a_job_is_written_once_with_its_last_progress() {
    let batch = [insert(1), insert(2), update(1, 1), update(1, 2)];

    assert_eq!(told(&batch), ["+1 at 2", "+2 at 0"]);
    assert_eq!(told(&[update(3, 1), update(3, 2)]), ["3 at 2"]);
}

#[test]
fn a_removed_job_is_only_removed() {
    assert_eq!(
        told(&[insert(1), update(1, 1), Record::Remove(id(1))]),
        ["-1"]
    );
    assert_eq!(told(&[update(1, 1), Record::Remove(id(1))]), ["-1"]);
    assert_eq!(told(&[Record::Remove(id(1)), update(1, 1)]), ["-1"]);
}

#[test]
fn a_job_that_comes_again_comes_last() {
    let batch = [insert(1), insert(2), Record::Remove(id(1)), insert(1)];

    assert_eq!(told(&batch), ["-1", "+2 at 0", "+1 at 0"]);
    assert_eq!(
        told(&[update(1, 1), insert(2), insert(1)]),
        ["+2 at 0", "+1 at 0"]
    );
}

#[test]
fn the_last_word_on_a_key_and_a_pool_counts() {
    let pool = PoolName::new("resize").unwrap();
    let key = |job| Record::Key {
        pool: pool.clone(),
        key: "k".into(),
        job,
        until: WallTime(1),
    };
    let forget = Record::ForgetKey {
        pool: pool.clone(),
        key: "k".into(),
    };
    let paused = |paused| Record::Paused {
        pool: pool.clone(),
        paused,
    };

    let batch = [key(id(1)), paused(true), forget, key(id(2)), paused(false)];

    assert_eq!(told(&batch), ["k is 2", "resize paused: false"]);
}
