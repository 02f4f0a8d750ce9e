//! The file that makes web workers: loaded by node, bun or deno before the worker's script.
//!
//! Owns its text, which is part of this program, and its place among the user's caches, where runtimes find it. Each version
//! has a file of its own, so that a deck that runs is not disturbed by another version. Called by `run`, the config and
//! `deck`.

use std::env;
use std::fs::{self, DirBuilder};
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::process::{getpid, getuid};

use crate::cli::diagnose::{Code, Failure};
use crate::model::{Api, PoolSpec};
use crate::wire::Serialization;

const TEXT: &str = include_str!("preload.cjs");

/// Where the file is, whether it was written yet or not.
pub(crate) fn path(serialization: Serialization) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    hasher.write(TEXT.as_bytes());
    // By its name the file knows what the channel can carry.
    let ending = match serialization {
        Serialization::Json => "",
        Serialization::Advanced => "-advanced",
    };
    folder().join(format!("web-worker-{:016x}{ending}.cjs", hasher.finish()))
}

/// Writes the files that pools need and that are not there.
pub(super) fn provide(pools: &[PoolSpec]) -> Result<(), Failure> {
    for serialization in [Serialization::Json, Serialization::Advanced] {
        let needs =
            |pool: &PoolSpec| pool.api == Api::WebWorker && pool.serialization == serialization;
        if !pools.iter().any(needs) {
            continue;
        }
        let path = path(serialization);
        write(&path).map_err(|error| {
            let message = format!(
                "cannot write {}, which web workers need: {error}",
                path.display()
            );
            Failure::new(Code::Failed, message)
                .help("name a folder that can be written: XDG_CACHE_HOME=FOLDER")
        })?;
    }
    Ok(())
}

/// The user's caches; without a home, a folder of the user's own among the temporary files.
fn folder() -> PathBuf {
    let named = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let caches = named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")));
    match caches {
        Some(caches) => caches.join("forkdeck"),
        None => env::temp_dir().join(format!("forkdeck-{}", getuid().as_raw())),
    }
}

/// Writes it whole or not at all: another deck may do the same at this moment.
fn write(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        // Whoever may write there decides what the workers run.
        if fs::metadata(folder)?.uid() != getuid().as_raw() {
            return Err(io::Error::other("its folder belongs to somebody else"));
        }
    }
    if fs::read(path).is_ok_and(|there| there == TEXT.as_bytes()) {
        return Ok(());
    }
    let fresh = path.with_extension(format!("{}.new", getpid().as_raw_nonzero()));
    fs::write(&fresh, TEXT)?;
    fs::rename(&fresh, path).inspect_err(|_| {
        // What cannot be put in place is of no use.
        let _ = fs::remove_file(&fresh);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_written_whole_and_mended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/web-worker.cjs");

        write(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);

        fs::write(&path, "half").unwrap();
        write(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
