//! Who may open a store, and what is said when it cannot be opened.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use forkdeck::jobs::store::{Store, StoreError};
use rusqlite::Connection;

use crate::support::{copy, insert, load, open, try_open};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Why it cannot be opened; everything in the folder stays as it is.
fn refusal(folder: &Path) -> StoreError {
    let error = try_open(folder).unwrap_err();
    assert!(!error.advice().is_empty());
    error
}

#[test]
fn a_new_store_is_for_its_owner_only() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a/b");

    let mut store = open(&folder);
    store.commit(&[insert(1, "1")]).unwrap();

    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("lock")), 0o600);
    assert_eq!(mode(&folder.join("jobs.sqlite3")), 0o600);
    assert_eq!(mode(&folder.join("jobs.sqlite3-wal")), 0o600);
    assert_eq!(mode(&folder.join("jobs.sqlite3-shm")), 0o600);
}

#[test]
fn a_folder_that_is_there_is_used_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(root.path().join("notes.txt"), "mine").unwrap();

    drop(open(root.path()));

    assert_eq!(mode(root.path()), 0o755);
    let note = fs::read_to_string(root.path().join("notes.txt")).unwrap();
    assert_eq!(note, "mine");
}

#[test]
fn two_decks_cannot_share_a_store() {
    let root = tempfile::tempdir().unwrap();
    let mut first = open(root.path());

    let error = refusal(root.path());

    assert!(
        matches!(&error, StoreError::Taken { pid, .. } if *pid == std::process::id()),
        "{error}"
    );
    first.commit(&[insert(1, "1")]).unwrap();
    drop(first);
    assert_eq!(load(root.path()).jobs.len(), 1);
}

#[test]
fn a_store_of_a_newer_format_is_refused_and_left_alone() {
    let root = tempfile::tempdir().unwrap();
    open(root.path()).commit(&[insert(1, "1")]).unwrap();
    let database = root.path().join("jobs.sqlite3");
    let writer = Connection::open(&database).unwrap();
    writer.pragma_update(None, "user_version", 7).unwrap();
    // Taken while the log is there, as a killed deck leaves it.
    let left = tempfile::tempdir().unwrap();
    copy(root.path(), left.path());
    fs::remove_file(left.path().join("jobs.sqlite3-shm")).unwrap();
    let files = ["jobs.sqlite3", "jobs.sqlite3-wal"].map(|name| left.path().join(name));
    let bytes = || files.each_ref().map(|file| fs::read(file).unwrap());
    let before = bytes();
    assert!(!before[1].is_empty());

    let error = refusal(left.path());

    assert!(
        matches!(
            error,
            StoreError::Newer {
                found: 7,
                known: 1,
                ..
            }
        ),
        "{error}"
    );
    assert!(before == bytes());
}

#[test]
fn a_file_where_the_folder_should_be_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("jobs");
    fs::write(&file, "").unwrap();

    let error = refusal(&file);
    let below = refusal(&file.join("deep"));

    assert!(matches!(error, StoreError::NotAFolder { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        format!("the store {} is no folder", file.display())
    );
    assert!(matches!(below, StoreError::Folder { .. }), "{below}");
    assert!(below.to_string().contains("jobs/deep"), "{below}");
}

#[test]
fn a_link_that_leads_nowhere_is_named_with_its_target() {
    let root = tempfile::tempdir().unwrap();
    let link = root.path().join("jobs");
    std::os::unix::fs::symlink("/nowhere/jobs", &link).unwrap();

    let error = refusal(&link);

    assert!(matches!(error, StoreError::Dangling { .. }), "{error}");
    let said = format!(
        "the store {} is a link to /nowhere/jobs, which does not exist",
        link.display()
    );
    assert_eq!(error.to_string(), said);
}

#[test]
fn folders_where_files_should_be_are_named() {
    for name in ["jobs.sqlite3", "lock"] {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(name)).unwrap();

        let error = refusal(root.path());

        assert!(error.to_string().contains(name), "{error}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("Is a directory"), "{source}");
        assert!(root.path().join(name).is_dir());
    }
}

#[test]
fn a_folder_on_a_read_only_file_system_is_named() {
    // No file can be made in /proc, not even by root.
    let error = refusal(Path::new("/proc/forkdeck-jobs"));

    assert!(matches!(error, StoreError::Folder { .. }), "{error}");
    assert!(error.to_string().contains("/proc/forkdeck-jobs"), "{error}");
}

#[test]
fn a_folder_of_somebody_else_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let is_root = fs::metadata(root.path()).unwrap().uid() == 0;
    if is_root {
        let mut out = std::io::stderr().lock();
        writeln!(out, "skipped: root may write everywhere").unwrap();
        return;
    }
    let folder = root.path().join("jobs");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();

    let error = refusal(&folder);

    assert!(matches!(error, StoreError::Lock { .. }), "{error}");
}

/// B6.
#[test]
fn a_store_that_is_removed_or_replaced_takes_nothing_until_it_is_back() {
    let root = tempfile::tempdir().unwrap();
    let (folder, elsewhere) = (root.path().join("jobs"), root.path().join("moved"));
    let mut store = open(&folder);
    store.commit(&[insert(1, "1")]).unwrap();
    let is_gone = |error: &StoreError| matches!(error, StoreError::Gone { .. });

    fs::rename(&folder, &elsewhere).unwrap();
    let removed = store.commit(&[insert(2, "2")]).unwrap_err();
    assert!(is_gone(&removed), "{removed}");
    assert!(removed.to_string().contains("removed or replaced"));
    drop(open(&folder));
    let replaced = store.commit(&[insert(2, "2")]).unwrap_err();
    assert!(is_gone(&replaced), "{replaced}");

    fs::remove_dir_all(&folder).unwrap();
    fs::rename(&elsewhere, &folder).unwrap();
    store.commit(&[insert(2, "2")]).unwrap();
    drop(store);
    assert_eq!(load(&folder).jobs.len(), 2);
}

#[test]
fn a_person_may_read_while_the_deck_writes() {
    let root = tempfile::tempdir().unwrap();
    let mut store = open(root.path());
    store.commit(&[insert(1, "{\"a\":1}")]).unwrap();

    let reader = Connection::open(root.path().join("jobs.sqlite3")).unwrap();
    let read = |reader: &Connection| -> (i64, String) {
        let query = "SELECT count(*), max(state) FROM readable";
        reader
            .query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    };
    assert_eq!(read(&reader), (1, "ready".to_owned()));

    store.commit(&[insert(2, "2")]).unwrap();

    assert_eq!(read(&reader).0, 2);
}
