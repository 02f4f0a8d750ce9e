//! Reading everything that a database holds, row by row: all of it or an error, or, of a damaged one, what can be had.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rusqlite::{Connection, Row};

use crate::jobs::store::sqlite::row::{self, JobReader, Unreadable};
use crate::jobs::{Kept, StoredJob};
use crate::model::{JobId, PoolName, WallTime};

/// How many times a damaged table is entered in search of rows. Each time costs one walk from its root.
const MAX_ENTRIES: usize = 20_000;

const KEYS: &str = "SELECT pool, key, job, until FROM keys ORDER BY pool, key";
const KEYS_BACKWARD: &str = "SELECT pool, key, job, until FROM keys ORDER BY pool DESC, key DESC";
const PAUSED: &str = "SELECT pool FROM pools WHERE paused <> 0 ORDER BY pool";

const COMMITS: &str = "SELECT coalesce(max(count), 0) FROM commits";

/// A row cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScanError {
    /// The database cannot be read there.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    /// What is in the row makes no sense.
    #[error(transparent)]
    Row(#[from] Unreadable),
}

/// Reads everything, in one pass over each table.
pub(crate) fn read_all(connection: &Connection) -> Result<Kept, ScanError> {
    let mut kept = Kept::default();
    let mut reader = JobReader::default();
    let mut statement = connection.prepare(&format!("{} ORDER BY seq", row::SELECT))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        kept.jobs.push(reader.read(row)?);
    }
    let mut statement = connection.prepare(KEYS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        kept.keys.push(read_key(row)?);
    }
    let mut statement = connection.prepare(PAUSED)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        kept.paused.push(row::read_pool(row, 0, &mut None)?);
    }
    Ok(kept)
}

/// How many batches were kept in all.
pub(crate) fn read_commits(connection: &Connection) -> rusqlite::Result<u64> {
    let commits: i64 = connection.query_row(COMMITS, [], |row| row.get(0))?;
    Ok(u64::try_from(commits).unwrap_or(0))
}

/// What could be had of a damaged database.
#[derive(Debug, Default)]
pub(crate) struct Rescued {
    jobs: Vec<(i64, StoredJob)>,
    ids: HashSet<JobId>,
    keys: BTreeMap<(PoolName, Arc<str>), (JobId, WallTime)>,
    paused: Vec<PoolName>,
    /// Whether something could not be had.
    pub(crate) has_gaps: bool,
}

/// The rows between two numbers, both included.
type Range = (i64, i64);

impl Rescued {
    /// Adds everything that can be read of a database and is not here yet.
    pub(crate) fn add(&mut self, connection: &Connection) {
        self.add_jobs(connection);
        for query in [KEYS, KEYS_BACKWARD] {
            if self.add_keys(connection, query).is_err() {
                self.has_gaps = true;
            }
        }
        if self.add_paused(connection).is_err() {
            self.has_gaps = true;
        }
    }

    /// Everything, in order.
    pub(crate) fn into_kept(mut self) -> Kept {
        self.jobs.sort_by_key(|(seq, _)| *seq);
        Kept {
            jobs: self.jobs.into_iter().map(|(_, job)| job).collect(),
            keys: self
                .keys
                .into_iter()
                .map(|((pool, key), (job, until))| (pool, key, job, until))
                .collect(),
            paused: self.paused,
        }
    }

    /// Reads from both ends; where that leaves a gap, looks for more within it.
    fn add_jobs(&mut self, connection: &Connection) {
        let mut ranges = vec![(i64::MIN, i64::MAX)];
        let mut entries = 0;
        while let Some((low, high)) = ranges.pop() {
            let Err(top) = self.add_range(connection, (low, high), "ASC") else {
                continue;
            };
            self.has_gaps = true;
            let low = top.map_or(low, |top| top.saturating_add(1));
            let Err(bottom) = self.add_range(connection, (low, high), "DESC") else {
                continue;
            };
            let high = bottom.map_or(high, |bottom| bottom.saturating_sub(1));
            for start in starts((low, high)) {
                entries += 1;
                if entries > MAX_ENTRIES {
                    return;
                }
                let reached = match self.add_range(connection, (start, high), "ASC") {
                    Err(None) => continue,
                    Err(Some(reached)) => reached.saturating_add(1),
                    Ok(()) => i64::MAX,
                };
                ranges.push((low, start - 1));
                if reached < high {
                    ranges.push((reached, high));
                }
                break;
            }
        }
    }

    /// Adds a range's jobs in one direction.
    ///
    /// # Errors
    /// The number of the last row before the one that could not be read.
    fn add_range(
        &mut self,
        connection: &Connection,
        (low, high): Range,
        direction: &str,
    ) -> Result<(), Option<i64>> {
        let select = row::SELECT;
        let query = format!("{select} WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq {direction}");
        let mut reached = None;
        let mut statement = connection.prepare_cached(&query).map_err(|_| None)?;
        let mut rows = statement.query([low, high]).map_err(|_| None)?;
        loop {
            match rows.next() {
                Ok(Some(row)) => reached = self.add_job(row).or(reached),
                Ok(None) => return Ok(()),
                Err(_) => return Err(reached),
            }
        }
    }

    /// Adds a job, unless it makes no sense or is here already; returns the row's number.
    fn add_job(&mut self, row: &Row<'_>) -> Option<i64> {
        let seq = row.get(row::SEQ).ok()?;
        let mut reader = JobReader::lenient();
        let read = reader.read(row);
        self.has_gaps |= reader.has_gaps;
        match read {
            Ok(job) => {
                if self.ids.insert(job.id) {
                    self.jobs.push((seq, job));
                }
            }
            Err(_) => self.has_gaps = true,
        }
        Some(seq)
    }

    fn add_keys(&mut self, connection: &Connection, query: &str) -> rusqlite::Result<()> {
        let mut statement = connection.prepare(query)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            match read_key(row) {
                Ok((pool, key, job, until)) => {
                    self.keys.insert((pool, key), (job, until));
                }
                Err(_) => self.has_gaps = true,
            }
        }
        Ok(())
    }

    fn add_paused(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare(PAUSED)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            match row::read_pool(row, 0, &mut None) {
                Ok(pool) if !self.paused.contains(&pool) => self.paused.push(pool),
                Ok(_) => {}
                Err(_) => self.has_gaps = true,
            }
        }
        Ok(())
    }
}

/// Where to look for rows in a gap: close to its lower end, ever further from it, and evenly all over it.
fn starts((low, high): Range) -> impl Iterator<Item = i64> {
    let length = high.checked_sub(low).filter(|length| *length < 1 << 20);
    let step = usize::try_from(length.unwrap_or(0) / 1024 + 1).unwrap_or(1);
    let evenly = length.map(|_| (low..=high).step_by(step));
    (0..63)
        .map_while(move |doubled| low.checked_add(1 << doubled))
        .chain(evenly.into_iter().flatten())
        .filter(move |start| low < *start && *start <= high)
}

fn read_key(row: &Row<'_>) -> Result<(PoolName, Arc<str>, JobId, WallTime), Unreadable> {
    Ok((
        row::read_pool(row, 0, &mut None)?,
        Arc::from(row::get::<String>(row, 1, "key")?),
        row::read_id(row, 2)?,
        WallTime(row::get(row, 3, "until")?),
    ))
}
