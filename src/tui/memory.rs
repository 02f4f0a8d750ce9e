//! How the dashboard was left, for the deck's next run: the sorting, the folded pools, the borders between panes.
//!
//! A file of JSON for each deck in the user's state folder, written whole or not at all. One that cannot be read or written
//! costs the memory, nothing else. Called by `app`.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{MonoTime, PoolName};
use crate::tui::recall::{file_name, state_folder};
use crate::tui::screen::Screen;
use crate::tui::sort::Sort;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// The shortest time between two writes.
const PAUSE: Duration = Duration::from_secs(2);

/// Where the borders between the deck's panes are, in percent of what they divide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Splits {
    /// The height of the workers table; none is as high as its rows need, up to half.
    pub(crate) table: Option<u16>,
    /// The width of the messages.
    pub(crate) left: u16,
}

impl Default for Splits {
    fn default() -> Self {
        Self {
            table: None,
            left: 50,
        }
    }
}

/// How the dashboard was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Memory {
    /// By what the workers are sorted; none is the order of the config.
    sort: Option<String>,
    /// The folded pools, in the order of their names.
    folded: Vec<String>,
    /// The borders.
    splits: Splits,
}

impl Memory {
    /// How the dashboard is now.
    pub(crate) fn of(screen: &Screen) -> Self {
        let folded = screen.table.folded.iter();
        let mut folded: Vec<String> = folded.map(ToString::to_string).collect();
        folded.sort();
        Self {
            sort: screen.table.sort.map(Sort::to_text),
            folded,
            splits: screen.splits,
        }
    }

    /// Makes the dashboard as it was. What does not exist any more is left out.
    pub(crate) fn apply(&self, screen: &mut Screen) {
        let sort = self.sort.as_deref();
        screen.table.sort = sort.and_then(Sort::from_text);
        let folded = self.folded.iter();
        screen.table.folded = folded.filter_map(|name| PoolName::new(name).ok()).collect();
        screen.splits = Splits {
            table: self.splits.table.map(|share| share.min(100)),
            left: self.splits.left.min(100),
        };
    }
}

/// One deck's memory and its file.
#[derive(Debug)]
pub(crate) struct Keeper {
    file: Option<PathBuf>,
    kept: Memory,
    written: Option<MonoTime>,
}

impl Keeper {
    /// The memory of a deck in the user's state folder.
    pub(crate) fn of(deck: &str) -> Self {
        Self::within(state_folder().as_deref(), deck)
    }

    /// The memory of a deck within a state folder.
    pub(crate) fn within(state: Option<&Path>, deck: &str) -> Self {
        let file = state.map(|folder| {
            folder
                .join("forkdeck/decks")
                .join(format!("{}.json", file_name(deck)))
        });
        let kept = file.as_deref().and_then(read).unwrap_or_default();
        Self {
            file,
            kept,
            written: None,
        }
    }

    /// How the dashboard was left.
    pub(crate) fn kept(&self) -> &Memory {
        &self.kept
    }

    /// Keeps how the dashboard is, if that is new and the last time is long enough ago; it is kept later otherwise, by
    /// [`Keeper::end`] at the latest.
    pub(crate) fn note(&mut self, screen: &Screen, now: MonoTime) {
        if self.written.is_none_or(|at| now.since(at) >= PAUSE) && self.end(screen) {
            self.written = Some(now);
        }
    }

    /// Keeps how the dashboard is; false when that is known already.
    pub(crate) fn end(&mut self, screen: &Screen) -> bool {
        let memory = Memory::of(screen);
        if memory == self.kept {
            return false;
        }
        self.kept = memory;
        if let Some(path) = &self.file {
            // A comfort: a folder that is not writable must not disturb anyone.
            let _ = write(path, &self.kept);
        }
        true
    }
}

fn read(path: &Path) -> Option<Memory> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes beside the file first: another dashboard of the same deck reads the old or the new, never a half.
fn write(path: &Path, memory: &Memory) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| file.write_all(&serde_json::to_vec(memory)?))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixture::{Fixture, pool};
    use crate::tui::worker::Column;

    fn at(seconds: u64) -> MonoTime {
        MonoTime::from_start(Duration::from_secs(seconds))
    }

    fn left_alone() -> Fixture {
        Fixture::new(&[("a", 2), ("b", 2)])
    }

    #[test]
    fn the_dashboard_is_found_as_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let mut left = left_alone();
        left.screen.table.sort = Some(Sort::by(Column::Memory));
        left.screen.table.folded.insert(pool("b"));
        left.screen.splits = Splits {
            table: Some(30),
            left: 70,
        };
        let mut keeper = Keeper::within(Some(folder.path()), "x/y");
        assert!(keeper.end(&left.screen));
        assert!(!keeper.end(&left.screen));

        let mut found = left_alone();
        let keeper = Keeper::within(Some(folder.path()), "x/y");
        keeper.kept().apply(&mut found.screen);

        assert_eq!(Memory::of(&found.screen), Memory::of(&left.screen));
        assert!(found.screen.table.folded.contains(&pool("b")));
        let files = fs::read_dir(folder.path().join("forkdeck/decks")).unwrap();
        assert_eq!(files.count(), 1, "nothing is left beside the file");
    }

    #[test]
    fn many_changes_are_few_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("forkdeck/decks/x.json");
        let mut fixture = left_alone();
        let mut keeper = Keeper::within(Some(folder.path()), "x");
        keeper.note(&fixture.screen, at(0));
        assert!(!path.exists(), "nothing is new");
        for left in 1..50 {
            fixture.screen.splits.left = left;
            keeper.note(&fixture.screen, at(1));
        }
        assert_eq!(read(&path).unwrap().splits.left, 1);
        keeper.note(&fixture.screen, at(3));
        assert_eq!(read(&path).unwrap().splits.left, 49);
    }

    #[test]
    fn rubbish_costs_the_memory_only() {
        let folder = tempfile::tempdir().unwrap();
        let decks = folder.path().join("forkdeck/decks");
        fs::create_dir_all(&decks).unwrap();
        for text in ["", "[]", "{\"splits\":{\"left\":-1}}", "\u{0}"] {
            fs::write(decks.join("x.json"), text).unwrap();
            let keeper = Keeper::within(Some(folder.path()), "x");
            assert_eq!(*keeper.kept(), Memory::default(), "{text}");
        }
        let strange = r#"{"sort":"age","folded":["","a b"],"splits":{"left":999},"more":1}"#;
        fs::write(decks.join("x.json"), strange).unwrap();
        let mut fixture = left_alone();
        let keeper = Keeper::within(Some(folder.path()), "x");
        keeper.kept().apply(&mut fixture.screen);
        assert_eq!(fixture.screen.table.sort, None);
        assert_eq!(fixture.screen.splits.left, 100);
        fixture.draw(120, 40);
        let mut nowhere = Keeper::within(Some(Path::new("/proc/nope")), "x");
        nowhere.end(&fixture.screen);
        Keeper::within(None, "x").end(&fixture.screen);
    }
}
