//! A job as a row, and back.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rusqlite::types::{FromSql, Value, ValueRef};
use rusqlite::{Row, Statement};
use serde::{Deserialize, Serialize};

use crate::jobs::{Progress, StoredJob};
use crate::model::{Cause, JobId, JobState, PoolName, WallTime, WorkerId};
use crate::wire::Message;

/// The columns of a progress, in the order in which they are bound and read.
macro_rules! progress_columns {
    () => {
        "state, attempts, max_attempts, kills, due, started, finished, worker, wait_us, run_us, causes, result"
    };
}

/// Inserts a job, or replaces the one with its id at its place.
pub(crate) const INSERT: &str = concat!(
    "INSERT INTO jobs (",
    progress_columns!(),
    ", id, pool, priority, key, created, payload)",
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    " ON CONFLICT (id) DO UPDATE SET state = ?1, attempts = ?2, max_attempts = ?3, kills = ?4, due = ?5,",
    " started = ?6, finished = ?7, worker = ?8, wait_us = ?9, run_us = ?10, causes = ?11, result = ?12,",
    " pool = ?14, priority = ?15, key = ?16, created = ?17, payload = ?18",
);

/// Replaces a job's progress.
pub(crate) const UPDATE: &str = concat!(
    "UPDATE jobs SET (",
    progress_columns!(),
    ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) WHERE id = ?13",
);

/// Reads jobs; what follows says which.
pub(crate) const SELECT: &str = concat!(
    "SELECT ",
    progress_columns!(),
    ", id, pool, priority, key, created, payload, seq FROM jobs",
);

/// Where a read row has its `seq`.
pub(crate) const SEQ: usize = 18;

/// A row does not hold what it must.
#[derive(Debug, thiserror::Error)]
#[error("a job's {column} cannot be read")]
pub(crate) struct Unreadable {
    column: &'static str,
}

/// A cause as it is written.
#[derive(Serialize, Deserialize)]
struct StoredCause<'a> {
    attempt: u32,
    worker: Option<String>,
    at: i64,
    #[serde(borrow)]
    error: std::borrow::Cow<'a, str>,
}

/// Binds a progress and the job's id to the first 13 parameters.
pub(crate) fn bind_progress(
    statement: &mut Statement<'_>,
    job: JobId,
    progress: &Progress,
) -> rusqlite::Result<()> {
    let micros = |time: Option<Duration>| {
        time.map(|time| i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
    };
    let wall = |time: Option<WallTime>| time.map(|time| time.0);
    statement.raw_bind_parameter(1, progress.state.as_str())?;
    statement.raw_bind_parameter(2, progress.attempts)?;
    statement.raw_bind_parameter(3, progress.max_attempts)?;
    statement.raw_bind_parameter(4, progress.kills)?;
    statement.raw_bind_parameter(5, wall(progress.due))?;
    statement.raw_bind_parameter(6, wall(progress.started))?;
    statement.raw_bind_parameter(7, wall(progress.finished))?;
    statement.raw_bind_parameter(8, progress.worker.as_ref().map(ToString::to_string))?;
    statement.raw_bind_parameter(9, micros(progress.wait))?;
    statement.raw_bind_parameter(10, micros(progress.run))?;
    statement.raw_bind_parameter(11, write_causes(&progress.causes)?)?;
    statement.raw_bind_parameter(12, progress.result.as_ref().map(Message::as_str))?;
    statement.raw_bind_parameter(13, job.bytes())
}

/// Binds a job to all parameters.
pub(crate) fn bind_job(
    statement: &mut Statement<'_>,
    job: &StoredJob,
    progress: &Progress,
) -> rusqlite::Result<()> {
    bind_progress(statement, job.id, progress)?;
    statement.raw_bind_parameter(14, job.pool.as_str())?;
    statement.raw_bind_parameter(15, job.priority)?;
    statement.raw_bind_parameter(16, job.key.as_deref())?;
    statement.raw_bind_parameter(17, job.created.0)?;
    statement.raw_bind_parameter(18, job.payload.as_str())
}

/// Reads jobs from rows.
#[derive(Debug, Default)]
pub(crate) struct JobReader {
    /// Whether a job is read although something is wrong that it can do without: everything but its id, its pool, its state
    /// and its message.
    is_lenient: bool,
    /// Whether a job was read although something was wrong.
    pub(crate) has_gaps: bool,
    /// The last row's pool: the names of rows that follow each other share their text.
    last: Option<PoolName>,
}

impl JobReader {
    /// One that does without what can be done without.
    pub(crate) fn lenient() -> Self {
        Self {
            is_lenient: true,
            ..Self::default()
        }
    }

    /// Reads a job.
    pub(crate) fn read(&mut self, row: &Row<'_>) -> Result<StoredJob, Unreadable> {
        Ok(StoredJob {
            id: read_id(row, 12)?,
            pool: read_pool(row, 13, &mut self.last)?,
            priority: self.number(row, 14, "priority", 5)?,
            key: self
                .or(get::<Option<String>>(row, 15, "key"), None)?
                .map(Arc::from),
            created: WallTime(self.number(row, 16, "created", 0)?),
            payload: read_message(row, 17, "payload")?.ok_or(Unreadable { column: "payload" })?,
            progress: self.progress(row)?,
        })
    }

    fn progress(&mut self, row: &Row<'_>) -> Result<Progress, Unreadable> {
        let state = text(row, 0, "state")?;
        let state = JobState::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .ok_or(Unreadable { column: "state" })?;
        Ok(Progress {
            state,
            attempts: self.number(row, 1, "attempts", 0)?,
            max_attempts: self.number(row, 2, "max_attempts", 1)?,
            kills: self.number(row, 3, "kills", 0)?,
            due: self.number(row, 4, "due", None)?.map(WallTime),
            started: self.number(row, 5, "started", None)?.map(WallTime),
            finished: self.number(row, 6, "finished", None)?.map(WallTime),
            worker: self.or(read_worker(row, 7), None)?,
            wait: self.or(read_micros(row, 8, "wait_us"), None)?,
            run: self.or(read_micros(row, 9, "run_us"), None)?,
            causes: self.or(read_causes(row, 10), Vec::new())?,
            result: self.or(read_message(row, 11, "result"), None)?,
        })
    }

    fn number<T: FromSql>(
        &mut self,
        row: &Row<'_>,
        at: usize,
        column: &'static str,
        otherwise: T,
    ) -> Result<T, Unreadable> {
        self.or(get(row, at, column), otherwise)
    }

    fn or<T>(&mut self, read: Result<T, Unreadable>, otherwise: T) -> Result<T, Unreadable> {
        if read.is_err() && self.is_lenient {
            self.has_gaps = true;
            return Ok(otherwise);
        }
        read
    }
}

/// Reads the id of a job.
pub(crate) fn read_id(row: &Row<'_>, at: usize) -> Result<JobId, Unreadable> {
    get(row, at, "id").map(JobId::from_bytes)
}

/// Reads the name of a pool.
pub(crate) fn read_pool(
    row: &Row<'_>,
    at: usize,
    last: &mut Option<PoolName>,
) -> Result<PoolName, Unreadable> {
    let name = text(row, at, "pool")?;
    if let Some(last) = last.as_ref().filter(|last| last.as_str() == name) {
        return Ok(last.clone());
    }
    let pool = PoolName::new(name).map_err(|_| Unreadable { column: "pool" })?;
    Ok(last.insert(pool).clone())
}

/// Reads anything that has a form of its own.
pub(crate) fn get<T: FromSql>(
    row: &Row<'_>,
    at: usize,
    column: &'static str,
) -> Result<T, Unreadable> {
    row.get(at).map_err(|_| Unreadable { column })
}

fn text<'r>(row: &'r Row<'_>, at: usize, column: &'static str) -> Result<&'r str, Unreadable> {
    row.get_ref(at)
        .ok()
        .and_then(|value| value.as_str().ok())
        .ok_or(Unreadable { column })
}

