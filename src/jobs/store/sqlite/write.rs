//! Writing changes within a transaction.

use rusqlite::{Connection, Result, params};

use crate::jobs::Kept;
use crate::jobs::store::coalesce::Change;
use crate::jobs::store::sqlite::row;

const REMOVE: &str = "DELETE FROM jobs WHERE id = ?1";
const KEY: &str = "INSERT INTO keys (pool, key, job, until) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (pool, key) DO UPDATE SET job = ?3, until = ?4";
const FORGET_KEY: &str = "DELETE FROM keys WHERE pool = ?1 AND key = ?2";
const PAUSED: &str = "INSERT INTO pools (pool, paused) VALUES (?1, ?2)
    ON CONFLICT (pool) DO UPDATE SET paused = ?2";

const COUNT: &str = "INSERT INTO commits (id, count) VALUES (0, ?1)
    ON CONFLICT (id) DO UPDATE SET count = ?1";

/// So many free pages, 16 MiB, are left in the file for what comes.
const SPARE_PAGES: i64 = 4096;

/// So many pages, 2 MiB, are given back to the disk with one batch.
const SLICE_PAGES: i64 = 512;

/// Writes changes in order.
pub(crate) fn write(connection: &Connection, changes: &[Change<'_>]) -> Result<()> {
    let mut removes = false;
    for change in changes {
        match *change {
            Change::Insert(job, progress) => {
                let mut statement = connection.prepare_cached(row::INSERT)?;
                row::bind_job(&mut statement, job, progress)?;
                statement.raw_execute()?;
            }
            Change::Update(job, progress) => {
                let mut statement = connection.prepare_cached(row::UPDATE)?;
                row::bind_progress(&mut statement, job, progress)?;
                statement.raw_execute()?;
            }
            Change::Remove(job) => {
                removes = true;
                connection.prepare_cached(REMOVE)?.execute([job.bytes()])?;
            }
            Change::Key(pool, key, job, until) => {
                let values = params![pool.as_str(), &**key, job.bytes(), until.0];
                connection.prepare_cached(KEY)?.execute(values)?;
            }
            Change::ForgetKey(pool, key) => {
                let values = params![pool.as_str(), &**key];
                connection.prepare_cached(FORGET_KEY)?.execute(values)?;
            }
            Change::Paused(pool, paused) => {
                let values = params![pool.as_str(), paused];
                connection.prepare_cached(PAUSED)?.execute(values)?;
            }
        }
    }
    if removes {
        give_back(connection)
    } else {
        Ok(())
    }
}

/// Writes how many batches there are, this one included.
pub(crate) fn count(connection: &Connection, commits: u64) -> Result<()> {
    let commits = i64::try_from(commits).unwrap_or(i64::MAX);
    connection.prepare_cached(COUNT)?.execute([commits])?;
    Ok(())
}

/// Writes everything into an empty database.
pub(crate) fn write_all(connection: &Connection, kept: &Kept) -> Result<()> {
    let jobs = kept.jobs.iter();
    let keys = kept.keys.iter();
    let changes: Vec<_> = jobs
        .map(|job| Change::Insert(job, &job.progress))
        .chain(keys.map(|(pool, key, job, until)| Change::Key(pool, key, *job, *until)))
        .chain(kept.paused.iter().map(|pool| Change::Paused(pool, true)))
        .collect();
    write(connection, &changes)
}

/// Gives free pages back to the disk, a slice at a time, so that no batch waits long.
fn give_back(connection: &Connection) -> Result<()> {
    let free: i64 = connection
        .prepare_cached("PRAGMA freelist_count")?
        .query_row([], |row| row.get(0))?;
    if free <= SPARE_PAGES {
        return Ok(());
    }
    let slice = SLICE_PAGES.min(free - SPARE_PAGES);
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({slice})"))?;
    // Each step gives back one page.
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}
