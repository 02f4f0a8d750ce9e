//! Waiting for a condition under a deadline, and looking at processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How long a test waits for anything before it fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Waits until `condition` holds and returns what it found.
///
/// # Panics
/// When the deadline passes.
#[expect(clippy::disallowed_methods, reason = "a test's deadline is real time")]
pub(crate) fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(start.elapsed() < DEADLINE, "waited in vain: {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// One process, told apart from a later one with the same pid by its start time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proc {
    pub(crate) pid: u32,
    start: String,
}

impl Proc {
    /// The process with this pid, if it lives and is no zombie.
    pub(crate) fn find(pid: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        if fields.first() == Some(&"Z") {
            return None;
        }
        let start = (*fields.get(19)?).to_owned();
        Some(Self { pid, start })
    }

    /// Whether it still lives.
    pub(crate) fn is_alive(&self) -> bool {
        Self::find(self.pid).as_ref() == Some(self)
    }

    /// The children of a process that live.
    pub(crate) fn children(pid: u32) -> Vec<Self> {
        let Ok(entries) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        let pids = entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|child: &u32| parent(*child) == Some(pid))
            .filter_map(Self::find)
            .collect()
    }

    /// All living descendants of a process.
    pub(crate) fn descendants(pid: u32) -> Vec<Self> {
        let mut all = Vec::new();
        let mut next = vec![pid];
        while let Some(pid) = next.pop() {
            for child in Self::children(pid) {
                next.push(child.pid);
                all.push(child);
            }
        }
        all
    }
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

/// Says that a test cannot run here, and why; a failure where everything is to be run.
#[expect(clippy::print_stdout, reason = "a skip must be seen")]
pub(crate) fn skip(why: &str) {
    let all = std::env::var_os("FORKDECK_TESTS").is_some_and(|tests| tests == "all");
    assert!(!all, "FORKDECK_TESTS=all lets nothing be skipped: {why}");
    println!("skipped: {why}");
}

/// Whether a test that needs Node cannot run here, which is said.
pub(crate) fn skip_without_node() -> bool {
    let is_missing = runtime("node").is_none();
    if is_missing {
        skip("node is not installed");
    }
    is_missing
}

/// A runtime: on `PATH`, or among the npm packages below the target folder.
pub(crate) fn runtime(name: &str) -> Option<PathBuf> {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/runtimes/node_modules/.bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([packages]);
    folders
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// Resident memory of a process in bytes.
pub(crate) fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        << 10
}
