//! What was sent before, kept across runs: a file of JSON strings, one a line, for each deck.
//!
//! A file that cannot be read or written costs the memory, nothing else. Called by `app`.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// How many texts are kept.
pub(crate) const MOST: usize = 500;

/// How many bytes of a file are read; a longer text is not kept.
const LONGEST: usize = 1 << 20;

/// The file of one deck's history.
#[derive(Clone, Debug)]
pub(crate) struct Recall {
    file: Option<PathBuf>,
}

impl Recall {
    /// The history of a deck in the user's state folder.
    pub(crate) fn of(deck: &str) -> Self {
        Self::within(state_folder().as_deref(), deck)
    }

    /// The history of a deck within a state folder.
    pub(crate) fn within(state: Option<&Path>, deck: &str) -> Self {
        let name = format!("{}.jsonl", file_name(deck));
        Self {
            file: state.map(|folder| folder.join("forkdeck/history").join(name)),
        }
    }

    /// What was sent before, oldest first.
    pub(crate) fn load(&self) -> Vec<String> {
        let Some(file) = self
            .file
            .as_ref()
            .and_then(|path| fs::File::open(path).ok())
        else {
            return Vec::new();
        };
        let mut bytes = Vec::new();
        let read = file.take(4 * LONGEST as u64).read_to_end(&mut bytes);
        if read.is_err() {
            return Vec::new();
        }
        let text = String::from_utf8_lossy(&bytes);
        let mut all: Vec<String> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        all.drain(..all.len().saturating_sub(MOST));
        all
    }

    /// Keeps a text for the next run; writes the file anew when it has grown to twice what is kept.
    pub(crate) fn keep(&self, history: &[String], text: &str) {
        let Some(path) = &self.file else {
            return;
        };
        if text.len() > LONGEST / 16 {
            return;
        }
        // The history is a comfort: a folder that is not writable must not disturb anyone.
        let _ = write(path, history, text);
    }
}

/// The user's state folder.
pub(crate) fn state_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok()?.state_dir()
}

/// A deck's name as a file can have it.
pub(crate) fn file_name(deck: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let shown = |c| if harmless(c) { c } else { '-' };
    deck.chars().take(64).map(shown).collect()
}

fn write(path: &Path, history: &[String], text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let is_long = fs::metadata(path).is_ok_and(|meta| meta.len() > LONGEST as u64);
    let mut lines = String::new();
    if is_long {
        for old in history {
            lines.push_str(&serde_json::to_string(old)?);
            lines.push('\n');
        }
    } else {
        lines.push_str(&serde_json::to_string(text)?);
        lines.push('\n');
    }
    OpenOptions::new()
        .create(true)
        .mode(0o600)
        .append(!is_long)
        .write(true)
        .truncate(is_long)
        .open(path)?
        .write_all(lines.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_there_in_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let recall = Recall::within(Some(folder.path()), "a/../b");
        assert!(recall.load().is_empty());

        recall.keep(&[], "{\n  \"a\": 1\n}");
        recall.keep(&[], "2");

        let again = Recall::within(Some(folder.path()), "a/../b");
        assert_eq!(again.load(), ["{\n  \"a\": 1\n}", "2"]);
        let path = folder.path().join("forkdeck/history/a----b.jsonl");
        fs::write(&path, b"\xff\xfe\nnonsense\n\"ok\"\n").unwrap();
        assert_eq!(again.load(), ["ok"]);
    }

    #[test]
    fn an_unwritable_folder_disturbs_nobody() {
        let recall = Recall::within(Some(Path::new("/proc/nope")), "x");
        recall.keep(&[], "1");
        assert!(recall.load().is_empty());
        Recall::within(None, "x").keep(&[], "1");
    }
}
