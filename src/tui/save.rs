//! Saving what is shown: into a new file in the current folder, never over one that is there. Called by `errand`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::model::WallTime;

/// How many names are tried for files of the same second.
const TRIES: u32 = 100;

/// What a file is called, without its ending: `thumbs-messages-20261124-150405`.
pub(crate) fn name(deck: &str, what: &str, now: WallTime) -> String {
    let deck: String = deck
        .chars()
        .take(40)
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    let deck = deck.trim_matches('-');
    let at = jiff::Timestamp::from_millisecond(now.0).map_or_else(
        |_| "undated".to_owned(),
        |at| {
            let at = at.to_zoned_datetime(jiff::tz::TimeZone::system());
            at.strftime("%Y%m%d-%H%M%S").to_string()
        },
    );
    let deck = if deck.is_empty() { "forkdeck" } else { deck };
    format!("{deck}-{what}-{at}")
}

/// Writes a new file and answers what it is called.
pub(crate) fn write(folder: &Path, name: &str, ending: &str, text: &str) -> io::Result<String> {
    for number in 1..=TRIES {
        let file = match number {
            1 => format!("{name}.{ending}"),
            _ => format!("{name}-{number}.{ending}"),
        };
        let path = folder.join(&file);
        let opened = OpenOptions::new().write(true).create_new(true).open(&path);
        match opened {
            Ok(mut opened) => {
                if let Err(error) = opened.write_all(text.as_bytes()) {
                    // Half a file would be taken for a whole one.
                    drop(fs::remove_file(&path));
                    return Err(error);
                }
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_for_what_it_holds() {
        let name = name("../a deck", "messages", WallTime(1_769_860_800_000));
        assert!(name.starts_with("a-deck-messages-2026"), "{name}");
        assert_eq!(name.len(), "a-deck-messages-20260131-120000".len());
        assert!(super::name("///", "logs", WallTime(0)).starts_with("forkdeck-logs-19"));
    }

    #[test]
    fn no_file_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text| write(folder.path(), "a", "jsonl", text).unwrap();
        assert_eq!(write("1"), "a.jsonl");
        assert_eq!(write("2"), "a-2.jsonl");
        let first = fs::read_to_string(folder.path().join("a.jsonl")).unwrap();
        assert_eq!(first, "1");
        assert!(super::write(Path::new("/proc/nope"), "a", "log", "").is_err());
    }
}
