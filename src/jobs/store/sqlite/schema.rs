//! The database's format: its tables, its version, and how a connection to it is set up.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Result, TransactionBehavior};

/// Marks the file as a store of this program: `fkdk`.
pub(crate) const APPLICATION_ID: i32 = 0x666b_646b;

/// What leads from each format to the next, from an empty database on. What was released is never changed.
pub(crate) const STEPS: [&str; 1] = [include_str!("format_1.sql")];

/// The format that this program writes.
pub(crate) const VERSION: i64 = 1;

/// How long to wait for a person's own look into the database.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Opens a database that is there, and leaves it as it is: nothing is written and its log is kept until [`prepare`].
pub(crate) fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// Sets a connection up for writing: what is committed survives a loss of power, and the log stays small.
pub(crate) fn prepare(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 1000, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", 16 << 20, |_| Ok(()))?;
    Ok(())
}

/// Makes an empty file the newest format, and lets `fill` add to it, as one.
pub(crate) fn create(
    path: &Path,
    fill: impl FnOnce(&Connection) -> Result<()>,
) -> Result<Connection> {
    let mut connection = connect(path)?;
    connection.pragma_update(None, "synchronous", "full")?;
    // This comes first: it cannot be changed once there is a table.
    connection.pragma_update(None, "auto_vacuum", "incremental")?;
    migrate(&mut connection, &STEPS, fill)?;
    Ok(connection)
}

/// Leads a database to the newest format, and lets `then` add to it, as one.
pub(crate) fn migrate(
    connection: &mut Connection,
    steps: &[&str],
    then: impl FnOnce(&Connection) -> Result<()>,
) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = version(&transaction)?;
    for step in steps.iter().skip(usize::try_from(version).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    let newest = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    transaction.pragma_update(None, "user_version", newest)?;
    then(&transaction)?;
    transaction.commit()
}

/// The format that a database has.
pub(crate) fn version(connection: &Connection) -> Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Whose a database is.
pub(crate) fn application_id(connection: &Connection) -> Result<i32> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
