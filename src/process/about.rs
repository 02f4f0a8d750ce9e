//! What the system tells people of one process: its command line, its state, its environment.
//!
//! Reads once and keeps nothing. Called by `deck` where somebody looks at a worker, never in its loop.

use std::ffi::OsString;

/// The longest command line or environment that is read, in bytes.
#[cfg(target_os = "linux")]
const LONGEST: u64 = 1 << 20;

/// One process as people know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its command line; its name where it has none.
    pub command: Option<String>,
    /// What it does: `sleeping`.
    pub state: Option<String>,
    /// How many threads it has.
    pub threads: Option<u32>,
}

/// Reads what is told of a process: `proc_pid_cmdline(5)`, `proc_pid_status(5)`.
#[cfg(target_os = "linux")]
pub fn about(pid: u32) -> About {
    let status = read(pid, "status").unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let field = |name: &str| {
        let mut lines = status.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
    };
    let line = read(pid, "cmdline").unwrap_or_default();
    let words = line
        .strip_suffix(b"\0")
        .unwrap_or(&line)
        .split(|byte| *byte == 0);
    let words: Vec<_> = words.map(String::from_utf8_lossy).collect();
    let command = words.join(" ");
    // A zombie and a kernel thread have a name alone.
    let name = || field("Name").map(|name| format!("[{name}]"));
    // `S (sleeping)`
    let state = field("State").and_then(|state| state.split_once('('));
    About {
        command: Some(command).filter(|line| !line.is_empty()).or_else(name),
        state: state.map(|(_, word)| word.trim_end_matches(')').to_owned()),
        threads: field("Threads").and_then(|threads| threads.parse().ok()),
    }
}

/// The environment that a process was started with, where the system tells: `proc_pid_environ(5)`.
#[cfg(target_os = "linux")]
pub fn environment_of(pid: u32) -> Option<Vec<(OsString, OsString)>> {
    use std::os::unix::ffi::OsStringExt;

    let text = read(pid, "environ").filter(|text| !text.is_empty())?;
    let variables = text.split(|byte| *byte == 0).filter_map(|variable| {
        let at = memchr::memchr(b'=', variable)?;
        let (name, value) = variable.split_at_checked(at)?;
        let value = value.get(1..)?;
        Some((
            OsString::from_vec(name.to_vec()),
            OsString::from_vec(value.to_vec()),
        ))
    });
    Some(variables.collect())
}

#[cfg(target_os = "linux")]
fn read(pid: u32, what: &str) -> Option<Vec<u8>> {
    use std::io::Read;

    let file = std::fs::File::open(format!("/proc/{pid}/{what}")).ok()?;
    let mut text = Vec::new();
    file.take(LONGEST).read_to_end(&mut text).ok()?;
    Some(text)
}

/// Nothing: this system is not asked.
#[cfg(not(target_os = "linux"))]
pub fn about(_pid: u32) -> About {
    About::default()
}

/// Nothing: this system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn environment_of(_pid: u32) -> Option<Vec<(OsString, OsString)>> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Read;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_process_is_read_as_people_know_it() {
        let mut child = Command::new("sh")
            .args(["-c", "echo; read line", "two words"])
            .env("ABOUT_TEST", "a=b")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Until it says something it may not be what it is to become.
        let mut byte = [0];
        let mut output = child.stdout.take().unwrap();
        output.read_exact(&mut byte).unwrap();

        let read = about(child.id());
        let env = environment_of(child.id()).unwrap_or_default();
        drop(child.stdin.take());
        child.wait().unwrap();

        assert_eq!(
            read.command.as_deref(),
            Some("sh -c echo; read line two words")
        );
        assert_eq!(read.threads, Some(1));
        assert!(read.state.is_some_and(|state| !state.contains(['(', ')'])));
        assert!(env.contains(&("ABOUT_TEST".into(), "a=b".into())));
        assert_eq!(about(u32::MAX), About::default());
        assert_eq!(environment_of(u32::MAX), None);
    }
}
