//! The file itself: found, judged and read.
//!
//! Owns where a config is looked for and which files are refused before a byte of them is parsed.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::cli::config::deck;
use crate::cli::diagnose::{Code, Failure, Fault, Source};
use crate::cli::runtime::Programs;
use crate::model::DeckSpec;
use crate::tui::Taste;

/// What a config is called.
pub(crate) const FILE_NAME: &str = "forkdeck.toml";

/// Where a person's own file is among all configs.
const PERSONAL: &str = "forkdeck/config.toml";

/// The longest config that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// A config that was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Its path as the person would write it.
    pub(crate) shown: String,
    /// What it says.
    pub(crate) spec: DeckSpec,
    /// What the person likes in this deck.
    pub(crate) taste: Taste,
    /// What is worth a word but no error.
    pub(crate) warning: Option<String>,
}

/// Why a file is not read as a config.
#[derive(Debug, thiserror::Error)]
enum FileError {
    #[error("cannot open the config {path}")]
    Open { path: String, source: io::Error },
    #[error("cannot read the config {path}")]
    Read { path: String, source: io::Error },
    #[error("{path} is not a file")]
    NotAFile { path: String },
    #[error("{path} is longer than 1MiB, which is no config")]
    TooLong { path: String },
    #[error("{path}:{line}:{column}: not valid UTF-8")]
    NotUtf8 {
        path: String,
        line: usize,
        column: usize,
    },
    #[error("{path} {why}, so its commands may not be yours")]
    Foreign { path: String, why: &'static str },
}

/// Looks for a config in a folder and in those above it.
pub(crate) fn find(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|folder| folder.join(FILE_NAME))
        .find(|path| path.is_file())
}

/// Reads a config. One that was `named` by the person may belong to anybody, with a warning; one that was found is
/// refused when others could have written it.
pub(crate) fn load(path: &Path, named: bool) -> Result<Loaded, Failure> {
    let shown = shown(path);
    let (text, foreign) = read(path, &shown).map_err(FileError::into_failure)?;
    if let (Some(why), false) = (foreign, named) {
        return Err(FileError::Foreign { path: shown, why }.into_failure());
    }
    let folder = std::path::absolute(path).map_err(|source| {
        FileError::Open {
            path: shown.clone(),
            source,
        }
        .into_failure()
    })?;
    let folder = folder.parent().unwrap_or(Path::new("/"));
    let read = deck::read(&text, folder, &Programs::of_this_process());
    let (spec, taste) = read.map_err(|faults| told(&shown, &text, &faults))?;
    let warning = foreign.map(|why| format!("warning: {shown} {why}"));
    Ok(Loaded {
        shown,
        spec,
        taste,
        warning,
    })
}

/// What the person likes in every deck: `forkdeck/config.toml` in the user's folder of configs, where there is one.
pub(crate) fn personal() -> Result<Taste, Failure> {
    let strategy = etcetera::choose_base_strategy();
    let folder = strategy.map(|strategy| strategy.config_dir());
    let path = folder.map(|folder| folder.join(PERSONAL));
    match path {
        Ok(path) if path.exists() => load_personal(&path),
        _ => Ok(Taste::default()),
    }
}

fn load_personal(path: &Path) -> Result<Taste, Failure> {
    let shown = shown(path);
    let (text, _) = read(path, &shown).map_err(FileError::into_failure)?;
    deck::read_personal(&text).map_err(|faults| told(&shown, &text, &faults))
}

fn told(name: &str, text: &str, faults: &[Fault]) -> Failure {
    let source = Source { name, text };
    let faults: Vec<String> = faults.iter().map(|fault| source.render(fault)).collect();
    Failure {
        code: Code::Usage,
        text: faults.join("\n"),
    }
}

/// The file's text without its mark, and why others could have written it.
fn read(path: &Path, shown: &str) -> Result<(String, Option<&'static str>), FileError> {
    let opening = |source| FileError::Open {
        path: shown.to_owned(),
        source,
    };
    // Asked before the open: opening a FIFO would wait for a writer.
    if !std::fs::metadata(path).map_err(opening)?.is_file() {
        return Err(FileError::NotAFile {
            path: shown.to_owned(),
        });
    }
    let file = File::open(path).map_err(opening)?;
    let metadata = file.metadata().map_err(opening)?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| FileError::Read {
            path: shown.to_owned(),
            source,
        })?;
    if bytes.len() as u64 > LONGEST {
        return Err(FileError::TooLong {
            path: shown.to_owned(),
        });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        not_utf8(shown, error.as_bytes(), good)
    })?;
    let text = text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text);
    Ok((text, foreign(&metadata)))
}

fn not_utf8(shown: &str, bytes: &[u8], good: usize) -> FileError {
    let before = String::from_utf8_lossy(bytes.get(..good).unwrap_or_default());
    let line = before.rsplit('\n').next().unwrap_or_default();
    FileError::NotUtf8 {
        path: shown.to_owned(),
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

fn foreign(metadata: &Metadata) -> Option<&'static str> {
    let owner = metadata.uid();
    if metadata.mode() & 0o002 != 0 {
        Some("can be written by everybody")
    } else if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        Some("belongs to another user")
    } else {
        None
    }
}

/// The path as a person would write it: relative when it is here.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let short = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    short
        .unwrap_or_else(|| path.to_owned())
        .display()
        .to_string()
}

impl FileError {
    fn into_failure(self) -> Failure {
        let message = match &self {
            Self::Open { source, .. } | Self::Read { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        };
        let failure = Failure::new(Code::Usage, message);
        match self {
            Self::Open { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                failure.help("`forkdeck init` writes a first one")
            }
            Self::Foreign { .. } => {
                failure.help("look at it, then name it with `forkdeck up -c FILE`")
            }
            _ => failure,
        }
    }
}
