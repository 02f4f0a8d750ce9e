use std::fs::File;

use rusqlite::Connection;

use super::*;

#[test]
fn the_version_counts_the_steps() {
    assert_eq!(usize::try_from(VERSION).unwrap(), STEPS.len());
}

#[test]
fn a_step_that_fails_leaves_the_format_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite3");
    File::create(&path).unwrap();
    let mut connection = create(&path, |_| Ok(())).unwrap();
    let steps = [STEPS[0], "CREATE TABLE extra (a); CREATE TABLE extra (a);"];

    let failed = migrate(&mut connection, &steps, |_| Ok(()));

    assert!(failed.is_err());
    assert_eq!(version(&connection).unwrap(), 1);
    assert!(!has_table(&connection, "extra"));

    let steps = [STEPS[0], "CREATE TABLE extra (a);"];
    migrate(&mut connection, &steps, |_| Ok(())).unwrap();

    assert_eq!(version(&connection).unwrap(), 2);
    assert!(has_table(&connection, "extra"));
}

#[test]
fn a_person_reads_a_job_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite3");
    File::create(&path).unwrap();
    let insert = "INSERT INTO jobs (id, pool, state, priority, created, attempts, max_attempts, kills, causes, payload)
        VALUES (x'0199d3c45a9e7d3a8f102b6c7e9a1d42', 'resize', 'ready', 5, 1769860800123, 0, 4, 0, '[]', '{}')";
    let connection = create(&path, |connection| connection.execute_batch(insert)).unwrap();

    let (job, created): (String, String) = connection
        .query_row("SELECT job, created FROM readable", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();

    assert_eq!(job, "0199d3c4-5a9e-7d3a-8f10-2b6c7e9a1d42");
    assert_eq!(created, "2026-01-31T12:00:00.123Z");
}

fn has_table(connection: &Connection, name: &str) -> bool {
    connection
        .prepare("SELECT 1 FROM sqlite_schema WHERE name = ?1")
        .unwrap()
        .exists([name])
        .unwrap()
}
