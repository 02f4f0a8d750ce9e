//! Jobs as plain data: what is submitted, what becomes of it, and what clients see of it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::model::{PoolName, WallTime, WorkerId};
use crate::wire::Message;

/// Names a job for ever: a UUID of version 7, which sorts by the time of submission.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(Uuid);

/// A text is not the id of a job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the id of a job, which looks like 0199d3c4-5a9e-7d3a-8f10-2b6c7e9a1d42")]
pub struct JobIdError {
    text: String,
}

impl JobId {
    /// An id made at that time; `random` tells it from all others of the same millisecond.
    pub fn new(at: WallTime, random: [u8; 10]) -> Self {
        let millis = u64::try_from(at.0).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The id's 16 bytes, as they are stored.
    pub fn bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// The id of stored bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Uuid::encode_buffer();
        f.pad(self.0.hyphenated().encode_lower(&mut buffer))
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for JobId {
    type Err = JobIdError;

    fn from_str(text: &str) -> Result<Self, JobIdError> {
        let error = || JobIdError {
            text: text.chars().take(64).collect(),
        };
        Uuid::try_parse(text).map(Self).map_err(|_| error())
    }
}

impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a job is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its time: it was delayed, or an attempt failed and the next one is due later.
    Scheduled,
    /// Waits for a free worker.
    Ready,
    /// Given to a worker and not yet answered.
    Running,
    /// Answered.
    Done,
    /// An attempt failed, and there will be another one; only told in events, followed by `scheduled`.
    Failed,
    /// Given up: its attempts are used up, it is not to be tried again, or it killed too many workers.
    Dead,
    /// Taken back.
    Cancelled,
}

impl JobState {
    /// The states that a job can be found in, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Running,
        Self::Ready,
        Self::Scheduled,
        Self::Dead,
        Self::Done,
        Self::Cancelled,
    ];

    /// The word for it, as in JSON and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing happens to the job by itself any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Dead | Self::Cancelled)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A unit of work for a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// Which pool is to do it.
    pub pool: PoolName,
    /// The message that a worker will get.
    pub payload: Message,
    /// 0 is the lowest; the middle one (5 of 10) unless given. One beyond the pool's levels is refused.
    pub priority: Option<u8>,
    /// How long to wait before it is ready.
    pub delay: Duration,
    /// A second submission with the same key to the same pool within a day is the first one's job.
    pub key: Option<Arc<str>>,
}

impl Submission {
    /// A job for `pool`, everything else as by default.
    pub fn new(pool: PoolName, payload: Message) -> Self {
        Self {
            pool,
            payload,
            priority: None,
            delay: Duration::ZERO,
            key: None,
        }
    }
}

/// Why one attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Who had the job.
    pub worker: Option<WorkerId>,
    /// When it failed.
    pub at: WallTime,
    /// Why, for people: `timed out after 30s`, `resize/2 was killed by SIGSEGV`.
    pub error: Arc<str>,
}

/// A job as clients see it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobView {
    /// Its id.
    pub job: JobId,
    /// The pool that is to do it.
    pub pool: PoolName,
    /// What it is doing; never `failed`.
    pub state: JobState,
    /// Its priority.
    pub priority: u8,
    /// Its idempotency key.
    pub key: Option<Arc<str>>,
    /// Attempts so far, the running one included.
    pub attempts: u32,
    /// How many attempts it has at the most.
    pub max_attempts: u32,
    /// Workers that died under it.
    pub kills: u32,
    /// Who has it, or had it last.
    pub worker: Option<WorkerId>,
    /// The message that a worker gets.
    pub payload: Message,
    /// A done one's answer.
    pub result: Option<Message>,
    /// Why the last attempt failed.
    pub error: Option<Arc<str>>,
    /// Why each attempt failed, oldest first; the oldest of many are left out.
    pub causes: Vec<Cause>,
    /// When it was submitted.
    pub created: WallTime,
    /// Of a scheduled one: when it becomes ready.
    pub due: Option<WallTime>,
    /// When it was last given to a worker.
    pub started: Option<WallTime>,
    /// When it came to its end.
    pub finished: Option<WallTime>,
    /// From ready to given, in its last attempt.
    pub wait: Option<Duration>,
    /// From given to answered, in its last attempt.
    pub run: Option<Duration>,
    /// Whether it runs and is being taken back: its worker is stopped for it.
    pub cancelling: bool,
}