fn read_message(
    row: &Row<'_>,
    at: usize,
    column: &'static str,
) -> Result<Option<Message>, Unreadable> {
    match row.get_ref(at) {
        Ok(ValueRef::Null) => Ok(None),
        Ok(ValueRef::Text(text)) if std::str::from_utf8(text).is_ok() => {
            Message::from_frame(Bytes::copy_from_slice(text))
                .map(Some)
                .map_err(|_| Unreadable { column })
        }
        _ => Err(Unreadable { column }),
    }
}

fn write_causes(causes: &[Cause]) -> rusqlite::Result<Value> {
    let causes: Vec<_> = causes
        .iter()
        .map(|cause| StoredCause {
            attempt: cause.attempt,
            worker: cause.worker.as_ref().map(ToString::to_string),
            at: cause.at.0,
            error: (&*cause.error).into(),
        })
        .collect();
    serde_json::to_string(&causes)
        .map(Value::Text)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn read_causes(row: &Row<'_>, at: usize) -> Result<Vec<Cause>, Unreadable> {
    const FAILED: Unreadable = Unreadable { column: "causes" };
    let text = text(row, at, "causes")?;
    if text == "[]" {
        return Ok(Vec::new());
    }
    let causes: Vec<StoredCause<'_>> = serde_json::from_str(text).map_err(|_| FAILED)?;
    causes
        .into_iter()
        .map(|cause| {
            Ok(Cause {
                attempt: cause.attempt,
                worker: cause
                    .worker
                    .map(|worker| parse_worker(&worker).ok_or(FAILED))
                    .transpose()?,
                at: WallTime(cause.at),
                error: cause.error.into(),
            })
        })
        .collect()
}

fn read_worker(row: &Row<'_>, at: usize) -> Result<Option<WorkerId>, Unreadable> {
    get::<Option<String>>(row, at, "worker")?
        .map(|worker| parse_worker(&worker).ok_or(Unreadable { column: "worker" }))
        .transpose()
}

fn read_micros(
    row: &Row<'_>,
    at: usize,
    column: &'static str,
) -> Result<Option<Duration>, Unreadable> {
    get::<Option<i64>>(row, at, column)?
        .map(|micros| u64::try_from(micros).map(Duration::from_micros))
        .transpose()
        .map_err(|_| Unreadable { column })
}

fn parse_worker(text: &str) -> Option<WorkerId> {
    let (pool, number) = text.rsplit_once('/')?;
    Some(WorkerId::new(
        PoolName::new(pool).ok()?,
        u32::from_str(number).ok()?,
    ))
}
