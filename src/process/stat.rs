//! One reading of `/proc/PID/stat`.
//!
//! Owns its parsing and the list of pids, for the keeper's walks and for usage. Never keeps a descriptor.

use std::fs::File;
use std::io::Read;

/// What the kernel tells of one process at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// The process.
    pub(crate) pid: u32,
    /// Its parent.
    pub(crate) parent: u32,
    /// Its process group.
    pub(crate) group: u32,
    /// Its session.
    pub(crate) session: u32,
    /// Whether it ended and waits to be reaped.
    pub(crate) is_zombie: bool,
    /// When it started, in ticks since boot: with the pid it names a process for good.
    pub(crate) start: u64,
    /// CPU time it used, in ticks.
    pub(crate) own_ticks: u64,
    /// CPU time used by the children it reaped and by what those had reaped, in ticks.
    pub(crate) reaped_ticks: u64,
    /// Pages of memory it holds.
    pub(crate) resident_pages: u64,
}

impl Stat {
    /// Reads a process's; `None` when there is none, or no more.
    pub(crate) fn read(pid: u32) -> Option<Self> {
        let mut file = File::open(format!("/proc/{pid}/stat")).ok()?;
        let mut buffer = [0_u8; 1024];
        let length = file.read(&mut buffer).ok()?;
        Self::parse(buffer.get(..length)?)
    }

    /// Reads every process there is.
    pub(crate) fn read_all() -> Vec<Self> {
        pids().filter_map(Self::read).collect()
    }

    /// Parses the line (`proc_pid_stat(5)`). The name may hold spaces, parentheses and newlines, so all fields are counted
    /// from the last closing parenthesis.
    fn parse(line: &[u8]) -> Option<Self> {
        let open = memchr::memchr(b'(', line)?;
        let close = memchr::memrchr(b')', line)?;
        let pid = number(line.get(..open)?)?;
        let rest = std::str::from_utf8(line.get(close + 1..)?).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?;
        let parent = fields.next()?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        let session = fields.next()?.parse().ok()?;
        let user: u64 = fields.nth(7)?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        // The kernel prints these two as signed.
        let reaped_user: i64 = fields.next()?.parse().ok()?;
        let reaped_system: i64 = fields.next()?.parse().ok()?;
        let start = fields.nth(4)?.parse().ok()?;
        let resident_pages = fields.nth(1)?.parse().ok()?;
        Some(Self {
            pid,
            parent,
            group,
            session,
            is_zombie: matches!(state, "Z" | "X"),
            start,
            own_ticks: user.saturating_add(system),
            reaped_ticks: reaped_user.saturating_add(reaped_system).unsigned_abs(),
            resident_pages,
        })
    }
}

/// The pids of all processes, in the kernel's order.
pub(crate) fn pids() -> impl Iterator<Item = u32> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| number(entry.ok()?.file_name().as_encoded_bytes()))
}

/// The pids of the children of this process's one thread; quick, and complete only while none of them ends (see
/// `proc_pid_task_children(5)`).
pub(crate) fn own_children() -> Vec<u32> {
    let mut text = Vec::new();
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    for thread in threads.flatten() {
        let Ok(mut file) = File::open(thread.path().join("children")) else {
            continue;
        };
        let _ = file.read_to_end(&mut text);
        text.push(b' ');
    }
    text.split(u8::is_ascii_whitespace)
        .filter_map(number)
        .collect()
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_disturb_the_fields() {
        let line = b"42 (a) S 1 (b)\n c) Z 7 8 9 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 555 1000 66 18446744073709551615";

        let stat = Stat::parse(line).unwrap();

        assert_eq!(
            stat,
            Stat {
                pid: 42,
                parent: 7,
                group: 8,
                session: 9,
                is_zombie: true,
                start: 555,
                own_ticks: 30,
                reaped_ticks: 70,
                resident_pages: 66,
            }
        );
    }

    #[test]
    fn a_line_that_is_cut_is_no_reading() {
        for line in [&b""[..], b"1", b"1 (x", b"1 (x) S 1 2", b"1 (x) S a b c"] {
            assert_eq!(Stat::parse(line), None);
        }
    }

    #[test]
    fn this_process_is_found() {
        let own = std::process::id();

        let stat = Stat::read(own).unwrap();

        assert_eq!(stat.pid, own);
        assert!(stat.resident_pages > 0);
        assert!(pids().any(|pid| pid == own));
        assert_eq!(Stat::read(u32::MAX), None);
    }
}