/// Which jobs a command means: all that fit everything given here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Only these, where any is given.
    pub ids: Vec<JobId>,
    /// Only this pool's.
    pub pool: Option<PoolName>,
    /// Only those in one of these states, where any is given.
    pub states: Vec<JobState>,
    /// Only those that contain this text, whatever its case, in their id, their key, the name of their worker, why their
    /// last attempt failed, or the first 64 KiB of their payload.
    pub text: Option<Arc<str>>,
}

impl JobFilter {
    /// One job.
    pub fn one(job: JobId) -> Self {
        Self {
            ids: vec![job],
            ..Self::default()
        }
    }
}

/// Names one assignment of a job to a worker; never used twice in one deck. What concerns an earlier lease is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaseId(pub u64);

/// A job on its way to a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The assignment.
    pub lease: LeaseId,
    /// The job.
    pub job: JobId,
    /// What the worker gets.
    pub payload: Message,
    /// Of a pool that answers by id: the id that the answer will have.
    pub reply_id: Option<ReplyId>,
    /// How many routes its message has come along; 0 unless a route made the job.
    pub hops: u8,
}

/// The value that pairs a job with its reply, in a form in which equal values are equal bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReplyId(pub Box<[u8]>);

/// How a pool's jobs are doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobFigures {
    /// How often a job of the pool came, went on to another state or was forgotten, since the deck started: a list of
    /// jobs that was told at this number is up to date.
    pub changes: u64,
    /// Jobs that wait: ready and scheduled ones.
    pub queue: u64,
    /// Jobs given to workers and not yet answered.
    pub in_flight: u64,
    /// Jobs done since the deck started.
    pub done: u64,
    /// Attempts that failed and were followed by another one, since the deck started.
    pub failed: u64,
    /// Dead jobs that are kept.
    pub dead: u64,
    /// Replies that fitted no job in flight, since the deck started.
    pub stale: u64,
    /// Done, cancelled and dead jobs that made room for later ones, by count or by bytes, since the deck started; those
    /// whose time was over do not count.
    pub forgotten: u64,
    /// Whether no job is given to workers.
    pub paused: bool,
    /// What waiting jobs weigh, in bytes.
    pub bytes: u64,
    /// Since when the oldest ready job waits.
    pub oldest: Option<WallTime>,
    /// Jobs that came to their end in the last ten seconds, a second.
    pub rate: f32,
    /// From ready to given, over the last minute or two.
    pub wait: Option<Percentiles>,
    /// From given to answered, over the last minute or two.
    pub run: Option<Percentiles>,
    /// From submitted to the end, over the last minute or two.
    pub total: Option<Percentiles>,
}

/// How a worker is doing with its jobs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkerJobs {
    /// Jobs it has answered since the deck started.
    pub done: u64,
    /// Attempts that failed in its hands since the deck started.
    pub failed: u64,
    /// From ready to given, of the jobs that it was given over the last minute or two.
    pub wait: Option<Percentiles>,
    /// From given to answered, over the last minute or two.
    pub run: Option<Percentiles>,
    /// From submitted to done, of the jobs that it did over the last minute or two.
    pub total: Option<Percentiles>,
    /// The oldest job it has now, and since when.
    pub current: Option<(JobId, WallTime)>,
}

/// Of a set of durations, how long the fastest 50, 90 and 99 in 100 took at the most, and all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// Half of them took no longer.
    pub p50: Duration,
    /// Nine in ten took no longer.
    pub p90: Duration,
    /// 99 in 100 took no longer.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_and_read_back() {
        let id = JobId::new(WallTime(1_769_860_800_123), [0xff; 10]);

        let text = id.to_string();

        assert_eq!(text.parse(), Ok(id));
        assert_eq!(JobId::from_bytes(id.bytes()), id);
        assert_eq!(text.as_bytes()[14], b'7', "{text}");
    }

    #[test]
    fn ids_sort_by_the_time_of_submission() {
        let early = JobId::new(WallTime(1_769_860_800_123), [0xff; 10]);
        let late = JobId::new(WallTime(1_769_860_800_124), [0; 10]);

        assert!(early < late);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let refused = "nope".parse::<JobId>().unwrap_err().to_string();
        assert!(refused.starts_with("`nope` is not the id of a job"));
    }
}
